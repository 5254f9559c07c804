"""The small city with somebody in every role and one of every thing: what tests of all routes and all pages visit.

`await database.write(found_world, settings)` stores it; every thing belongs to the worker or to the culture centre.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, update

from booking.checkin.authentication import links_key
from booking.checkin.links import link_token
from booking.checkin.schemas import GateRequest
from booking.checkin.service.gates import create_gate, enrol, invite_gate
from booking.clock import local_date, local_instant
from booking.db import WriteSession
from booking.members.models import Account, Member, RoleGrant, SignIn
from booking.members.service.standing import add_points
from booking.notices.models import InboxMessage
from booking.notices.pages import CALENDAR_KEY
from booking.notices.service import feed_token
from booking.payments.queries import folio_of
from booking.payments.service.intents import create_intent
from booking.places.catalogue import catalogue_changed
from booking.portal.manage.service import take_payment
from booking.rehearsal import kinds
from booking.rehearsal.service import apply, draft
from booking.rooms.models import RoomWait, StayRoom
from booking.rooms.rules.nights import night_of
from booking.rooms.schemas import OutageRequest, RoomWish, StayRequest
from booking.rooms.service.inventory import open_nights
from booking.rooms.service.outages import take_out
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.settings import Settings
from booking.venues.schemas import BlockRequest, HoldRequest, PartnerRequest, WalkInRequest
from booking.venues.service.booking import confirm_booking, hold_slot
from booking.venues.service.closing import CLOSE_COURTS
from booking.venues.service.counter import block_courts, book_at_counter
from booking.web.principal import Principal, Role, Scope
from tests.addresses import Route
from tests.members.people import PASSWORD_HASH
from tests.retreats.sample import RetreatSample, found_retreat
from tests.rooms.house import TWIN, furnish
from tests.venues.city import BADMINTON, BASKETBALL, CENTRE, PALACE, TODAY, City, add, populate, sign_in


class People(NamedTuple):
    """Who comes: `worker` owns what there is, `other` owns nothing."""

    worker: Principal
    other: Principal
    manager: Principal
    elsewhere: Principal
    keeper: Principal
    officer: Principal
    admin: Principal


AFTER_THE_DRAW = ("/places", "/arrivals", "/fairness", "/mine/confirm", "/mine/decline", "/mine/restore")
"""Parts of the addresses that are about a season that is drawn."""


class World(NamedTuple):
    """What there is. Bookings, passes, blocks, changes and gates are at the culture centre."""

    people: People
    bearer: dict[str, str]
    """Tokens for the API, by the names of `People`."""
    cookies: dict[str, str]
    """Tokens for pages, by the same names."""
    gate_key: str
    booking: int
    held: int
    guest: int
    """A guest's booking, made at the counter."""
    pass_id: int
    block: int
    drafted: int
    applied: int
    stay: int
    """The worker's; it has been confirmed."""
    stay_room: int
    """The one room of it."""
    held_stay: int
    outage: int
    """A room out of order for a night, weeks from now."""
    wait: int
    """The worker's place on a waiting list."""
    gate: int
    message: int
    sign_in: int
    """The id of one of the worker's sign-ins, with which nobody comes here."""
    payment: int
    """The ledger's transaction of what was paid for the booking."""
    link: str
    """The token in the address of the pass for those who are not signed in."""
    folio: int
    """The bill of the worker's booking."""
    intent: int
    """An online payment of it that is under way."""
    calendar: str
    """The token in the address of the worker's calendar."""
    retreat: RetreatSample
    """A season of retreats that is open, for which the worker applied."""

    def address(self, route: Route, **other: object) -> str:
        """Where the route leads to something of this world, but for `other`."""
        numbers = {
            "block": self.block,
            "block_id": self.block,
            "booking": self.booking,
            "change_id": self.drafted,
            "court": 1,
            "facility": BADMINTON,
            "facility_id": BADMINTON,
            "folio": self.folio,
            "gate": self.gate,
            "gate_id": self.gate,
            "intent": self.intent,
            "invited": self.retreat.invited,
            "member_id": self.people.keeper.member_id,
            "message_id": self.message,
            "number": 1,
            "outage": self.outage,
            "pass_id": self.pass_id,
            "place": CENTRE,
            "place_id": CENTRE,
            "room": 1,
            "scope_id": CENTRE,
            "sign_in_id": self.sign_in,
            "stamp": 1,
            "stay": self.stay,
            "stay_room": self.stay_room,
            "transaction": self.payment,
            "wait": self.wait,
            "zone": 1,
        }
        retreat = "/retreats/" in route.path
        won = retreat and any(part in route.path for part in AFTER_THE_DRAW)
        season = self.retreat.drawn if won else self.retreat.code
        texts = {
            "application": self.retreat.won if won else self.retreat.application,
            "category": "model_worker",
            "code": season if retreat else "ball-court" if "/policies/" in route.path else "zhenhai",
            "day": TODAY,
            "facility": "badminton",
            "name": f"{self.calendar}.ics",
            "place": "zhenhai",
            "role": "gate_keeper",
            "scan_id": "scan-1",
            "scope_kind": "place",
            "step": "cleaning",
            "token": self.link,
            "turn": "lift" if "/blocks/" in route.path else "no-show",
        }
        values = {name: (numbers if kind == "int" else texts)[name] for name, kind in route.parameters}
        return route.at(**(values | other))


