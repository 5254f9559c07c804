"""What came of members' earlier applications: the tickets that follow from it, and the seasons that say why."""

from collections.abc import Collection
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, select

from booking.db import ReadSession
from booking.draws.weights import SeasonPast
from booking.retreats.models import RetreatPast, Season
from booking.retreats.queries.seasons import MEMBERS_AT_ONCE
from booking.retreats.rules.weights import Effect, Tickets, tickets


class ShownPast(NamedTuple):
    """A season of one member as the page of their tickets shows it."""

    season_id: int
    title: str
    title_en: str
    at: datetime
    past: SeasonPast
    effect: Effect


def tickets_of(tx: ReadSession, member_ids: Collection[int]) -> dict[int, Tickets]:
    """The tickets of some members in the next draw; whoever never applied is missing and has one."""
    ids, found = sorted(member_ids), {}
    for start in range(0, len(ids), MEMBERS_AT_ONCE):
        here = RetreatPast.member_id.in_(ids[start : start + MEMBERS_AT_ONCE])
        for member_id, mine in groupby(tx.execute(_pasts().where(here)), key=lambda row: row.member_id):
            found[member_id] = tickets([_past(row) for row in mine])
    return found


def pasts_of(tx: ReadSession, member_id: int) -> tuple[Tickets, list[ShownPast]]:
    """A member's tickets, and the seasons that they come from, the oldest first."""
    named = _pasts().add_columns(Season.title, Season.title_en, Season.id.label("season_id"), RetreatPast.at)
    rows = list(
        tx.execute(named.join(Season, Season.id == RetreatPast.season_id).where(RetreatPast.member_id == member_id))
    )
    pasts = [_past(row) for row in rows]
    counted = tickets(pasts)
    shown = [
        ShownPast(row.season_id, row.title, row.title_en, row.at, past, effect)
        for row, past, effect in zip(rows, pasts, counted.effects, strict=True)
    ]
    return counted, shown


def _pasts() -> Select[int, int, bool, bool, bool, bool]:
    """Seasons in the order in which they ended."""
    row = RetreatPast
    flags = (row.won, row.declined, row.declined_late, row.did_not_come)
    return select(row.member_id, row.ranked, *flags).order_by(row.member_id, row.at, row.season_id)


def _past(row: Row[*tuple[Any, ...]]) -> SeasonPast:
    return SeasonPast(row.ranked, row.won, row.declined, row.declined_late, row.did_not_come)
