"""Who stays: by their real names, each with a pass, and told of every change."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, select, update

from booking.checkin.service.passes import (
    PassStatus,
    end_passes_of,
    issue_pass,
    reschedule_passes_of,
    revive_passes_of,
)
from booking.clock import local_instant
from booking.db import ReadSession, WriteSession, insert, prepared
from booking.members.models import Member
from booking.notices.messages import MessageText, register
from booking.notices.service import tell
from booking.rooms.catalogue import House
from booking.rooms.errors import GuestNotFound, GuestsUnnamed
from booking.rooms.models import Guest, Stay, StayRoom
from booking.rooms.rules.nights import date_of
from booking.rooms.schemas import GuestRequest, RoomWish
from booking.web.facts import Day, Instant, Money, Params
from booking.web.locale import N_
from booking.web.principal import Principal

ISSUER = "rooms"

register(
    "stay.confirmed",
    MessageText(
        N_("您的住宿已订好"),
        N_("{house}，{arrival} 到店，{departure} 离店，共 {rooms} 间，{fen}。到店后凭住客码进楼，房号到店时告诉您。"),
    ),
)
register(
    "stay.seated",
    MessageText(
        N_("排好了，请您确认"),
        N_("{house}，{arrival} 到 {departure} 的房间给您留好了，请在 {until} 前确认，过时会放出来。"),
    ),
)
register(
    "stay.refused",
    MessageText(
        N_("没有排下，很抱歉"),
        N_("{house}，{arrival} 到 {departure}：怎么调整都排不出房间。不收费用。可以换个日期或房型再试。"),
    ),
)
register(
    "stay.unanswered",
    MessageText(
        N_("没有排出来，很抱歉"),
        N_("{house}，{arrival} 到 {departure}：到店那天过了，还没有排出房间。不收费用。要住请联系前台。"),
    ),
)
register(
    "stay.granted",
    MessageText(
        N_("您的房间排好了"),
        N_("{house}，{arrival} 到店，{departure} 离店，共 {rooms} 间。到店后凭住客码进楼，房号到店时告诉您。"),
    ),
)
register(
    "stay.granted_refused",
    MessageText(
        N_("房间还没有排下"),
        N_("{house}，{arrival} 到 {departure}：这几晚暂时排不出房间。名额给您留着，工会和疗养院会再为您安排。"),
    ),
)
register(
    "stay.changed",
    MessageText(N_("住宿改了日期"), N_("{house} 的住宿改为 {arrival} 到店，{departure} 离店，{fen}。住客码照旧可用。")),
)
register(
    "stay.cancelled",
    MessageText(N_("住宿已取消"), N_("{house}，{arrival} 到 {departure} 的住宿已经取消，应付 {fen}。")),
)
register(
    "stay.rooms_cancelled",
    MessageText(
        N_("退了部分房间"), N_("{house}，{arrival} 到 {departure} 的住宿还有 {rooms} 间，连同退房费共 {fen}。")
    ),
)
register(
    "stay.restored",
    MessageText(N_("住宿已恢复"), N_("{house}，{arrival} 到 {departure} 的住宿又为您留好了，{fen}。")),
)
register(
    "stay.no_show",
    MessageText(
        N_("没有到店"),
        N_("{house}，{arrival} 的住宿没有等到您，房间已经放出来了，按规定收 {fen}。有特殊情况请联系前台。"),
    ),
)
register(
    "stay.no_show_taken_back",
    MessageText(
        N_("房间又为您留好了"),
        N_("{house}：没有到店的记录撤回了，{arrival} 到 {departure} 的房间照旧，不收没有到店的费用，合计 {fen}。"),
    ),
)


class Sleeper(NamedTuple):
    """Someone who sleeps in a room; a guest has no member id."""

    member_id: int | None
    name: str
    pays: bool


def find_guests(tx: ReadSession, booker: Principal, rooms: Sequence[RoomWish], *, own: bool) -> list[list[Sleeper]]:
    """The guests of each room; the first room is the booker's if nobody is named and it is their `own` stay.

    Raises:
        GuestsUnnamed: nobody is named for a room.
        GuestNotFound: a number and a name do not belong together.
    """
    numbers = {guest.number for wish in rooms for guest in wish.guests if guest.number}
    known = {row.number: row for row in tx.execute(_numbered(tx, *sorted(numbers)))} if numbers else {}

    def sleeper(guest: GuestRequest) -> Sleeper:
        if not guest.number:
            return Sleeper(None, guest.name, guest.pays)
        member = known.get(guest.number)
        if member is None or member.name != guest.name:
            raise GuestNotFound(name=guest.name, number=guest.number)
        return Sleeper(member.id, member.name, guest.pays)

    named = [[sleeper(guest) for guest in wish.guests] for wish in rooms]
    if own and not named[0]:
        named[0] = [Sleeper(booker.member_id, booker.name, pays=False)]
    for number, sleepers in enumerate(named, 1):
        if not sleepers:
            raise GuestsUnnamed(number=number)
    return named


@prepared
def _numbered(_: ReadSession, *numbers: str) -> Select[int, str, str]:
    row = Member
    return select(row.id, row.number, row.name).where(row.number.in_(numbers), row.left_at.is_(None))


def write_guests(tx: WriteSession, rooms: Iterable[StayRoom], guests: Iterable[Sequence[Sleeper]]) -> None:
    """Store who sleeps in each room."""
    rows = [
        {
            "place_id": room.place_id,
            "stay_room_id": room.id,
            "number": number,
            "member_id": who.member_id,
            "name": who.name,
            "pays": who.pays,
            "identity": "",
            "pass_id": None,
        }
        for room, sleepers in zip(rooms, guests, strict=True)
        for number, who in enumerate(sleepers)
    ]
    tx.execute(insert(tx, Guest), rows)


def guests_of(tx: ReadSession, place_id: int, rooms: Iterable[StayRoom]) -> list[Guest]:
    """Everyone in some rooms of a stay, room by room."""
    return tx.all(_in_rooms(tx, place_id, *(room.id for room in rooms)))


@prepared
def _in_rooms(_: ReadSession, place: int, *rooms: int) -> Select[Guest]:
    here = select(Guest).where(Guest.place_id == place, Guest.stay_room_id.in_(rooms))
    return here.order_by(Guest.stay_room_id, Guest.number)


def issue_passes(tx: WriteSession, now: datetime, house: House, rooms: Sequence[StayRoom]) -> None:
    """A pass for each guest who has none; the first guest's also lets in those who were not named."""
    by_id = {room.id: room for room in rooms}
    people = guests_of(tx, house.id, rooms)
    for guest in people:
        if guest.pass_id is not None:
            continue
        room = by_id[guest.stay_room_id]
        unnamed = room.heads - sum(other.stay_room_id == room.id for other in people)
        valid_from, valid_until = opening_hours(house, room)
        pass_id = issue_pass(
            tx,
            now,
            place_id=house.id,
            issuer=ISSUER,
            subject_id=room.id,
            member_id=guest.member_id,
            holder=guest.name,
            title=house.place.name,
            title_en=house.place.name_en,
            zones=zones_of(house, room),
            valid_from=valid_from,
            valid_until=valid_until,
            party=1 + unnamed if guest.number == 0 else 1,
        )
        mine = (Guest.place_id == house.id, Guest.stay_room_id == room.id, Guest.number == guest.number)
        tx.execute(update(Guest).where(*mine).values(pass_id=pass_id))


