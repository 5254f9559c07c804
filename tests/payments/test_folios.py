import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from booking.db import Database
from booking.payments.errors import DepositTooSmall, DepositUsed, FollowsRules, WrongSum
from booking.payments.queries import balance, statement
from booking.payments.rules import Balance, Line
from booking.payments.service import (
    apply_deposit,
    ask_deposit,
    cancel_charges,
    charge,
    grant_subsidy,
    refund_due,
    return_deposit,
    reverse,
    reverse_charges,
    take_deposit,
    take_payment,
    withdraw_subsidy,
)
from booking.payments.terms import CancellationTerms, FeeStep, Subsidy
from booking.payments.views import DepositView, folio_view
from tests.databases import NOON
from tests.payments.folios import CLERK, PLACE, new_folio

FIRST, SECOND = date(2026, 12, 5), date(2026, 12, 6)
PER_NIGHT = Subsidy(cap_fen=30_000, per="night", document="疗养补贴办法", clause="第五条")
STAY = [
    Line("room", 36_000, usual_fen=48_000, night=FIRST),
    Line("room", 24_000, usual_fen=32_000, night=SECOND),
    Line("shuttle", 2_000),
]
TERMS = CancellationTerms(steps=(FeeStep(timedelta(days=2), 30),), document="疗养须知", clause="第九条")


async def a_stay(database: Database, *, subsidy: Subsidy | None = None) -> dict[str, Any]:
    where: dict[str, Any] = {"place_id": PLACE, "folio_id": await database.write(new_folio), "actor": CLERK}
    await database.write(charge, lines=STAY, **where)
    if subsidy is not None:
        await database.write(grant_subsidy, subsidy=subsidy, **where)
    return where


async def standing(database: Database, where: dict[str, Any]) -> Balance:
    return await database.read(balance, PLACE, where["folio_id"])


class TestMemberPrice:
    async def test_the_usual_price_and_the_discount_are_both_in_the_books(self, database: Database) -> None:
        where = await a_stay(database)
        assert await standing(database, where) == Balance(62_000, {}, 62_000)
        (line,) = await database.read(statement, PLACE, where["folio_id"])
        posted = {(entry.account, entry.night): entry.fen for entry in line.entries}
        assert posted["revenue:room", FIRST] == -48_000
        assert posted["discount:room", FIRST] == 12_000

    async def test_a_member_never_pays_more(self, database: Database) -> None:
        where = await a_stay(database)
        with pytest.raises(WrongSum):
            await database.write(charge, lines=[Line("room", 100, usual_fen=99)], **where)


class TestSubsidy:
    async def test_above_the_cap_stays_with_the_guest(self, database: Database) -> None:
        where = await a_stay(database, subsidy=PER_NIGHT)
        assert await standing(database, where) == Balance(62_000, {}, 8_000, subsidy=54_000)
        view = await database.read(folio_view, PLACE, where["folio_id"], "stay:1")
        assert view.subsidy is not None
        assert (view.federation, view.owed, view.subsidy.borne, view.subsidy.overage) == (54_000, 8_000, 54_000, 6_000)
        assert (view.lines[-1].kind, view.lines[-1].note) == ("subsidy", "疗养补贴办法 第五条")

    async def test_it_follows_the_charges_up_and_down(self, database: Database) -> None:
        where = await a_stay(database, subsidy=PER_NIGHT)
        more = await database.write(charge, lines=[Line("meal_plan", 8_000, night=SECOND)], **where)
        assert (await standing(database, where)).subsidy == 60_000
        await database.write(reverse, place_id=PLACE, transaction_id=more, actor=CLERK)
        assert (await standing(database, where)).subsidy == 54_000
        assert await database.write(reverse_charges, **where) == 0
        assert await standing(database, where) == Balance(0, {}, 0)

    async def test_another_one_replaces_it_and_it_can_be_withdrawn(self, database: Database) -> None:
        where = await a_stay(database, subsidy=PER_NIGHT)
        per_stay = Subsidy(cap_fen=10_000, per="stay", document="a", clause="b")
        assert await database.write(grant_subsidy, subsidy=per_stay, **where) == 10_000
        assert (await standing(database, where)).owed == 52_000
        await database.write(withdraw_subsidy, **where)
        assert await standing(database, where) == Balance(62_000, {}, 62_000)

    async def test_charges_at_once_never_pass_the_cap(self, database: Database) -> None:
        where = await a_stay(database, subsidy=Subsidy(cap_fen=70_000, per="stay", document="a", clause="b"))
        line = [Line("room", 9_000, night=FIRST)]
        await asyncio.gather(*(database.write(charge, lines=line, **where) for _ in range(8)))
        assert (await standing(database, where)).subsidy == 70_000

    async def test_by_itself_it_cannot_be_reversed(self, database: Database) -> None:
        where = await a_stay(database, subsidy=PER_NIGHT)
        borne = (await database.read(statement, PLACE, where["folio_id"]))[-1]
        with pytest.raises(FollowsRules):
            await database.write(reverse, place_id=PLACE, transaction_id=borne.transaction_id, actor=CLERK)


