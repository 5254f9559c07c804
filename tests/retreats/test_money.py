"""What a place costs whom, to the fen: the price of the batch, the subsidy and its cap, companions, what comes back."""

from datetime import datetime

import pytest
from hypothesis import given as drawn_from
from hypothesis import strategies as st
from sqlalchemy import select, update

from booking.db import Database, ReadSession, WriteSession
from booking.payments.errors import FolioNotFound
from booking.payments.models import Folio, FolioSubsidy, LedgerTransaction, PaymentIntent, ProviderRefund
from booking.payments.payables import payable_of, register
from booking.payments.service import take_payment
from booking.payments.service.events import receive_event
from booking.payments.service.intents import create_intent, opened, visible_folio
from booking.retreats.models import Applicant, BatchRooms, Season
from booking.retreats.paying import RETREAT
from booking.retreats.rules.places import Person, borne_in_all, share
from booking.retreats.service.placing import confirm_place, decline_place, restore_place
from booking.web.principal import Principal
from tests.databases import NOON
from tests.payments.intents import payment_event, seen
from tests.retreats.places import Given, bill, drawn, give, stay_of
from tests.retreats.season import CODE
from tests.rooms.counting import check
from tests.rooms.house import DOUBLE, HOUSE, TWIN

PAGES = "https://booking.example.cn"
KINDS = st.sampled_from(["companion", "free", "subsidised"])


@pytest.fixture
async def given(database: Database) -> Given:
    register(RETREAT)  # which the application does where there is one
    return await database.write(drawn)


async def lines(database: Database) -> list[tuple[str, str]]:
    """Every event in the books: its kind and note."""
    rows = await database.read(lambda tx: tx.all(select(LedgerTransaction).order_by(LedgerTransaction.id)))
    return [(row.kind, row.note) for row in rows]


async def folio(database: Database) -> Folio:
    (found,) = await database.read(lambda tx: tx.all(select(Folio)))
    return found


class TestShares:
    TERMS = Season(subsidy_fen=60000, free_categories=["model_worker"])

    def test_a_member_pays_what_is_above_the_subsidy(self) -> None:
        found = share(self.TERMS, 90000, Person(1, "王"))
        assert (found.fen, found.borne, found.own, found.why) == (90000, 60000, 30000, "subsidised")
        assert share(self.TERMS, 50000, Person(1, "王")).own == 0

    def test_some_categories_pay_nothing_and_companions_everything(self) -> None:
        assert share(self.TERMS, 90000, Person(1, "王", categories=("frontline", "model_worker"))).own == 0
        assert share(self.TERMS, 90000, Person(None, "小王")).own == 90000

    @drawn_from(st.integers(0, 10**6), st.integers(0, 10**6), st.lists(KINDS, max_size=8))
    def test_nobody_pays_less_than_nothing_and_nobody_twice(self, price: int, subsidy: int, kinds: list[str]) -> None:
        terms = Season(subsidy_fen=subsidy, free_categories=["model_worker"])
        people = {
            "companion": Person(None, "c"),
            "free": Person(1, "f", categories=("model_worker",)),
            "subsidised": Person(2, "s"),
        }
        found = [share(terms, price, people[kind]) for kind in kinds]
        assert [one.why for one in found] == kinds
        assert all(0 <= one.own <= price for one in found)
        assert sum(one.own for one in found) + borne_in_all(found) == price * len(kinds)
        assert borne_in_all(found) <= sum(max(subsidy, price) for kind in kinds if kind != "companion")