def zones_of(house: House, room: StayRoom) -> list[int]:
    """What the passes of a room open: its wing, and what every stay does."""
    wing = [] if room.room_id is None or room.room_id not in house.rooms else [house.rooms[room.room_id].zone_id]
    return sorted({*wing, *house.policy.zones})


def opening_hours(house: House, room: StayRoom) -> tuple[datetime, datetime]:
    """From when rooms are ready on the day of arrival, until they must be free on that of departure."""
    return (
        local_instant(date_of(room.arrival), house.policy.arrive_from),
        local_instant(date_of(room.departure), house.policy.leave_by),
    )


def reschedule_passes(tx: WriteSession, now: datetime, house: House, room: StayRoom) -> None:
    """The passes of a room follow it to another wing or other nights."""
    valid_from, valid_until = opening_hours(house, room)
    reschedule_passes_of(
        tx,
        now,
        place_id=house.id,
        issuer=ISSUER,
        subject_id=room.id,
        zones=zones_of(house, room),
        valid_from=valid_from,
        valid_until=valid_until,
    )


def end_passes(tx: WriteSession, now: datetime, room: StayRoom, status: PassStatus = "canceled") -> None:
    """The passes of a room no longer open anything, and say why."""
    end_passes_of(tx, now, place_id=room.place_id, issuer=ISSUER, subject_id=room.id, status=status)


def revive_passes(tx: WriteSession, now: datetime, house: House, room: StayRoom) -> None:
    """The same passes open again, for the room and the nights that it has now."""
    revive_passes_of(tx, now, place_id=room.place_id, issuer=ISSUER, subject_id=room.id)
    reschedule_passes(tx, now, house, room)


def tell_all(tx: WriteSession, now: datetime, house: House, stay: Stay, rooms: Sequence[StayRoom], kind: str) -> None:
    """Tell the booker, and every member among the guests, what became of a stay."""
    members = {guest.member_id for guest in guests_of(tx, house.id, rooms)} | {stay.member_id}
    params: Params = {
        "house": house.name,
        "arrival": Day(date_of(stay.arrival)),
        "departure": Day(date_of(stay.departure)),
        "rooms": len(rooms),
        "fen": Money(stay.price_fen),
    }
    if stay.hold_expires_at is not None:
        params = {**params, "until": Instant(stay.hold_expires_at)}
    for member_id in sorted(member for member in members if member is not None):
        tell(tx, now, member_id, kind, params, link=f"/stays/{stay.place_id}/{stay.id}")
