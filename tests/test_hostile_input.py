"""Whatever is sent to the API: never a 500, always a problem document of a type that the documentation names."""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest
from litestar import Litestar
from msgspec import inspect

from booking.app import LARGEST_BODY
from booking.errors import all_errors
from booking.settings import Settings
from tests.addresses import PARAMETER, Route, leaves, replaced, routes, sample
from tests.applications import application
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import to
from tests.venues.city import BADMINTON, CENTRE
from tests.world import World, found_world

JSON = "application/json"
PROBLEM = "application/problem+json"

HOSTILE_NUMBERS = (-1, 2**53, 2**63, 10**30, 1.5, 1e308)
HOSTILE_TEXTS = (
    "", " ", "\x00", "a\x00b", "\ud800", "\ufffe", "' OR 1=1 --", "%s%n{0}{x}", "x" * 10_000, "\uff11\uff12",
    "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-26T18:00:00",
    "2026-02-30T00:00:00Z", "24:00", "23:59:60",
)  # fmt: skip
HOSTILE_OTHERS: tuple[Any, ...] = (None, True, [], {}, ["x"] * 5000)
HOSTILE_SEGMENTS = (
    "-1", "0", "9007199254740993", "9" * 40, "1.5", "1e3", "1_0", "+1", "\uff11", "%00", "%ff", "%F0%9F%A6%86",
    "..%2f..", "%0d%0aX-Evil:1", "'", "x" * 5000, "0001-01-01", "9999-12-31", "2026-02-30", "%20",
)  # fmt: skip
HOSTILE_QUERIES = (
    "a=b", "limit=1&limit=2", "limit=-1", "limit=10000000000000000000000", "limit=1_0", "limit=%EF%BC%91", "limit=",
    "cursor=-1", "cursor=9223372036854775808", "cursor=%00", "cursor=1.1.1", "cursor=9.9.99999999999999999", "%ff=%ff",
    "lat=nan&lon=inf", "lat=91&lon=0", "lat=1e309&lon=1", "day=0001-01-01&sport=gym", "day=9999-12-31&sport=badminton",
    "day=2026-02-30&sport=x", "sport=%00&day=2026-11-26", "sport=badminton&day=2026-11-26&starts=25:00",
    "sport=badminton&day=2026-11-26&half_hours=0", "sport=badminton&day=2026-11-26&starts=23:30&half_hours=48",
    "key=%00", "key=" + "x" * 3000, "organisation=-1", "organisation=99999999999999999999", "court_kind=%00",
    "district=%F0%9F%A6%86", "when=never", "x" * 6000, "&".join(f"k{n}=v" for n in range(3000)), "=&=&==;;&&",
    "[]=1&a[b]=c",
)  # fmt: skip
BROKEN_JSON = (
    b"", b" ", b"{", b"}", b"nul", b"NaN", b"Infinity", b"{'a':1}", b'{"a":1,}', b'{"a":1}x', b'{"a" 1}', b"\xff\xfe{}",
    b"\xef\xbb\xbf{}", b'{"who":"\xff"}', b'{"who":"\xed\xa0\x80"}', b'{"a":1e999}', b'{"a":' + b"9" * 5000 + b"}",
    b'{"a":-' + b"9" * 5000 + b"}", b"0" * 1000, b'"', b"\x00", b"[" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000, b"[]", b"1", b'"x"', b"null", b"true",
)  # fmt: skip
HINTS: dict[str, Any] = {
    "place": CENTRE,
    "facility": BADMINTON,
    "court": 1,
    "courts": [1],
    "days": "1",
    "scan_id": "s1",
}


OTHER_TYPES = ("text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
               "application/msgpack", "", "nonsense", "application/json; charset=utf-7")  # fmt: skip
HOSTILE_HEADERS = {
    "authorization": (b"", b"Bearer", b"Bearer  ", b"Bearer \x00", b"Bearer \xe9", b"Basic Og==",
                      b"Bearer mbr_" + b"0" * 64, b"Bearer gate_" + b"0" * 64, b"Bearer " + b"x" * 7000),
    "idempotency-key": (b"", b" ", b'"', b'""', b"\xe9", b"x" * 7000, b"\x7f", b"' OR 1=1"),
    "if-none-match": (b"*", b"W/", b'"' * 50, b"\xe9"),
    "accept-language": (b"q=1;q=x", b"en;q=9,zh;q=nan,*", b"\xe9", b"," * 3000),
    "cookie": (b"locale=\xe9; flash=!!!!; theme=<>", b"=;=;;", b"signin=" + b"0" * 5000),
}  # fmt: skip


