"""The whole story over plain HTTP, on the demo city: a court is found, booked, walked into; another is cancelled."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import icalendar
import pytest
from click.testing import CliRunner

from booking.cli import main
from booking.clock import SHANGHAI
from tests.pictures import decoded, painted
from tests.servers import Server

WORKER, PASSWORD = "demo-worker", "demo-worker-pass"
ENROLMENT = "DEMO-GATE-5101"


class Stage(NamedTuple):
    """A running service, and the file that says what hour it is there."""

    server: Server
    clock: Path

    def turn_to(self, hour: float) -> datetime:
        """Make it some hour of tomorrow in Shanghai."""
        tomorrow = datetime.now(SHANGHAI).date() + timedelta(days=1)
        at = datetime.combine(tomorrow, time(), SHANGHAI) + timedelta(hours=hour)
        self.clock.write_text(at.astimezone(UTC).isoformat())
        return at


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("story")
    url = f"sqlite:///{folder / 'booking.db'}"
    for command in (["migrate"], ["seed", "--members", "100", "--no-life"]):
        done = CliRunner().invoke(main, command, env={"BOOKING_DATABASE": url}, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    clock = folder / "clock"
    clock.write_text(datetime.now(UTC).isoformat())
    server = Server(url, folder / "server.log", clock=clock)
    try:
        server.wait_until_ready()
        yield Stage(server, clock)
    finally:
        server.stop()


class Worker:
    """A scripted worker with a bearer token."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        answer = http.post("/api/v1/sign-in", json={"who": WORKER, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        self.headers = {"authorization": f"Bearer {answer.json()['token']}"}
        self.keys = 0

    def get(self, path: str, **params: Any) -> Any:
        answer = self.http.get(path, params=params, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        self.keys += 1
        key = {"idempotency-key": f"story-{self.keys}"}
        answer = self.http.post(path, json=body, headers=self.headers | key)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def book(self, hour: float, at: datetime) -> Any:
        """The nearest badminton court to the centre of Zhenhai's park, held and confirmed."""
        point = {"latitude": 29.97, "longitude": 121.61}
        day = at.date().isoformat()
        hits = self.get(
            "/api/v1/search", sport="badminton", day=day, starts=f"{int(hour):02}:00", half_hours=2, **point
        )
        hit = next(hit for hit in hits if hit["free"])
        starts = at.replace(hour=int(hour), minute=0, second=0, microsecond=0)
        wish = {
            "place": hit["place"],
            "facility": hit["facility"],
            "starts": starts.isoformat(),
            "ends": (starts + timedelta(hours=1)).isoformat(),
        }
        held = self.post("/api/v1/bookings", wish)
        return self.post(f"/api/v1/bookings/{held['place']}/{held['id']}/confirm")


def feed_address(server: Server) -> str:
    """The calendar's address, as the account page shows it to someone signed in by the form."""
    with httpx.Client(base_url=server.url, follow_redirects=True, headers={"accept": "text/html"}) as browser:
        form = browser.get("/sign-in?next=/account").text
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        account = browser.post("/sign-in", data=fields | {"who": WORKER, "password": PASSWORD, "next": "/account"})
        found = re.search(r"/calendar/[\w-]+\.ics", account.text)
        if found is None:
            made = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', account.text))
            account = browser.post("/account/calendar", data=made)
            found = re.search(r"/calendar/[\w-]+\.ics", account.text)
        assert found is not None, account.text[:2000]
        return found.group()


def status_of(booking: dict[str, Any], feed: bytes) -> str:
    """What a calendar says of a booking."""
    events = icalendar.Calendar.from_ical(feed).walk("VEVENT")
    (event,) = [event for event in events if str(booking["id"]) in str(event["UID"])]
    return str(event["STATUS"])


def test_a_court_is_found_booked_and_walked_into_and_another_is_cancelled(stage: Stage) -> None:
    at = stage.turn_to(10)
    with httpx.Client(base_url=stage.server.url) as http:
        worker = Worker(http)
        evening, afternoon = worker.book(19, at), worker.book(14, at)
        calendar = feed_address(stage.server)
        before = http.get(calendar).content
        assert status_of(evening, before) == status_of(afternoon, before) == "CONFIRMED"

        passes = {one["id"]: one for one in worker.get("/api/v1/me/passes")}
        shown = passes[evening["partners"][0]["pass_id"]]
        svg = http.get(f"/api/v1/passes/{shown['place_id']}/{shown['id']}/qr.svg", headers=worker.headers)
        assert svg.headers["content-type"].startswith("image/svg+xml")
        read = decoded(painted(svg.text))
        assert read.text.isdigit()

        enrolled = http.post("/api/v1/gates/enrol", json={"code": ENROLMENT}).json()
        gate = {"authorization": f"Bearer {enrolled['key']}"}
        early = http.post("/api/v1/scans", json={"scan_id": "a0", "code": read.text}, headers=gate)
        assert (early.status_code, early.json()["reason"]) == (200, "invalid_time")
        stage.turn_to(18.75)
        admitted = http.post("/api/v1/scans", json={"scan_id": "a1", "code": read.text}, headers=gate)
        assert (admitted.status_code, admitted.json()["status"]) == (201, "ok"), admitted.text
        again = http.post("/api/v1/scans", json={"scan_id": "a2", "code": read.text}, headers=gate)
        assert (again.status_code, again.json()["reason"]) == (200, "already_redeemed")
        repeated = http.post("/api/v1/scans", json={"scan_id": "a1", "code": read.text}, headers=gate)
        assert repeated.json()["replayed"] is True

        stage.turn_to(10.5)
        worker.post(f"/api/v1/bookings/{afternoon['place']}/{afternoon['id']}/cancel")
        after = http.get(calendar)
        assert status_of(afternoon, after.content) == "CANCELLED"
        assert status_of(evening, after.content) == "CONFIRMED"
        tagged = http.get(calendar, headers={"if-none-match": after.headers["etag"]})
        assert tagged.status_code == 304
