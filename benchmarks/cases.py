"""What is asked in each benchmark: a row of the report each, with what is compared with it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec

from benchmarks.city import City, Scale, gate_key, member_token, pass_token, place_of_pass
from benchmarks.client import request_of
from benchmarks.load import ID, Chain, Step
from benchmarks.server import NOOP

HOST = "127.0.0.1"
API = "/api/v1"


class Case(NamedTuple):
    """One row: something that members or gates do, again and again.

    Attributes:
        path: what the row is called: the requests of a chain.
        chain: what chain number n asks.
        url: of the one GET that every chain is, or "" where each chain differs.
        most: how many chains there are.
        most_per_s: more of them a second than this are not kept ready; a faster server ends its rounds early.
    """

    path: str
    chain: Callable[[int], Chain]
    url: str = ""
    most: int = 1
    most_per_s: int = 5000


class Bench(NamedTuple):
    """Cases that share a city and a server: chains of all of them are numbered in one row."""

    scale: Scale
    cases: Callable[[City], Sequence[Case]]


def browse(city: City) -> Sequence[Case]:
    """What people look at before they book."""
    day = city.today + timedelta(days=1)
    here = "lat=29.87&lon=121.55"
    return [
        _get("/search", f"{API}/search?sport=badminton&day={day}&starts=18:00&{here}", b'"next_free"'),
        _get("/facilities/{place}/{facility}/days/{day}", f"{API}/facilities/1/1/days/{day}", b'"slots"'),
        _get("/places/{place}, page", "/places/place-1", b"</html>"),
        _get("/places/{place}/{facility}, page", f"/places/place-1/badminton?day={day}", b"</html>"),
        _get("/, page", "/", b"</html>"),
    ]


def book(city: City) -> Sequence[Case]:
    """An hour of a court for a member, ever other hours and members: kept, and kept and confirmed."""

    def hold(number: int) -> Step:
        slot = city.free[number]
        body = {"place": slot.place, "facility": slot.facility, "starts": slot.starts, "ends": slot.ends}
        return _post(f"{API}/bookings", f"hold-{number}", _member(city, number), body, b'"status":"held"')

    def confirm(number: int) -> Step:
        place = city.free[number].place
        path = f"{API}/bookings/{place}/{ID.decode()}/confirm"
        return _post(path, f"confirm-{number}", _member(city, number), None, b'"status":"confirmed"')

    return [
        Case("POST /bookings", lambda number: [hold(number)], most=len(city.free), most_per_s=2500),
        Case(
            "POST /bookings + confirm",
            lambda number: [hold(number), confirm(number)],
            most=len(city.free),
            most_per_s=1500,
        ),
    ]


def checkin(city: City) -> Sequence[Case]:
    """Signed passes, each shown once, at the gate of its place."""

    def scan(number: int) -> Chain:
        body = {"scan_id": f"scan-{number}", "code": pass_token(city, number)}
        return [_post(f"{API}/scans", f"scan-{number}", gate_key(place_of_pass(number)), body, b'"status":"ok"')]

    return [Case("POST /scans", scan, most=city.scale.passes)]


BENCHES = {
    "browse": Bench(Scale(members=2_000), browse),
    "book": Bench(Scale(), book),
    "checkin": Bench(Scale(members=2_000, passes=60_000), checkin),
}


def noop(chain: Chain, sizes: Sequence[int]) -> Chain:
    """The same requests to a route that does nothing, answered with as many bytes.

    Nobody is signed in there: the header has another name.
    """
    steps = []
    for step, size in zip(chain, sizes, strict=True):
        line, _, rest = step.request.partition(b"\r\n")
        method = line.split(b" ", 1)[0]
        status = 201 if method == b"POST" else 200
        request = b"%b %b/%d HTTP/1.1\r\n%b" % (method, NOOP.encode(), size, rest)
        steps.append(Step(request.replace(b"\r\nauthorization:", b"\r\nx-authorised:"), status, b"x"))
    return steps


def _get(name: str, path: str, contains: bytes) -> Case:
    step = Step(request_of("GET", path, HOST), 200, contains)
    return Case(f"GET {name}", lambda _: [step], url=path)


def _post(path: str, key: str, token: str, body: Any, contains: bytes) -> Step:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": key}
    if body is not None:
        headers["content-type"] = "application/json"
    content = b"" if body is None else msgspec.json.encode(body)
    return Step(request_of("POST", path, HOST, content, headers), 201, contains)


def _member(city: City, number: int) -> str:
    return member_token(number % city.scale.members + 1)
