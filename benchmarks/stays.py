"""Search and price: two months of every room type, in a house with a year of stays.

The house is drawn as `booking bench assign` draws its hotels, and stored: 300 rooms of five types, 365 nights, 91 % of
them taken. Each question is asked of the service in this process, by a member and by somebody who is not signed in,
of ever other dates: as a query, as a route of the API and as a page.
"""

import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from typing import Any

import httpx
import msgspec
from litestar import Litestar
from rich.console import Console
from rich.table import Table

from benchmarks import report
from benchmarks.hotels import Size, hotel
from booking.app import create_app
from booking.db import Database, WriteSession, insert, migrating
from booking.places.catalogue import catalogue_changed
from booking.places.models import Place, Zone
from booking.rooms.models import (
    Allotment,
    AllotmentNight,
    HotelPolicy,
    NightRestriction,
    Room,
    RoomNight,
    RoomRate,
    RoomType,
    Stay,
    StayRoom,
)
from booking.rooms.queries.offering import offers
from booking.rooms.queries.searching import calendar
from booking.rooms.rules.assignment import Snapshot
from booking.rooms.rules.nights import Nights, night_of
from booking.settings import Settings
from booking.web.principal import Principal

SIZE = Size(nights=365, full=0.91, pinned=1.0, pairs=0)
ROUNDS = 300
"""How often each question is asked."""
NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
TODAY = date(2026, 11, 25)
FIRST = night_of(TODAY)
DAYS = 61
HOUSE = 1
MEMBER = Principal(member_id=7, number="m7", name="林工", organisation_id=1, categories=("model_worker",))
ROWS_AT_ONCE = 2000

Say = Callable[[str], None]


class Row(msgspec.Struct, kw_only=True):
    """One question, in milliseconds; `answer_bytes` is 0 where nothing is written out."""

    path: str
    asked: int
    p50_ms: float
    p99_ms: float
    answer_bytes: int


class Report(msgspec.Struct, kw_only=True):
    """A run, in the shape of the other benchmarks."""

    bench: str
    machine: str
    database: str
    rooms: int
    nights: int
    stays: int
    full: float
    rows: list[Row]


def run(say: Say) -> Report:
    """Stores the house and asks; `say` is told what is being done."""
    return asyncio.run(_run(say))


async def _run(say: Say) -> Report:
    shot = hotel(SIZE)
    taken = sum(stay.departure - stay.arrival for stay in shot.stays)
    full = taken / (len(shot.rooms) * SIZE.nights)
    say(f"stays: storing {len(shot.rooms)} rooms, {len(shot.stays)} stays, {full:.0%} full")
    with tempfile.TemporaryDirectory() as folder:
        async with _served(Path(folder), shot) as app:
            rows = [await _asked(name, ask, say) for name, ask in _questions(app)]
    return Report(
        bench="stays",
        machine=report.machine(),
        database="sqlite, a file",
        rooms=len(shot.rooms),
        nights=SIZE.nights,
        stays=len(shot.stays),
        full=round(full, 3),
        rows=rows,
    )


@asynccontextmanager
async def _served(folder: Path, shot: Snapshot) -> AsyncIterator[Litestar]:
    url = f"sqlite:///{folder / 'booking.db'}"
    migrating.upgrade(url)
    app = create_app(Settings(database=url), clock=lambda: NOW, background=False)
    async with app.lifespan():
        await app.state.database.write(store, shot)
        yield app


Question = Callable[[random.Random], Awaitable[int]]