def found_world(tx: WriteSession, now: datetime, settings: Settings) -> World:
    """Store the city, its people and their things: played or kept tomorrow."""
    kinds.register(CLOSE_COURTS)  # which the application does where there is one
    city = populate(tx, now)
    people = _people(tx, now, city)
    day = local_date(now) + timedelta(days=1)

    def hour(at: int) -> datetime:
        return local_instant(day, datetime.min.time().replace(hour=at))

    def book(at: int, who: Principal, facility: int = BADMINTON) -> int:
        wish = HoldRequest(CENTRE, facility, hour(at), hour(at + 1), partners=[PartnerRequest("来客")])
        return hold_slot(tx, now, who, wish).id

    booking = book(18, people.worker)
    pass_id = confirm_booking(tx, now, people.worker, CENTRE, booking).partners[0].pass_id or 0
    walk_in = WalkInRequest(BADMINTON, hour(18), hour(19), contact_name="王先生", contact_phone="13900000000")
    league = BlockRequest(BASKETBALL, "职工联赛", [2], hour(19), hour(21))
    closing = {"facility": BADMINTON, "courts": [4], "reason": "换地胶", "offers": True}
    times = {"starts": hour(12).isoformat(), "ends": hour(14).isoformat()}
    changes = [
        draft(tx, now, place_id=CENTRE, kind="venues.close_courts", request=closing | times | more, by=104)
        for more in ({}, {"courts": [3]})
    ]
    apply(tx, now, place_id=CENTRE, change_id=changes[1], by=people.manager.member_id)
    gate = create_gate(tx, now, people.manager, CENTRE, GateRequest(code="east", name="东门", zones=[1]))
    key = enrol(tx, now, invite_gate(tx, now, people.manager, CENTRE, gate.id).code or "").key
    quarter = now + timedelta(days=90)
    add_points(tx, now, people.worker.member_id, 1, reason="no_show", subject=f"booking:{booking}", expires_at=quarter)
    held = book(20, people.worker)
    _furnish(tx, now)
    stay = _stay(tx, now, people.worker)
    confirm_stay(tx, now, people.worker, CENTRE, stay)
    folio = folio_of(tx, CENTRE, f"booking:{CENTRE}:{booking}")
    folio_id = 0 if folio is None else folio.id
    intent = create_intent(tx, now, people.worker, CENTRE, folio_id, pages="http://testserver")
    return World(
        people=people,
        bearer={name: sign_in(tx, now, who) for name, who in people._asdict().items()},
        cookies={name: sign_in(tx, now, who, "cookie") for name, who in people._asdict().items()},
        gate_key=key,
        booking=booking,
        held=held,
        guest=book_at_counter(tx, now, people.manager, CENTRE, walk_in).id,
        pass_id=pass_id,
        block=block_courts(tx, now, people.manager, CENTRE, league)[0].id,
        drafted=changes[0],
        applied=changes[1],
        stay=stay,
        stay_room=_stay_room(tx, stay),
        held_stay=_stay(tx, now, people.worker),
        outage=_outage(tx, now, people.manager),
        wait=_wait(tx, now, people.worker),
        gate=gate.id,
        message=tx.scalar(select(InboxMessage.id).where(InboxMessage.member_id == people.worker.member_id)),
        sign_in=_another_sign_in(tx, now, people.worker),
        payment=take_payment(tx, now, people.manager, CENTRE, booking, method="cash").transaction,
        link=link_token(links_key(settings), CENTRE, pass_id),
        folio=folio_id,
        intent=intent,
        calendar=feed_token(tx, now, people.worker.member_id, settings.key(CALENDAR_KEY)),
        retreat=found_retreat(tx, now, CENTRE, people.worker, people.manager, people.keeper),
    )


