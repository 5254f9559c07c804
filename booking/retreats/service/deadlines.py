"""Deadlines of places: whoever has not answered is reminded before, and their place lapses after.

Every turn takes some rows by a conditional update that says whose they are, so two turns at once tell nobody twice, and
one that was cut short is simply run again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select, tuple_, update

from booking.audit.service import record
from booking.db import ReadSession, WriteSession
from booking.notices.service import tell_many
from booking.retreats.errors_places import NothingToRemind
from booking.retreats.models import RetreatPlace, Season
from booking.retreats.queries.placed import kinds_of, members_by_application
from booking.retreats.queries.seasons import batches
from booking.retreats.rules.places import REMIND_AGAIN, STAGES
from booking.retreats.service.telling_places import facts, page_of
from booking.web.facts import Params
from booking.web.principal import Principal

AT_ONCE = 500
"""Places that one turn deals with."""
LIVE = tuple(STAGES.values())
"""States of a season in which places may wait for an answer."""


class Answer(NamedTuple):
    """A place whose time has come."""

    season_id: int
    application_id: int
    batch: int
    type_id: int
    confirm_by: datetime


def is_due(tx: ReadSession, now: datetime) -> bool:
    """Whether anybody is to be reminded, or is too late: asked of a reader, so that idle turns do not write."""
    for season in _live(tx):
        mine = _open(season.id)
        for late in (_lapsing(now), _reminding(season, now)):
            if tx.execute(select(RetreatPlace.application_id).where(*mine, *late).limit(1)).first() is not None:
                return True
    return False


def lapse_due(tx: WriteSession, now: datetime, season_id: int | None = None, limit: int = AT_ONCE) -> int:
    """Let places lapse whose time to answer is over, and tell their winners; answers how many.

    Call it until it answers 0: of one season before its next stage, of all in the background.
    """
    seasons = [season for season in _live(tx) if season_id in (None, season.id)]
    lapsed = {"status": "lapsed", "decided_at": now}
    return sum(_take(tx, now, season, _lapsing(now), "place.lapsed", limit, lapsed) for season in seasons)


def remind_due(tx: WriteSession, now: datetime, limit: int = AT_ONCE) -> int:
    """Remind those who have not answered once their deadline is near, each once; answers how many places."""
    due = [(season, _reminding(season, now)) for season in _live(tx)]
    return sum(_take(tx, now, season, which, "place.reminded", limit, {"reminded_at": now}) for season, which in due)


def remind_now(tx: WriteSession, now: datetime, by: Principal, season: Season) -> int:
    """Remind everybody who has not answered and was not reminded a short while ago; answers how many places.

    Raises:
        NothingToRemind: there is nobody.
    """
    row = RetreatPlace
    lately = or_(row.reminded_at.is_(None), row.reminded_at <= now - REMIND_AGAIN)
    asked = [row.confirm_by > now, lately]
    reminded = 0
    while done := _take(tx, now, season, asked, "place.reminded", AT_ONCE, {"reminded_at": now}):
        reminded += done
    if not reminded:
        still = tx.scalar(select(func.count()).select_from(row).where(*_open(season.id)))
        hours = int(REMIND_AGAIN.total_seconds() // 3600)
        raise NothingToRemind(open=int(still or 0), hours=hours)
    subject = f"retreat:{season.code}"
    detail = {"places": reminded}
    record(tx, now, actor=by.actor, place_id=season.place_id, action="places.reminded", subject=subject, detail=detail)
    return reminded


def _live(tx: ReadSession) -> list[Season]:
    return tx.all(select(Season).where(Season.status.in_(LIVE)).order_by(Season.id))


def _open(season_id: int) -> list[ColumnElement[bool]]:
    return [RetreatPlace.season_id == season_id, RetreatPlace.status == "offered"]


def _lapsing(now: datetime) -> list[ColumnElement[bool]]:
    return [RetreatPlace.confirm_by <= now]


def _reminding(season: Season, now: datetime) -> list[ColumnElement[bool]]:
    soon = now + timedelta(hours=season.remind_hours)
    return [RetreatPlace.confirm_by > now, RetreatPlace.confirm_by <= soon, RetreatPlace.reminded_at.is_(None)]


def _take(
    tx: WriteSession,
    now: datetime,
    season: Season,
    which: Sequence[ColumnElement[bool]],
    message: str,
    limit: int,
    becomes: dict[str, Any],
) -> int:
    """Change some open places of a season for which the time has come, and tell their members; answers how many."""
    row = RetreatPlace
    key = (row.season_id, row.application_id, row.stage)
    some = select(*key).where(*_open(season.id), *which).order_by(row.application_id).limit(limit)
    turned = update(row).where(tuple_(*key).in_(some), *_open(season.id), *which).values(becomes)
    won = turned.returning(row.season_id, row.application_id, row.batch, row.type_id, row.confirm_by)
    found = [Answer(*one) for one in tx.execute(won)]
    _tell(tx, now, season, found, message)
    return len(found)


def _tell(tx: WriteSession, now: datetime, season: Season, found: Iterable[Answer], message: str) -> None:
    places = sorted(found)
    if not places:
        return
    known = {batch.number: batch for batch in batches(tx, season.id)}
    kinds = kinds_of(tx, season.place_id)
    members = members_by_application(tx, ((one.season_id, one.application_id) for one in places))
    letters: list[tuple[int, Params]] = [
        (member, facts(season, known[one.batch], kinds[one.type_id], one.confirm_by))
        for one in places
        for member in members.get((one.season_id, one.application_id), ())
    ]
    tell_many(tx, now, letters, message, page_of(season))
    tx.touch(f"retreat:{season.id}")
