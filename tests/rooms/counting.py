"""The books of a house, counted anew from its stays."""

from collections import Counter, defaultdict
from datetime import datetime

from sqlalchemy import select

from booking.db import ReadSession, WriteSession
from booking.payments.queries import balance
from booking.rooms.catalogue import houses
from booking.rooms.models import AllotmentNight, Outage, Room, RoomNight, RoomWait, Stay, StayRoom
from booking.rooms.service import boards, offering
from booking.rooms.service.inventory import lock_types

LIVE = ("held", "pending", "confirmed", "stayed")
COUNTED = ("expected", "in_house", "departed", "pending")
HOUSED = ("expected", "in_house", "departed")


def check(tx: ReadSession) -> None:
    """No night is sold twice, every counter equals its rows, every folio owes what its stay comes to."""
    stays = {stay.id: stay for stay in tx.all(select(Stay))}
    rooms = tx.all(select(StayRoom))
    outages = [outage for outage in tx.all(select(Outage)) if outage.lifted_at is None]
    check_claims(tx, rooms, outages)
    check_pools(tx, stays, rooms, outages)
    check_money(tx, stays)
    for stay in stays.values():
        assert stay.price_fen >= 0


def check_claims(tx: ReadSession, rooms: list[StayRoom], outages: list[Outage]) -> None:
    """Exactly the nights of rooms that stand, and those of outages, are claimed: once each, by the key.

    Guests to come have one room for all of their nights. Those who have come have it for the last; the nights before
    a change of rooms stay where they were slept, in a room of the same type.
    """
    types = {room.id: room.type_id for room in tx.all(select(Room))}
    claims = tx.all(select(RoomNight))
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for claim in claims:
        if claim.stay_room_id is not None:
            assert claim.night not in found[claim.stay_room_id], "nobody has two rooms for a night"
            found[claim.stay_room_id][claim.night] = claim.room_id
    for room in rooms:
        nights = range(room.arrival, room.departure) if room.status in HOUSED else range(0)
        slept = found.pop(room.id, {})
        assert sorted(slept) == list(nights), "claims are those of the stays"
        assert {types[one] for one in slept.values()} <= {room.given_type_id}
        assert (room.room_id is not None) == (room.status in HOUSED)
        assert not slept or slept[room.departure - 1] == room.room_id
        assert room.status != "expected" or set(slept.values()) == {room.room_id}
    assert not found, "no claim is of a stay that there is not"
    shut = {
        (room, night, outage.id)
        for outage in outages
        for room in outage.rooms
        for night in range(outage.from_night, outage.until_night)
    }
    out = {(claim.room_id, claim.night, claim.outage_id) for claim in claims if claim.outage_id is not None}
    assert out == shut, "claims are those of the outages"


def check_pools(tx: ReadSession, stays: dict[int, Stay], rooms: list[StayRoom], outages: list[Outage]) -> None:
    """What pools have sold are the stays' nights; what they may sell adds up to the rooms in order."""
    taken: Counter[tuple[int, int, int]] = Counter()
    over: Counter[tuple[int, int, int]] = Counter()
    for room in rooms:
        pool = stays[room.stay_id].allotment_id
        for night in range(room.arrival, room.departure):
            if room.status in COUNTED:
                taken[pool, room.given_type_id, night] += 1
            elif room.status == "overbooked":
                over[pool, room.type_id, night] += 1
    rows = tx.all(select(AllotmentNight))
    assert {(r.allotment_id, r.type_id, r.night): r.taken for r in rows if r.taken} == dict(taken)
    assert {(r.allotment_id, r.type_id, r.night): r.over_taken for r in rows if r.over_taken} == dict(over)
    capacity: Counter[tuple[int, int]] = Counter()
    for row in rows:
        capacity[row.type_id, row.night] += row.capacity
    built = tx.all(select(Room))
    types = Counter(room.type_id for room in built)
    type_of = {room.id: room.type_id for room in built}
    for (kind, night), count in capacity.items():
        shut = sum(
            type_of[room] == kind
            for outage in outages
            if outage.from_night <= night < outage.until_night
            for room in outage.rooms
        )
        assert count == types[kind] - shut, "pools add up to the rooms that are in order"


def check_money(tx: ReadSession, stays: dict[int, Stay]) -> None:
    """What is owed is what a stay comes to, once it is confirmed."""
    for stay in stays.values():
        if stay.folio_id is not None:
            assert balance(tx, stay.place_id, stay.folio_id).owed == stay.price_fen, stay.status


def check_boards(tx: WriteSession, now: datetime) -> None:
    """Every hotel in memory that would be believed is the one in the database, once it has followed."""
    for house in houses(tx).by_id.values():
        before = lock_types(tx, house.id, house.types)
        for kind, version in before.items():
            board = boards.boards_of(tx).known[house.id, kind]
            if board.standing is None or version not in board.versions:
                continue
            if boards.follow(tx, house, kind, board):
                assert board.standing.living() == boards.built(tx, now, house, kind).living()
        boards.keep(tx)


def check_lists(tx: ReadSession) -> None:
    """Once the waiting lists have been served, nobody waits for what is there, and nobody is offered two rooms."""
    for wait in tx.all(select(RoomWait).where(RoomWait.status == "waiting")):
        house = houses(tx).house(wait.place_id)
        wanted = offering.asked_by(wait, "")
        assert not offering.fits(tx, house, wanted, house.public.id), "nobody is passed over"
    stays = [one.stay_id for one in tx.all(select(RoomWait)) if one.status == "offered"]
    assert len(set(stays)) == len(stays)
    assert None not in stays
