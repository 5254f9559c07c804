"""The service and the sandbox provider as two real processes, and a guest between them."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import anyio
import httpx
import pytest
from sqlalchemy import select, update

from booking.clock import system_clock
from booking.db import Database, ReadSession, WriteSession
from booking.payments.models import Folio, ProviderRefund
from booking.payments.provider import ProviderError
from booking.payments.queries import balance
from booking.payments.reconciliation import reconcile
from booking.payments.service import refund_due, reverse_charges
from booking.payments.service.intents import create_intent, intent_of
from booking.payments.turns import ask_for_news, send_refunds
from tests.databases import SettableClock, SqliteFiles, opened, sqlite_only
from tests.members.people import LIN, PASSWORD, found_city, number_of
from tests.payments.folios import CLERK, PLACE, new_folio
from tests.payments.intents import GUEST
from tests.payments.sandboxes import Sandbox, sandbox
from tests.servers import Server, serving

SOON_SECONDS = 20.0
NOWHERE = "http://127.0.0.1:9/webhook"


class House(NamedTuple):
    """A service with one bill of the guest, the provider that takes the money, and the service's own database."""

    server: Server
    sandbox: Sandbox
    database: Database
    folio: int

    @property
    def bill(self) -> str:
        return f"/pay/{PLACE}/{self.folio}"

    async def owed(self) -> int:
        return (await self.database.read(balance, PLACE, self.folio)).owed


async def soon(wanted: Callable[[], Awaitable[bool]]) -> None:
    with anyio.fail_after(SOON_SECONDS):
        while not await wanted():  # noqa: ASYNC110 - what is waited for happens in another process
            await anyio.sleep(0.1)


def one_bill(tx: WriteSession, now: datetime) -> int:
    folio = new_folio(tx, now, 3000, subject=f"bill:{tx.ids.next()}")
    tx.execute(update(Folio).where(Folio.id == folio).values(member_id=LIN))
    return folio


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox(tmp_path) as made:
        yield made


class Running(NamedTuple):
    """The two processes, and where the service stores."""

    server: Server
    sandbox: Sandbox
    database_url: str


@pytest.fixture(scope="module")
def running(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("house")
    url = sqlite_files.fresh(folder)

    async def fill() -> None:
        async with opened(url, system_clock) as database:
            await database.write(found_city)

    asyncio.run(fill())
    with sandbox(folder) as made:
        settings: dict[str, Any] = dict(made.settings)
        with serving(url, folder, **settings) as (server,):
            yield Running(server, made, url)


@pytest.fixture
async def house(running: Running) -> AsyncIterator[House]:
    async with opened(running.database_url, system_clock) as database:
        yield House(running.server, running.sandbox, database, await database.write(one_bill))


@pytest.fixture
async def guest(house: House) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"accept": "text/html", "accept-language": "zh-CN"}
    async with httpx.AsyncClient(base_url=house.server.url, headers=headers, timeout=20) as client:
        fields = hidden(await client.get("/sign-in"), "who")
        await client.post("/sign-in", data=fields | {"who": number_of(LIN), "password": PASSWORD})
        yield client


def hidden(answer: httpx.Response, wanted: str) -> dict[str, str]:
    """The hidden fields of the form of a page that has this in it."""
    form = next(form for form in re.findall(r"<form.*?</form>", answer.text, re.DOTALL) if f'name="{wanted}"' in form)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


async def begin(house: House, guest: httpx.AsyncClient) -> tuple[str, str]:
    """Press the button; the address of our page about it, and of the provider's."""
    answer = await guest.post(house.bill, data=hidden(await guest.get(house.bill), "purpose"))
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(r"0; url=(.+)", (await guest.get(answer.headers["location"])).headers["refresh"])
    assert found
    return answer.headers["location"].partition("?")[0], found[1]


async def choose(provider_page: str, choice: str = "pay") -> httpx.Response:
    async with httpx.AsyncClient() as phone:
        return await phone.post(f"{provider_page}/{choice}")


