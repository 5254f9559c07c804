"""Every route, asked by everybody, about things that are not theirs.

Whoever adds a route says in `ACCESS` who may use it, or this fails. Each is asked with addresses of things that
exist and with complete forms and bodies, so that nothing but the one who asks can be the reason of a refusal.
Nothing that is done is kept: all of them find the same world.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from litestar import Litestar

from booking.clock import half_hour_of
from booking.db import Lane, WriteSession
from booking.settings import Settings
from booking.web import flashes
from tests.addresses import Route, routes, sample
from tests.applications import application
from tests.databases import NOON, SettableClock, sqlite_only
from tests.members.visitors import to
from tests.venues.city import BADMINTON, CENTRE, TODAY
from tests.world import World, found_world

pytestmark = sqlite_only
SETTINGS = Settings()
TOMORROW = TODAY + timedelta(days=1)

MEMBERS = frozenset({"worker", "other", "elsewhere", "keeper", "officer", "manager", "admin"})
"""`worker` owns what is asked about; `manager` and `keeper` work at its place, `elsewhere` manages another."""
STRANGERS = frozenset({"nobody", "gate"})
"""Not signed in; a gate has a key of its own."""
EVERYBODY = MEMBERS | STRANGERS

ACCESS: dict[frozenset[str], str] = {
    EVERYBODY: """
        GET / GET /places GET /places/{code:str} GET /places/{place:str}/{facility:str}
        GET /places/{place:str}/{facility:str}/grid GET /live/facility/{place:int}/{facility:int}
        GET /places/{place:str}/{facility:str}/book GET /stays GET /retreats/{code:str}/apply
        GET /calendar/{name:str} GET /p/{token:str} GET /p/{token:str}/card GET /p/{token:str}/qr.svg
        GET /help GET /design GET /docs GET /problems GET /health/live GET /health/ready GET /gate POST /preferences
        GET /sign-in POST /sign-in POST /sign-out
        GET /activate POST /activate POST /activate/again GET /activate/code POST /activate/code
        GET /activate/password POST /activate/password
        GET /reset POST /reset POST /reset/again GET /reset/code POST /reset/code
        GET /reset/password POST /reset/password
        POST /api/v1/sign-in POST /api/v1/activation/code POST /api/v1/activation
        POST /api/v1/reset/code POST /api/v1/reset
        GET /api/v1/sports GET /api/v1/places GET /api/v1/places/{code:str} GET /api/v1/places/{code:str}/facilities
        GET /api/v1/search GET /api/v1/tonight GET /api/v1/facilities/{place:int}/{facility:int}/days/{day:date}
        GET /api/v1/facilities/{place:int}/{facility:int}/days/{day:date}/board POST /api/v1/gates/enrol
        POST /api/v1/payments/webhook
        GET /api/v1/rooms/{place:int} GET /api/v1/rooms/{place:int}/nights GET /api/v1/rooms/{place:int}/offers
        POST /api/v1/stays/quote
        GET /api/v1/retreats GET /api/v1/retreats/{code:str} GET /retreats GET /retreats/{code:str}
        GET /retreats/{code:str}/draw GET /retreats/{code:str}/verify GET /retreats/{code:str}/files/{name:str}
        GET /api/v1/retreats/{code:str}/draw GET /api/v1/retreats/{code:str}/draw/files/{name:str}
    """,
    MEMBERS: """
        GET /retreats/stays/{place:int}/{stay:int}
        GET /account GET /account/access-log GET /account/password POST /account/password POST /account/language
        POST /account/tokens POST /account/sign-ins/end-all POST /account/sign-ins/end-others
        GET /account/calendar POST /account/calendar POST /account/calendar/renew
        POST /account/calendar/back/{stamp:int}
        GET /inbox POST /inbox/read POST /inbox/unread/{stamp:int}
        GET /bookings POST /places/{place:str}/{facility:str}/book GET /stays/book POST /stays/book
        GET /stays/wait POST /stays/wait GET /stays/waits GET /api/v1/me/waits POST /api/v1/waits
        GET /api/v1/me GET /api/v1/me/sign-ins GET /api/v1/me/tokens POST /api/v1/me/tokens POST /api/v1/sign-out
        PUT /api/v1/me/password GET /api/v1/me/access-log GET /api/v1/me/inbox POST /api/v1/me/inbox/read
        GET /api/v1/me/bookings GET /api/v1/me/passes POST /api/v1/bookings
        GET /api/v1/me/stays POST /api/v1/stays
        POST /account/categories POST /account/categories/{category:str}/drop POST /api/v1/me/categories
        POST /retreats/{code:str}/apply GET /retreats/{code:str}/apply/party POST /retreats/{code:str}/apply/party
        GET /retreats/{code:str}/apply/check POST /retreats/{code:str}/apply/check GET /retreats/{code:str}/mine
        POST /retreats/{code:str}/mine/uninvite/{invited:int}
        POST /retreats/{code:str}/mine/withdraw POST /retreats/{code:str}/mine/take-back
        POST /retreats/{code:str}/mine/leave
        GET /api/v1/me/retreats GET /api/v1/retreats/{code:str}/invitations
        POST /api/v1/retreats/{code:str}/application/restore
    """,
    frozenset({"worker"}): """
        POST /retreats/{code:str}/mine/confirm POST /retreats/{code:str}/mine/decline
        POST /retreats/{code:str}/mine/restore
        GET /api/v1/retreats/{code:str}/places POST /api/v1/retreats/{code:str}/places/*
        POST /account/sign-ins/{sign_in_id:int}/end DELETE /api/v1/me/sign-ins/{sign_in_id:int}
        DELETE /api/v1/me/tokens/{sign_in_id:int}
        POST /inbox/{message_id:int}/open POST /inbox/{message_id:int}/read POST /api/v1/me/inbox/{message_id:int}/read
        GET /bookings/{place:int}/{booking:int}/calendar.ics GET /stays/{place:int}/{stay:int}/calendar.ics
        GET /pay/{place:int}/{folio:int} POST /pay/{place:int}/{folio:int} GET /pay/{place:int}/{folio:int}/{intent:int}
        GET /api/v1/folios/{place:int}/{folio:int} POST /api/v1/folios/{place:int}/{folio:int}/intents
        GET /api/v1/folios/{place:int}/{folio:int}/intents/{intent:int}
        POST /stays/waits/{place:int}/{wait:int}/leave POST /api/v1/waits/{place:int}/{wait:int}/*
        DELETE /api/v1/me/categories/{category:str}
        GET /retreats/{code:str}/invitations/{application:str}
        POST /retreats/{code:str}/invitations/{application:str}/*
        DELETE /api/v1/retreats/{code:str}/application/invitations/{invited:int}
        POST /api/v1/retreats/{code:str}/invitations/{application:str}/*
    """,
    frozenset({"worker", "manager"}): """
        GET /retreats/{code:str}/receipt GET /retreats/{code:str}/receipt.json POST /retreats/{code:str}/mine/invite
        GET /api/v1/retreats/{code:str}/application PUT /api/v1/retreats/{code:str}/application
        DELETE /api/v1/retreats/{code:str}/application POST /api/v1/retreats/{code:str}/application/leave
        POST /api/v1/retreats/{code:str}/application/invitations
        GET /api/v1/retreats/{code:str}/application/receipt
    """,
    frozenset({"worker", "keeper", "manager", "admin"}): """
        GET /bookings/{place:int}/{booking:int} GET /api/v1/bookings/{place:int}/{booking:int}
        GET /bookings/{place:int}/{booking:int}/change
    """,
    frozenset({"worker", "manager", "admin"}): """
        POST /bookings/{place:int}/{booking:int}/confirm POST /bookings/{place:int}/{booking:int}/cancel
        POST /bookings/{place:int}/{booking:int}/restore POST /bookings/{place:int}/{booking:int}/partners
        POST /bookings/{place:int}/{booking:int}/change
        POST /api/v1/bookings/{place:int}/{booking:int}/confirm POST /api/v1/bookings/{place:int}/{booking:int}/cancel
        POST /api/v1/bookings/{place:int}/{booking:int}/restore POST /api/v1/bookings/{place:int}/{booking:int}/change
        POST /api/v1/bookings/{place:int}/{booking:int}/partners
        GET /api/v1/stays/{place:int}/{stay:int} POST /api/v1/stays/{place:int}/{stay:int}/*
        GET /stays/{place:int}/{stay:int} GET /stays/{place:int}/{stay:int}/change POST /stays/{place:int}/{stay:int}/*
        GET /passes/{place:int}/{pass_id:int} GET /passes/{place:int}/{pass_id:int}/card
        GET /passes/{place:int}/{pass_id:int}/qr.svg
        GET /api/v1/passes/{place:int}/{pass_id:int} GET /api/v1/passes/{place:int}/{pass_id:int}/qr.svg
    """,
    frozenset({"manager", "admin"}): """
        GET /manage/retreats/stays/{place:int}/{stay:int}
        GET /manage/retreats/{code:str}/arrivals GET /manage/retreats/{code:str}/arrivals.csv
        GET /manage/retreats/{code:str}/arrivals.xlsx POST /manage/retreats/{code:str}/arrivals/*
        POST /api/v1/manage/retreats/{code:str}/places/{application:str}/pay
        GET /manage/{place:str} GET /manage/{place:str}/* POST /manage/{place:str}/*
        GET /front-desk GET /front-desk/{place:str} GET /front-desk/{place:str}/* POST /front-desk/{place:str}/*
        GET /live/front-desk/{place:int}
        POST /api/v1/counter/{place:int}/* DELETE /api/v1/counter/{place:int}/*
        GET /api/v1/front-desk/{place:int}/* POST /api/v1/front-desk/{place:int}/*
        PUT /api/v1/front-desk/{place:int}/*
        GET /api/v1/places/{place:int}/* POST /api/v1/places/{place:int}/* PUT /api/v1/places/{place:int}/*
        DELETE /api/v1/roles/{member_id:int}/{role:str}/{scope_kind:str}/{scope_id:int} POST /api/v1/roles
        GET /api/v1/manage/places/{place:int}
        GET /api/v1/manage/places/{place:int}/* POST /api/v1/manage/places/{place:int}/*
        PUT /api/v1/manage/places/{place:int}/* DELETE /api/v1/manage/places/{place:int}/*
        POST /manage/staff/revoke POST /manage/staff POST /manage/places/{place_id:int}/restore
    """,
    frozenset({"elsewhere", "manager", "admin"}): """
        GET /manage/staff GET /api/v1/roles POST /manage/members GET /api/v1/members/lookup
        POST /manage/members/{member_id:int}/code POST /api/v1/members/{member_id:int}/code
    """,
    frozenset({"elsewhere", "manager", "officer", "admin"}): """
        GET /manage GET /manage/members
    """,
    frozenset({"officer", "admin"}): """
        GET /manage/retreats GET /api/v1/members GET /manage/categories GET /api/v1/categories/claims
        GET /manage/retreats/{code:str}/categories GET /api/v1/manage/retreats/{code:str}/counts
    """,
    frozenset({"admin"}): """
        GET /manage/retreats/new POST /manage/retreats/new GET /manage/retreats/{code:str}
        GET /manage/retreats/{code:str}/about POST /manage/retreats/{code:str}/about
        GET /manage/retreats/{code:str}/calendar POST /manage/retreats/{code:str}/calendar
        GET /manage/retreats/{code:str}/shares POST /manage/retreats/{code:str}/shares
        GET /manage/retreats/{code:str}/eligibility POST /manage/retreats/{code:str}/eligibility
        GET /manage/retreats/{code:str}/subsidy POST /manage/retreats/{code:str}/subsidy
        GET /manage/retreats/{code:str}/sources POST /manage/retreats/{code:str}/sources
        GET /manage/retreats/{code:str}/batches GET /manage/retreats/{code:str}/batches/new
        GET /manage/retreats/{code:str}/batches/{number:int} POST /manage/retreats/{code:str}/batches/*
        GET /manage/retreats/{code:str}/quotas POST /manage/retreats/{code:str}/quotas
        GET /manage/retreats/{code:str}/rehearsal POST /manage/retreats/{code:str}/publish
        POST /manage/retreats/{code:str}/cancel POST /manage/retreats/{code:str}/restore
        GET /api/v1/manage/retreats POST /api/v1/manage/retreats
        GET /api/v1/manage/retreats/{code:str} PUT /api/v1/manage/retreats/{code:str}
        POST /api/v1/manage/retreats/{code:str}/publish POST /api/v1/manage/retreats/{code:str}/cancel
        POST /api/v1/manage/retreats/{code:str}/restore GET /api/v1/manage/retreats/{code:str}/rehearsal
        GET /api/v1/manage/retreats/{code:str}/quotas PUT /api/v1/manage/retreats/{code:str}/quotas
        GET /manage/retreats/{code:str}/places POST /manage/retreats/{code:str}/places/*
        GET /manage/retreats/{code:str}/fairness GET /manage/retreats/{code:str}/fairness.csv
        GET /api/v1/manage/retreats/{code:str}/places POST /api/v1/manage/retreats/{code:str}/places/remind
        POST /api/v1/manage/retreats/{code:str}/places/{application:str}/seat
        GET /api/v1/manage/retreats/{code:str}/fairness
        GET /manage/retreats/{code:str}/draw POST /manage/retreats/{code:str}/draw/*
        GET /api/v1/manage/retreats/{code:str}/draw POST /api/v1/manage/retreats/{code:str}/draw/*
        POST /manage/categories/{member_id:int}/{category:str}/*
        POST /api/v1/members/{member_id:int}/categories/{category:str}/*
        GET /manage/calendar POST /manage/calendar GET /manage/places/new POST /manage/places/new
        DELETE /api/v1/manage/places/{place:int} GET /api/v1/manage/calendar
        PUT /api/v1/manage/calendar PUT /api/v1/manage/places PUT /api/v1/manage/policies
        GET /api/v1/manage/policies/{code:str}
        GET /manage/policies GET /manage/policies/new POST /manage/policies/new
        GET /manage/policies/{code:str} POST /manage/policies/{code:str}
    """,
    frozenset({"gate"}): """
        GET /api/v1/gates/me POST /api/v1/gates/me/key GET /api/v1/gates/me/presence GET /api/v1/gates/me/scans
        GET /api/v1/zones/{zone:int}/presence POST /api/v1/scans POST /api/v1/scans/{scan_id:str}/annul
    """,
}
"""Who may use which routes; `*` stands for whatever follows, where all of it is for the same people."""

LIVE = {"GET /live/facility/{place:int}/{facility:int}", "GET /live/front-desk/{place:int}"}
"""Streams without an end."""
QUERIES = {
    "GET /api/v1/front-desk/{place:int}/figures": f"first={TODAY}",
    "GET /api/v1/front-desk/{place:int}/figures.csv": f"first={TODAY}",
    "GET /api/v1/front-desk/{place:int}/figures.xlsx": f"first={TODAY}",
    "GET /api/v1/front-desk/{place:int}/tape": f"first={TODAY}",
    "GET /api/v1/members": "organisation=2",
    "GET /api/v1/members/lookup": "key=m101",
    "GET /api/v1/rooms/{place:int}/nights": f"first={TODAY}",
    "GET /api/v1/rooms/{place:int}/offers": f"arrival={TODAY}&departure={TOMORROW}",
    "GET /api/v1/search": f"sport=badminton&day={TODAY}",
    "GET /manage/{place:str}/{facility:str}/walk-in": f"starts={half_hour_of(NOON) + 8}",
    "GET /places/{place:str}/{facility:str}/book": f"at={TODAY}T19:00",
    "GET /stays": f"arrival={TOMORROW}&departure={TOMORROW + timedelta(days=2)}&place={CENTRE}",
    "GET /stays/wait": f"arrival={TOMORROW}&departure={TOMORROW + timedelta(days=1)}&place={CENTRE}&type=1",
    "GET /stays/book": f"arrival={TOMORROW}&departure={TOMORROW + timedelta(days=2)}&place={CENTRE}&type=1",
}
FIELDS: dict[str, dict[str, str]] = {
    "POST /bookings/{place:int}/{booking:int}/change": {"at": f"{TOMORROW}T20:00"},
    "POST /manage/{place:str}/rooms/tape/{stay_room:int}": {"room": "9"},
    "POST /manage/retreats/{code:str}/batches/put-back": {
        "batch": '{"name":"第一批","arrival":"2026-12-20","departure":"2026-12-23"}',
    },
    "POST /manage/calendar": {"day": "2026-12-31", "kind": "holiday", "name": "放假", "name_en": "Holiday"},
    "POST /manage/places/new": {"code": "new-place"},
    "POST /account/language": {"locale": "en"},
    "POST /account/tokens": {"label": "a program"},
    "POST /manage/members": {"number": "m101"},
    "POST /manage/staff": {"number": "m103", "role": "gate_keeper", "place": str(CENTRE)},
    "POST /manage/staff/revoke": {"member_id": "106", "role": "gate_keeper", "scope_kind": "place", "scope_id": "1"},
    "POST /places/{place:str}/{facility:str}/book": {"at": f"{TODAY}T19:00"},
    "POST /stays/book": {
        "place": str(CENTRE),
        "type": "1",
        "arrival": str(TOMORROW),
        "departure": str(TOMORROW + timedelta(days=1)),
        "name_1_1": "来客",
    },
    "POST /stays/wait": {
        "place": str(CENTRE),
        "type": "1",
        "arrival": str(TOMORROW),
        "departure": str(TOMORROW + timedelta(days=1)),
    },
    "POST /stays/{place:int}/{stay:int}/change": {
        "arrival": str(TOMORROW),
        "departure": str(TOMORROW + timedelta(days=2)),
    },
}
COPIED = {
    "POST /manage/places/new": "/manage/zhenhai/edit/place",
    "POST /manage/policies/new": "/manage/policies/ball-court",
    "POST /manage/policies/{code:str}": "/manage/policies/ball-court",
}
"""Forms with many fields: sent as an administrator finds them filled in on that page."""
BODIES = {
    "days": "1",
    "place": CENTRE, "facility": BADMINTON, "court": 1, "courts": [1], "zones": [1], "scan_id": "scan-2", "code": "123",
    "copy_of": "", "organisation": "330211",
    "number": "m103", "role": "gate_keeper", "scope_kind": "place", "scope_id": CENTRE,
}  # fmt: skip


class Undone(Exception):
    """Raised after a command, so that nothing of it is kept."""


class Visitors:
    """Everybody, at the door of the same world."""

    def __init__(self, app: Litestar, world: World) -> None:
        self._app, self._world = app, world
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._tokens: dict[str, str] = {}
        self._asked = 0
        self.done = 0
        """Commands that came to their end."""
        self._copied: dict[str, dict[str, str]] = {}

    async def ask(self, who: str, route: Route, *, token: bool = True, cookie_only: bool = False) -> httpx.Response:
        """The answer to a complete request; without the form's token, or to the API with a cookie, where told so."""
        self._asked += 1
        client = await self._client(who)
        address = self._address(route)
        if route.is_api:
            headers = {"idempotency-key": f"key-{self._asked}"} | ({} if cookie_only else self._bearer(who))
            body = sample(route.body, BODIES) if route.body else None
            return await client.request(route.method, address, headers=headers, json=body)
        if route.method == "GET":
            return await client.get(address)
        fields = await self._fields(route) | {"idempotency_key": f"form-{self._asked}"}
        return await client.post(address, data=fields | ({"_csrf_token": self._tokens[who]} if token else {}))

    def _address(self, route: Route) -> str:
        target = self._world.people.keeper if "/roles/" in route.path else self._world.people.worker
        query = QUERIES.get(str(route))
        return self._world.address(route, member_id=target.member_id) + (f"?{query}" if query else "")

    def _bearer(self, who: str) -> dict[str, str]:
        key = self._world.gate_key if who == "gate" else self._world.bearer.get(who)
        return {"authorization": f"Bearer {key}"} if key else {}

    async def _client(self, who: str) -> httpx.AsyncClient:
        if who not in self._clients:
            cookies = {"signin": self._world.cookies[who]} if who in self._world.cookies else {}
            client = httpx.AsyncClient(
                transport=to(self._app, "192.0.2.1"),
                base_url="http://testserver",
                cookies=cookies,
                headers={"accept": "text/html"},
            )
            found = re.search(r'name="_csrf_token" value="([^"]+)"', (await client.get("/help")).text)
            assert found
            self._clients[who], self._tokens[who] = client, found[1]
        return self._clients[who]

    async def _fields(self, route: Route) -> dict[str, str]:
        page = COPIED.get(str(route))
        if page is not None and page not in self._copied:
            form = Form(page)
            form.feed((await (await self._client("admin")).get(page)).text)
            self._copied[page] = {name: value for name, value in form.fields.items() if not name.startswith("_")}
        return self._copied.get(page or "", {}) | FIELDS.get(str(route), {})

    async def close(self) -> None:
        """Everybody goes home."""
        for client in self._clients.values():
            await client.aclose()


class Form(HTMLParser):
    """The fields of the forms of a page that are sent to one address, as they are filled in."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._action, self._inside, self._select, self._text = action, False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._inside = given.get("action", self._action) == self._action
        elif not self._inside:
            return
        elif tag == "select":
            self._select = name
        elif tag == "option" and (self._select not in self.fields or "selected" in given):
            self.fields[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._text = name
            self.fields[name] = ""
        elif tag == "input" and name and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            self.fields[name] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._text:
            self.fields[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = ""


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application."""
    settings = Settings(database=database_url)
    async with application(settings, clock) as made:
        yield made


@pytest.fixture
async def visitors(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Visitors]:
    """Everybody, and from now on a database that forgets what is done to it."""
    store = app.state.database.store
    world: World = await app.state.database.write(found_world, SETTINGS)
    made = Visitors(app, world)
    scanned = Route("POST", "/api/v1/scans", None)
    await (await made._client("gate")).post(
        scanned.path, json={"scan_id": "scan-1", "code": "123"}, headers=made._bearer("gate")
    )
    write = store.write

    async def forgetful(lane: Lane, run: Callable[[WriteSession, datetime], Any]) -> Any:
        result: list[Any] = []

        def undone(tx: WriteSession, now: datetime) -> None:
            result.append(run(tx, now))
            raise Undone

        try:
            await write(lane, undone)
        except Undone:
            made.done += 1
            return result[0]

    monkeypatch.setattr(store, "write", forgetful)
    yield made
    await made.close()


def known() -> dict[str, frozenset[str]]:
    """Who may use which route or, ending in `*`, which routes."""
    return {
        route.strip(): people
        for people, listed in ACCESS.items()
        for route in re.findall(r"(?:GET|POST|PUT|DELETE) \S+", listed)
    }


def who_may(route: Route, listed: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    """Who may use a route; an entry of its own counts before one with a star."""
    if str(route) in listed:
        return listed[str(route)]
    starred = [entry for entry in listed if entry.endswith("*") and str(route).startswith(entry[:-1])]
    return listed[max(starred, key=len)] if starred else None


def refusal(answer: httpx.Response) -> str:
    """How somebody was kept out: `sign in`, `denied`, `turned away` with a message on the next page, or not at all."""
    if answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in"):
        return "sign in"
    if answer.status_code in (403, 404) and "scan_id" not in answer.text:
        return "denied"
    said = flashes.unpack((answer.cookies.get(flashes.COOKIE) or "").strip('"'), SETTINGS.key("flash"))
    return "turned away" if any(flash.kind in ("bad", "info") for flash in said) else ""


class TestAccess:
    def test_every_route_is_known(self, app: Litestar) -> None:
        listed = known()
        unknown = [str(route) for route in routes(app) if who_may(route, listed) is None]
        assert not unknown, "say in ACCESS who may use them"
        there = {str(route) for route in routes(app)}
        stale = [
            entry
            for entry in listed
            if not any(route.startswith(entry[:-1]) if entry.endswith("*") else route == entry for route in there)
        ]
        assert not stale, "these are gone"

    async def test_nobody_gets_what_is_not_theirs(self, app: Litestar, visitors: Visitors) -> None:
        """And whoever is refused has changed nothing; whoever may is served, which shows that the request was good."""
        listed, wrong = known(), []
        for route in routes(app):
            allowed = who_may(route, listed) or frozenset()
            for who in sorted(EVERYBODY if route.is_api else EVERYBODY - {"gate"}):
                if str(route) in LIVE:
                    continue
                before = visitors.done
                answer = await visitors.ask(who, route)
                told, changed = refusal(answer), visitors.done - before
                strangers = STRANGERS if "gate" not in allowed else MEMBERS | {"nobody"}
                refused = {"sign in"} if who in strangers else {"denied", "turned away"}
                good = told in {"", "turned away"} if who in allowed else told in refused and not changed
                if answer.status_code >= 500 or not (good or allowed == EVERYBODY):
                    wrong.append(
                        f"{route}: {who} got {answer.status_code}, {told or 'served'}, {changed} commands done"
                    )
        assert not wrong, "\n".join(wrong)


class TestOrigin:
    async def test_a_form_without_our_token_does_nothing(self, app: Litestar, visitors: Visitors) -> None:
        """What another site would send: the cookie comes along, the token cannot."""
        for route in routes(app):
            if route.method == "POST" and not route.is_api:
                before = visitors.done
                answer = await visitors.ask("admin", route, token=False)
                assert (answer.status_code, visitors.done) == (403, before), route

    async def test_the_api_does_not_know_cookies(self, app: Litestar, visitors: Visitors) -> None:
        listed = known()
        for route in routes(app):
            if route.is_api and who_may(route, listed) != EVERYBODY:
                assert (await visitors.ask("admin", route, cookie_only=True)).status_code == 401, route
