"""Seasons on their draw day: what the tests of freezing, drawing and publishing stand on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Executable, select, update

from booking.clock import SHANGHAI
from booking.db import Database, ReadSession, WriteSession
from booking.draws.sources import DrawnNumbers
from booking.members.models import Account, Member, RoleGrant
from booking.retreats import drawing
from booking.retreats.models import Application, DrawFile, DrawStep, RetreatPlace, Season
from booking.retreats.service.drawing.results import confirm_results, enter_results
from booking.web.principal import Principal, Scope
from tests.databases import SettableClock
from tests.retreats.season import CITY, CODE, SEASON, Town, everybody, found_season, open_season, populate
from tests.rooms.house import add

SECOND_OFFICER = 9021
NUMBERS = (
    DrawnNumbers("kl8", "2026325", (3, 80, 7, 11, 15, 19, 22, 28, 31, 36, 40, 44, 47, 51, 55, 60, 63, 68, 72, 77)),
    DrawnNumbers("ssq", "2026140", (33, 1, 5, 12, 20, 28, 9)),
)
"""What the named draws came out as, in the order in which they were announced."""


class Day(NamedTuple):
    """A season before its freeze, and two officers who may draw it."""

    town: Town
    season: Season
    officer: Principal
    second: Principal


def second_officer(tx: WriteSession, now: datetime) -> Principal:
    """Another officer of the whole federation."""
    row = {"id": SECOND_OFFICER, "number": "o9021", "name": "陆江", "sex": "female", "organisation_id": CITY}
    add(tx, Member, [row])
    add(tx, Account, [{"member_id": SECOND_OFFICER, "password_hash": "-", "activated_at": now}])
    scope = Scope("federation_officer", "all", 0)
    grant = {"role": scope.role, "scope_kind": "all", "scope_id": 0, "granted_at": now}
    add(tx, RoleGrant, [grant | {"member_id": SECOND_OFFICER}])
    return Principal(member_id=SECOND_OFFICER, number="o9021", name="陆江", organisation_id=CITY, scopes=(scope,))


def draw_day(tx: WriteSession, now: datetime, /, **changed: Any) -> Day:
    """The town, and thirty-two applications of one worker each."""
    town = populate(tx, now)
    second = second_officer(tx, now)
    season = open_season(tx, now, **changed)
    everybody(tx, now, season, town)
    return Day(town, season, town.officer, second)


def at_freeze(clock: SettableClock, season: Season) -> None:
    """When the freeze is due."""
    clock.now = season.freezes_at


def after_draws(clock: SettableClock, season: Season) -> None:
    """When all named draws have drawn."""
    latest = max(source[2] for source in season.sources)
    clock.now = datetime.fromisoformat(latest).replace(tzinfo=SHANGHAI) + timedelta(hours=22)


async def frozen_day(database: Database, clock: SettableClock, **changed: Any) -> Day:
    """A season that is frozen, when its numbers are out."""
    day = await database.write(draw_day, **changed)
    at_freeze(clock, day.season)
    await drawing.freeze(database, day.officer, CODE)
    after_draws(clock, day.season)
    return day


async def numbers_in(database: Database, day: Day, numbers: Sequence[DrawnNumbers] = NUMBERS) -> None:
    """Two officers read the same numbers."""
    await database.write(enter_results, day.officer, CODE, numbers)
    await database.write(confirm_results, day.second, CODE, numbers)


async def drawn_day(database: Database, clock: SettableClock, **changed: Any) -> Day:
    """A season whose first stage is published."""
    day = await frozen_day(database, clock, **changed)
    await numbers_in(database, day)
    await drawing.draw(database, day.officer, CODE)
    return day


def answer(tx: WriteSession, now: datetime, declining: int) -> tuple[list[int], list[int]]:
    """Every winner answers: the first few decline, all others confirm; answers (confirmed, declined)."""
    row = RetreatPlace
    open_places = select(row.application_id).where(row.season_id == SEASON, row.status == "offered")
    won = sorted(tx.execute(open_places).scalars().all())
    for application in won:
        status = "declined" if application in won[:declining] else "confirmed"
        mine = (row.season_id == SEASON, row.application_id == application, row.status == "offered")
        tx.execute(update(row).where(*mine).values(status=status, decided_at=now))
    return won[declining:], won[:declining]


class Stored(NamedTuple):
    """Everything that a draw leaves behind, to be compared."""

    status: str
    steps: list[tuple[int, str]]
    files: dict[tuple[int, str], bytes]
    applications: dict[int, tuple[str, int | None, int | None]]
    places: list[tuple[int, int, int, int, str]]


def stored(tx: ReadSession) -> Stored:
    """What is stored of the season."""
    steps, files, row = DrawStep, DrawFile, RetreatPlace
    applications = tx.all(select(Application).where(Application.season_id == SEASON))
    columns = (row.application_id, row.stage, row.batch, row.type_id, row.status)
    places = tx.execute(select(*columns).order_by(row.application_id, row.stage))
    return Stored(
        found_season(tx).status,
        [(one.number, one.kind) for one in tx.all(select(steps).order_by(steps.number))],
        {(one.step, one.name): one.data for one in tx.all(select(files))},
        {one.id: (one.status, one.weight, one.position) for one in applications},
        [tuple(one) for one in places],
    )


def changed(tx: WriteSession, now: datetime, /, statement: Executable) -> None:
    """Change rows behind everybody's back."""
    tx.execute(statement)