class TestPaying:
    async def test_from_the_bill_to_paid_and_back(self, house: House, guest: httpx.AsyncClient) -> None:
        result, provider_page = await begin(house, guest)
        assert provider_page.startswith(house.sandbox.url)
        assert "等支付平台的消息" in (await guest.get(result)).text
        async with httpx.AsyncClient() as phone:
            shown = (await phone.get(provider_page)).text
        assert all(word in shown for word in ("¥30.00", "付款", "Pay", "width=device-width"))
        back = await choose(provider_page)
        assert (back.status_code, back.headers["location"]) == (303, house.server.url + result)

        async def received() -> bool:
            return "已收到 ¥30" in (await guest.get(result)).text

        await soon(received)
        assert await house.owed() == 0
        assert "已经付清" in (await guest.get(house.bill)).text

    async def test_declined_it_says_what_to_do(self, house: House, guest: httpx.AsyncClient) -> None:
        result, provider_page = await begin(house, guest)
        await choose(provider_page, "decline")

        async def failed() -> bool:
            return "付款没有成功" in (await guest.get(result)).text

        await soon(failed)
        assert "再付一次" in (await guest.get(result)).text
        again, other_page = await begin(house, guest)
        assert again != result
        await choose(other_page)
        await soon(lambda: _settled(house))

    async def test_cancelled_before_it_is_paid_the_money_goes_back(
        self, house: House, guest: httpx.AsyncClient
    ) -> None:
        result, provider_page = await begin(house, guest)
        await house.database.write(reverse_charges, place_id=PLACE, folio_id=house.folio, actor=CLERK)
        await choose(provider_page)

        async def gone() -> bool:
            return await house.database.read(refunds) == [("done", 3000)]

        await soon(gone)
        assert "正在原路退回" in (await guest.get(result)).text
        assert await house.owed() == 0

    async def test_the_provider_is_away(self, house: House, guest: httpx.AsyncClient) -> None:
        house.sandbox.stop()
        answer = await guest.post(house.bill, data=hidden(await guest.get(house.bill), "purpose"))
        assert (answer.status_code, answer.headers["location"]) == (303, house.bill)
        assert "支付平台暂时没有回应" in (await guest.get(house.bill)).text
        house.sandbox.start()
        house.sandbox.wait_until_ready()
        _, provider_page = await begin(house, guest)
        await choose(provider_page)
        await soon(lambda: _settled(house))


class TestMessages:
    async def test_what_was_paid_while_the_service_was_down_arrives(
        self, house: House, guest: httpx.AsyncClient
    ) -> None:
        _, provider_page = await begin(house, guest)
        house.server.kill()
        await choose(provider_page)
        await anyio.sleep(1)
        house.server.start()
        await soon(lambda: _settled(house))
        house.server.wait_until_ready()

    async def test_unsigned_or_too_large_is_refused(self, house: House) -> None:
        address = f"{house.server.url}/api/v1/payments/webhook"
        event = {"id": "e", "type": "payment.paid", "created_at": "2026-11-25T04:00:00Z", "data": {}}
        async with httpx.AsyncClient() as stranger:
            for headers in ({}, {"Payment-Signature": "t=1795579200,v1=" + "0" * 64}):
                answer = await stranger.post(address, json=event, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (401, "not_signed")
            assert (await stranger.post(address, content=b"x" * 70_000)).status_code == 413


@sqlite_only
class TestWithoutMessages:
    """The provider's messages are lost: the loops ask, and the books are compared."""

    async def test_the_loops_find_out_and_the_books_agree(
        self, database: Database, clock: SettableClock, provider: Sandbox
    ) -> None:
        clock.now = system_clock()
        client = provider.provider(NOWHERE)
        folio = await database.write(new_folio, 3000)
        made = await database.write(create_intent, GUEST, PLACE, folio, pages="http://127.0.0.1:9")
        intent = await database.read(intent_of, PLACE, folio, made)
        seen = await client.open(intent, "账单")
        assert (await client.open(intent, "账单")).id == seen.id
        await choose(seen.pay_url)
        (differs,) = await reconcile(database, client, clock.now - timedelta(days=1), clock.now + timedelta(days=1))
        assert (differs.ours and differs.ours.money, differs.theirs and differs.theirs.money) == (False, True)

        clock.advance(seconds=30)
        assert await ask_for_news(database, client) == 1
        assert (await database.read(balance, PLACE, folio)).owed == 0
        await database.write(reverse_charges, place_id=PLACE, folio_id=folio, actor=CLERK)
        await database.write(refund_due, place_id=PLACE, folio_id=folio, actor=CLERK)
        assert (await send_refunds(database, client), await send_refunds(database, client)) == (1, 0)
        assert await database.read(refunds) == [("done", 3000)]
        assert await reconcile(database, client, clock.now - timedelta(days=1), clock.now + timedelta(days=1)) == []

    async def test_a_refund_that_the_provider_refuses_comes_back(self, database: Database, provider: Sandbox) -> None:
        client = provider.provider(NOWHERE)
        with pytest.raises(ProviderError) as refused:
            await client.refund(PLACE, 1, "pay_unknown", 100)
        assert refused.value.refused
        provider.stop()
        with pytest.raises(ProviderError) as silent:
            await client.refund(PLACE, 1, "pay_unknown", 100)
        assert not silent.value.refused


async def _settled(house: House) -> bool:
    return await house.owed() == 0


def refunds(tx: ReadSession) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in tx.execute(select(ProviderRefund.status, ProviderRefund.fen))]
