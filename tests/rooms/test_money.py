"""What a guest still pays, and gets back, once deposits are held and stays are given up."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from booking.db import Database, ReadSession, WriteSession
from booking.notices.models import InboxMessage
from booking.payments.errors import NothingToPay
from booking.payments.models import PaymentIntent, ProviderRefund
from booking.payments.payables import register
from booking.payments.queries import balance, deposit_due
from booking.payments.service import refunds, take_deposit, take_payment
from booking.payments.service.events import receive_event
from booking.payments.service.intents import Purpose, create_intent, opened
from booking.rooms.models import Stay
from booking.rooms.paying import STAY
from booking.rooms.schemas import CancelRequest, DatesRequest, StayView
from booking.rooms.service.changing import change_dates
from booking.rooms.service.ending import cancel_stay, restore_stay
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.web.principal import Principal
from tests.databases import SettableClock
from tests.payments.intents import payment_event, seen
from tests.rooms.counting import check
from tests.rooms.house import HOUSE, People, day, populate, wish

PAGES = "https://booking.example.cn"


@pytest.fixture
async def people(database: Database) -> People:
    register(STAY)  # which the application does where there is one
    return await database.write(populate)


def booked(tx: WriteSession, now: datetime, who: Principal, arrival: int, departure: int) -> StayView:
    stay = hold_stay(tx, now, who, wish(arrival, departure))
    return confirm_stay(tx, now, who, HOUSE, stay.id)


def folio_of(tx: ReadSession, stay: StayView) -> int:
    found = tx.get(Stay, place_id=HOUSE, id=stay.id)
    assert found is not None
    assert found.folio_id is not None
    return found.folio_id


def intent(tx: WriteSession, now: datetime, who: Principal, stay: StayView, purpose: Purpose = "payment") -> int:
    """The sum that the payment page asks, in fen."""
    made = create_intent(tx, now, who, HOUSE, folio_of(tx, stay), pages=PAGES, purpose=purpose)
    return _intent(tx, made).fen


def pay_online(
    tx: WriteSession, now: datetime, who: Principal, stay: StayView, purpose: Purpose = "payment"
) -> PaymentIntent:
    """The provider's message that it was paid."""
    made = create_intent(tx, now, who, HOUSE, folio_of(tx, stay), pages=PAGES, purpose=purpose)
    opened(tx, now, HOUSE, made, seen(_intent(tx, made), "pending"))
    receive_event(tx, now, payment_event(_intent(tx, made), "paid", f"event-{made}"))
    return _intent(tx, made)


def _intent(tx: ReadSession, intent_id: int) -> PaymentIntent:
    found = tx.get(PaymentIntent, place_id=HOUSE, id=intent_id)
    assert found is not None
    return found


def pay_at_desk(tx: WriteSession, now: datetime, stay: StayView, fen: int, *, deposit: bool = False) -> None:
    take: Any = take_deposit if deposit else take_payment
    take(tx, now, place_id=HOUSE, folio_id=folio_of(tx, stay), method="cash", fen=fen, actor="member:103")


def sums(tx: ReadSession, stay: StayView) -> tuple[int, int]:
    """What is owed and what is held."""
    standing = balance(tx, HOUSE, folio_of(tx, stay))
    return standing.owed, standing.deposit


def sent(tx: ReadSession) -> list[tuple[str, int]]:
    return [(one.status, one.fen) for one in tx.all(select(ProviderRefund).order_by(ProviderRefund.id))]


def told(tx: ReadSession) -> list[tuple[str, Any]]:
    kinds = ("stay.refund_sent", "stay.credit")
    mine = select(InboxMessage).where(InboxMessage.kind.in_(kinds)).order_by(InboxMessage.id)
    return [(one.kind, one.params["fen"]["fen"]) for one in tx.all(mine)]


class TestDeposit:
    """A night of ¥200; two nights ask ¥80 in advance."""

    async def test_what_is_held_lowers_what_the_page_asks(self, database: Database, people: People) -> None:
        stay = await database.write(booked, people.worker, 5, 7)
        assert await database.write(intent, people.worker, stay) == 40000
        await database.write(pay_at_desk, stay, 8000, deposit=True)
        assert await database.write(intent, people.worker, stay) == 32000
        await database.write(pay_online, people.worker, stay)
        assert await database.read(sums, stay) == (8000, 8000)
        with pytest.raises(NothingToPay):
            await database.write(intent, people.worker, stay)
        assert await database.read(sent) == []

    async def test_whoever_has_paid_all_is_asked_for_no_deposit(self, database: Database, people: People) -> None:
        stay = await database.write(booked, people.worker, 5, 7)
        assert await database.read(lambda tx: deposit_due(tx, HOUSE, folio_of(tx, stay))) == 8000
        await database.write(pay_online, people.worker, stay)
        assert await database.read(lambda tx: deposit_due(tx, HOUSE, folio_of(tx, stay))) == 0
        with pytest.raises(NothingToPay):
            await database.write(intent, people.worker, stay, "deposit")


