"""The freeze: eligibility is asked once more, who takes part is fixed, and the commitment is published."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from booking.db import ReadSession, WriteSession
from booking.draws.records import rules_hash
from booking.notices.service import enqueue
from booking.retreats.errors_draw import ApplicationsMoved, FreezeTooEarly
from booking.retreats.models import Applicant, Application, Season
from booking.retreats.queries.gathering import ALIVE, gathered
from booking.retreats.queries.seasons import season_of
from booking.retreats.rules.freezing import Frozen, Gathered
from booking.retreats.service.drawing.steps import append_step, require_status, season_for, store_files, take_turn
from booking.retreats.service.drawing.telling import tell_left_out
from booking.web.facts import Instant
from booking.web.locale import N_
from booking.web.principal import Principal

FREEZE = N_("封存报名")
COMMITMENT_TOPIC = "retreat.commitment"
"""The outbox topic of what is to be printed, mailed or stamped outside, so that it cannot be replaced later."""
ROWS_AT_ONCE = 5000


def ready_to_freeze(tx: ReadSession, now: datetime, by: Principal, code: str) -> tuple[Season, Gathered]:
    """The season and everything that the freeze follows from, as it is now.

    Raises:
        NotAnOfficer, SeasonNotFound, WrongSeasonStatus: see `steps`.
        FreezeTooEarly: categories may still be verified.
    """
    season = season_for(tx, by, code)
    require_status(season, "open", action=FREEZE)
    if now < season.freezes_at:
        raise FreezeTooEarly(until=Instant(season.freezes_at))
    return season, gathered(tx, season)


def published_instant(now: datetime) -> str:
    """An instant as the commitment writes it: `2027-03-01T04:00:00Z`."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def store_freeze(tx: WriteSession, now: datetime, by: Principal, season: Season, frozen: Frozen) -> int:
    """Store a freeze that was computed from the season as it was read; answers the number of its step.

    What each member's weight, organisation and categories were is kept with them; those who are left out are told why.

    Raises:
        SeasonChanged: the season was changed, or frozen, since it was read.
        ApplicationsMoved: an application was.
    """
    take_turn(tx, season, "frozen")
    _store_entries(tx, season, frozen)
    _store_heads(tx, season, frozen)
    _exclude(tx, now, season, frozen)
    number = append_step(tx, now, season, by, "frozen", _detail(frozen))
    store_files(tx, season, number, frozen.files)
    store_files(tx, season, number, frozen.notary, notary=True)
    enqueue(tx, now, COMMITMENT_TOPIC, f"retreat:{season.code}", commitment(season, frozen))
    tell_left_out(tx, now, season_of(tx, season.code), frozen.excluded)
    return number


def commitment(season: Season, frozen: Frozen) -> dict[str, Any]:
    """What binds the organiser: as it is handed to whoever prints or stamps it outside."""
    draw = frozen.season
    return {
        "season": season.code,
        "title": season.title,
        "root": draw.root.hex(),
        "rules": rules_hash(draw.rules).hex(),
        "units": len(draw.units),
        "frozen": draw.frozen,
        "sources": [list(source) for source in season.sources],
    }


def _detail(frozen: Frozen) -> dict[str, Any]:
    draw = frozen.season
    return {
        "root": draw.root.hex(),
        "rules": rules_hash(draw.rules).hex(),
        "units": len(draw.units),
        "heads": len(frozen.heads),
        "excluded": dict(sorted(Counter(one.code for one in frozen.excluded).items())),
        "frozen": draw.frozen,
    }


def _store_entries(tx: WriteSession, season: Season, frozen: Frozen) -> None:
    """Write down the weights of those that take part, if each of them still is as it was read.

    Raises:
        ApplicationsMoved: one is not, or there is one more.
    """
    row = Application
    mine = (row.season_id == season.id, row.id == bindparam("at"))
    unchanged = (row.status == "entered", row.sequence == bindparam("seen"))
    weighed = update(row).where(*mine, *unchanged).values(weight=bindparam("tickets"))
    entries = [{"at": one.id, "seen": one.sequence, "tickets": weight} for one, weight in frozen.entries]
    for part in _chunks(entries):
        tx.execute(weighed, part)
    found = tx.execute(
        select(func.count(), func.count(row.weight)).where(row.season_id == season.id, row.status.in_(ALIVE))
    ).one()
    if tuple(found) != (len(frozen.entries) + len(frozen.excluded), len(frozen.entries)):
        raise ApplicationsMoved


def _store_heads(tx: WriteSession, season: Season, frozen: Frozen) -> None:
    row = Applicant
    mine = (row.member_id == bindparam("at"), row.season_id == season.id)
    names: dict[str, Any] = {
        "organisation_id": bindparam("home"),
        "categories": bindparam("kinds"),
        "weight": bindparam("tickets"),
    }
    as_frozen = update(row).where(*mine).values(names)
    heads = [
        {"at": one.member_id, "home": one.organisation_id, "kinds": list(one.categories), "tickets": one.weight}
        for one in frozen.heads
    ]
    for part in _chunks(heads):
        tx.execute(as_frozen, part)


def _exclude(tx: WriteSession, now: datetime, season: Season, frozen: Frozen) -> None:
    row = Application
    mine = (row.season_id == season.id, row.id == bindparam("at"), row.sequence == bindparam("seen"))
    left_out = update(row).where(*mine).values(status="excluded", reason=bindparam("why"), changed_at=now)
    out = [{"at": one.entry.id, "seen": one.entry.sequence, "why": one.code} for one in frozen.excluded]
    for part in _chunks(out):
        tx.execute(left_out, part)
    there = select(func.count()).where(row.season_id == season.id, row.status == "excluded", row.reason != "")
    if tx.scalar(there) != len(out):
        raise ApplicationsMoved


def _chunks(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    return (rows[start : start + ROWS_AT_ONCE] for start in range(0, len(rows), ROWS_AT_ONCE))
