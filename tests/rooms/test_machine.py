"""Any sequence of commands keeps a house's books straight: claims, pools and money agree with the stays."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, update

from booking.db import WriteSession
from booking.errors import BookingError
from booking.rooms.catalogue import houses
from booking.rooms.models import Stay, StayRoom
from booking.rooms.rules.nights import Nights
from booking.rooms.schemas import CancelRequest, DatesRequest, MoveRequest, OutageRequest
from booking.rooms.schemas_desk import RoomChangeRequest
from booking.rooms.schemas_waiting import WaitRequest
from booking.rooms.service import allotments, desk, offering, outages, waiting
from booking.rooms.service.changing import change_dates, shorten
from booking.rooms.service.ending import cancel_stay, no_show, restore_stay
from booking.rooms.service.expiry import expire_holds
from booking.rooms.service.inventory import lock_types, tonight
from booking.rooms.service.stays import confirm_stay, hold_stay, reckon
from booking.web.principal import Principal
from tests.databases import Driver
from tests.rooms.counting import check, check_boards, check_lists
from tests.rooms.house import ACCESSIBLE, DOUBLE, HOUSE, TONIGHT, TWIN, People, day, populate, room, wish

TYPES = st.sampled_from([TWIN, TWIN, DOUBLE, ACCESSIBLE])
NIGHTS = st.integers(0, 7)
LENGTHS = st.integers(1, 4)


def arrive(tx: WriteSession, now: datetime, stay_id: int) -> None:
    """As much of an arrival as inventory sees: the guests are in the house, and stay where they are."""
    mine = update(StayRoom).where(StayRoom.place_id == HOUSE, StayRoom.stay_id == stay_id)
    confirmed = select(Stay.id).where(Stay.place_id == HOUSE, Stay.status == "confirmed")
    lock_types(tx, HOUSE, houses(tx).house(HOUSE).types)
    here = mine.where(StayRoom.status == "expected", StayRoom.stay_id.in_(confirmed))
    tx.execute(here.where(StayRoom.arrival == tonight(now)).values(status="in_house", pinned="in_house"))


def leave_early(tx: WriteSession, now: datetime, stay_id: int) -> None:
    """As much of an early departure as inventory sees: the nights from tonight on go back on sale."""
    house = houses(tx).house(HOUSE)
    mine = select(StayRoom).where(StayRoom.place_id == HOUSE, StayRoom.stay_id == stay_id)
    here = [one for one in tx.all(mine) if one.status == "in_house" and one.arrival < tonight(now) < one.departure]
    lock_types(tx, HOUSE, {one.given_type_id for one in here})
    stay = tx.get(Stay, place_id=HOUSE, id=stay_id)
    assert stay is not None
    for one in here:
        shorten(tx, now, house, stay, one, tonight(now))
        tx.execute(update(StayRoom).where(StayRoom.id == one.id).values(status="departed", departed_at=now))
    reckon(tx, now, house, stay, "system")


def move_over(tx: WriteSession, now: datetime, clerk: Principal, stay_id: int, target: int) -> None:
    """The desk gives the first room of a stay another room."""
    first = tx.get(StayRoom, place_id=HOUSE, stay_id=stay_id, number=1)
    assert first is not None
    desk.change_room(tx, now, clerk, HOUSE, first.id, RoomChangeRequest(room=target, reason="换房"))


class Stays(RuleBasedStateMachine):
    driver: Driver
    people: People

    @initialize()
    def begin(self) -> None:
        self.driver.wipe()
        self.people = self.driver.run(populate, 5, 30)
        self.stays: list[tuple[Principal, int]] = []
        self.outages: list[int] = []
        self.waits: list[tuple[Principal, int]] = []

    def attempt(self, command: Any, *args: Any) -> Any:
        """A command may be refused; then it must have changed nothing, which the invariants see."""
        with suppress(BookingError):
            return self.driver.run(command, *args)

    @rule(
        who=st.integers(0, 1),
        kinds=st.lists(TYPES, min_size=1, max_size=3),
        arrival=NIGHTS,
        length=LENGTHS,
        chosen=st.integers(0, 12),
        together=st.sampled_from(["", "", "near", "adjacent"]),
        pool=st.sampled_from([None, None, 2]),
        extras=st.sampled_from([[], ["full-board"]]),
    )
    def hold(
        self, who: int, kinds: list[int], arrival: int, length: int, chosen: int, together: str, pool: Any, extras: Any
    ) -> None:
        booker = self.people.desk if pool else self.people[who]
        first = self.driver.run(lambda _, now: tonight(now)) - TONIGHT + arrival
        rooms = [room(kind) for kind in kinds]
        if 1 <= chosen <= 5 and kinds[0] == TWIN:
            rooms[0] = room(TWIN, room=chosen)
        request = wish(first, first + length, *rooms, together=together, allotment=pool, extras=extras)
        made = self.attempt(hold_stay, booker, request)
        if made is not None:
            self.stays.append((booker, made.id))

    @rule(which=st.integers(0, 50), what=st.sampled_from([confirm_stay, confirm_stay, restore_stay]))
    def turn(self, which: int, what: Any) -> None:
        if self.stays:
            who, stay = self.stays[which % len(self.stays)]
            self.attempt(what, who, HOUSE, stay)

    @rule(which=st.integers(0, 50), rooms=st.sets(st.integers(1, 3)))
    def cancel(self, which: int, rooms: set[int]) -> None:
        if self.stays:
            who, stay = self.stays[which % len(self.stays)]
            self.attempt(cancel_stay, who, HOUSE, stay, CancelRequest(sorted(rooms)))

    @rule(which=st.integers(0, 50), arrival=NIGHTS, length=LENGTHS)
    def change(self, which: int, arrival: int, length: int) -> None:
        if self.stays:
            who, stay = self.stays[which % len(self.stays)]
            self.attempt(change_dates, who, HOUSE, stay, DatesRequest(day(arrival), day(arrival + length)))

    @rule(which=st.integers(0, 50), what=st.sampled_from([arrive, arrive, leave_early]))
    def come_and_go(self, which: int, what: Any) -> None:
        if self.stays:
            self.attempt(what, self.stays[which % len(self.stays)][1])

    @rule(which=st.integers(0, 50), what=st.sampled_from([no_show, no_show, desk.take_back_no_show]))
    def not_come(self, which: int, what: Any) -> None:
        if self.stays:
            self.attempt(what, self.people.desk, HOUSE, self.stays[which % len(self.stays)][1])

    @rule(which=st.integers(0, 50), door=st.integers(1, 5))
    def elsewhere(self, which: int, door: int) -> None:
        if self.stays:
            self.attempt(move_over, self.people.desk, self.stays[which % len(self.stays)][1], door)

    @rule(who=st.integers(0, 1), kind=TYPES, arrival=NIGHTS, length=LENGTHS, rooms=st.integers(1, 2))
    def wait_for_rooms(self, who: int, kind: int, arrival: int, length: int, rooms: int) -> None:
        request = WaitRequest(
            place=HOUSE, type=kind, arrival=day(arrival), departure=day(arrival + length), rooms=rooms, heads=rooms
        )
        made = self.attempt(waiting.join, self.people[who], request)
        self.waits += [(self.people[who], made.id)] if made else []

    @rule(which=st.integers(0, 20), what=st.sampled_from([waiting.accept, waiting.accept, waiting.leave]))
    def answer(self, which: int, what: Any) -> None:
        if self.waits:
            who, wait = self.waits[which % len(self.waits)]
            self.attempt(what, who, HOUSE, wait)

    @rule()
    def serve(self) -> None:
        self.driver.run(offering.offer_due)
        self.driver.read(check_lists)

    @rule(rooms=st.sets(st.sampled_from([1, 2, 3, 4, 5, 21, 31]), min_size=1, max_size=3), first=NIGHTS, length=LENGTHS)
    def take_out(self, rooms: set[int], first: int, length: int) -> None:
        request = OutageRequest(first=day(first), until=day(first + length), rooms=sorted(rooms), reason="检修")
        made = self.attempt(outages.take_out, self.people.desk, HOUSE, request)
        self.outages += [made] if made else []

    @rule(which=st.integers(0, 20))
    def give_back(self, which: int) -> None:
        if self.outages:
            self.attempt(outages.lift_outage, self.people.desk, HOUSE, self.outages[which % len(self.outages)])

    @rule(kind=TYPES, first=NIGHTS, length=LENGTHS, rooms=st.integers(1, 4), back=st.booleans())
    def move_pool(self, kind: int, first: int, length: int, rooms: int, back: bool) -> None:
        origin, target = (2, 1) if back else (1, 2)
        request = MoveRequest(
            first=day(first), until=day(first + length), type=kind, rooms=rooms, origin=origin, target=target
        )
        self.attempt(allotments.move_allotment, self.people.desk, HOUSE, request)

    @rule(first=NIGHTS, limit=st.integers(0, 2))
    def overbook(self, first: int, limit: int) -> None:
        nights = Nights(TONIGHT + first, TONIGHT + first + 3)
        self.attempt(allotments.set_over_limit, self.people.desk, HOUSE, TWIN, nights, limit)

    @rule(hours=st.sampled_from([0.1, 0.6, 24]))
    def wait(self, hours: float) -> None:
        self.driver.clock.advance(hours=hours)

    @rule(what=st.sampled_from([expire_holds, allotments.keep_up]))
    def keep_house(self, what: Any) -> None:
        self.attempt(what)

    @invariant()
    def the_books_agree(self) -> None:
        if hasattr(self, "people"):
            self.driver.read(check)
            self.driver.run(check_boards)


def drive(driver: Driver, examples: int, steps: int, phases: Sequence[Phase] = tuple(Phase)) -> None:
    Stays.driver = driver
    run_state_machine_as_test(
        Stays,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_sequence_of_commands_keeps_the_books_straight(driver: Driver) -> None:
    drive(driver, 20, 25)


@pytest.mark.drill
def test_any_long_sequence_of_commands_keeps_the_books_straight(driver: Driver) -> None:
    drive(driver, 80, 50)


def forgets(*args: Any, **kwargs: Any) -> Any:
    return []


@pytest.mark.drill
@pytest.mark.parametrize(
    "target",
    [
        "booking.rooms.service.inventory.give_back_nights",
        "booking.rooms.service.inventory.take_nights",
        "booking.rooms.service.inventory.shrink",
        "booking.rooms.service.inventory.grow",
        "booking.rooms.service.allocation.release",
        "booking.rooms.service.allotments._add",
        "booking.rooms.service.money.settle",
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_notices_a_command_that_forgets(driver: Driver, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    monkeypatch.setattr(target, forgets)
    with pytest.raises((AssertionError, BookingError)):
        drive(driver, 60, 40, phases=[Phase.generate])
