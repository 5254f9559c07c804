import asyncio
from datetime import timedelta
from typing import Any

import pytest

from booking.db import Database, ReadSession
from booking.payments.errors import (
    FolioNotFound,
    NoProvider,
    NotAnEvent,
    NothingToPay,
    Overpaid,
    WentThroughProvider,
)
from booking.payments.models import ProviderEvent, ProviderRefund
from booking.payments.queries import balance, statement
from booking.payments.rules import Balance
from booking.payments.service import ask_deposit, refund, refund_due, reverse, reverse_charges, take_payment
from booking.payments.service.events import receive_event
from booking.payments.service.intents import OPEN_FOR, checked_in_vain, create_intent
from booking.payments.service.refunds import lease_refunds, put_off, settle_refund
from booking.payments.views import needing_attention
from booking.payments.wire import Event
from tests.databases import NOON, SettableClock
from tests.payments.folios import CLERK, PLACE, new_folio
from tests.payments.intents import GUEST, OTHER, an_intent, new_intent, payment_event, refund_event, say

PAGES = "https://booking.example.cn"


async def standing(database: Database, folio_id: int) -> Balance:
    return await database.read(balance, PLACE, folio_id)


async def status(database: Database, intent_id: int) -> str:
    return (await database.read(an_intent, intent_id)).status


def sent_back(tx: ReadSession, intent_id: int) -> ProviderRefund:
    found = tx.get(ProviderRefund, place_id=PLACE, intent_id=intent_id)
    assert found is not None
    return found


