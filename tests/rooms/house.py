"""A small house to sleep in: ten twins, four doubles and two accessible rooms in two wings; three people.

`driver.run(populate)` or `await database.write(populate)`.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from booking.db import Base, WriteSession, insert
from booking.members.models import Account, Member, MemberCategory, Organisation, RoleGrant
from booking.places.catalogue import catalogue_changed
from booking.places.models import CalendarDay, Place, Zone
from booking.rooms.models import Allotment, Extra, HotelPolicy, Room, RoomRate, RoomType
from booking.rooms.rules.nights import night_of
from booking.rooms.schemas import GuestRequest, RoomWish, StayRequest
from booking.rooms.service.inventory import open_nights
from booking.web.principal import Principal, Scope

HOUSE = 5
TWIN, DOUBLE, ACCESSIBLE = 1, 2, 3
PUBLIC, HOLD_BACK = 1, 2
TODAY = date(2026, 11, 25)
"""The day of `NOON`, a Wednesday."""
TONIGHT = night_of(TODAY)


class People(NamedTuple):
    """Who comes: two members, and the desk."""

    worker: Principal
    model: Principal
    desk: Principal


def day(ahead: int) -> date:
    """So many days after today."""
    return TODAY + timedelta(days=ahead)


def wish(arrival: int, departure: int, *rooms: RoomWish, **more: Any) -> StayRequest:
    """A stay by days from today; one twin for one guest unless said otherwise."""
    wanted = list(rooms) or [room()]
    return StayRequest(place=HOUSE, arrival=day(arrival), departure=day(departure), rooms=wanted, **more)


def room(type: int = TWIN, heads: int = 1, **more: Any) -> RoomWish:
    """A room with named guests."""
    guests = [GuestRequest(name) for name in ("王大海", "李小山", "赵文", "钱武", "孙林")[:heads]]
    return RoomWish(type=type, heads=heads, guests=guests, **more)


def populate(tx: WriteSession, now: datetime, twins: int = 10, horizon: int = 60) -> People:
    """Store the house: sixty nights on sale, ¥200 a twin night and ¥300 a double one, dearer on weekends."""
    add(
        tx,
        Organisation,
        [{"id": 1, "code": "330200", "kind": "city", "name": "宁波市", "name_en": "Ningbo", "path": "/1/"}],
    )
    _place(tx)
    furnish(tx, now, twins=twins, horizon=horizon)
    people = _people(tx, now)
    catalogue_changed(tx)
    open_nights(tx, now, HOUSE)
    return people


def add(tx: WriteSession, table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Store some rows."""
    tx.execute(insert(tx, table), rows)


def _place(tx: WriteSession) -> None:
    house = {
        "id": HOUSE,
        "code": "banbianshan",
        "kind": "sanatorium",
        "name": "半边山工人疗养院",
        "name_en": "Banbianshan Workers’ Sanatorium",
        "district": "330225",
        "address": "象山县石浦镇",
        "address_en": "Shipu, Xiangshan",
        "latitude": 29.2386,
        "longitude": 121.9874,
        "phone": "12351",
    }
    add(tx, Place, [house])
    zones = [(1, "wing-a", "A 楼", "Wing A"), (2, "wing-b", "B 楼", "Wing B"), (3, "wellness", "康体楼", "Wellness")]
    add(
        tx,
        Zone,
        [
            {"place_id": HOUSE, "id": at, "code": code, "name": name, "name_en": name_en, "capacity": None}
            for at, code, name, name_en in zones
        ],
    )
    add(tx, CalendarDay, [{"day": date(2027, 1, 1), "kind": "holiday", "name": "元旦", "name_en": "New Year"}])


