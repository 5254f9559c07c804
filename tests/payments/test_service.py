import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from booking.audit.queries import log
from booking.clock import local_date
from booking.db import Database
from booking.errors import NotFound
from booking.payments.errors import (
    AlreadyRefunded,
    AlreadyReversed,
    NotReversible,
    Overpaid,
    RefundTooLarge,
    WrongSum,
)
from booking.payments.models import LedgerTransaction, Posting
from booking.payments.queries import balance, folio_of, statement, takings
from booking.payments.rules import Balance, Line, Method
from booking.payments.service import charge, refund, refund_due, reverse, reverse_charges, take_payment
from booking.web.facts import Money
from tests.databases import SettableClock
from tests.payments.folios import CLERK, PLACE, new_folio


async def pay(database: Database, folio_id: int, fen: int, method: Method = "cash", **more: Any) -> int:
    return await database.write(
        take_payment, place_id=PLACE, folio_id=folio_id, method=method, fen=fen, actor=CLERK, **more
    )


async def give_back(database: Database, folio_id: int, fen: int, method: Method = "cash") -> int:
    return await database.write(refund, place_id=PLACE, folio_id=folio_id, method=method, fen=fen, actor=CLERK)


async def take_back(database: Database, transaction_id: int) -> int:
    return await database.write(reverse, place_id=PLACE, transaction_id=transaction_id, actor=CLERK, note="记错了")


async def standing(database: Database, folio_id: int) -> Balance:
    return await database.read(balance, PLACE, folio_id)


class TestCharge:
    async def test_several_lines_are_one_event(self, database: Database) -> None:
        folio_id = await database.write(new_folio)
        lines = [Line("court", 2000), Line("court", 3000), Line("locker", 500)]
        await database.write(charge, place_id=PLACE, folio_id=folio_id, lines=lines, actor=CLERK, note="两小时")
        assert await standing(database, folio_id) == Balance(5500, {}, 5500)
        (line,) = await database.read(statement, PLACE, folio_id)
        assert (line.kind, line.fen, line.owed_after, line.note) == ("charge", 5500, 5500, "两小时")
        assert [entry.fen for entry in line.entries] == [5500, -2000, -3000, -500]

    @pytest.mark.parametrize("lines", [[], [Line("court", 0)], [Line("court", -5)], [Line("court", 10**12)]])
    async def test_a_sum_that_is_none(self, database: Database, lines: list[Line]) -> None:
        folio_id = await database.write(new_folio)
        with pytest.raises(WrongSum):
            await database.write(charge, place_id=PLACE, folio_id=folio_id, lines=lines, actor=CLERK)

    async def test_a_folio_is_found_by_its_subject(self, database: Database) -> None:
        folio_id = await database.write(new_folio, subject="booking:5")
        found = await database.read(folio_of, PLACE, "booking:5")
        assert found is not None
        assert found.id == folio_id
        assert await database.read(folio_of, PLACE, "booking:6") is None


