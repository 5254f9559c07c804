"""Offering rooms that came free to those who wait for them, in the order of their list.

Every command that changes nights or claims gives their room types a new version, in the same transaction: that is
what tells that a list may have to be served. A turn of the background does it (`offer_due`), and whoever wants to book
meanwhile first serves those who came before (`serve_before`). So nights that come back, by whatever way, are never
taken past those who wait.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import update

from booking.audit.service import record
from booking.db import ReadSession, WriteSession, insert
from booking.members.models import Member
from booking.notices.messages import MessageText, register
from booking.notices.service import tell
from booking.rooms.catalogue import House, houses
from booking.rooms.models import RoomType, RoomWait, Stay, StayRoom
from booking.rooms.queries import lists
from booking.rooms.queries.quoting import payer_of, quoted
from booking.rooms.rules.assignment import Impossible, Plan
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.rules.waiting import offered_until
from booking.rooms.schemas import GuestRequest, StayRequest
from booking.rooms.schemas_waiting import wishes
from booking.rooms.service import allocation, guests, inventory
from booking.rooms.service.expiry import expire_due
from booking.rooms.service.storing import Booked, room_rows, store_stay
from booking.rooms.service.taking import of, seat_overbooked, store_search
from booking.web.facts import Day, Instant, Named, Params
from booking.web.locale import N_

OFFERER = "system"
"""Whoever offers, in the audit log."""
BECOMES = {"expired": "expired", "cancelled": "left", "refused": "waiting"}
"""What becomes of a place on the list with the stay that was offered; with any other it is taken."""

register(
    "wait.offered",
    MessageText(
        N_("等到房了，请您确认"),
        N_("{house}，{arrival} 到 {departure} 的{type}给您留好了，请在 {until} 前确认。过了时间就让给下一位。"),
    ),
)
register(
    "wait.alternative",
    MessageText(
        N_("替您留了别的房间"),
        N_(
            "{house}：原来的房间停用了，替您留了{type}，{arrival} 到 {departure}，留到 {until}。"
            "合适就请确认；不合适不用办什么，到时间会放出来。"
        ),
    ),
)
register(
    "wait.expired",
    MessageText(
        N_("留的房让给下一位了"),
        N_("{house}，{arrival} 到 {departure} 的{type}没有等到您确认，已经让给下一位。还想住的话，可以重新排队。"),
    ),
)
register(
    "wait.ended",
    MessageText(
        N_("这次没有等到房"),
        N_("{house}，{arrival} 到 {departure} 的{type}一直没有空出来，排队到此为止。很抱歉，可以看看别的日子。"),
    ),
)


def is_due(tx: ReadSession, now: datetime) -> bool:
    """Whether a list is to be looked at: asked of a reader, so that idle turns leave the writer alone."""
    return any(lists.changed(tx, house) or lists.settled(tx, house) or lists.late(tx, now, house) for house in _all(tx))


def offer_due(tx: WriteSession, now: datetime) -> int:
    """A turn of the background: end what is over, and offer what came free; answers how many were offered it."""
    offered = 0
    for house in _all(tx):
        settle(tx, now, house)
        types = lists.changed(tx, house)
        if types:
            expire_due(tx, now, house, types)
            seat_overbooked(tx, now, house, types)
            offered += sum(_offer(tx, now, house, wait) for wait in lists.waiting(tx, house, types))
            mine = (RoomType.place_id == house.id, RoomType.id.in_(types))
            tx.execute(update(RoomType).where(*mine).values(served_version=RoomType.version))
    return offered


def serve_before(
    tx: WriteSession, now: datetime, house: House, types: Iterable[int], nights: Nights, booker_id: int | None
) -> list[RoomWait]:
    """Offer rooms of some types, which are locked, to all who wait for some of these nights and came before.

    Answers the booker's own places on these lists.
    """
    own = []
    for type_id in sorted(set(types)):
        for wait in tx.all(lists.overlapping(tx, house.id, type_id, nights.arrival, nights.departure)):
            if wait.member_id == booker_id:
                own.append(wait)
                break
            _offer(tx, now, house, wait)
    return own


def answer(tx: WriteSession, now: datetime, waits: Iterable[RoomWait], stay: Stay) -> None:
    """Whoever books what they wait for has been served: a place for the same nights goes the way of the stay."""
    for wait in waits:
        if (wait.arrival, wait.departure) == (stay.arrival, stay.departure):
            mine = (RoomWait.place_id == wait.place_id, RoomWait.id == wait.id)
            tx.execute(update(RoomWait).where(*mine).values(status="offered", stay_id=stay.id, offered_at=now))


def follow(tx: WriteSession, before: Stay, stay_id: int) -> None:
    """What was offered is held by another stay from now on: its guest filled it in anew."""
    mine = (RoomWait.place_id == before.place_id, RoomWait.stay_id == before.id, RoomWait.status == "offered")
    tx.execute(update(RoomWait).where(*mine).values(stay_id=stay_id))


def fits(tx: ReadSession, house: House, request: StayRequest, pool: int) -> bool | None:
    """Whether rooms as asked for could be had now, chosen none; None: not found out in the time of a request."""
    types = [wish.type for wish in request.rooms]
    if not lists.left(tx, house, pool, types, request.nights):
        return False
    drafted = [_drafted(house, request, number) for number in range(1, len(types) + 1)]
    outcome = allocation.seek(tx, house, [(room, None) for room in drafted], allocation.QUICK_NODES)
    return True if isinstance(outcome, Plan) else False if isinstance(outcome, Impossible) else None


def settle(tx: WriteSession, now: datetime, house: House) -> None:
    """Write down what became of offers, and end the waits whose day of arrival is over."""
    for wait, status in lists.settled(tx, house):
        values = {"status": BECOMES.get(status, "taken")} | ({"stay_id": None} if status == "refused" else {})
        mine = (RoomWait.place_id == house.id, RoomWait.id == wait.id, RoomWait.status == "offered")
        if tx.execute(update(RoomWait).where(*mine).values(**values)).rowcount == 1 and status == "expired":
            _tell(tx, now, house, wait, "wait.expired", {})
    for wait in lists.late(tx, now, house):
        mine = (RoomWait.place_id == house.id, RoomWait.id == wait.id, RoomWait.status == "waiting")
        if tx.execute(update(RoomWait).where(*mine).values(status="expired")).rowcount == 1:
            _tell(tx, now, house, wait, "wait.ended", {})


def _all(tx: ReadSession) -> list[House]:
    return [house for _, house in sorted(houses(tx).by_id.items())]


def _offer(tx: WriteSession, now: datetime, house: House, wait: RoomWait) -> bool:
    """Hold rooms for whoever is next on the list, if there are any; whether there were.

    Where a request's time does not suffice to know, the stay is pending, and the planner answers.
    """
    member = tx.get(Member, id=wait.member_id)
    nights = Nights(wait.arrival, wait.departure)
    kinds = [wait.type_id] * wait.rooms
    if member is None or member.left_at is not None or lists.is_closed(tx, house, wait):
        return False
    if not lists.left(tx, house, house.public.id, kinds, nights):
        return False
    request = asked_by(wait, member.name)
    price = quoted(house, request, payer_of(tx, member.id))
    ends = _ends(now, house, wait)
    booked = Booked(house, request, price, house.public.id, member.id, member.name, "waiting", member.id, ends)
    rows = room_rows(tx, booked, tx.ids.next())
    rooms = [StayRoom(**row) for row in rows]
    outcome = allocation.seek(tx, house, [(room, None) for room in rooms], allocation.QUICK_NODES)
    if isinstance(outcome, Impossible):
        return False
    stay = store_stay(tx, now, booked, rooms[0].stay_id)
    tx.execute(insert(tx, StayRoom), rows)
    guests.write_guests(tx, rooms, [[guests.Sleeper(member.id, member.name, pays=False)] for _ in rooms])
    for room in rooms:
        inventory.take_nights(tx, house.id, house.public.id, room.type_id, nights)
    _seat(tx, now, house, stay, rooms, outcome if isinstance(outcome, Plan) else None)
    _note(tx, now, house, wait, stay)
    return True


def _seat(
    tx: WriteSession, now: datetime, house: House, stay: Stay, rooms: Sequence[StayRoom], plan: Plan | None
) -> None:
    unchosen: list[allocation.Wish] = [(room, None) for room in rooms]
    if plan is not None:
        allocation.carry_out(tx, now, house, unchosen, plan)
        return
    mine = update(StayRoom).where(StayRoom.place_id == house.id, StayRoom.stay_id == stay.id)
    tx.execute(mine.values(status="pending"))
    tx.execute(update(Stay).where(*of(stay)).values(status="pending", hold_expires_at=None))
    store_search(tx, now, stay, unchosen, confirms=False)


def _note(tx: WriteSession, now: datetime, house: House, wait: RoomWait, stay: Stay) -> None:
    mine = (RoomWait.place_id == house.id, RoomWait.id == wait.id)
    tx.execute(update(RoomWait).where(*mine).values(status="offered", stay_id=stay.id, offered_at=now))
    subject = f"stay:{house.id}:{stay.id}"
    detail = {"wait": wait.id, "rooms": wait.rooms}
    record(tx, now, actor=OFFERER, place_id=house.id, action="wait.offered", subject=subject, detail=detail)
    tx.touch(house.topic)
    tx.touch(f"member:{wait.member_id}")
    held = tx.get(Stay, place_id=house.id, id=stay.id)
    if held is not None:
        tell_offered(tx, now, house, held)


def until(tx: ReadSession, now: datetime, house: House, stay: Stay) -> datetime | None:
    """When an offer ends that is made now; None for a stay that is not offered to anybody who waited."""
    wait = _wait_of(tx, stay)
    return None if wait is None else _ends(now, house, wait)


def _ends(now: datetime, house: House, wait: RoomWait) -> datetime:
    """When an offer ends that is made now."""
    policy = house.policy
    minutes = policy.offer_minutes if wait.instead_of is None else policy.alternative_hours * 60
    if wait.instead_of is None:
        return offered_until(now, minutes, wait.arrival)
    return min(now + timedelta(minutes=minutes), offered_until(now, minutes, wait.arrival))


def tell_offered(tx: WriteSession, now: datetime, house: House, stay: Stay) -> bool:
    """Tell whoever waited that a stay is held for them; False for one that is not offered, or not held yet."""
    wait = _wait_of(tx, stay)
    if wait is None or stay.hold_expires_at is None:
        return False
    kind = "wait.offered" if wait.instead_of is None else "wait.alternative"
    _tell(tx, now, house, wait, kind, {"until": Instant(stay.hold_expires_at)}, stay.id)
    return True


def _wait_of(tx: ReadSession, stay: Stay) -> RoomWait | None:
    return tx.get(RoomWait, place_id=stay.place_id, stay_id=stay.id, status="offered")


def _tell(
    tx: WriteSession, now: datetime, house: House, wait: RoomWait, kind: str, more: Params, stay: int | None = None
) -> None:
    type_ = house.types.get(wait.type_id)
    params: Params = {
        "house": house.name,
        "type": Named("房间", "room") if type_ is None else Named(type_.name, type_.name_en),
        "arrival": Day(date_of(wait.arrival)),
        "departure": Day(date_of(wait.departure)),
    }
    link = "/stays/waits" if stay is None else f"/stays/{house.id}/{stay}"
    tell(tx, now, wait.member_id, kind, {**params, **more}, link=link)


def asked_by(wait: RoomWait, name: str) -> StayRequest:
    """The stay that somebody waits for; who else comes is told later."""
    rooms = wishes(wait.type_id, wait.heads, wait.rooms, wait.needs)
    for room in rooms:
        room.guests = [GuestRequest(name)]
    arrival, departure = date_of(wait.arrival), date_of(wait.departure)
    return StayRequest(place=wait.place_id, arrival=arrival, departure=departure, rooms=rooms)


def _drafted(house: House, request: StayRequest, number: int) -> StayRoom:
    """A room of a stay that is only thought of."""
    wish = request.rooms[number - 1]
    return StayRoom(
        place_id=house.id,
        id=-number,
        stay_id=0,
        number=number,
        status="expected",
        type_id=wish.type,
        given_type_id=wish.type,
        room_id=None,
        pinned="",
        needs=wish.needs,
        together="",
        arrival=request.nights.arrival,
        departure=request.nights.departure,
        heads=wish.sleepers,
    )
