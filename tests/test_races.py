"""Real concurrency through real servers: nothing is sold twice, nothing is lost, nobody gets a 500.

The servers are `booking serve`, their clock the machine's, every rival a connection of its own that asks at the
same moment as all others. Mutants that this file notices: a claim without its primary key, a counter that is read
before it is written, an idempotency row stored after its command.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from hashlib import sha256
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
from sqlalchemy import func, select

from benchmarks.client import Answer, Connection, all_at_once
from booking.clock import half_hour_of, system_clock
from booking.db import ReadSession
from booking.venues.models import Booking, Claim, PoolCounter
from tests.crowds import ONLY_COURT, POOL, POOL_PLACES, Crowd, gather
from tests.databases import PostgresDatabases, SqliteFiles, opened
from tests.servers import serving
from tests.venues.city import BASKETBALL, CENTRE

RIVALS = 500
CALM = range(RIVALS, RIVALS + 3)
"""Three members who are in no race, so that no limit on what one may hold decides for them."""
BOOKINGS = "/api/v1/bookings"
Ask = Callable[[Connection], Awaitable[Answer]]


class Arena(NamedTuple):
    """Running servers on one database, and the people who will want something of them."""

    url: str
    ports: list[int]
    people: Crowd

    def race(self, asks: list[Ask]) -> list[Answer]:
        """What each was told, when all ask at the same moment."""
        return asyncio.run(all_at_once(self.ports, len(asks), lambda connection, number: asks[number](connection)))

    def stored(self, facility: int, hour: int) -> tuple[int, int]:
        """What is stored for an hour of a facility: bookings, and claims of units or heads taken."""

        async def ask() -> tuple[int, int]:
            async with opened(self.url, system_clock) as database:
                return await database.read(_stored, facility, half_hour_of(self.people.starts(hour)))

        return asyncio.run(ask())


def _stored(tx: ReadSession, facility: int, half_hour: int) -> tuple[int, int]:
    def here(table: type[Booking | Claim | PoolCounter], starts: Any) -> Any:
        return (table.place_id == CENTRE) & (table.facility_id == facility) & (starts == half_hour)

    bookings = tx.scalar(select(func.count()).where(here(Booking, Booking.starts)))
    claims = tx.scalar(select(func.count()).where(here(Claim, Claim.half_hour)))
    heads = tx.scalar(select(PoolCounter.taken).where(here(PoolCounter, PoolCounter.half_hour)))
    return int(bookings), int(heads or claims)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(("sqlite", 1), id="sqlite"),
        pytest.param(("postgresql", 1), id="postgresql"),
        pytest.param(("postgresql", 2), id="postgresql, two processes"),
    ],
)
def arena(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """SQLite has one writer; PostgreSQL is asked by one process and by two. Each race has hours of its own."""
    backend, processes = request.param
    folder = tmp_path_factory.mktemp("arena")
    postgres: PostgresDatabases | None = request.getfixturevalue("postgres") if backend == "postgresql" else None
    if postgres is None:
        files: SqliteFiles = request.getfixturevalue("sqlite_files")
        url = files.fresh(folder)
    else:
        url = postgres.fresh()

    async def fill() -> Crowd:
        async with opened(url, system_clock) as database:
            return await database.write(gather, RIVALS + len(CALM))

    people = asyncio.run(fill())
    with serving(url, folder, processes) as servers:
        yield Arena(url, [server.port for server in servers], people)
    if postgres is not None:
        postgres.give_back(url)


def wish(people: Crowd, facility: int, hour: int, **more: Any) -> bytes:
    """The body of a wish for an hour."""
    starts, ends = people.starts(hour), people.starts(hour + 1)
    return msgspec.json.encode({"place": CENTRE, "facility": facility, "starts": starts, "ends": ends} | more)


def post(token: str, body: bytes) -> Ask:
    """A member asks for a booking."""
    key = sha256(body).hexdigest()
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json", "idempotency-key": key}
    return lambda connection: connection.request("POST", BOOKINGS, body, headers)


def told(answers: list[Answer]) -> Counter[str]:
    """How many were told what: a status and, for a refusal, its code."""
    return Counter(
        "201" if answer.status == 201 else f"{answer.status} {msgspec.json.decode(answer.body)['code']}"
        for answer in answers
    )


class TestCourts:
    def test_500_rivals_for_one_court(self, arena: Arena) -> None:
        """Half of them want a court, half this very court: there is only one."""
        people = arena.people
        bodies = [wish(people, ONLY_COURT, 18), wish(people, ONLY_COURT, 18, court=1)]
        answers = told(arena.race([post(token, bodies[at % 2]) for at, token in enumerate(people.tokens[:RIVALS])]))
        assert answers.pop("201") == 1
        assert set(answers) == {"409 slot_taken", "409 court_taken"}
        assert answers.total() == RIVALS - 1
        assert arena.stored(ONLY_COURT, 18) == (1, 1)

    def test_a_full_court_or_its_halves_never_both(self, arena: Arena) -> None:
        """Court A is the halves A1 and A2; 30 rivals choose one of the three, 10 each."""
        people, (full, *halves) = arena.people, (1, 3, 4)
        bodies = [wish(people, BASKETBALL, 10, court=court) for court in (full, *halves)]
        answers = arena.race([post(token, bodies[at % 3]) for at, token in enumerate(people.tokens[:30])])
        won = {(full, *halves)[at % 3] for at, answer in enumerate(answers) if answer.status == 201}
        assert won in ({full}, set(halves))
        assert told(answers) == {"201": len(won), "409 court_taken": 30 - len(won)}
        assert arena.stored(BASKETBALL, 10) == (len(won), 2)

    def test_nothing_is_left_over(self, arena: Arena) -> None:
        """Two full courts are four halves: whoever wins, the last half is sold, and none twice."""
        people = arena.people
        bodies = [wish(people, BASKETBALL, 12, court_kind=kind) for kind in ("full", "half")]
        answers = arena.race([post(token, bodies[at % 2]) for at, token in enumerate(people.tokens[100:140])])
        won = Counter(at % 2 for at, answer in enumerate(answers) if answer.status == 201)
        assert 2 * won[0] + won[1] == 4
        assert told(answers) == {"201": won.total(), "409 slot_taken": 40 - won.total()}
        assert arena.stored(BASKETBALL, 12) == (won.total(), 4)


class TestPool:
    def test_400_rivals_for_100_places(self, arena: Arena) -> None:
        people = arena.people
        body = wish(people, POOL, 18)
        answers = told(arena.race([post(token, body) for token in people.tokens[:400]]))
        assert answers == {"201": POOL_PLACES, "409 pool_full": 400 - POOL_PLACES}
        assert arena.stored(POOL, 18) == (POOL_PLACES, POOL_PLACES)

    def test_parties_never_exceed_it(self, arena: Arena) -> None:
        """Parties of 1 to 7: what is left over is smaller than the smallest party refused."""
        people = arena.people
        parties = [at % 7 + 1 for at in range(100)]
        bodies = [wish(people, POOL, 20, heads=heads) for heads in parties]
        answers = arena.race([post(token, body) for token, body in zip(people.tokens[400:RIVALS], bodies, strict=True)])
        statuses = [answer.status for answer in answers]
        taken = sum(heads for heads, status in zip(parties, statuses, strict=True) if status == 201)
        assert set(statuses) == {201, 409}
        assert POOL_PLACES - taken < min(
            heads for heads, status in zip(parties, statuses, strict=True) if status == 409
        )
        assert arena.stored(POOL, 20) == (statuses.count(201), taken)


class TestRetries:
    async def test_50_at_once_are_one(self, arena: Arena) -> None:
        """One fresh answer and 49 replays of it, whichever process each reaches."""
        answers = await _retries(arena, [wish(arena.people, ONLY_COURT, 8)] * 50, key="again")
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        replayed = Counter(answer.headers.get("idempotency-replayed") for answer in answers)
        assert replayed == {None: 1, "true": 49}

    async def test_one_key_with_two_bodies(self, arena: Arena) -> None:
        """Whichever comes first is answered, every time; the other never."""
        bodies = [wish(arena.people, ONLY_COURT, hour) for hour in (9, 10)] * 10
        answers = await _retries(arena, bodies, key="two bodies")
        by_body = [{answer.status_code for answer in answers[at::2]} for at in (0, 1)]
        assert sorted(by_body, key=min) == [{201}, {422}]
        assert {answer.json()["code"] for answer in answers if answer.status_code == 422} == {"idempotency_key_reused"}

    async def test_no_key_is_a_mistake(self, arena: Arena) -> None:
        [answer] = await _retries(arena, [wish(arena.people, ONLY_COURT, 11)], key=None)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")

    async def test_a_refusal_is_not_remembered(self, arena: Arena) -> None:
        """The same request, sent again once the court is free, is booked: a refusal undid its key too."""
        people = arena.people
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{arena.ports[0]}") as client:

            async def ask(who: int, path: str, key: str, body: bytes = b"") -> httpx.Response:
                headers = {"authorization": f"Bearer {people.tokens[who]}", "idempotency-key": key}
                return await client.post(path, content=body, headers=headers | {"content-type": "application/json"})

            body = wish(people, ONLY_COURT, 13)
            held = await ask(CALM[1], BOOKINGS, "mine", body)
            assert (await ask(CALM[2], BOOKINGS, "mine", body)).json()["code"] == "slot_taken"
            await ask(CALM[1], f"{BOOKINGS}/{CENTRE}/{held.json()['id']}/cancel", "free", b"")
            again = await ask(CALM[2], BOOKINGS, "mine", body)
            assert (again.status_code, again.headers.get("idempotency-replayed")) == (201, None)


async def _retries(arena: Arena, bodies: list[bytes], key: str | None) -> list[httpx.Response]:
    """What a member is told on as many connections as there are bodies."""
    headers = {"authorization": f"Bearer {arena.people.tokens[CALM[0]]}", "content-type": "application/json"}
    headers |= {} if key is None else {"idempotency-key": key}
    limits = httpx.Limits(max_connections=len(bodies))
    async with httpx.AsyncClient(headers=headers, limits=limits, timeout=60) as client:
        asks = [
            client.post(f"http://127.0.0.1:{arena.ports[at % len(arena.ports)]}{BOOKINGS}", content=body)
            for at, body in enumerate(bodies)
        ]
        return list(await asyncio.gather(*asks))