class TestGivenUp:
    async def test_what_came_online_goes_back_by_itself_but_not_at_once(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        stay = await database.write(booked, people.worker, 5, 7)
        await database.write(pay_online, people.worker, stay, "deposit")
        await database.write(pay_online, people.worker, stay)
        await database.write(cancel_stay, people.worker, HOUSE, stay.id, CancelRequest())
        assert await database.read(sums, stay) == (0, 0)
        assert sum(fen for _, fen in await database.read(sent)) == 40000
        assert await database.read(told) == [("stay.refund_sent", 40000)]
        assert await database.write(refunds.lease_refunds) == []
        clock.advance(minutes=10)
        assert sum(one.fen for one in await database.write(refunds.lease_refunds)) == 40000
        await database.read(check)

    async def test_the_fee_of_the_day_is_kept(self, database: Database, people: People) -> None:
        stay = await database.write(booked, people.worker, 2, 4)
        await database.write(pay_online, people.worker, stay, "deposit")
        await database.write(pay_online, people.worker, stay)
        await database.write(cancel_stay, people.worker, HOUSE, stay.id, CancelRequest())
        fee = stay.price_fen // 5
        assert await database.read(sums, stay) == (0, 0)
        assert sum(fen for _, fen in await database.read(sent)) == stay.price_fen - fee

    async def test_taken_back_no_money_moves(self, database: Database, people: People, clock: SettableClock) -> None:
        stay = await database.write(booked, people.worker, 5, 7)
        await database.write(pay_online, people.worker, stay)
        await database.write(cancel_stay, people.worker, HOUSE, stay.id, CancelRequest())
        await database.write(restore_stay, people.worker, HOUSE, stay.id)
        assert await database.read(sent) == [("recalled", 40000)]
        assert await database.read(sums, stay) == (0, 0)
        clock.advance(minutes=11)
        assert await database.write(refunds.lease_refunds) == []
        await database.write(cancel_stay, people.worker, HOUSE, stay.id, CancelRequest())
        assert await database.read(sent) == [("recalled", 40000), ("pending", 40000)]

    async def test_what_has_left_is_not_recalled(
        self, database: Database, people: People, clock: SettableClock
    ) -> None:
        stay = await database.write(booked, people.worker, 5, 8)
        await database.write(pay_online, people.worker, stay)
        shorter = DatesRequest(day(5), day(7))
        await database.write(change_dates, people.worker, HOUSE, stay.id, shorter)
        clock.advance(minutes=10)
        assert len(await database.write(refunds.lease_refunds)) == 1
        back = DatesRequest(day(5), day(8))
        view = await database.write(change_dates, people.worker, HOUSE, stay.id, back)
        assert view.price_fen == stay.price_fen
        assert (await database.read(sums, stay))[0] == await database.read(lambda tx: sent(tx)[0][1])

    async def test_what_was_paid_at_the_desk_waits_there(self, database: Database, people: People) -> None:
        stay = await database.write(booked, people.worker, 5, 7)
        await database.write(pay_at_desk, stay, 8000, deposit=True)
        await database.write(pay_at_desk, stay, 10000)
        await database.write(cancel_stay, people.worker, HOUSE, stay.id, CancelRequest())
        assert await database.read(sums, stay) == (-10000, 8000)
        assert await database.read(told) == [("stay.credit", 18000)]
        assert await database.read(sent) == []

    async def test_of_both_ways_the_online_part_goes_first(self, database: Database, people: People) -> None:
        stay = await database.write(booked, people.worker, 5, 7)
        await database.write(pay_at_desk, stay, 15000)
        await database.write(pay_online, people.worker, stay)
        await database.write(cancel_stay, people.worker, HOUSE, stay.id, CancelRequest())
        assert await database.read(told) == [("stay.refund_sent", 25000), ("stay.credit", 15000)]
