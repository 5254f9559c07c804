"""The fairness ledger as it is read, and what its measurement starts from."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import and_, select

from booking.db import ReadSession
from booking.members.models import Member, Organisation
from booking.retreats.errors_places import FairnessNotReady
from booking.retreats.models import Applicant, Application, FairnessRecord, RetreatPlace, Season
from booking.retreats.queries.drawn import input_of, version_of
from booking.retreats.rules.fairness import ALARM, REDRAWS, Fairness, Total, over_seasons
from booking.retreats.rules.fairness_groups import HeadFacts
from booking.retreats.rules.places import STAGES
from booking.retreats.rules.words_fairness import CITY_ITSELF, GROUP_NAMES
from booking.retreats.schemas_places import FairnessView, GroupView, TotalView, WaitingView
from booking.web.facts import Named

DISTRICTS = ("district", "park")


class Material(NamedTuple):
    """What a measurement needs: the frozen files, the members, and the applications with a place of the first stage."""

    files: dict[str, bytes]
    heads: list[HeadFacts]
    won: list[int]


class Ledger(NamedTuple):
    """What the draw of a season, and all measured seasons up to it, were for groups.

    Attributes:
        groups: None while it is being measured.
        totals: over the seasons that were measured, this one the last; empty for a first season.
        names: of districts, by their codes.
    """

    season: Season
    at: datetime | None
    redraws: int
    groups: list[Fairness] | None
    totals: list[Total]
    names: dict[str, Named]


def seasons_to_measure(tx: ReadSession) -> list[Season]:
    """Seasons whose first stage is published and was not measured yet, the oldest first."""
    drawn = select(Season).where(Season.status.in_(tuple(STAGES.values()))).order_by(Season.publishes_at, Season.id)
    measured = {row.season_id for row in tx.execute(select(FairnessRecord.season_id))}
    waiting = [season for season in tx.all(drawn) if season.id not in measured]
    return [season for season in waiting if version_of(tx, season.id) is not None]


def material_of(tx: ReadSession, season_id: int) -> Material:
    """Everything that the measurement of a season follows from."""
    row = RetreatPlace
    first = select(row.application_id).where(row.season_id == season_id, row.stage == 1)
    won = [application for (application,) in tx.execute(first.order_by(row.application_id))]
    return Material(input_of(tx, season_id), _heads(tx, season_id), won)


def _heads(tx: ReadSession, season_id: int) -> list[HeadFacts]:
    """The members of the applications that took part."""
    nodes = {node.id: node for node in tx.all(select(Organisation))}
    row = Applicant
    same = and_(Application.season_id == row.season_id, Application.id == row.application_id)
    columns = (row.application_id, row.organisation_id, row.categories, row.weight, Member.sex)
    found = select(*columns).join(Application, same).join(Member, Member.id == row.member_id)
    drawn = (row.season_id == season_id, Application.status == "entered", Application.weight.is_not(None))
    return [
        HeadFacts(
            application_id=one.application_id,
            district=_district(nodes, nodes[one.organisation_id].path),
            categories=tuple(one.categories or ()),
            organisation_kind=nodes[one.organisation_id].kind,
            organisation_members=nodes[one.organisation_id].members,
            sex=one.sex,
            weight=one.weight or 1,
        )
        for one in tx.execute(found.where(*drawn))
    ]


def _district(nodes: dict[int, Organisation], path: str) -> str:
    above = (nodes[int(part)] for part in path.split("/") if part)
    return next((node.code for node in above if node.kind in DISTRICTS), "")


def ledger(tx: ReadSession, season: Season) -> Ledger:
    """What is known of a season; its groups are None as long as they were not measured."""
    record = tx.get(FairnessRecord, season_id=season.id)
    codes = select(Organisation.code, Organisation.name, Organisation.name_en).where(Organisation.kind.in_(DISTRICTS))
    names = {row.code: Named(row.name, row.name_en) for row in tx.execute(codes)}
    if record is None:
        return Ledger(season, None, 0, None, [], names)
    totals = over_seasons(_until(tx, season))
    return Ledger(season, record.at, record.redraws, read_groups(record.groups), totals, names)


def _until(tx: ReadSession, season: Season) -> Sequence[list[Fairness]]:
    """The measured seasons up to one, the oldest first."""
    before = select(FairnessRecord).join(Season, Season.id == FairnessRecord.season_id)
    rows = before.where(Season.publishes_at <= season.publishes_at).order_by(Season.publishes_at, Season.id)
    return [read_groups(record.groups) for record in tx.all(rows)]


def read_groups(stored: object) -> list[Fairness]:
    """What a record keeps."""
    return msgspec.convert(stored, list[Fairness])


def fairness_view(tx: ReadSession, season: Season) -> FairnessView:
    """The ledger with the names of its groups.

    Raises:
        FairnessNotReady: it is not measured yet.
    """
    found = ledger(tx, season)
    if found.groups is None or found.at is None:
        raise FairnessNotReady(redraws=REDRAWS)
    return FairnessView(
        season=season.code,
        measured_at=found.at,
        redraws=found.redraws,
        level=ALARM,
        groups=[_group(one, found) for one in found.groups],
        totals=[_total(one, found) for one in found.totals],
    )


def name_of(found: Ledger, kind: str, code: str) -> Named:
    """What a group is called; words of ours are translated where they are shown."""
    if kind == "district":
        return found.names.get(code) or Named(code or CITY_ITSELF)
    return Named(GROUP_NAMES[kind].get(code, code))


def _group(one: Fairness, found: Ledger) -> GroupView:
    name = name_of(found, one.kind, one.code)
    return GroupView(
        kind=one.kind,  # type: ignore[arg-type]  # one of `KINDS`
        code=one.code,
        name=name.name,
        name_en=name.name_en,
        heads=one.heads,
        won=one.won,
        mean=one.mean,
        low=one.low,
        high=one.high,
        chance=one.chance,
        alarms=one.alarms,
        waiting=WaitingView(*one.waiting),
    )


def _total(one: Total, found: Ledger) -> TotalView:
    name = name_of(found, one.kind, one.code)
    return TotalView(
        kind=one.kind,  # type: ignore[arg-type]  # one of `KINDS`
        code=one.code,
        name=name.name,
        name_en=name.name_en,
        seasons=one.seasons,
        heads=one.heads,
        won=one.won,
        mean=one.mean,
        deviation=one.deviation,
        chance=one.chance,
        alarms=one.alarms,
    )
