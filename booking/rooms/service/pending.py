"""Stays that wait for the planner: asked within a request, answered soon after, one way or the other.

An answer is a plan or a proof. A search that ran out of time is handed on to a longer one, until there is either; only
the end of the day of arrival ends it without.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, select, update

from booking.db import ReadSession, WriteSession
from booking.rooms.catalogue import House, houses
from booking.rooms.models import RoomSearch, RoomType, Stay, StayRoom
from booking.rooms.rules.assignment import Impossible, Outcome, OutOfTime, Plan
from booking.rooms.rules.nights import Nights
from booking.rooms.rules.settling import GRANTED
from booking.rooms.service import allocation, guests, offering
from booking.rooms.service.allocation import Question, Wish, types_of
from booking.rooms.service.inventory import lock_types, tonight
from booking.rooms.service.stays import again, confirm, forget_search, note, turn
from booking.rooms.service.taking import give_back, of, rooms_of

LEASE = timedelta(minutes=2)
"""How much longer than its search takes one planner alone works on it."""
SECONDS = 30
"""How long the first search may take; each further one twice as long."""
LONGEST_SECONDS = 960
PLANNER = "system"
"""The planner in the audit log."""


class Leased(NamedTuple):
    """A search that this planner alone works on for a while, and how many seconds it may take."""

    place: int
    stay: int
    seconds: int = SECONDS


class Problem(NamedTuple):
    """What there is to solve, and the versions of the types in question when it was read."""

    wishes: list[Wish]
    question: Question
    versions: dict[int, int]


def is_due(tx: ReadSession, now: datetime, *, again: bool) -> bool:
    """Whether a search waits, a first one or one `again`: asked of a reader, so that idle planners do not write."""
    return tx.scalar(select(RoomSearch.stay_id).where(*_due(now, again=again)).limit(1)) is not None


def _due(now: datetime, *, again: bool) -> list[ColumnElement[bool]]:
    return [RoomSearch.available_at <= now, RoomSearch.tries > 0 if again else RoomSearch.tries == 0]


def lease(tx: WriteSession, now: datetime, limit: int, *, again: bool) -> list[Leased]:
    """Take the oldest searches, so that no other planner takes them for a while."""
    due = select(RoomSearch.place_id, RoomSearch.stay_id, RoomSearch.tries).where(*_due(now, again=again))
    first = due.order_by(RoomSearch.tries, RoomSearch.asked_at, RoomSearch.stay_id).limit(limit)
    rows = tx.execute(first.with_for_update(skip_locked=True)).all()
    taken = [Leased(place, stay, min(SECONDS << min(tries, 20), LONGEST_SECONDS)) for place, stay, tries in rows]
    for search in taken:
        _lend(tx, search, now + LEASE + timedelta(seconds=search.seconds))
    return taken


def _lend(tx: WriteSession, search: Leased, until: datetime) -> None:
    mine = (RoomSearch.place_id == search.place, RoomSearch.stay_id == search.stay)
    tx.execute(update(RoomSearch).where(*mine).values(available_at=until))


def problem(tx: ReadSession, search: Leased, window: Nights | None = None) -> Problem | None:
    """What a search asks for, on the nights given or around the stay; None when the stay does not wait any more."""
    found = tx.get(RoomSearch, place_id=search.place, stay_id=search.stay)
    stay = tx.get(Stay, place_id=search.place, id=search.stay)
    if found is None or stay is None or stay.status != "pending":
        return None
    chosen = {one[0]: one[1] for one in found.chosen}
    waiting = [room for room in rooms_of(tx, search.place, search.stay) if room.status == "pending"]
    wishes: list[Wish] = [(room, chosen.get(room.id)) for room in waiting]
    house = houses(tx).house(search.place)
    types = types_of(wishes)
    return Problem(wishes, allocation.question(tx, house, wishes, window), versions(tx, search.place, types))


def versions(tx: ReadSession, place_id: int, types: list[int]) -> dict[int, int]:
    """The versions of some room types: as long as they are the same, so are all claims of their rooms."""
    of_types = select(RoomType.id, RoomType.version).where(RoomType.place_id == place_id, RoomType.id.in_(types))
    return {row.id: row.version for row in tx.execute(of_types)}


def answer(tx: WriteSession, now: datetime, search: Leased, asked: Problem | None, outcome: Outcome) -> bool:
    """Give a pending stay its answer, if there is one: its rooms, or that there are none.

    A proof counts only if no claim has changed since, a plan if those whom it moves or seats have not. False means
    that it has to be solved again.
    """
    stay = tx.get(Stay, place_id=search.place, id=search.stay)
    found = tx.get(RoomSearch, place_id=search.place, stay_id=search.stay)
    if stay is None or found is None:
        return True
    if stay.status != "pending" or asked is None:
        forget_search(tx, stay)
        return True
    house = houses(tx).house(search.place)
    same = lock_types(tx, search.place, asked.versions) == asked.versions
    if isinstance(outcome, Plan) and (same or allocation.still_holds(tx, house, asked.wishes, asked.question, outcome)):
        _give(tx, now, house, stay, found, asked, outcome)
        return True
    proved = same and isinstance(outcome, Impossible)
    if proved or stay.arrival < tonight(now):
        _refuse(tx, now, house, stay, reason="rooms_full" if proved else "too_late")
        return True
    _hand_on(tx, now, search, longer=isinstance(outcome, OutOfTime))
    return False


def _hand_on(tx: WriteSession, now: datetime, search: Leased, *, longer: bool) -> None:
    """Let it be solved again, in more time if it was time that lacked."""
    mine = (RoomSearch.place_id == search.place, RoomSearch.stay_id == search.stay)
    tries = RoomSearch.tries + (1 if longer else 0)
    tx.execute(update(RoomSearch).where(*mine).values(available_at=now, tries=tries))


def _give(
    tx: WriteSession, now: datetime, house: House, stay: Stay, found: RoomSearch, asked: Problem, plan: Plan
) -> None:
    """Seat a pending stay as planned, and confirm it or hold it for its booker to confirm."""
    mine = update(StayRoom).where(StayRoom.place_id == house.id, StayRoom.stay_id == stay.id)
    tx.execute(mine.where(StayRoom.status == "pending").values(status="expected"))
    allocation.carry_out(tx, now, house, asked.wishes, plan)
    until = offering.until(tx, now, house, stay) or now + timedelta(minutes=house.policy.hold_minutes)
    turn(tx, now, stay, status="held", hold_expires_at=until)
    forget_search(tx, stay)
    held = again(tx, stay)
    if found.confirms:
        confirm(tx, now, house, held, actor=PLANNER)
        return
    rooms = rooms_of(tx, house.id, stay.id)
    if not offering.tell_offered(tx, now, house, held):
        guests.tell_all(tx, now, house, held, rooms, "stay.seated")
    note(tx, now, PLANNER, house, held, "stay.held", rooms=len(rooms))


def _refused(stay: Stay, reason: str) -> str:
    """The message to whoever there is no room for."""
    if stay.source == GRANTED:
        return "stay.granted_refused"
    return "stay.refused" if reason == "rooms_full" else "stay.unanswered"


def _refuse(tx: WriteSession, now: datetime, house: House, stay: Stay, *, reason: str) -> None:
    """End a pending stay that there are no rooms for, or none were found; nothing is charged."""
    rooms = [room for room in rooms_of(tx, house.id, stay.id) if room.status in ("pending", "expected", "overbooked")]
    turn(tx, now, stay, status="refused", ended_reason=reason)
    for room in rooms:
        give_back(tx, house, stay.allotment_id, room)
    allocation.release(tx, house, [room.id for room in rooms])
    ids = [room.id for room in rooms]
    mine = update(StayRoom).where(StayRoom.place_id == house.id, StayRoom.id.in_(ids))
    tx.execute(mine.values(status="cancelled", room_id=None, ended_at=now))
    forget_search(tx, stay)
    tx.execute(update(Stay).where(*of(stay)).values(price_fen=0))
    ended = again(tx, stay)
    if offering.until(tx, now, house, stay) is None:  # whoever waits goes on waiting
        guests.tell_all(tx, now, house, ended, rooms, _refused(ended, reason))
    note(tx, now, PLANNER, house, ended, "stay.refused", reason=reason)
