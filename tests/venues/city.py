"""A small city to book in: two places, three halls and a gym, and four people.

Plain functions: `await build_city(database)`, or `driver.run(populate)`. Every hour below is Shanghai's.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from booking.clock import half_hour_of
from booking.db import Base, Database, WriteSession, insert
from booking.members.models import Account, Member, MemberCategory, Organisation, RoleGrant, SignIn
from booking.members.rules.sign_ins import TOKEN_BYTES, TOKEN_PREFIXES, token_hash
from booking.places.catalogue import catalogue_changed
from booking.places.models import CalendarDay, Place, Zone
from booking.venues.models import Court, Facility, OpeningRule, Policy, Price, Sport, Unit
from booking.web.principal import Principal, Scope

CENTRE, PALACE = 1, 2
BADMINTON, BASKETBALL, GYM = 11, 12, 13
PALACE_BADMINTON = 21
POLICY = 1
TODAY = date(2026, 11, 25)
"""The day of `NOON`, a Wednesday."""


class City(NamedTuple):
    """The people; places and facilities are the constants of this module.

    `centre`: badminton (courts 1–4), basketball (full courts 1–2, halves 3–6), gym (10 heads).
    `palace`: badminton (courts 1–4), 5.6 km away.
    """

    worker: Principal
    partner: Principal
    rival: Principal
    manager: Principal


def at(hour: float, day: date = TODAY) -> datetime:
    """An instant by its hour in Shanghai: `at(18.5)` is today 18:30."""
    midnight = datetime.combine(day, time(), UTC) - timedelta(hours=8)
    return midnight + timedelta(hours=hour)


def half_hour(hour: float, day: date = TODAY) -> int:
    """The number of the half hour that begins at an hour in Shanghai."""
    return half_hour_of(at(hour, day))


async def build_city(database: Database) -> City:
    """Store the city."""
    return await database.write(populate)


def populate(tx: WriteSession, now: datetime) -> City:
    """Store the city: open 08:00–22:00, bookable seven days ahead, ¥5 the half hour before 17:00 and ¥10 after."""
    tree = [
        (1, None, "330200", "city", "宁波市", "Ningbo", "/1/"),
        (2, 1, "330211", "district", "镇海区", "Zhenhai District", "/1/2/"),
        (3, 1, "330205", "district", "江北区", "Jiangbei District", "/1/3/"),
    ]
    names = ("id", "parent_id", "code", "kind", "name", "name_en", "path")
    add(tx, Organisation, [dict(zip(names, node, strict=True)) for node in tree])
    _places(tx)
    _terms(tx)
    _halls(tx)
    city = _people(tx, now)
    catalogue_changed(tx)
    return city


def sign_in(tx: WriteSession, now: datetime, who: Principal, kind: str = "bearer") -> str:
    """A token for the Authorization header (`bearer`) or the sign-in cookie (`cookie`)."""
    token = TOKEN_PREFIXES[kind] + tx.tokens.url_safe(TOKEN_BYTES)
    row = {
        "token_hash": token_hash(token),
        "id": tx.ids.next(),
        "member_id": who.member_id,
        "kind": kind,
        "label": "test",
        "created_at": now,
        "seen_at": now,
        "expires_at": now + timedelta(days=30),
    }
    add(tx, SignIn, [row])
    return token


def add(tx: WriteSession, table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Store some rows."""
    if rows:
        tx.execute(insert(tx, table), rows)


def _places(tx: WriteSession) -> None:
    centre = {
        "id": CENTRE,
        "code": "zhenhai",
        "kind": "culture_centre",
        "name": "镇海职工文化中心",
        "name_en": "Zhenhai Workers’ Culture Centre",
        "district": "330211",
        "address": "骆驼街道",
        "address_en": "Luotuo",
        "latitude": 29.9712,
        "longitude": 121.5786,
        "phone": "12351",
    }
    palace = {
        "id": PALACE,
        "code": "jiangbei",
        "kind": "cultural_palace",
        "name": "江北区工人文化宫",
        "name_en": "Jiangbei Workers’ Palace",
        "district": "330205",
        "address": "庄桥街道",
        "address_en": "Zhuangqiao",
        "latitude": 29.9210,
        "longitude": 121.5760,
        "phone": "12351",
    }
    add(tx, Place, [centre, palace])
    zone = {"capacity": None}
    add(
        tx,
        Zone,
        [
            zone | {"place_id": CENTRE, "id": 1, "code": "courts", "name": "球类馆", "name_en": "Ball courts"},
            zone | {"place_id": CENTRE, "id": 2, "code": "gym", "name": "健身房", "name_en": "Gym"},
            zone | {"place_id": PALACE, "id": 1, "code": "courts", "name": "球类馆", "name_en": "Ball courts"},
        ],
    )
    add(tx, CalendarDay, [{"day": date(2026, 11, 29), "kind": "workday", "name": "调休", "name_en": "Working day"}])


