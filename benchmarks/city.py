"""The city that is used in a benchmark: 25 places with four facilities each, members, gates and passes by number.

Secrets follow from the numbers: whoever loads the server knows every token without reading the database.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from booking.checkin import enrolment
from booking.checkin.codes import MANUAL_BODY_DIGITS, manual_code
from booking.checkin.models import Gate, Pass
from booking.checkin.queries.devices import VERSION as GATES_VERSION
from booking.checkin.queries.keys import KeyRing
from booking.checkin.service.keys import ensure_key
from booking.checkin.tokens import Token, sign
from booking.clock import Ids, Tokens, first_half_hour, local_date, system_clock
from booking.db import Base, Database, Lane, WriteSession, insert
from booking.members.models import Member, Organisation, SignIn
from booking.members.rules.sign_ins import TOKEN_PREFIXES, token_hash
from booking.places.catalogue import catalogue_changed
from booking.places.models import Place, Zone
from booking.settings import Settings
from booking.venues.models import Booking, Claim, Court, Facility, OpeningRule, Partner, Policy, Price, Sport, Unit
from booking.web.models import Counter

PLACES = 25
DAYS = 13
"""Bookable days, from tomorrow on."""
OPENS, CLOSES = 6, 22
COURTS_ZONE, GYM_ZONE = 1, 2
ENTRANCE = 1
"""The gate of each place."""
_CHUNK = 2000
_SPORTS = [("badminton", "羽毛球", "Badminton"), ("table_tennis", "乒乓球", "Table tennis"), ("gym", "健身", "Gym")]


class Hall(NamedTuple):
    """A facility that each place has, with so many courts or so many heads."""

    id: int
    code: str
    name: str
    name_en: str
    sport: str
    courts: int
    heads: int = 0


HALLS = (
    Hall(1, "badminton", "羽毛球馆", "Badminton hall", "badminton", 8),
    Hall(2, "badminton-2", "羽毛球二馆", "Second badminton hall", "badminton", 6),
    Hall(3, "table-tennis", "乒乓球室", "Table tennis", "table_tennis", 10),
    Hall(4, "gym", "健身房", "Gym", "gym", 0, heads=60),
)


class Scale(NamedTuple):
    """How much of everything: `taken` is the share of court hours that are booked before anybody asks."""

    members: int = 40_000
    passes: int = 0
    taken: float = 0.2


class Slot(NamedTuple):
    """One hour of one of a hall's courts."""

    place: int
    facility: int
    starts: datetime

    @property
    def ends(self) -> datetime:
        """An hour later."""
        return self.starts + timedelta(hours=1)


class City(NamedTuple):
    """A city that was stored: what is free in it, and what opens its gates."""

    scale: Scale
    today: date
    free: Sequence[Slot]
    """Hours of courts that are free, in a random order; an hour with several free courts comes several times."""
    ring: KeyRing
    opens: datetime
    closes: datetime


def member_token(number: int) -> str:
    """The bearer token of a member."""
    return TOKEN_PREFIXES["bearer"] + sha256(f"member {number}".encode()).hexdigest()


def gate_key(place: int) -> str:
    """The API key of the gate of a place."""
    return enrolment.KEY_PREFIX + sha256(f"gate {place}".encode()).hexdigest()


def pass_id(number: int) -> int:
    """The id of a pass; its place is `place_of_pass`."""
    return 1_000_000 + number


def place_of_pass(number: int) -> int:
    """Passes are spread over all places."""
    return number % PLACES + 1


def pass_token(city: City, number: int) -> str:
    """The digits of a pass, signed."""
    token = Token(
        key_id=city.ring.key_id,
        place_id=place_of_pass(number),
        pass_id=pass_id(number),
        opens=int(city.opens.timestamp()),
        closes=int(city.closes.timestamp()),
        party=1,
        zones=(COURTS_ZONE,),
        static_code=True,
    )
    return sign(token, city.ring.signing)


async def build(url: str, settings: Settings, scale: Scale) -> City:
    """Store a city in a migrated database that nobody else has open."""
    database = Database(url, system_clock, Ids(system_clock, 255), Tokens())
    try:
        now = database.clock()
        ring = await database.write(_lay_out, settings.key("passes"))
        minute = now.replace(second=0, microsecond=0)
        city = City(scale, local_date(now), [], ring, minute - timedelta(hours=1), minute + timedelta(hours=6))
        rows = [*_people(scale, now), *_passes(city, now)]
        taken, free = _bookings(city, now)
        for table, chunk in _chunks([*rows, *taken]):
            await database.write_in(Lane.BULK, _store, table, chunk)
        return city._replace(free=free)
    finally:
        await database.close()