class TestCreate:
    async def test_for_all_that_is_owed(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        intent = await database.read(an_intent, await database.write(new_intent, folio_id))
        assert (intent.fen, intent.status, intent.expires_at) == (3000, "pending", NOON + OPEN_FOR)
        assert intent.return_url == f"{PAGES}/pay/{PLACE}/{folio_id}/{intent.id}"

    async def test_two_open_pages_lead_to_one_payment(self, database: Database, clock: SettableClock) -> None:
        folio_id = await database.write(new_folio, 3000)
        first = await database.write(new_intent, folio_id)
        assert await database.write(new_intent, folio_id) == first
        assert await database.write(new_intent, folio_id, fen=1000) != first
        clock.advance(minutes=15)
        assert await database.write(new_intent, folio_id) != first

    async def test_a_deposit_is_asked_first(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        with pytest.raises(NothingToPay):
            await database.write(new_intent, folio_id, "deposit")
        where: dict[str, Any] = {"place_id": PLACE, "folio_id": folio_id, "actor": CLERK}
        await database.write(ask_deposit, fen=20_000, due_at=NOON, **where)
        intent_id = await database.write(new_intent, folio_id, "deposit")
        assert await database.write(say, intent_id, "paid", "e1") == "applied"
        assert await standing(database, folio_id) == Balance(3000, {"online": 20_000}, 3000, deposit=20_000)
        with pytest.raises(NothingToPay):
            await database.write(new_intent, folio_id, "deposit")

    async def test_refusals(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        with pytest.raises(FolioNotFound):
            await database.write(create_intent, OTHER, PLACE, folio_id, pages=PAGES)
        with pytest.raises(NoProvider):
            await database.write(create_intent, GUEST, PLACE, folio_id, pages=None)
        with pytest.raises(Overpaid):
            await database.write(create_intent, GUEST, PLACE, folio_id, pages=PAGES, fen=3001)
        free = await database.write(new_folio, subject="bill:2")
        with pytest.raises(NothingToPay):
            await database.write(create_intent, GUEST, PLACE, free, pages=PAGES)


class TestPaid:
    async def test_is_in_the_books_once_however_often_it_is_said(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        intent_id = await database.write(new_intent, folio_id)
        said = [await database.write(say, intent_id, "paid", name) for name in ("e1", "e1", "e2", "e1")]
        assert said == ["applied", "duplicate", "ignored", "duplicate"]
        assert await standing(database, folio_id) == Balance(3000, {"online": 3000}, 0)
        assert (await database.read(statement, PLACE, folio_id))[-1].actor == GUEST.actor

    async def test_many_messages_at_once_are_one(self, database: Database) -> None:
        for round_ in range(3):  # in the first one connections are still being made, one after the other
            folio_id = await database.write(new_folio, 3000, subject=f"bill:{round_}")
            intent_id = await database.write(new_intent, folio_id)
            names = [f"e{round_}-{number % 4}" for number in range(8)]
            said = await asyncio.gather(*(database.write(say, intent_id, "paid", name) for name in names))
            assert sorted(said) == ["applied"] + 4 * ["duplicate"] + 3 * ["ignored"]
            assert await standing(database, folio_id) == Balance(3000, {"online": 3000}, 0)

    async def test_a_failure_that_comes_later_changes_nothing(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        intent_id = await database.write(new_intent, folio_id)
        await database.write(say, intent_id, "paid", "e2")
        assert await database.write(say, intent_id, "failed", "e1") == "ignored"
        assert await status(database, intent_id) == "paid"

    @pytest.mark.parametrize("before", ["failed", "expired"])
    async def test_after_it_had_ended_it_still_counts(self, database: Database, before: str) -> None:
        folio_id = await database.write(new_folio, 3000)
        intent_id = await database.write(new_intent, folio_id)
        assert await database.write(say, intent_id, before, "e1") == "applied"
        assert await status(database, intent_id) == before
        assert await database.write(say, intent_id, "paid", "e2") == "applied"
        assert (await standing(database, folio_id)).owed == 0

    @pytest.mark.parametrize("other", [{"amount": 2999}, {"currency": "USD"}, {"id": "pay_another"}])
    async def test_another_sum_currency_or_payment_is_for_staff(
        self, database: Database, other: dict[str, Any]
    ) -> None:
        folio_id = await database.write(new_folio, 3000)
        intent_id = await database.write(new_intent, folio_id)
        assert await database.write(say, intent_id, "paid", "e1", **other) == "differs"
        assert (await standing(database, folio_id)).owed == 3000
        (seen,) = await database.read(needing_attention, PLACE)
        assert (seen.what, seen.reference) == ("differs", "e1")

    async def test_for_no_intent_of_ours_is_kept_for_staff(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        intent_id = await database.write(new_intent, folio_id)
        event = payment_event(await database.read(an_intent, intent_id), "paid", "e1", merchant_reference="1-404")
        assert await database.write(receive_event, event) == "unknown"
        (seen,) = await database.read(needing_attention, 0)
        assert (seen.what, seen.fen) == ("unknown", 3000)

    async def test_what_is_not_in_the_documented_form(self, database: Database) -> None:
        with pytest.raises(NotAnEvent):
            await database.write(receive_event, Event(id="e", type="payment.paid", created_at=NOON, data={}))
        other = Event(id="e", type="payout.made", created_at=NOON, data={"amount": "?"})
        assert await database.write(receive_event, other) == "ignored"
        assert await database.read(lambda tx: tx.get(ProviderEvent, place_id=0, id="e")) is not None


class TestNotOwed:
    async def test_paid_at_the_desk_meanwhile_it_goes_back(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        intent_id = await database.write(new_intent, folio_id)
        await database.write(take_payment, place_id=PLACE, folio_id=folio_id, method="cash", fen=1200, actor=CLERK)
        assert await database.write(say, intent_id, "paid", "e1") == "sent_back"
        assert await standing(database, folio_id) == Balance(3000, {"cash": 1200, "online": 1800}, 0)
        assert (await database.read(sent_back, intent_id)).fen == 1200

    async def test_cancelled_meanwhile_all_of_it_goes_back(self, database: Database, clock: SettableClock) -> None:
        folio_id = await database.write(new_folio, 3000)
        intent_id = await database.write(new_intent, folio_id)
        await database.write(reverse_charges, place_id=PLACE, folio_id=folio_id, actor=CLERK)
        clock.advance(hours=1)
        await database.write(checked_in_vain, PLACE, intent_id)
        assert await status(database, intent_id) == "expired"
        assert await database.write(say, intent_id, "paid", "e1") == "sent_back"
        assert await status(database, intent_id) == "refunded"
        assert await standing(database, folio_id) == Balance(0, {}, 0)


async def paid_in_two(database: Database) -> tuple[int, int, int]:
    folio_id = await database.write(new_folio, 3000)
    first = await database.write(new_intent, folio_id, fen=1000)
    await database.write(say, first, "paid", "e1")
    second = await database.write(new_intent, folio_id)
    await database.write(say, second, "paid", "e2")
    return folio_id, first, second


class TestRefund:
    async def test_goes_over_the_payments_oldest_first(self, database: Database) -> None:
        folio_id, first, second = await paid_in_two(database)
        where: dict[str, Any] = {"place_id": PLACE, "folio_id": folio_id, "actor": CLERK}
        await database.write(refund, method="online", fen=1500, **where)
        assert await standing(database, folio_id) == Balance(3000, {"online": 1500}, 1500)
        assert await status(database, first) == "refunded"
        assert (await database.read(an_intent, second)).refunded_fen == 500
        due = await database.write(lease_refunds)
        assert [(one.payment, one.fen, one.attempt) for one in due] == [
            (f"pay_{first}", 1000, 1),
            (f"pay_{second}", 500, 1),
        ]
        assert await database.write(lease_refunds) == []

    async def test_a_cancellation_sends_all_back(self, database: Database) -> None:
        folio_id, *_ = await paid_in_two(database)
        where: dict[str, Any] = {"place_id": PLACE, "folio_id": folio_id, "actor": CLERK}
        await database.write(reverse_charges, **where)
        assert await database.write(refund_due, **where) == {"online": 3000}
        assert await standing(database, folio_id) == Balance(0, {}, 0)

    async def test_waits_longer_each_time(self, database: Database, clock: SettableClock) -> None:
        folio_id, first, _ = await paid_in_two(database)
        await database.write(refund, place_id=PLACE, folio_id=folio_id, method="online", fen=1000, actor=CLERK)
        waits = []
        for _ in range(4):
            (due,) = await database.write(lease_refunds)
            await database.write(put_off, due, "no answer")
            until = (await database.read(sent_back, first)).available_at
            waits.append((until - clock.now).total_seconds())
            clock.now = until
        assert waits == [5, 10, 20, 40]

    async def test_refused_the_credit_is_there_again(self, database: Database) -> None:
        folio_id, first, _ = await paid_in_two(database)
        await database.write(refund, place_id=PLACE, folio_id=folio_id, method="online", fen=1000, actor=CLERK)
        sent = await database.read(sent_back, first)
        assert await database.write(receive_event, refund_event(sent, "failed", "r1", reason="closed")) == "applied"
        assert await database.write(receive_event, refund_event(sent, "failed", "r1")) == "duplicate"
        assert not await database.write(settle_refund, PLACE, sent.id, reference="", done=False)
        assert await standing(database, folio_id) == Balance(3000, {"online": 3000}, 0)
        assert await status(database, first) == "paid"
        assert await database.write(receive_event, refund_event(sent, "succeeded", "r2")) == "contradicts"
        shown = {one.what for one in await database.read(needing_attention, PLACE)}
        assert shown == {"refund_failed", "contradicts"}

    async def test_is_not_undone_by_a_note(self, database: Database) -> None:
        folio_id, *_ = await paid_in_two(database)
        paid = (await database.read(statement, PLACE, folio_id))[-1]
        with pytest.raises(WentThroughProvider):
            await database.write(reverse, place_id=PLACE, transaction_id=paid.transaction_id, actor=CLERK)


class TestNoNews:
    async def test_it_asks_less_and_less_often_then_gives_up(self, database: Database, clock: SettableClock) -> None:
        intent_id = await database.write(new_intent, await database.write(new_folio, 3000))
        asked = 0
        while (check_at := (await database.read(an_intent, intent_id)).check_at) is not None:
            clock.now = check_at
            await database.write(checked_in_vain, PLACE, intent_id)
            asked += 1
        assert await status(database, intent_id) == "expired"
        assert asked < 12
        assert clock.now - NOON < timedelta(hours=1)
