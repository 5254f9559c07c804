"""Seasons, their batches and choices, and what is known of members who would like to apply."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from sqlalchemy import func, select

from booking.clock import local_date
from booking.db import ReadSession
from booking.members.models import Member, MemberCategory, Organisation
from booking.retreats.errors import SeasonNotFound, UnknownChoice
from booking.retreats.models import Batch, BatchRooms, RetreatPast, Season
from booking.retreats.rules.building import ChoiceFacts
from booking.retreats.rules.eligibility import Facts
from booking.rooms.models import RoomType
from booking.rooms.rules.nights import date_of

__all__ = [
    "ChoiceFacts",
    "batches",
    "choice_index",
    "choice_of",
    "choices",
    "facts_of",
    "season_of",
    "season_year",
]

MEMBERS_AT_ONCE = 5000
"""Ids in one statement, far below what either database takes."""


def season_of(tx: ReadSession, code: str, *, drafts: bool = False) -> Season:
    """The season with this code; one that was never published is found only by officers, who ask for `drafts`.

    Raises:
        SeasonNotFound: there is none.
    """
    season = tx.get(Season, code=code)
    if season is None or (season.allotment_id is None and not drafts):
        raise SeasonNotFound
    return season


def batches(tx: ReadSession, season_id: int) -> list[Batch]:
    """The batches of a season, by number."""
    return tx.all(select(Batch).where(Batch.season_id == season_id).order_by(Batch.number))


def choices(tx: ReadSession, season_id: int) -> list[ChoiceFacts]:
    """What can be wished for, in the order in which the draw numbers it: by batch, then by room type."""
    row = BatchRooms
    found = tx.execute(
        select(
            row.batch,
            row.type_id,
            row.rooms,
            row.beds,
            row.price_fen,
            row.guarantees,
            Batch.arrival,
            Batch.departure,
            Batch.name.label("batch_name"),
            Batch.name_en.label("batch_name_en"),
            RoomType.code.label("type"),
            RoomType.name.label("type_name"),
            RoomType.name_en.label("type_name_en"),
            RoomType.sleeps,
        )
        .join(Batch, (Batch.season_id == row.season_id) & (Batch.number == row.batch))
        .join(Season, Season.id == row.season_id)
        .join(RoomType, (RoomType.place_id == Season.place_id) & (RoomType.id == row.type_id))
        .where(row.season_id == season_id)
        .order_by(row.batch, row.type_id)
    )
    return [ChoiceFacts(**one._mapping) for one in found]


def choice_index(known: Sequence[ChoiceFacts]) -> dict[tuple[int, int], int]:
    """The number of each (batch, room type) in the draw."""
    return {(one.batch, one.type_id): index for index, one in enumerate(known)}


def choice_of(known: Sequence[ChoiceFacts], batch: int, type_id: int) -> ChoiceFacts:
    """The choice with these ids.

    Raises:
        UnknownChoice: the season does not have it.
    """
    for one in known:
        if (one.batch, one.type_id) == (batch, type_id):
            return one
    raise UnknownChoice(batch=batch)


def facts_of(tx: ReadSession, season: Season, member_ids: Collection[int]) -> dict[int, Facts]:
    """What eligibility asks of some members; whoever does not exist is missing."""
    year = season_year(tx, season)
    found: dict[int, Facts] = {}
    for ids in _chunks(member_ids):
        categories = _categories(tx, ids)
        retreats = _retreat_years(tx, ids)
        for row in tx.execute(
            select(
                Member.id,
                Member.sex,
                Member.organisation_id,
                Organisation.code,
                Organisation.kind,
                Member.dues_paid_until,
                Member.left_at,
            )
            .join(Organisation, Organisation.id == Member.organisation_id)
            .where(Member.id.in_(ids))
        ):
            found[row.id] = Facts(
                member_id=row.id,
                sex=row.sex,
                organisation_id=row.organisation_id,
                organisation=row.code,
                organisation_kind=row.kind,
                categories=tuple(sorted(categories.get(row.id, ()))),
                dues_paid_until=row.dues_paid_until,
                retreat_year=retreats.get(row.id),
                season_year=year,
                is_member=row.left_at is None,
            )
    return found


def season_year(tx: ReadSession, season: Season) -> int:
    """The year in which the first batch arrives; while there is none, the year in which the season opens."""
    first = tx.scalar(select(func.min(Batch.arrival)).where(Batch.season_id == season.id))
    return (local_date(season.opens_at) if first is None else date_of(int(first))).year


def _categories(tx: ReadSession, ids: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    mine = select(MemberCategory.member_id, MemberCategory.category).where(
        MemberCategory.member_id.in_(ids), MemberCategory.verified_at.is_not(None)
    )
    for member_id, category in tx.execute(mine):
        found.setdefault(member_id, []).append(category)
    return found


def _retreat_years(tx: ReadSession, ids: Collection[int]) -> dict[int, int]:
    last = func.max(RetreatPast.retreat_on).label("last")
    went = select(RetreatPast.member_id, last).where(
        RetreatPast.member_id.in_(ids), RetreatPast.retreat_on.is_not(None)
    )
    return {member_id: last_on.year for member_id, last_on in tx.execute(went.group_by(RetreatPast.member_id))}


def _chunks(ids: Collection[int]) -> Iterator[list[int]]:
    ordered = iter(sorted(ids))
    while chunk := list(islice(ordered, MEMBERS_AT_ONCE)):
        yield chunk