def furnish(
    tx: WriteSession,
    now: datetime,
    *,
    place: int = HOUSE,
    twins: int = 10,
    horizon: int = 60,
    zones: Sequence[int] = (3,),
) -> None:
    """Rooms, rates and pools for a place that has zones 1 and 2; its nights are not on sale yet."""
    policy = {
        "place_id": place,
        "document": "疗养院客房办法",
        "clause": "第三条",
        "effective_from": date(2026, 1, 1),
        "arrive_from": time(14),
        "leave_by": time(12),
        "horizon_days": horizon,
        "most_nights": 14,
        "most_rooms": 4,
        "hold_minutes": 30,
        "deposit_permille": 200,
        "cancel_fees": [[3, 200], [1, 500]],
        "no_show_permille": 1000,
        "zones": list(zones),
        "upgrades": [],
    }
    add(tx, HotelPolicy, [policy])
    kinds = [(TWIN, "twin", "双床房", "Twin", 2, 1), (DOUBLE, "double", "大床房", "Double", 2, 0)]
    kinds.append((ACCESSIBLE, "accessible", "无障碍房", "Accessible", 2, 0))
    add(
        tx,
        RoomType,
        [
            {
                "place_id": place,
                "id": at,
                "code": code,
                "name": name,
                "name_en": name_en,
                "beds": ["single", "single"],
                "sleeps": sleeps,
                "extra_beds": extra,
                "square_metres": 28,
                "features": [],
                "version": 0,
            }
            for at, code, name, name_en, sleeps, extra in kinds
        ],
    )
    beyond = range(101, 81 + twins)
    for kind, zone, numbers in (
        (TWIN, 1, [*range(1, min(twins, 20) + 1), *beyond]),
        (DOUBLE, 2, range(21, 25)),
        (ACCESSIBLE, 1, range(31, 33)),
    ):
        add(tx, Room, [_room(place, number, kind, zone, numbers) for number in numbers])
    prices = [(TWIN, "member", "any", 20000), (TWIN, "member", "weekend", 25000), (TWIN, "guest", "any", 32000)]
    prices += [(TWIN, "model_worker", "any", 10000), (DOUBLE, "member", "any", 30000), (DOUBLE, "guest", "any", 48000)]
    prices += [(ACCESSIBLE, "member", "any", 18000), (ACCESSIBLE, "guest", "any", 30000)]
    names = ("type_id", "category", "days", "fen")
    add(
        tx,
        RoomRate,
        [{"place_id": place, "id": at, **dict(zip(names, one, strict=True))} for at, one in enumerate(prices, 1)],
    )
    meals = {"code": "full-board", "kind": "meal_plan", "name": "三餐", "name_en": "Full board", "per": "guest_night"}
    add(tx, Extra, [{"place_id": place, "id": 1, **meals, "member_fen": 9000, "guest_fen": 12000}])
    pools = [(PUBLIC, "public", 0, None), (HOLD_BACK, "hold_back", 100, 3)]
    add(
        tx,
        Allotment,
        [
            {
                "place_id": place,
                "id": at,
                "code": kind,
                "kind": kind,
                "name": kind,
                "name_en": kind,
                "opens_permille": part,
                "release_days": days,
                "created_at": now,
            }
            for at, kind, part, days in pools
        ],
    )


def _room(place: int, number: int, kind: int, zone: int, numbers: Sequence[int]) -> dict[str, Any]:
    beside = [other for other in (number - 1, number + 1) if other in numbers]
    return {
        "place_id": place,
        "id": number,
        "type_id": kind,
        "zone_id": zone,
        "number": f"{'AB'[zone - 1]}{number:03}",
        "wing": "AB"[zone - 1],
        "floor": 1,
        "neighbours": beside,
        "accessible": kind == ACCESSIBLE,
        "features": ["sea_view"] if number % 2 else [],
        "housekeeping": "inspected",
    }


def _people(tx: WriteSession, now: datetime) -> People:
    names = [(101, "王大海"), (102, "林模范"), (103, "胡前台")]
    add(
        tx,
        Member,
        [{"id": at, "number": f"m{at}", "name": name, "sex": "male", "organisation_id": 1} for at, name in names],
    )
    add(tx, Account, [{"member_id": at, "password_hash": "-", "activated_at": now} for at, _ in names])
    model = {"category": "model_worker", "verified_at": now}
    add(tx, MemberCategory, [{"member_id": 102} | model])
    held = {"role": "sanatorium_desk", "scope_kind": "place", "scope_id": HOUSE, "granted_at": now}
    add(tx, RoleGrant, [{"member_id": 103} | held])
    made = [
        Principal(member_id=at, number=f"m{at}", name=name, organisation_id=1, medium="bearer") for at, name in names
    ]
    desk = Scope("sanatorium_desk", "place", HOUSE)
    return People(
        made[0],
        Principal(member_id=102, number="m102", name="林模范", organisation_id=1, categories=("model_worker",)),
        Principal(member_id=103, number="m103", name="胡前台", organisation_id=1, scopes=(desk,)),
    )
