from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from booking.app import create_app
from booking.clock import Tokens
from booking.notices.webhook import sign
from booking.payments.provider import Provider, ProviderError
from booking.payments.queries import balance
from booking.payments.wire import SIGNATURE, Event, PaymentSeen
from booking.settings import Settings
from tests.databases import NOON, SettableClock, sqlite_only
from tests.members.people import LIN, found_city
from tests.members.visitors import App, Visitor, running, shown
from tests.payments.folios import PLACE, new_folio
from tests.payments.intents import an_intent, payment_event, seen
from tests.payments.sandboxes import KEY, SECRET

pytestmark = sqlite_only
PATHS = "/payments/webhook"


async def answer_at_once(self: Provider, intent: Any, description: str) -> PaymentSeen:
    return seen(intent, "pending")


async def never_answer(self: Provider, intent: Any, description: str) -> PaymentSeen:
    raise ProviderError("timed out")


@pytest.fixture(params=["https://provider.example"])
async def app(request: pytest.FixtureRequest, database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    settings = Settings(
        database=database_url,
        public_url="http://testserver",
        payments_url=request.param,
        payments_key=KEY,
        payments_secret=SECRET,
    )
    async with running(create_app(settings, clock=clock, tokens=Tokens(b"app"), background=False)) as made:
        await made.state.database.write(found_city)
        yield made


@pytest.fixture
async def phone(app: Litestar) -> AsyncIterator[App]:
    client = App(app)
    await client.sign_in(LIN)
    yield client
    await client.client.aclose()


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[Visitor]:
    visitor = Visitor(app)
    await visitor.sign_in(LIN)
    yield visitor
    await visitor.close()


async def lins_folio(app: Litestar, fen: int = 3000) -> int:
    def command(tx: Any, now: Any) -> int:
        return new_folio(tx, now, fen, subject="bill:1", member_id=LIN)

    return int(await app.state.database.write(command))


async def told(app: Litestar, event: Event, *, secret: str = SECRET, at: Any = NOON) -> httpx.Response:
    body = msgspec.json.encode(event)
    client = App(app)
    headers = {SIGNATURE: sign(secret.encode(), at, body), "content-type": "application/json"}
    answer = await client.client.post(PATHS, content=body, headers=headers)
    await client.client.aclose()
    return answer


class TestIntents:
    async def test_a_retry_is_the_same_payment(
        self, app: Litestar, phone: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folio = await lins_folio(app)
        monkeypatch.setattr(Provider, "open", never_answer)
        first = await phone.call("POST", f"/folios/{PLACE}/{folio}/intents", {}, key="k")
        assert (first.status_code, first.json()["code"]) == (503, "payment_provider_unavailable")
        assert first.headers["retry-after"] == "10"
        monkeypatch.setattr(Provider, "open", answer_at_once)
        made = await phone.call("POST", f"/folios/{PLACE}/{folio}/intents", {}, key="k")
        again = await phone.call("POST", f"/folios/{PLACE}/{folio}/intents", {}, key="k")
        assert (made.status_code, made.json()) == (201, again.json())
        assert (made.json()["fen"], made.json()["status"]) == (3000, "pending")
        assert made.json()["pay_url"] == "https://provider.example/pay"
        found = await phone.call("GET", f"/folios/{PLACE}/{folio}/intents/{made.json()['id']}")
        assert found.json() == made.json()
        assert (await phone.call("GET", f"/folios/{PLACE}/{folio}/intents/404")).json()["code"] == "payment_not_found"

    async def test_the_bill(self, app: Litestar, phone: App) -> None:
        folio = await lins_folio(app)
        view = (await phone.call("GET", f"/folios/{PLACE}/{folio}")).json()
        assert (view["charged"], view["owed"], view["by_kind"]) == (3000, 3000, {"court": 3000})
        assert (await phone.call("GET", f"/folios/{PLACE}/404")).json()["code"] == "folio_not_found"

    @pytest.mark.parametrize("app", [""], indirect=True)
    async def test_without_a_provider(self, app: Litestar, phone: App, browser: Visitor) -> None:
        folio = await lins_folio(app)
        answer = await phone.call("POST", f"/folios/{PLACE}/{folio}/intents", {})
        assert (answer.status_code, answer.json()["code"]) == (409, "no_online_payment")
        page = await browser.get(f"/pay/{PLACE}/{folio}")
        assert "请到前台付款" in shown(page)
        assert "网上付款" not in shown(page)
        assert (await told(app, Event(id="e", type="x", created_at=NOON, data={}))).status_code == 409


class TestWebhook:
    async def test_signed_it_is_done_once(
        self, app: Litestar, phone: App, browser: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Provider, "open", answer_at_once)
        folio = await lins_folio(app)
        made = (await phone.call("POST", f"/folios/{PLACE}/{folio}/intents", {})).json()
        assert "等支付平台的消息" in shown(await browser.get(f"/pay/{PLACE}/{folio}/{made['id']}"))
        intent = await app.state.database.read(an_intent, made["id"])
        event = payment_event(intent, "paid", "e1")
        for wrong in ({"secret": "x" * 32}, {"at": NOON - timedelta(minutes=6)}, {"at": NOON + timedelta(minutes=6)}):
            answer = await told(app, event, **wrong)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed")
        said = [(await told(app, event)).json()["outcome"] for _ in range(3)]
        assert said == ["applied", "duplicate", "duplicate"]
        assert (await app.state.database.read(balance, PLACE, folio)).owed == 0
        page = await browser.get(f"/pay/{PLACE}/{folio}/{made['id']}")
        assert "已收到 ¥30" in shown(page)
        assert "refresh" not in page.headers

    async def test_signed_nonsense(self, app: Litestar) -> None:
        for body in (b"", b"[]", b'{"id": 1}', b"\xff", b"[" * 10_000):
            headers = {SIGNATURE: sign(SECRET.encode(), NOON, body)}
            client = App(app)
            answer = await client.client.post(PATHS, content=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (422, "not_an_event")
            await client.client.aclose()


class TestPages:
    async def test_in_english(self, app: Litestar, browser: Visitor) -> None:
        browser.client.headers["accept-language"] = "en"
        page = shown(await browser.get(f"/pay/{PLACE}/{await lins_folio(app)}"))
        assert "¥30 left to pay" in page
        assert "Pay online" in page

    async def test_of_somebody_else_there_is_none(self, app: Litestar, browser: Visitor) -> None:
        folio = await app.state.database.write(new_folio, 3000)
        assert (await browser.get(f"/pay/{PLACE}/{folio}")).status_code == 404