class TestTheBill:
    async def test_charges_each_head_and_bears_each_members_part(self, database: Database, given: Given) -> None:
        couple = given.town.workers[:2]
        application = await database.write(give, couple, (1, DOUBLE), rooms=2, companions=["小明"])
        await database.write(confirm_place, couple[0], CODE)
        found = await bill(database, application)
        assert found is not None
        assert (found.charged, found.subsidy, found.owed) == (3 * 120000, 2 * 60000, 240000)
        names = [couple[0].name, couple[1].name, "小明"]
        assert [note for kind, note in await lines(database) if kind == "charge"] == names
        terms = await database.read(lambda tx: tx.get(FolioSubsidy, place_id=HOUSE))
        assert terms is not None
        assert (terms.cap_fen, terms.per, terms.document, terms.clause) == (
            120000,
            "stay",
            given.season.subsidy_document,
            given.season.subsidy_clause,
        )

    async def test_the_stay_itself_is_free(self, database: Database, given: Given) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, DOUBLE), rooms=1)
        await database.write(confirm_place, mine, CODE)
        stay = await stay_of(database, application)
        assert stay is not None
        assert (stay.price_fen, stay.folio_id) == (0, None)
        await database.read(check)

    async def test_whoever_is_free_of_charge_owes_nothing_for_themselves_but_for_their_companion(
        self, database: Database, given: Given
    ) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, DOUBLE), rooms=1, companions=["小明"])

        def honour(tx: WriteSession, now: datetime) -> None:
            tx.execute(update(Applicant).values(categories=["model_worker"]))

        await database.write(honour)
        await database.write(confirm_place, mine, CODE)
        found = await bill(database, application)
        assert found is not None
        assert (found.charged, found.subsidy, found.owed) == (240000, 120000, 120000)

    async def test_a_batch_that_costs_nothing_has_no_bill(self, database: Database, given: Given) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, DOUBLE), rooms=1)

        def free(tx: WriteSession, now: datetime) -> None:
            tx.execute(update(BatchRooms).values(price_fen=0))

        await database.write(free)
        await database.write(confirm_place, mine, CODE)
        assert await bill(database, application) is None

    async def test_without_a_subsidy_the_whole_price_is_owed(self, database: Database, given: Given) -> None:
        mine = given.town.workers[0]

        def none(tx: WriteSession, now: datetime) -> None:
            tx.execute(update(Season).values(subsidy_fen=0))

        await database.write(none)
        application = await database.write(give, [mine], (1, TWIN))
        await database.write(confirm_place, mine, CODE)
        found = await bill(database, application)
        assert found is not None
        assert (found.charged, found.subsidy, found.owed) == (90000, 0, 90000)

    async def test_sharers_have_a_bill_each(self, database: Database, given: Given) -> None:
        first, second = given.town.workers[1], given.town.workers[3]
        applications = [await database.write(give, [one], (1, TWIN)) for one in (first, second)]
        for one in (first, second):
            await database.write(confirm_place, one, CODE)
        for application in applications:
            found = await bill(database, application)
            assert found is not None
            assert found.owed == 30000

    async def test_any_member_of_the_application_may_see_and_pay_it_and_nobody_else(
        self, database: Database, given: Given
    ) -> None:
        *couple, other = given.town.workers[:3]
        await database.write(give, couple, (1, DOUBLE), rooms=1)
        await database.write(confirm_place, couple[0], CODE)
        mine = await folio(database)
        for one in couple:
            assert (await database.read(visible_folio, HOUSE, mine.id, one)).id == mine.id
        with pytest.raises(FolioNotFound):
            await database.read(visible_folio, HOUSE, mine.id, other)
        shown = await database.read(lambda tx: payable_of(mine).bill(tx, NOON, mine))
        assert shown is not None
        assert (shown.title.name, shown.link, shown.stands) == (given.season.title, f"/retreats/{CODE}/mine", True)


class TestGivingUp:
    async def test_takes_every_charge_and_the_subsidy_back(self, database: Database, given: Given) -> None:
        couple = given.town.workers[:2]
        application = await database.write(give, couple, (1, DOUBLE), rooms=1)
        await database.write(confirm_place, couple[0], CODE)
        await database.write(decline_place, couple[0], CODE)
        found = await bill(database, application)
        assert found is not None
        assert (found.charged, found.subsidy, found.owed) == (0, 0, 0)

    async def test_what_was_paid_at_the_desk_waits_there(self, database: Database, given: Given) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, TWIN))
        await database.write(confirm_place, mine, CODE)
        account = (await folio(database)).id

        def pay(tx: WriteSession, now: datetime) -> None:
            take_payment(tx, now, place_id=HOUSE, folio_id=account, method="cash", fen=30000, actor="member:103")

        await database.write(pay)
        await database.write(decline_place, mine, CODE)
        found = await bill(database, application)
        assert found is not None
        assert (found.owed, found.paid) == (-30000, {"cash": 30000})

    async def test_what_was_paid_online_goes_back_by_itself_unless_it_is_taken_back(
        self, database: Database, given: Given
    ) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, TWIN))
        await database.write(confirm_place, mine, CODE)
        await database.write(pay_online, mine, (await folio(database)).id)
        found = await bill(database, application)
        assert found is not None
        assert found.owed == 0
        await database.write(decline_place, mine, CODE)
        assert await refunds(database) == [("pending", 30000)]
        await database.write(restore_place, mine, CODE)
        await database.write(confirm_place, mine, CODE)
        assert await refunds(database) == [("recalled", 30000)]
        found = await bill(database, application)
        assert found is not None
        assert (found.charged, found.subsidy, found.owed) == (90000, 60000, 0)
        assert len(await database.read(lambda tx: tx.all(select(Folio)))) == 1
        await database.read(check)

    async def test_money_that_comes_afterwards_is_for_nothing(self, database: Database, given: Given) -> None:
        mine = given.town.workers[0]
        await database.write(give, [mine], (1, TWIN))
        await database.write(confirm_place, mine, CODE)
        await database.write(decline_place, mine, CODE)
        account = await folio(database)
        shown = await database.read(lambda tx: payable_of(account).bill(tx, NOON, account))
        assert shown is not None
        assert not shown.stands


def pay_online(tx: WriteSession, now: datetime, who: Principal, account: int) -> None:
    """The provider's message that all of a bill was paid."""
    made = create_intent(tx, now, who, HOUSE, account, pages=PAGES)
    opened(tx, now, HOUSE, made, seen(intent(tx, made), "pending"))
    assert receive_event(tx, now, payment_event(intent(tx, made), "paid", f"event-{made}")) == "applied"


def intent(tx: ReadSession, number: int) -> PaymentIntent:
    found = tx.get(PaymentIntent, place_id=HOUSE, id=number)
    assert found is not None
    return found


async def refunds(database: Database) -> list[tuple[str, int]]:
    rows = await database.read(lambda tx: tx.all(select(ProviderRefund)))
    return [(row.status, row.fen) for row in rows]
