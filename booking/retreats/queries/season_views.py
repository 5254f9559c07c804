"""Seasons as they are shown: in lists, with all their terms, and to officers with what is still to do."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import func, select

from booking.db import ReadSession
from booking.errors import BookingError
from booking.places.catalogue import places
from booking.retreats.errors_seasons import SeasonCursorUnknown
from booking.retreats.models import Applicant, Application, Season
from booking.retreats.queries.checking import faults
from booking.retreats.queries.seasons import batches, choices
from booking.retreats.rules.building import ChoiceFacts, places_of
from booking.retreats.schemas_season_views import (
    BatchView,
    FaultView,
    ManagedSeason,
    PlaceName,
    RoomsView,
    SeasonList,
    SeasonSummary,
    SeasonView,
    SourceView,
)
from booking.rooms.rules.nights import date_of

TERMS = (
    "document",
    "clause",
    "freezes_at",
    "confirm_by",
    "second_confirm_by",
    "last_confirm_by",
    "remind_hours",
    "most_choices",
    "most_together",
    "policy",
    "enterprise_heads",
    "dues_required",
    "categories",
    "organisation_kinds",
    "rest_years",
    "subsidy_fen",
    "free_categories",
    "subsidy_document",
    "subsidy_clause",
    "bits",
)
"""What is shown of a season as it is stored, beside what stands in a list too."""


def season_list(tx: ReadSession, *, drafts: bool = False, after: str | None = None, limit: int = 20) -> SeasonList:
    """Seasons, those that open last first; those that were never published only for officers, who ask for `drafts`.

    Raises:
        SeasonCursorUnknown: no season has the code after which to go on.
    """
    shown = select(Season).order_by(Season.opens_at.desc(), Season.id.desc()).limit(limit + 1)
    if not drafts:
        shown = shown.where(Season.allotment_id.is_not(None))
    if after is not None:
        last = tx.get(Season, code=after)
        if last is None:
            raise SeasonCursorUnknown
        later = (Season.opens_at == last.opens_at) & (Season.id < last.id)
        shown = shown.where((Season.opens_at < last.opens_at) | later)
    found = tx.all(shown)
    items = [summary(tx, season) for season in found[:limit]]
    return SeasonList(items=items, next=items[-1].code if len(found) > limit else None)


def current_seasons(tx: ReadSession, now: datetime) -> list[Season]:
    """Seasons for which one may apply, or soon may; that which closes first comes first."""
    open_ones = select(Season).where(Season.status == "open", Season.closes_at > now)
    return tx.all(open_ones.order_by(Season.closes_at, Season.id).limit(3))


def summary(tx: ReadSession, season: Season) -> SeasonSummary:
    """A season in a list."""
    return SeasonSummary(**_summary(tx, season, choices(tx, season.id)))


def season_view(tx: ReadSession, season: Season) -> SeasonView:
    """A season with all its terms."""
    offered = choices(tx, season.id)
    return SeasonView(
        **_summary(tx, season, offered),
        **{name: getattr(season, name) for name in TERMS},
        sources=[
            SourceView(lottery=lottery, issue=issue, day=date.fromisoformat(day), fallback=fallback)
            for lottery, issue, day, fallback in season.sources
        ],
        schedule=_schedule(tx, season, offered),
    )


def managed_season(tx: ReadSession, now: datetime, season: Season, say: Callable[[BookingError], str]) -> ManagedSeason:
    """A season as officers see it; `say` puts a refusal into the reader's words."""
    found = faults(tx, now, season) if season.status == "draft" else []
    mine = (Application.season_id == season.id, Application.status == "entered")
    heads = select(func.count()).select_from(Applicant)
    in_one = (Applicant.season_id == Application.season_id) & (Applicant.application_id == Application.id)
    return ManagedSeason(
        version=season.version,
        season=season_view(tx, season),
        applications=int(tx.scalar(select(func.count()).select_from(Application).where(*mine))),
        heads=int(tx.scalar(heads.join(Application, in_one).where(*mine))),
        faults=[FaultView(part=one.part, code=one.error.code, detail=say(one.error)) for one in found],
    )


def _summary(tx: ReadSession, season: Season, offered: Sequence[ChoiceFacts]) -> dict[str, Any]:
    house = places(tx).by_id.get(season.place_id)
    known = batches(tx, season.id)
    name = PlaceName(
        id=season.place_id,
        code=house.code if house else "",
        name=house.name if house else "",
        name_en=house.name_en if house else "",
    )
    same = ("code", "title", "title_en", "status", "opens_at", "closes_at", "publishes_at")
    return {one: getattr(season, one) for one in same} | {
        "place": name,
        "batches": len(known),
        "places": places_of(offered),
        "first_arrival": date_of(min(one.arrival for one in known)) if known else None,
        "last_departure": date_of(max(one.departure for one in known)) if known else None,
    }


def _schedule(tx: ReadSession, season: Season, offered: Sequence[ChoiceFacts]) -> list[BatchView]:
    rooms = {number: list(group) for number, group in groupby(offered, key=lambda one: one.batch)}
    return [
        BatchView(
            number=batch.number,
            name=batch.name,
            name_en=batch.name_en,
            arrival=date_of(batch.arrival),
            departure=date_of(batch.departure),
            rooms=[_rooms(one) for one in rooms.get(batch.number, ())],
        )
        for batch in batches(tx, season.id)
    ]


def _rooms(one: ChoiceFacts) -> RoomsView:
    return RoomsView(
        type=one.type_id,
        code=one.type,
        name=one.type_name,
        name_en=one.type_name_en,
        rooms=one.rooms,
        beds=one.beds,
        sleeps=one.sleeps,
        price_fen=one.price_fen,
        guarantees=one.guarantees,
    )