class TestDeposit:
    async def test_asked_paid_applied_returned(self, database: Database) -> None:
        where = await a_stay(database)
        due = NOON + timedelta(days=1)
        await database.write(ask_deposit, fen=80_000, due_at=due, **where)
        await database.write(take_deposit, method="wechat", fen=80_000, **where)
        assert await standing(database, where) == Balance(62_000, {"wechat": 80_000}, 62_000, deposit=80_000)
        assert await database.write(apply_deposit, **where) == 62_000
        assert await database.write(apply_deposit, **where) == 0
        assert await database.write(return_deposit, **where) == {"wechat": 18_000}
        assert await standing(database, where) == Balance(62_000, {"wechat": 62_000}, 0)
        view = await database.read(folio_view, PLACE, where["folio_id"], "stay:1")
        assert view.deposit == DepositView(80_000, due, 80_000, 62_000, 18_000, held=0, due=0)

    async def test_no_more_goes_back_than_is_held(self, database: Database) -> None:
        where = await a_stay(database)
        await database.write(take_deposit, method="cash", fen=5_000, **where)
        with pytest.raises(DepositTooSmall):
            await database.write(return_deposit, fen=5_001, **where)
        assert await database.write(return_deposit, fen=2_000, **where) == {"cash": 2_000}
        assert await database.write(return_deposit, **where) == {"cash": 3_000}
        assert await database.write(return_deposit, **where) == {}

    async def test_what_is_held_is_not_what_is_due_back(self, database: Database) -> None:
        where = await a_stay(database)
        await database.write(take_payment, method="cash", fen=62_000, **where)
        await database.write(take_deposit, method="cash", fen=5_000, **where)
        assert await database.write(refund_due, **where) == {}

    async def test_once_used_its_receipt_cannot_be_reversed(self, database: Database) -> None:
        where = await a_stay(database)
        taken = await database.write(take_deposit, method="cash", fen=5_000, **where)
        await database.write(apply_deposit, **where)
        with pytest.raises(DepositUsed):
            await database.write(reverse, place_id=PLACE, transaction_id=taken, actor=CLERK)


class TestCancelling:
    async def test_the_deposit_pays_the_fee_and_the_federation_bears_nothing(self, database: Database) -> None:
        where = await a_stay(database, subsidy=PER_NIGHT)
        await database.write(take_deposit, method="card", fen=20_000, **where)
        done = await database.write(cancel_charges, left=timedelta(days=1), terms=TERMS, **where)
        assert (done.fee, done.credit, done.deposit, done.owed) == (18_600, 0, 1_400, 0)
        assert await database.write(return_deposit, **where) == {"card": 1_400}
        assert await standing(database, where) == Balance(18_600, {"card": 18_600}, 0)

    async def test_in_time_it_is_free(self, database: Database) -> None:
        where = await a_stay(database)
        await database.write(take_payment, method="card", fen=50_000, **where)
        done = await database.write(cancel_charges, left=timedelta(days=2), terms=TERMS, **where)
        assert (done.fee, done.credit, done.deposit, done.owed) == (0, 50_000, 0, 0)
        assert await database.write(refund_due, **where) == {"card": 50_000}