Rows = tuple[type[Base], Iterator[dict[str, Any]]]


def _chunks(tables: Sequence[Rows]) -> Iterator[tuple[type[Base], list[dict[str, Any]]]]:
    for table, rows in tables:
        chunk: list[dict[str, Any]] = []
        for row in rows:
            chunk.append(row)
            if len(chunk) == _CHUNK:
                yield table, chunk
                chunk = []
        if chunk:
            yield table, chunk


def _store(tx: WriteSession, now: datetime, table: type[Base], rows: list[dict[str, Any]]) -> None:
    tx.execute(insert(tx, table), rows)


def _lay_out(tx: WriteSession, now: datetime, sealing_key: bytes) -> KeyRing:
    """Places, halls, courts, gates, terms: all that is in memory of a server that serves."""
    _terms(tx, now)
    for place in range(1, PLACES + 1):
        _place(tx, now, place)
    version = tx.ids.next()
    tx.execute(insert(tx, Counter).values(name=GATES_VERSION, value=version))
    catalogue_changed(tx)
    return ensure_key(tx, now, sealing_key)


def _terms(tx: WriteSession, now: datetime) -> None:
    root = {"id": 1, "parent_id": None, "code": "330200", "kind": "city", "name": "宁波市", "name_en": "Ningbo"}
    policy = {
        "id": 1,
        "code": "courts",
        "name": "球场",
        "name_en": "Courts",
        "document": "职工文体场馆预约办法",
        "clause": "第六条",
        "effective_from": date(2026, 1, 1),
        "opens_days_ahead": DAYS + 1,
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
    day, evening = time(17), time(0)
    prices = [("weekday", evening, day, 500), ("weekday", day, evening, 1000), ("any", evening, evening, 1000)]
    _store(tx, now, Organisation, [root | {"path": "/1/"}])
    _store(tx, now, Policy, [policy])
    rates = [
        {"policy_id": 1, "id": number, "category": "member", "days": days, "from_time": since, "until_time": until}
        | {"fen": fen}
        for number, (days, since, until, fen) in enumerate(prices, 1)
    ]
    _store(tx, now, Price, rates)
    _store(tx, now, Sport, [{"code": c, "name": name, "name_en": e, "programme": "health"} for c, name, e in _SPORTS])


def _place(tx: WriteSession, now: datetime, place: int) -> None:
    row = {
        "id": place,
        "code": f"place-{place}",
        "kind": "culture_centre",
        "name": f"第{place}职工文化中心",
        "name_en": f"Workers’ Culture Centre {place}",
        "district": f"3302{place % 10:02}",
        "address": f"人民路{place}号",
        "latitude": 29.75 + place % 5 / 20,
        "longitude": 121.4 + place // 5 / 20,
        "phone": "12351",
    }
    _store(tx, now, Place, [row])
    names = {COURTS_ZONE: ("courts", "球类馆", "Ball courts"), GYM_ZONE: ("gym", "健身房", "Gym")}
    zones = [
        {"place_id": place, "id": zone, "code": code, "name": name, "name_en": name_en, "capacity": 1_000_000}
        for zone, (code, name, name_en) in names.items()
    ]
    _store(tx, now, Zone, zones)
    for hall in HALLS:
        _hall(tx, now, place, hall)
    gate = {
        "place_id": place,
        "id": ENTRANCE,
        "code": "entrance",
        "name": "正门",
        "name_en": "Main entrance",
        "direction": "both",
        "zones": [COURTS_ZONE],
        "api_key_hash": enrolment.key_hash(gate_key(place)),
        "enrolled_at": now,
        "last_seen_at": now,
    }
    _store(tx, now, Gate, [gate])


def _hall(tx: WriteSession, now: datetime, place: int, hall: Hall) -> None:
    row = {
        "place_id": place,
        "id": hall.id,
        "zone_id": COURTS_ZONE if hall.courts else GYM_ZONE,
        "code": hall.code,
        "name": hall.name,
        "name_en": hall.name_en,
        "sport": hall.sport,
        "kind": "exclusive" if hall.courts else "pooled",
        "slot_half_hours": 1 if hall.courts else 2,
        "capacity": hall.heads,
        "policy_id": 1,
    }
    key = {"place_id": place, "facility_id": hall.id}
    _store(tx, now, Facility, [row])
    _store(tx, now, OpeningRule, [key | {"id": 1, "days": "1234567", "opens": time(OPENS), "closes": time(CLOSES)}])
    courts = range(1, hall.courts + 1)
    if courts:
        _store(tx, now, Unit, [key | {"id": court, "code": f"u{court}"} for court in courts])
        names = {"kind": "court", "features": []}
        rows = [
            key
            | names
            | {"id": court, "code": f"{court}", "name": f"{court}号场", "name_en": f"Court {court}", "units": [court]}
            for court in courts
        ]
        _store(tx, now, Court, rows)


def _people(scale: Scale, now: datetime) -> list[Rows]:
    numbers = range(1, scale.members + 1)
    members = (
        {"id": number, "number": f"m{number:07}", "name": "林晓", "sex": "female", "organisation_id": 1}
        for number in numbers
    )
    sign_ins = (
        {
            "token_hash": token_hash(member_token(number)),
            "id": number,
            "member_id": number,
            "kind": "bearer",
            "label": "bench",
            "created_at": now,
            "seen_at": now,
            "expires_at": now + timedelta(days=30),
        }
        for number in numbers
    )
    return [(Member, members), (SignIn, sign_ins)]


def _passes(city: City, now: datetime) -> list[Rows]:
    passes = (
        {
            "place_id": place_of_pass(number),
            "id": pass_id(number),
            "manual_code": manual_code(str(number).zfill(MANUAL_BODY_DIGITS)),
            "issuer": "venues",
            "subject_id": number,
            "member_id": number % city.scale.members + 1,
            "holder": "林晓",
            "title": "羽毛球馆",
            "title_en": "Badminton hall",
            "zones": [COURTS_ZONE],
            "valid_from": city.opens,
            "valid_until": city.closes,
            "party": 1,
            "status": "issued",
            "issued_at": now,
            "changed_at": now,
        }
        for number in range(city.scale.passes)
    )
    return [(Pass, passes)]


def _bookings(city: City, now: datetime) -> tuple[list[Rows], list[Slot]]:
    """What is booked already, and what is left."""
    dice = random.Random(5_120_119)  # the same city each time
    bookings: list[dict[str, Any]] = []
    claims: list[dict[str, Any]] = []
    players: list[dict[str, Any]] = []
    free: list[Slot] = []
    for place in range(1, PLACES + 1):
        for hall in HALLS:
            for starts in _hours(city.today):
                for court in range(1, hall.courts + 1):
                    if dice.random() >= city.scale.taken:
                        free.append(Slot(place, hall.id, starts))
                        continue
                    number = len(bookings) + 1
                    booking = _booking(number, place, hall.id, court, starts, dice.randrange(city.scale.members) + 1)
                    bookings.append(booking | {"created_at": now, "changed_at": now})
                    claims += _claims(booking)
                    players.append(_player(booking))
    dice.shuffle(free)
    return [(Booking, iter(bookings)), (Claim, iter(claims)), (Partner, iter(players))], free


def _hours(today: date) -> Iterator[datetime]:
    for days in range(1, DAYS + 1):
        midnight = datetime.fromtimestamp(first_half_hour(today + timedelta(days=days)) * 1800, UTC)
        for hour in range(OPENS, CLOSES):
            yield midnight + timedelta(hours=hour)


def _booking(number: int, place: int, facility: int, court: int, starts: datetime, member: int) -> dict[str, Any]:
    first = int(starts.timestamp()) // 1800
    return {
        "place_id": place,
        "id": number,
        "facility_id": facility,
        "status": "confirmed",
        "member_id": member,
        "contact_name": "林晓",
        "court_kind": "court",
        "court_id": court,
        "starts": first,
        "ends": first + 2,
        "policy_id": 1,
        "price_fen": 1000,
        "quote": {"fen": 1000, "lines": []},
        "limits": [],
        "source": "app",
    }


def _claims(booking: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "place_id": booking["place_id"],
            "facility_id": booking["facility_id"],
            "half_hour": half_hour,
            "unit_id": booking["court_id"],
            "booking_id": booking["id"],
        }
        for half_hour in range(booking["starts"], booking["ends"])
    ]


def _player(booking: dict[str, Any]) -> dict[str, Any]:
    player = {"number": 0, "member_id": booking["member_id"], "name": "林晓"}
    return player | {"place_id": booking["place_id"], "booking_id": booking["id"]}
