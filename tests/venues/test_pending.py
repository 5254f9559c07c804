"""A booking whose search takes longer than a request: pending, then an answer, on both databases."""

from typing import Any

import pytest
from litestar import Litestar
from sqlalchemy import delete, select, update

from booking.db import Database, ReadSession, WriteSession
from booking.notices.models import InboxMessage
from booking.places.catalogue import catalogue_changed
from booking.venues import planner
from booking.venues.errors import StillPlanning, WrongStatus
from booking.venues.models import Booking, Claim, Facility, MemberCounter, Search
from booking.venues.pages.booking import hold_or_book
from booking.venues.queries.bookings import booking_view
from booking.venues.rules.assignment import Impossible, Outcome, OutOfTime
from booking.venues.schemas import BookingView, ChangeRequest, HoldRequest, PartnerRequest
from booking.venues.service import pending
from booking.venues.service.booking import confirm_booking, hold_slot
from booking.venues.service.changing import change_booking
from booking.venues.service.ending import cancel_booking, restore_booking
from booking.venues.solver import Question, solve
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import shown
from tests.venues.city import BADMINTON, CENTRE, City, at
from tests.venues.guests import browser_of, phone_of
from tests.venues.tight import TOMORROW, crowd, hurried

__all__ = ["hurried"]

pytestmark = pytest.mark.usefixtures("hurried")


def wish(**more: Any) -> HoldRequest:
    return HoldRequest(place=CENTRE, facility=BADMINTON, starts=at(18, TOMORROW), ends=at(20, TOMORROW), **more)


async def seen(database: Database, city: City, view: BookingView) -> BookingView:
    return await database.read(booking_view, database.clock(), CENTRE, view.id, city.worker)


def claims_of(tx: ReadSession, booking: int) -> int:
    return len(tx.execute(select(Claim.unit_id).where(Claim.booking_id == booking)).all())


def inbox(tx: ReadSession, member: int) -> list[str]:
    return list(tx.execute(select(InboxMessage.kind).where(InboxMessage.member_id == member)).scalars())


def taken(tx: ReadSession, member: int) -> list[int]:
    return list(tx.execute(select(MemberCounter.taken).where(MemberCounter.member_id == member)).scalars())


class TestAsking:
    async def test_the_wish_is_kept_and_nothing_claimed(self, database: Database, city: City) -> None:
        await crowd(database, movable=True)
        partners = [PartnerRequest(name="小陈")]
        view = await database.write(hold_slot, city.worker, wish(partners=partners))
        assert (view.status, view.court, view.hold_expires_at, len(view.partners)) == ("pending", None, None, 2)
        assert view.answer_by is not None
        assert (view.answer_by - database.clock()).total_seconds() == 60
        assert (view.can_cancel, view.can_change) == (True, False)
        assert await database.read(claims_of, view.id) == 0
        assert set(await database.read(taken, city.worker.member_id)) == {1, 4}

    async def test_the_page_does_not_confirm_what_is_pending(self, database: Database, city: City) -> None:
        await crowd(database, movable=True)
        view = await database.write(hold_or_book, city.worker, wish(), at_once=True)
        assert view.status == "pending"
        with pytest.raises(WrongStatus):
            await database.write(confirm_booking, city.worker, CENTRE, view.id)

    async def test_a_change_is_refused_instead(self, database: Database, city: City) -> None:
        await crowd(database, movable=True)
        morning = HoldRequest(place=CENTRE, facility=BADMINTON, starts=at(9, TOMORROW), ends=at(11, TOMORROW))
        view = await database.write(hold_slot, city.worker, morning)
        evening = ChangeRequest(starts=at(18, TOMORROW), ends=at(20, TOMORROW))
        with pytest.raises(StillPlanning):
            await database.write(change_booking, city.worker, CENTRE, view.id, evening)
        assert (await seen(database, city, view)).starts == at(9, TOMORROW)

    async def test_it_can_be_given_up(self, database: Database, city: City) -> None:
        await crowd(database, movable=True)
        view = await database.write(hold_slot, city.worker, wish())
        gone = await database.write(cancel_booking, city.worker, CENTRE, view.id)
        assert (gone.status, gone.can_restore) == ("cancelled", False)
        assert await database.read(taken, city.worker.member_id) == [0, 0]
        assert await planner.turn(database) == 1
        assert (await seen(database, city, view)).status == "cancelled"
        assert await database.read(lambda tx: tx.all(select(Search))) == []
        with pytest.raises(WrongStatus):
            await database.write(restore_booking, city.worker, CENTRE, view.id)


