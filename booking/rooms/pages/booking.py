"""The second step: who sleeps there, and what they have beside the room; sent, the rooms are held."""

import hashlib
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlalchemy import select

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError, Busy
from booking.members.models import Member
from booking.rooms import errors
from booking.rooms.catalogue import House, houses
from booking.rooms.models import Stay
from booking.rooms.pages.asking import Asked, here, largest, read_asked
from booking.rooms.pages.guests import Filled, beside, empty, hours, read_filled, refilled
from booking.rooms.pages.instead import nearest_links
from booking.rooms.pages.words import NEEDS, PER, TOGETHER
from booking.rooms.queries.quoting import Payer, extra_quotes, quoted
from booking.rooms.queries.searching import nearest
from booking.rooms.rules.pricing import Room
from booking.rooms.schemas import CancelRequest, ExtraQuote, Nearest, QuoteView, StayRequest, StayView
from booking.rooms.service.ending import cancel_stay
from booking.rooms.service.guests import guests_of
from booking.rooms.service.offering import follow
from booking.rooms.service.stays import hold_stay
from booking.rooms.service.taking import rooms_of
from booking.web.idempotency import KeyReused, once_form
from booking.web.language import words
from booking.web.models import IdempotencyKey
from booking.web.pages import page, redirect
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]
ALL = CancelRequest()


class Read(NamedTuple):
    """What the form needs; `held` is how it was filled in before."""

    house: House
    quote: QuoteView | None
    extras: list[ExtraQuote]
    held: Filled | None
    nearest: list[Nearest]


@get("/stays/book")
async def guests(
    request: AnyRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: NamedDependency[Principal | None],
) -> Response[Any]:
    """Say who comes; a hold that is changed is filled in as it was.

    Whoever is not signed in does so first: what is typed here could not be carried through the sign-in.
    """
    asked = read_asked(request.query_params)
    if principal is None:
        return Redirect(f"/sign-in?next={quote(asked.address('/stays/book'), safe='')}", status_code=303)
    found = await database.read(_read, clock(), asked, principal)
    if found is None:
        return redirect(request, asked.address("/stays", type=None))
    return _page(request, found, asked, found.held or empty(asked, principal), clock())


@post("/stays/book")
async def hold(
    request: AnyRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Hold the rooms, for the guest to check and confirm."""
    form = await request.form()
    asked = read_asked(form)
    found = await database.read(_read, clock(), asked, member)
    filled = None if found is None else read_filled(form, asked, found.house)
    wish = None if found is None or filled is None else filled.request(found.house, asked)
    if found is None or filled is None or wish is None:
        return redirect(request, asked.address("/stays", type=None))
    try:
        view = await _held(database, request, member, wish, asked.instead, str(form.get("idempotency_key", "")))
    except Busy:
        raise
    except BookingError as error:
        again = await database.read(_read, clock(), asked, member, error)
        return _page(request, again or found, asked, filled, clock(), error)
    return redirect(request, f"/stays/{view.place}/{view.id}")


async def _held(
    database: Database, request: AnyRequest, member: Principal, wish: StayRequest, instead: int | None, key: str
) -> StayView:
    """Hold it once; the same form sent again with other fields gives up what it held before."""
    try:
        return await once_form(database, request, member.actor, key, hold_instead, StayView, member, wish, instead)
    except KeyReused:
        before = await database.read(_held_by, member.actor, key)
        changed = f"{key[:100]}-{hashlib.sha256(await request.body()).hexdigest()}"
        instead = instead if before is None else before
        return await once_form(database, request, member.actor, changed, hold_instead, StayView, member, wish, instead)


def hold_instead(
    tx: WriteSession, now: datetime, booker: Principal, wish: StayRequest, instead: int | None
) -> StayView:
    """Hold a stay in place of one that was only held: one transaction, so that the rooms of the first count as free.

    Raises:
        BookingError: one of `hold_stay`; the first hold is then as it was.
    """
    before = None if instead is None else tx.get(Stay, place_id=wish.place, id=instead)
    if before is not None and before.member_id == booker.member_id and before.status in ("held", "pending"):
        cancel_stay(tx, now, booker, wish.place, before.id, ALL)
        view = hold_stay(tx, now, booker, wish, instead=before)
        follow(tx, before, view.id)
        return view
    return hold_stay(tx, now, booker, wish)


def _held_by(tx: ReadSession, actor: str, key: str) -> int | None:
    """The stay that a form held when it was sent for the first time."""
    stored = tx.get(IdempotencyKey, principal=actor, key=key)
    return None if stored is None or not stored.answer else msgspec.json.decode(stored.answer, type=StayView).id


def _read(
    tx: ReadSession, now: datetime, asked: Asked, member: Principal, error: BookingError | None = None
) -> Read | None:
    """None while something of the first step is missing."""
    house = houses(tx).by_id.get(asked.place or 0)
    if house is None or asked.nights is None or asked.type not in house.types:
        return None
    wish = empty(asked, member).request(house, asked)
    whose = Payer(True, member.categories)
    sizes = [Room(len(asked.nights), heads) for heads in asked.shares]
    full = _is_full(error)
    return Read(
        house,
        None if wish is None else quoted(house, wish, whose),
        extra_quotes(house, house.extras, sizes, member=True),
        _before(tx, now, house, asked, member),
        nearest(tx, now, house, asked.type or 0, asked.nights, largest(asked.shares)) if full else [],
    )


def _is_full(error: BookingError | None) -> bool:
    return isinstance(error, errors.RoomsFull | errors.RoomsCutUp)


def _before(tx: ReadSession, now: datetime, house: House, asked: Asked, member: Principal) -> Filled | None:
    """How the form was filled in when the stay was held that is now changed."""
    stay = None if asked.instead is None else tx.get(Stay, place_id=house.id, id=asked.instead)
    if stay is None or stay.member_id != member.member_id:
        return None
    rooms = rooms_of(tx, house.id, stay.id)
    people = guests_of(tx, house.id, rooms)
    known = select(Member.id, Member.number).where(Member.id.in_([one.member_id or 0 for one in people]))
    return refilled(asked, stay, rooms, people, {row.id: row.number for row in tx.execute(known)})


def _page(
    request: AnyRequest,
    found: Read,
    asked: Asked,
    filled: Filled,
    now: datetime,
    error: BookingError | None = None,
) -> Response[str]:
    house = found.house
    return page(
        request,
        "rooms/guests.html",
        status_code=200 if error is None else error.status,
        path=asked.address("/stays/book") if request.method == "POST" else here(request),
        house=house,
        kind=house.types[asked.type or 0],
        asked=asked,
        filled=filled,
        quote=found.quote,
        extras=[(one, house.extras[one.code]) for one in found.extras],
        per=PER,
        needs=NEEDS,
        together=TOGETHER,
        hours=hours(house),
        errors={} if error is None else {_field(error, filled): words(request, error)},
        alternatives=nearest_links(request, now, asked, found.nearest, house),
        wait=asked.address("/stays/wait") if _is_full(error) else "",
        back=asked.address("/stays", type=None),
    )


def _field(error: BookingError, filled: Filled) -> str:
    """Beside which field a refusal is shown; most stand above the form."""
    match error:
        case errors.GuestNotFound():
            return beside(error.params.get("number"), filled.rooms)
        case errors.GuestsUnnamed():
            return f"name_{error.params.get('number')}_1"
        case _:
            return ""