class Attack(NamedTuple):
    """One request."""

    route: Route
    path: str
    content: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, bytes], ...] = ()


class Target(NamedTuple):
    """The running application with a world in it."""

    app: Litestar
    world: World
    known: frozenset[str]
    documented: dict[str, set[str]]
    """The statuses of each route in the API document."""

    @property
    def api(self) -> list[Route]:
        return [route for route in routes(self.app) if route.is_api]

    def body(self, route: Route) -> bytes:
        """A body of the right form."""
        return encoded(sample(route.body, HINTS)) if route.body else b""

    async def refuse(self, attacks: Iterable[Attack], *, always: bool = True) -> None:
        """Send them all. None may be a fault of ours; with `always`, each must be refused as well."""
        wrong = []
        async with httpx.AsyncClient(transport=to(self.app, "192.0.2.9"), base_url="http://testserver") as client:
            for number, attack in enumerate(attacks):
                answer = await client.send(self._request(client, attack, number))
                if why := self._complaint(answer, always) or self._surprise(attack.route, answer):
                    wrong.append(f"{attack.route}: {why}\n    {attack.path[:150]!r} {attack.content[:150]!r}")
        assert not wrong, f"{len(wrong)} of them\n" + "\n".join(wrong[:30])

    def _request(self, client: httpx.AsyncClient, attack: Attack, number: int) -> httpx.Request:
        for_gates = attack.route.path.startswith(("/api/v1/scans", "/api/v1/gates", "/api/v1/zones"))
        token = self.world.gate_key if for_gates else self.world.bearer["admin"]
        headers = {"authorization": f"Bearer {token}", "idempotency-key": f"attack-{number}"}
        headers |= {"content-type": attack.content_type} if attack.content_type else {}
        raw = {name.encode(): value.encode() for name, value in headers.items()}
        raw |= {name.encode(): value for name, value in attack.headers}
        return client.build_request(attack.route.method, attack.path, content=attack.content, headers=raw)

    def _complaint(self, answer: httpx.Response, always: bool) -> str:
        if answer.status_code < 400:
            return f"{answer.status_code}, accepted" if always else ""
        if answer.headers.get("content-type") == JSON and answer.json().get("scan_id"):
            return ""  # a verdict, whose status says what it is to a gate
        if answer.headers.get("content-type") != PROBLEM:
            return f"{answer.status_code} as {answer.headers.get('content-type')}"
        problem = answer.json()
        if answer.status_code >= 500 or problem["code"] not in self.known:
            return f"{answer.status_code} {problem['code']}"
        if problem["status"] != answer.status_code or not problem["type"].endswith(f"/problems#{problem['code']}"):
            return f"{answer.status_code}, but {problem}"
        return ""

    def _surprise(self, route: Route, answer: httpx.Response) -> str:
        expected = self.documented.get(str(route), set())
        if not expected or str(answer.status_code) in expected or answer.json()["code"] == "no_such_page":
            return ""
        return f"{answer.status_code}, which the API document does not name"


def documented(app: Litestar) -> dict[str, set[str]]:
    """The statuses of each route in the API document."""
    paths = app.openapi_schema.to_schema()["paths"]
    return {
        str(route): set(paths[PARAMETER.sub(r"{\1}", route.path)][route.method.lower()]["responses"])
        for route in routes(app)
        if route.is_api
    }


@pytest.fixture
async def target(database_url: str, clock: SettableClock) -> AsyncIterator[Target]:
    """On both databases: PostgreSQL refuses texts and numbers that SQLite takes."""
    settings = Settings(database=database_url)
    async with application(settings, clock) as app:
        world: World = await app.state.database.write(found_world, settings)
        yield Target(app, world, frozenset(error.code for error in all_errors()), documented(app))


def encoded(body: Any) -> bytes:
    """A body as JSON, lone surrogates and infinities as attackers write them."""
    return json.dumps(body).encode()


HOSTILE = (*HOSTILE_OTHERS, *HOSTILE_NUMBERS, *HOSTILE_TEXTS)