def _furnish(tx: WriteSession, now: datetime) -> None:
    """Rooms of the culture centre, on sale."""
    furnish(tx, now, place=CENTRE, zones=[1], twins=20)
    catalogue_changed(tx)
    open_nights(tx, now, CENTRE)


def _stay(tx: WriteSession, now: datetime, who: Principal) -> int:
    """A stay of one night, held."""
    arrival = local_date(now) + timedelta(days=1)
    rooms = [RoomWish(type=TWIN)]
    wanted = StayRequest(place=CENTRE, arrival=arrival, departure=arrival + timedelta(days=1), rooms=rooms)
    return hold_stay(tx, now, who, wanted).id


def _wait(tx: WriteSession, now: datetime, who: Principal) -> int:
    """A place on the list for a night, whether it is full or not."""
    arrival = night_of(local_date(now)) + 9
    nights = {"arrival": arrival, "departure": arrival + 1, "rooms": 1, "heads": 1, "needs": []}
    asked = {"place_id": CENTRE, "id": 1, "type_id": TWIN, "member_id": who.member_id, "status": "waiting"}
    add(tx, RoomWait, [asked | nights | {"stay_id": None, "instead_of": None, "joined_at": now, "offered_at": None}])
    return 1


def _stay_room(tx: WriteSession, stay: int) -> int:
    return int(tx.scalar(select(StayRoom.id).where(StayRoom.place_id == CENTRE, StayRoom.stay_id == stay)))


def _outage(tx: WriteSession, now: datetime, who: Principal) -> int:
    """A room out of order, for one night that nobody has booked."""
    first = local_date(now) + timedelta(days=50)
    wanted = OutageRequest(first=first, until=first + timedelta(days=1), rooms=[32], reason="换锁")
    return take_out(tx, now, who, CENTRE, wanted)


def _another_sign_in(tx: WriteSession, now: datetime, who: Principal) -> int:
    sign_in(tx, now, who)
    return int(tx.scalar(select(func.max(SignIn.id)).where(SignIn.member_id == who.member_id)))


def _people(tx: WriteSession, now: datetime, city: City) -> People:
    staff: dict[str, tuple[int, Role, str, int]] = {
        "elsewhere": (105, "venue_manager", "place", PALACE),
        "keeper": (106, "gate_keeper", "place", CENTRE),
        "officer": (107, "federation_officer", "organisation", 2),
        "admin": (108, "administrator", "all", 0),
    }
    made = {name: _staff(tx, now, *facts) for name, facts in staff.items()}
    tx.execute(update(Account).values(password_hash=PASSWORD_HASH))
    return People(worker=city.worker, other=city.rival, manager=city.manager, **made)


def _staff(tx: WriteSession, now: datetime, member_id: int, role: Role, kind: str, scope_id: int) -> Principal:
    number, name = f"m{member_id}", f"职工{member_id}"
    add(tx, Member, [{"id": member_id, "number": number, "name": name, "sex": "male", "organisation_id": 1}])
    add(tx, Account, [{"member_id": member_id, "password_hash": "-", "activated_at": now}])
    held = {"role": role, "scope_kind": kind, "scope_id": scope_id, "granted_at": now}
    add(tx, RoleGrant, [{"member_id": member_id} | held])
    scope = Scope(role, kind, scope_id)  # type: ignore[arg-type]
    return Principal(member_id=member_id, number=number, name=name, organisation_id=1, scopes=(scope,), medium="bearer")