def _terms(tx: WriteSession) -> None:
    policy = {
        "id": POLICY,
        "code": "ball-court",
        "name": "职工文化中心球场",
        "name_en": "Culture centre courts",
        "document": "职工文体场馆预约办法",
        "clause": "第六条",
        "effective_from": date(2026, 1, 1),
        "opens_days_ahead": 7,
        "opens_at": time(8),
        "least_half_hours": 1,
        "most_half_hours": 4,
        "day_limit_half_hours": 4,
        "week_limit_bookings": 3,
        "cancel_cutoff_minutes": 120,
        "hold_minutes": 10,
        "most_no_show_points": 6,
        "eligible": [],
    }
    add(tx, Policy, [policy])
    prices = [
        ("member", "weekday", time(0), time(17), 500),
        ("member", "weekday", time(17), time(0), 1000),
        ("member", "weekend", time(0), time(0), 1000),
        ("member", "holiday", time(0), time(0), 1000),
        ("frontline", "any", time(0), time(0), 400),
    ]
    add(
        tx,
        Price,
        [
            {
                "policy_id": POLICY,
                "id": number,
                "category": category,
                "days": days,
                "from_time": begins,
                "until_time": until,
                "fen": fen,
            }
            for number, (category, days, begins, until, fen) in enumerate(prices, 1)
        ],
    )


def _halls(tx: WriteSession) -> None:
    sports = [("badminton", "羽毛球", "Badminton"), ("basketball", "篮球", "Basketball"), ("gym", "健身", "Gym")]
    add(
        tx,
        Sport,
        [{"code": code, "name": name, "name_en": name_en, "programme": "health"} for code, name, name_en in sports],
    )
    hall = {"kind": "exclusive", "slot_half_hours": 1, "policy_id": POLICY, "capacity": 0, "zone_id": 1}
    badminton = hall | {"code": "badminton", "name": "羽毛球", "name_en": "Badminton", "sport": "badminton"}
    basketball = hall | {"code": "basketball", "name": "篮球", "name_en": "Basketball", "sport": "basketball"}
    gym = {"code": "gym", "name": "健身房", "name_en": "Gym", "sport": "gym", "kind": "pooled", "capacity": 10}
    add(
        tx,
        Facility,
        [
            badminton | {"place_id": CENTRE, "id": BADMINTON},
            basketball | {"place_id": CENTRE, "id": BASKETBALL, "slot_half_hours": 2},
            hall | gym | {"place_id": CENTRE, "id": GYM, "slot_half_hours": 2, "zone_id": 2},
            badminton | {"place_id": PALACE, "id": PALACE_BADMINTON},
        ],
    )
    for place, facility in ((CENTRE, BADMINTON), (PALACE, PALACE_BADMINTON)):
        courts = [
            (number, str(number), f"{number}号场", f"Court {number}", "court", [number]) for number in range(1, 5)
        ]
        _courts(tx, place, facility, courts)
    full = [(1, "A", "A场", "Court A", "full", [1, 2]), (2, "B", "B场", "Court B", "full", [3, 4])]
    halves = [
        (2 + unit, code, f"{code}半场", f"Half {code}", "half", [unit])
        for unit, code in enumerate(("A1", "A2", "B1", "B2"), 1)
    ]
    _courts(tx, CENTRE, BASKETBALL, [*full, *halves])
    keys = [(CENTRE, BADMINTON), (CENTRE, BASKETBALL), (CENTRE, GYM), (PALACE, PALACE_BADMINTON)]
    always = {"id": 1, "days": "1234567", "opens": time(8), "closes": time(22)}
    add(tx, OpeningRule, [always | {"place_id": place, "facility_id": facility} for place, facility in keys])


def _courts(
    tx: WriteSession, place: int, facility: int, courts: list[tuple[int, str, str, str, str, list[int]]]
) -> None:
    units = sorted({unit for *_, units in courts for unit in units})
    key = {"place_id": place, "facility_id": facility}
    add(tx, Unit, [key | {"id": unit, "code": f"u{unit}"} for unit in units])
    add(
        tx,
        Court,
        [
            key
            | {
                "id": number,
                "code": code,
                "name": name,
                "name_en": english,
                "kind": kind,
                "units": its_units,
                "accessible": number == 1,
                "features": [],
            }
            for number, code, name, english, kind, its_units in courts
        ],
    )


def _people(tx: WriteSession, now: datetime) -> City:
    city = City(
        worker=_principal(101, "m101", "林晓", ("frontline",)),
        partner=_principal(102, "m102", "周敏"),
        rival=_principal(103, "m103", "王强", ("model_worker",)),
        manager=_principal(104, "m104", "陈镇", scopes=(Scope("venue_manager", "place", CENTRE),)),
    )
    add(
        tx,
        Member,
        [
            {"id": who.member_id, "number": who.number, "name": who.name, "sex": "female", "organisation_id": 1}
            for who in city
        ],
    )
    add(
        tx,
        MemberCategory,
        [
            {"member_id": who.member_id, "category": category, "verified_at": now}
            for who in city
            for category in who.categories
        ],
    )
    add(
        tx,
        RoleGrant,
        [
            {
                "member_id": who.member_id,
                "role": scope.role,
                "scope_kind": scope.kind,
                "scope_id": scope.id,
                "granted_at": now,
            }
            for who in city
            for scope in who.scopes
        ],
    )
    add(tx, Account, [{"member_id": who.member_id, "password_hash": "-", "activated_at": now} for who in city])
    return city


def _principal(
    member_id: int, number: str, name: str, categories: tuple[str, ...] = (), scopes: tuple[Scope, ...] = ()
) -> Principal:
    return Principal(
        member_id=member_id,
        number=number,
        name=name,
        organisation_id=1,
        categories=categories,
        scopes=scopes,
        medium="bearer",
    )