def _questions(app: Litestar) -> Iterator[tuple[str, Question]]:
    database: Database = app.state.database
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    client = httpx.AsyncClient(transport=transport, base_url="http://testserver")

    async def months(dice: random.Random) -> int:
        first = TODAY + timedelta(days=dice.randrange(SIZE.nights - DAYS))
        await database.read(calendar, HOUSE, first, DAYS, dice.choice([MEMBER, None]))
        return 0

    async def stay(dice: random.Random) -> int:
        arrival = FIRST + dice.randrange(SIZE.nights - 14)
        nights = Nights(arrival, arrival + dice.randrange(1, 8))
        await database.read(offers, NOW, HOUSE, nights, 2, dice.choice([MEMBER, None]))
        return 0

    async def route(dice: random.Random) -> int:
        first = TODAY + timedelta(days=dice.randrange(SIZE.nights - DAYS))
        return await get(f"/api/v1/rooms/{HOUSE}/nights?first={first}&days={DAYS}")

    async def page(dice: random.Random) -> int:
        arrival = TODAY + timedelta(days=dice.randrange(SIZE.nights - DAYS))
        return await get(f"/stays?arrival={arrival}&departure={arrival + timedelta(days=3)}")

    async def get(path: str) -> int:
        answer = await client.get(path)
        answer.raise_for_status()
        return len(answer.content)

    yield f"{DAYS} nights × every type, query", months
    yield "offers for a stay, query", stay
    yield f"GET /rooms/{{place}}/nights, {DAYS} days", route
    yield "GET /stays, page of two months", page