class TestBodies:
    @sqlite_only
    async def test_broken_json(self, target: Target) -> None:
        with_body = [route for route in target.api if route.body]
        assert len(with_body) > 15
        await target.refuse(
            Attack(route, target.world.address(route), content) for route in with_body for content in BROKEN_JSON
        )

    async def test_every_field_with_every_hostile_value(self, target: Target) -> None:
        for route in target.api:
            if route.body:
                body = sample(route.body, HINTS)
                await target.refuse(
                    (
                        Attack(route, target.world.address(route), encoded(replaced(body, place, value)))
                        for place in leaves(body)
                        for value in HOSTILE
                    ),
                    always=False,
                )

    @sqlite_only
    async def test_fields_that_are_not_in_the_document(self, target: Target) -> None:
        await target.refuse(
            Attack(route, target.world.address(route), encoded(sample(route.body, HINTS) | {"unexpected": 1}))
            for route in target.api
            if route.body
        )

    @sqlite_only
    async def test_every_struct_of_a_request_forbids_them(self, target: Target) -> None:
        """Also the structs inside, which the test above does not reach."""
        kinds = inspect.multi_type_info([route.body for route in target.api if route.body])
        found = [kind for kind in kinds if isinstance(kind, inspect.StructType)]
        while found:
            struct = found.pop()
            assert struct.forbid_unknown_fields, struct.cls
            for field in struct.fields:
                inner = getattr(field.type, "item_type", field.type)
                parts = inner.types if isinstance(inner, inspect.UnionType) else (inner,)
                found += [part for part in parts if isinstance(part, inspect.StructType)]

    @sqlite_only
    async def test_larger_than_a_body_may_be(self, target: Target) -> None:
        content = b'{"x":"' + b"x" * LARGEST_BODY + b'"}'
        await target.refuse(Attack(route, target.world.address(route), content) for route in target.api if route.body)

    @sqlite_only
    async def test_of_another_type(self, target: Target) -> None:
        await target.refuse(
            Attack(route, target.world.address(route), b"who=1\x00\xff", content_type)
            for route in target.api
            if route.body
            for content_type in OTHER_TYPES
        )

    @sqlite_only
    async def test_where_none_is_expected(self, target: Target) -> None:
        await target.refuse(
            (
                Attack(route, target.world.address(route), content)
                for route in target.api
                if not route.body and route.method != "GET"
                for content in BROKEN_JSON
            ),
            always=False,
        )


class TestAddresses:
    async def test_every_parameter_with_every_hostile_segment(self, target: Target) -> None:
        await target.refuse(
            (
                Attack(
                    route,
                    target.world.address(route, **{name: segment}),
                    target.body(route),
                )
                for route in target.api
                for name, _ in route.parameters
                for segment in HOSTILE_SEGMENTS
            ),
            always=False,
        )

    async def test_hostile_queries(self, target: Target) -> None:
        await target.refuse(
            (
                Attack(route, f"{target.world.address(route)}?{query}")
                for route in target.api
                if route.method == "GET"
                for query in HOSTILE_QUERIES
            ),
            always=False,
        )

    @sqlite_only
    async def test_addresses_that_there_are_not(self, target: Target) -> None:
        nowhere = Route("GET", "/api/v1/nowhere", None)
        paths = [
            "/api/v1",
            "/api/v1/",
            "/api/v1/nowhere",
            "/api/v1/%2e%2e/account",
            "/api/v1/" + "x/" * 500,
        ]
        await target.refuse(Attack(nowhere, path) for path in paths)

    @sqlite_only
    async def test_methods_that_there_are_not(self, target: Target) -> None:
        await target.refuse(
            Attack(Route(method, route.path, None), target.world.address(route))
            for route in target.api
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE"}
            - {other.method for other in target.api if other.path == route.path}
        )


class TestHeaders:
    @sqlite_only
    async def test_hostile_headers(self, target: Target) -> None:
        """What reads headers is the same for all routes: a few of them stand for the rest."""
        await target.refuse(
            (
                Attack(route, target.world.address(route), target.body(route), JSON, ((name, value),))
                for route in target.api[::5]
                for name, values in HOSTILE_HEADERS.items()
                for value in values
            ),
            always=False,
        )


def test_the_attacks_reach_what_they_are_meant_for() -> None:
    """A quoted segment stays one segment: otherwise the attack would be on another address."""
    assert all("/" not in segment and "?" not in segment for segment in HOSTILE_SEGMENTS)
    assert quote("\x00") == "%00"