class TestAnswering:
    async def test_a_plan_confirms_what_was_booked_at_once(self, database: Database, city: City) -> None:
        await crowd(database, movable=True)
        view = await database.write(hold_or_book, city.worker, wish(), at_once=True)
        assert await planner.turn(database) == 1
        found = await seen(database, city, view)
        assert (found.status, found.answer_by) == ("confirmed", None)
        assert found.partners[0].pass_id is not None
        assert await database.read(claims_of, view.id) == 4
        assert await database.read(inbox, city.worker.member_id) == ["booking.confirmed"]
        assert await planner.turn(database) == 0

    async def test_a_plan_holds_what_was_to_be_held(self, database: Database, city: City, clock: SettableClock) -> None:
        await crowd(database, movable=True)
        view = await database.write(hold_slot, city.worker, wish())
        clock.advance(seconds=5)
        await planner.turn(database)
        found = await seen(database, city, view)
        assert found.status == "held"
        assert found.hold_expires_at is not None
        assert (found.hold_expires_at - clock()).total_seconds() == 600
        assert await database.read(inbox, city.worker.member_id) == ["booking.seated"]
        assert (await database.write(confirm_booking, city.worker, CENTRE, view.id)).status == "confirmed"

    async def test_a_proof_refuses_and_gives_the_limits_back(self, database: Database, city: City) -> None:
        await crowd(database, movable=False)
        view = await database.write(hold_slot, city.worker, wish())
        assert view.status == "pending"
        await planner.turn(database)
        found = await seen(database, city, view)
        assert (found.status, found.ended_reason, found.can_cancel) == ("refused", "slot_taken", False)
        assert await database.read(inbox, city.worker.member_id) == ["booking.slot_taken"]
        assert await database.read(taken, city.worker.member_id) == [0, 0]

    async def test_a_plan_for_another_day_is_not_carried_out(self, database: Database, city: City) -> None:
        _, late, *_ = await crowd(database, movable=True)
        view = await database.write(hold_slot, city.worker, wish())
        search, asked, outcome = await self._solved(database)
        await database.write(pin, late)
        assert not await database.write(pending.answer, search, asked, outcome)
        assert (await seen(database, city, view)).status == "pending"
        assert await planner.turn(database) == 1  # the other of the two moves instead
        assert (await seen(database, city, view)).status == "held"

    async def test_a_proof_for_another_day_refuses_nobody(self, database: Database, city: City) -> None:
        first, *_ = await crowd(database, movable=False)
        view = await database.write(hold_slot, city.worker, wish())
        search, asked, outcome = await self._solved(database)
        assert isinstance(outcome, Impossible)
        await database.write(free, first)
        assert await database.write(pending.answer, search, asked, outcome)
        assert (await seen(database, city, view)).status == "held"

    async def test_without_an_answer_in_time_it_is_refused(
        self, database: Database, city: City, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def at_a_loss(question: Question) -> Outcome:
            return OutOfTime(nodes=question.nodes)

        monkeypatch.setattr(planner, "solve", at_a_loss)
        await crowd(database, movable=True)
        view = await database.write(hold_slot, city.worker, wish())
        assert await planner.turn(database) == 1
        found = await seen(database, city, view)
        assert (found.status, found.ended_reason) == ("refused", "still_planning")

    async def test_a_planner_that_died_keeps_nobody_waiting(
        self, database: Database, city: City, clock: SettableClock
    ) -> None:
        await crowd(database, movable=True)
        view = await database.write(hold_slot, city.worker, wish())
        assert len(await database.write(pending.lease, 2)) == 1
        assert await database.write(pending.lease, 2) == []
        assert await planner.turn(database) == 0
        clock.advance(seconds=50)
        assert await planner.turn(database) == 1
        answered = await seen(database, city, view)
        assert (answered.status, answered.ended_reason) == ("refused", "still_planning")

    async def test_hours_that_are_no_longer_offered_are_refused(self, database: Database, city: City) -> None:
        await crowd(database, movable=True)
        view = await database.write(hold_slot, city.worker, wish())
        await database.write(retire)
        assert await planner.turn(database) == 1
        assert (await seen(database, city, view)).ended_reason == "gone"

    async def _solved(self, database: Database) -> tuple[pending.Leased, pending.Problem, Outcome]:
        search = (await database.write(pending.lease, 1))[0]
        asked = await database.read(pending.problem, database.clock(), search)
        assert asked is not None
        return search, asked, await solve(Question(asked.day, asked.wish))


class TestSolving:
    async def test_a_solver_without_time_says_so(self, database: Database, city: City) -> None:
        await crowd(database, movable=True)
        await database.write(hold_slot, city.worker, wish())
        search = (await database.write(pending.lease, 1))[0]
        asked = await database.read(pending.problem, database.clock(), search)
        assert asked is not None
        assert isinstance(await solve(Question(asked.day, asked.wish), seconds=0), OutOfTime)


@sqlite_only
class TestShowing:
    async def test_the_api_says_where_to_look(self, app: Litestar, town: City) -> None:
        await crowd(app.state.database, movable=True)
        phone = await phone_of(app, town.worker)
        body = {"starts": at(18, TOMORROW).isoformat(), "ends": at(20, TOMORROW).isoformat()}
        answer = await phone.call("POST", "/bookings", {"place": CENTRE, "facility": BADMINTON} | body)
        assert (answer.status_code, answer.json()["status"]) == (202, "pending")
        where = answer.headers["location"].removeprefix("/api/v1")
        assert (await phone.call("GET", where)).json()["answer_by"] is not None
        await planner.turn(app.state.database)
        assert (await phone.call("GET", where)).json()["status"] == "held"

    @pytest.mark.parametrize("locale", ["zh-CN", "en"])
    async def test_the_page_waits_and_then_says_why_not(self, app: Litestar, town: City, locale: str) -> None:
        await crowd(app.state.database, movable=False)
        view = await app.state.database.write(hold_slot, town.worker, wish())
        visitor = await browser_of(app, town.worker)
        visitor.client.cookies.set("locale", locale)
        own = f"/bookings/{CENTRE}/{view.id}"
        page = await visitor.get(own)
        assert ("60 秒内给您答复" if locale == "zh-CN" else "within 60 seconds") in shown(page)
        assert f'sse-connect="/live/facility/{CENTRE}/{BADMINTON}"' in page.text
        await planner.turn(app.state.database)
        page = await visitor.get(own)
        assert ("没有排下" if locale == "zh-CN" else "No room") in shown(page)
        assert "/book?at=" in page.text
        told = shown(await visitor.get("/inbox"))
        assert ("这个时段要 5 片，怎么调整都只有 4 片" if locale == "zh-CN" else "5 courts are wanted") in told


def pin(tx: WriteSession, now: Any, booking: int) -> None:
    tx.execute(update(Booking).where(Booking.id == booking).values(pinned=True))


def free(tx: WriteSession, now: Any, booking: int) -> None:
    tx.execute(delete(Claim).where(Claim.booking_id == booking))
    tx.execute(update(Booking).where(Booking.id == booking).values(status="cancelled"))


def retire(tx: WriteSession, now: Any) -> None:
    tx.execute(update(Facility).where(Facility.id == BADMINTON).values(retired_at=now))
    catalogue_changed(tx)