async def _asked(name: str, ask: Question, say: Say) -> Row:
    say(f"stays: {name}")
    dice, spent, length = random.Random(1), [], 0
    for _ in range(ROUNDS // 10):  # prices are remembered, and statements written, from the first time on
        await ask(dice)
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        length = await ask(dice)
        spent.append((time.perf_counter() - begun) * 1000)
    spent.sort()
    p50, p99 = spent[len(spent) // 2], spent[int(len(spent) * 0.99)]
    return Row(path=name, asked=ROUNDS, p50_ms=round(p50, 2), p99_ms=round(p99, 2), answer_bytes=length)


def store(tx: WriteSession, now: datetime, shot: Snapshot) -> None:
    """The house with its year of stays, every one in the room of the drawn plan."""
    _store_house(tx, now, shot)
    _store_pools(tx, shot)
    _store_stays(tx, now, shot)
    catalogue_changed(tx)


def _put(tx: WriteSession, table: Any, rows: list[dict[str, Any]]) -> None:
    for at in range(0, len(rows), ROWS_AT_ONCE):
        tx.execute(insert(tx, table), rows[at : at + ROWS_AT_ONCE])


def _store_house(tx: WriteSession, now: datetime, shot: Snapshot) -> None:
    names = {"name": "疗养院", "name_en": "Sanatorium"}
    where = {"address": "象山", "address_en": "Xiangshan", "district": "330225", "latitude": 29.2, "longitude": 121.9}
    _put(tx, Place, [{"id": HOUSE, "code": "banbianshan", "kind": "sanatorium", **names, **where}])
    _put(tx, Zone, [{"place_id": HOUSE, "id": 1, "code": "wing", **names, "capacity": None}])
    terms = {"document": "办法", "clause": "第三条", "effective_from": TODAY, "deposit_permille": 200}
    limits = {"horizon_days": SIZE.nights, "most_nights": 14, "most_rooms": 4, "hold_minutes": 30}
    hours = {"arrive_from": wall_time(14), "leave_by": wall_time(12)}
    fees = {"cancel_fees": [[3, 200]], "no_show_permille": 1000, "zones": [], "upgrades": []}
    _put(tx, HotelPolicy, [{"place_id": HOUSE, **terms, **limits, **hours, **fees}])
    kinds = sorted({room.type for room in shot.rooms})
    size = {"beds": ["single", "single"], "sleeps": 3, "extra_beds": 1, "square_metres": 28, "features": ["wifi"]}
    _put(tx, RoomType, [{"place_id": HOUSE, "id": kind, "code": f"t{kind}", **names, **size} for kind in kinds])
    _put(tx, Room, [_room(room.id, room.type) for room in shot.rooms])
    _put(tx, RoomRate, list(_rates(kinds)))
    pools, made = [(1, "public", 0), (2, "hold_back", 100)], names | {"place_id": HOUSE, "created_at": now}
    _put(
        tx,
        Allotment,
        [made | {"id": at, "code": kind, "kind": kind, "opens_permille": part} for at, kind, part in pools],
    )


def _room(number: int, kind: int) -> dict[str, Any]:
    there = {"zone_id": 1, "number": str(number), "wing": "A", "floor": 1, "neighbours": [], "features": []}
    return {"place_id": HOUSE, "id": number, "type_id": kind, **there}


def _rates(kinds: list[int]) -> Iterator[dict[str, Any]]:
    """Two seasons and the rest of the year, three categories, weekdays and weekends."""
    seasons = [(None, None), (date(2027, 1, 20), date(2027, 2, 20)), (date(2027, 7, 1), date(2027, 8, 31))]
    at = 0
    for kind in kinds:
        for first, last in seasons:
            for category in ("member", "guest", "model_worker"):
                for days in ("any", "weekend", "holiday"):
                    at += 1
                    season = {"from_day": first, "until_day": last, "fen": 20000 + 100 * at}
                    yield {"place_id": HOUSE, "id": at, "type_id": kind, "category": category, "days": days, **season}


def _store_pools(tx: WriteSession, shot: Snapshot) -> None:
    """Two pools a night: what is sold is the public's, as far as it reaches."""
    rooms = Counter(room.type for room in shot.rooms)
    sold = Counter((stay.type, night) for stay in shot.stays for night in range(stay.arrival, stay.departure))
    rows = []
    for kind, count in sorted(rooms.items()):
        for night in range(SIZE.nights):
            taken, held_back = sold[kind, night], count // 10
            public = max(count - held_back, taken)
            for pool, capacity, used in ((1, public, taken), (2, count - public, 0)):
                key = {"place_id": HOUSE, "type_id": kind, "night": FIRST + night, "allotment_id": pool}
                rows.append(key | {"capacity": capacity, "taken": used, "over_limit": 0, "over_taken": 0})
    _put(tx, AllotmentNight, rows)
    weekly = [FIRST + night for night in range(5, SIZE.nights, 7)]
    limits = {"least_nights": 2, "most_nights": None}
    _put(tx, NightRestriction, [{"place_id": HOUSE, "type_id": 0, "night": night, **limits} for night in weekly])


def _store_stays(tx: WriteSession, now: datetime, shot: Snapshot) -> None:
    stays, rooms, claims = [], [], []
    for one in shot.stays:
        nights = {"arrival": FIRST + one.arrival, "departure": FIRST + one.departure}
        length = one.departure - one.arrival
        mine = {"place_id": HOUSE, "id": one.id}
        paid = {"price_fen": 20000 * length}
        whose = {"member_id": None, "contact_name": "客人", "contact_phone": "", "arrive_at": None, "folio_id": None}
        made = {"source": "page", "booked_by": None, "created_at": now, "changed_at": now, "hold_expires_at": None}
        stays.append(mine | nights | paid | whose | made | {"status": "confirmed", "allotment_id": 1, "extras": []})
        kind: dict[str, Any] = {"type_id": one.type, "given_type_id": one.type, "room_id": one.room, "needs": []}
        held = {"stay_id": one.id, "number": 1, "status": "expected", "heads": 2, "night_fen": [20000] * length}
        ends = {"ended_at": None, "arrived_at": None, "departed_at": None}
        rooms.append(mine | nights | paid | kind | held | ends)
        claims += [
            {"place_id": HOUSE, "night": FIRST + night, "room_id": one.room, "stay_room_id": one.id, "outage_id": None}
            for night in range(one.arrival, one.departure)
        ]
    _put(tx, Stay, stays)
    _put(tx, StayRoom, rooms)
    _put(tx, RoomNight, claims)


def show(found: Report, console: Console) -> None:
    """Print a report as a table."""
    title = f"booking bench stays: {found.rooms} rooms, {found.stays:,} stays in {found.nights} nights"
    table = Table(title=f"{title}, {found.full:.0%} full", caption=found.machine)
    for name in ("question", "p50 ms", "p99 ms", "bytes"):
        table.add_column(name, justify="left" if name == "question" else "right")
    for one in found.rows:
        table.add_row(one.path, f"{one.p50_ms:.2f}", f"{one.p99_ms:.2f}", f"{one.answer_bytes:,}")
    console.print(table)