class TestTakePayment:
    async def test_lowers_what_is_owed(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        await pay(database, folio_id, 1000)
        await pay(database, folio_id, 2000, "wechat")
        assert await standing(database, folio_id) == Balance(3000, {"cash": 1000, "wechat": 2000}, 0)

    async def test_who_took_it_is_on_record(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        await pay(database, folio_id, 3000)
        (noted,) = await database.read(log, PLACE, subject=f"folio:{folio_id}")
        assert (noted.actor, noted.action, noted.detail) == (
            CLERK,
            "payment.received",
            {"method": "cash", "fen": 3000},
        )

    async def test_more_than_is_owed_is_refused_with_the_numbers(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        await pay(database, folio_id, 1000)
        with pytest.raises(Overpaid) as refused:
            await pay(database, folio_id, 2001)
        assert refused.value.params == {"owed": Money(2000), "asked": Money(2001)}

    async def test_a_deposit_may_be_more(self, database: Database) -> None:
        folio_id = await database.write(new_folio)
        await pay(database, folio_id, 20000, deposit=True)
        assert (await standing(database, folio_id)).owed == -20000

    async def test_no_such_folio(self, database: Database) -> None:
        with pytest.raises(NotFound):
            await pay(database, 404, 100)


class TestRefund:
    async def test_goes_back_the_way_it_came(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        await pay(database, folio_id, 3000, "alipay")
        await give_back(database, folio_id, 1200, "alipay")
        assert await standing(database, folio_id) == Balance(3000, {"alipay": 1800}, 1200)

    async def test_never_more_than_came_that_way(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        await pay(database, folio_id, 2000, "card")
        await pay(database, folio_id, 1000, "cash")
        with pytest.raises(RefundTooLarge) as refused:
            await give_back(database, folio_id, 1001, "cash")
        assert (refused.value.params["paid"], refused.value.params["asked"]) == (Money(1000), Money(1001))
        with pytest.raises(RefundTooLarge):
            await give_back(database, folio_id, 1, "wechat")

    async def test_eight_clerks_at_once_give_it_back_once(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 20000)
        for _ in range(4):  # in the first round connections are still being made, one after the other
            await pay(database, folio_id, 3000)
            outcomes = await asyncio.gather(
                *(give_back(database, folio_id, 3000) for _ in range(8)), return_exceptions=True
            )
            assert sum(isinstance(outcome, RefundTooLarge) for outcome in outcomes) == 7
            assert (await standing(database, folio_id)).paid == {}


class TestReverse:
    async def test_a_payment_typed_by_mistake(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        await take_back(database, await pay(database, folio_id, 3000, "card"))
        assert await standing(database, folio_id) == Balance(3000, {}, 3000)
        reversal = (await database.read(statement, PLACE, folio_id))[-1]
        assert (reversal.kind, reversal.method, reversal.note) == ("reversal", "card", "记错了")

    async def test_only_once(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        paid = await pay(database, folio_id, 3000)
        outcomes = await asyncio.gather(*(take_back(database, paid) for _ in range(5)), return_exceptions=True)
        assert sum(isinstance(outcome, AlreadyReversed) for outcome in outcomes) == 4

    async def test_not_a_reversal(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        reversal = await take_back(database, await pay(database, folio_id, 3000))
        with pytest.raises(NotReversible):
            await take_back(database, reversal)

    async def test_not_a_payment_that_was_refunded(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        paid = await pay(database, folio_id, 3000)
        refunded = await give_back(database, folio_id, 1)
        with pytest.raises(AlreadyRefunded):
            await take_back(database, paid)
        await take_back(database, refunded)
        await take_back(database, paid)
        assert (await standing(database, folio_id)).paid == {}

    async def test_nothing_there(self, database: Database) -> None:
        with pytest.raises(NotFound):
            await take_back(database, 404)


class TestCancelling:
    async def test_charges_go_back_then_the_money_the_ways_it_came(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000, 1000)
        await pay(database, folio_id, 1500, "wechat")
        await pay(database, folio_id, 1000, "cash")
        where: dict[str, Any] = {"place_id": PLACE, "folio_id": folio_id, "actor": CLERK}
        assert await database.write(reverse_charges, **where) == 2500
        assert await database.write(refund_due, **where) == {"cash": 1000, "wechat": 1500}
        assert await standing(database, folio_id) == Balance(0, {}, 0)
        assert await database.write(reverse_charges, **where) == 0
        assert await database.write(refund_due, **where) == {}

    async def test_a_fee_is_kept(self, database: Database) -> None:
        folio_id = await database.write(new_folio, 3000)
        await pay(database, folio_id, 3000)
        where: dict[str, Any] = {"place_id": PLACE, "folio_id": folio_id, "actor": CLERK}
        await database.write(reverse_charges, **where)
        await database.write(charge, lines=[Line("cancellation", 500)], **where)
        assert await database.write(refund_due, **where) == {"cash": 2500}
        assert await standing(database, folio_id) == Balance(500, {"cash": 500}, 0)


class TestTakings:
    async def test_by_local_day_and_method(self, database: Database, clock: SettableClock) -> None:
        folio_id = await database.write(new_folio, 9000)
        today = local_date(clock.now)
        await pay(database, folio_id, 1000)
        await pay(database, folio_id, 3000, "wechat")
        await give_back(database, folio_id, 500, "wechat")
        await take_back(database, await pay(database, folio_id, 700))
        clock.advance(hours=11, minutes=59)
        await pay(database, folio_id, 200)
        clock.advance(minutes=1)  # midnight in Shanghai
        await pay(database, folio_id, 50)
        cash, wechat = await database.read(takings, PLACE, today)
        assert (cash.method, cash.received, cash.refunded, cash.corrected, cash.net) == ("cash", 1900, 0, -700, 1200)
        assert (wechat.method, wechat.received, wechat.refunded, wechat.net) == ("wechat", 3000, 500, 2500)
        assert [one.net for one in await database.read(takings, PLACE, today + timedelta(days=1))] == [50]
        assert await database.read(takings, PLACE, today, "member:10") == []
        assert await database.read(takings, 2, today) == []


async def test_the_books_are_balanced(database: Database) -> None:
    folio_id = await database.write(new_folio, 3000)
    await pay(database, folio_id, 3000)
    await give_back(database, folio_id, 1000)

    def sums(tx: Any) -> list[int]:
        ids = tx.execute(select(LedgerTransaction.id)).scalars().all()
        return [sum(tx.execute(select(Posting.fen).where(Posting.transaction_id == one)).scalars()) for one in ids]

    assert await database.read(sums) == [0, 0, 0]
