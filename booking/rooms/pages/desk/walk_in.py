"""Guests without a booking: how long and how many, which room at what price, who they are; and they are in."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, MultiDict
from litestar.di import NamedDependency

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError, Busy
from booking.payments.rules import METHODS
from booking.rooms import errors
from booking.rooms.catalogue import House
from booking.rooms.pages.asking import Asked, read_date, read_number
from booking.rooms.pages.desk import forms
from booking.rooms.pages.desk.access import AnyRequest, address
from booking.rooms.pages.desk.forms import Form, Unfit
from booking.rooms.pages.desk.words import DOCUMENTS
from booking.rooms.pages.guests import Filled, Row, beside, read_filled
from booking.rooms.pages.words import PER, WHY_NOT
from booking.rooms.queries.walking import Choice, Known, choices, known_member
from booking.rooms.rules.desk import hotel_night
from booking.rooms.rules.nights import Nights, date_of, night_of
from booking.rooms.schemas import MOST_HEADS
from booking.rooms.schemas_desk import DeskGuest, DeskRooms, Document, WalkInRequest
from booking.rooms.service import desk
from booking.web.idempotency import KeyReused, once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal

MOST_ROOMS = 4


class Party(NamedTuple):
    """Who stands there: until when, how many in how many rooms, with what, whose price; the type once it is chosen."""

    asked: Asked
    extras: list[str]
    who: str

    @property
    def query(self) -> list[tuple[str, str]]:
        """As the fields of an address."""
        asked = self.asked
        fields = [("departure", str(asked.departure)), ("heads", str(asked.heads)), ("rooms", str(asked.rooms))]
        return fields + [("extras", code) for code in self.extras] + ([("who", self.who)] if self.who else [])


class Seen(NamedTuple):
    """What the page shows of the house for a party."""

    choices: list[Choice]
    member: Known | None
    refused: BookingError | None


@get("/front-desk/{place:str}/walk-in")
async def walk_in_page(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """What there is tonight, and who takes it."""
    return await _page(request, house, database, clock(), _party(request.query_params, house, clock()))


@post("/front-desk/{place:str}/walk-in")
async def walk_in(
    request: AnyRequest,
    house: NamedDependency[House],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Book, let them in, and go on to what is handed to them."""
    form = await forms.typed(request)
    party = _party(await request.form(), house, clock())
    filled = read_filled(await request.form(), party.asked, house)
    key = form.get("idempotency_key", "")
    try:
        named = await database.read(_named, filled)
        wanted = _request(form, party, named, house)
        made = await once_form(database, request, member.actor, key, _let_in, DeskRooms, member, house.id, wanted)
    except Busy:
        raise
    except KeyReused:
        text = sentence(request, N_("这一步刚才已经办好了，下面是现在的情况。"))
        return redirect(request, address(house), text, kind="info")
    except (Unfit, BookingError) as why:
        said = _said(request, why, filled)
        return await _page(request, house, database, clock(), party, form, filled, said, getattr(why, "status", 422))
    return redirect(request, address(house, "rooms", made.items[0].id, "welcome"))


def _let_in(tx: WriteSession, now: datetime, member: Principal, place: int, wanted: WalkInRequest) -> DeskRooms:
    return DeskRooms(desk.walk_in(tx, now, member, place, wanted))


def _party(fields: MultiDict[Any] | FormMultiDict, house: House, now: datetime) -> Party:
    """What an address or a form says of the party; one night for one guest unless it says otherwise."""

    def text(name: str) -> str:
        value = fields.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    tonight = date_of(hotel_night(now))
    departure = read_date(text("departure"))
    if departure is None or departure <= tonight:
        departure = tonight + timedelta(days=1)
    rooms = read_number(text("rooms"), 1, 1, MOST_ROOMS) or 1
    kind = read_number(text("type"), None)
    asked = Asked(
        place=house.id,
        arrival=tonight,
        departure=departure,
        type=kind if kind in house.types else None,
        heads=max(rooms, read_number(text("heads"), 1, 1, MOST_HEADS) or 1),
        rooms=rooms,
    )
    extras = [code for code in house.extras if code in fields.getall("extras", [])]
    return Party(asked, extras, text("who")[:60])


def _named(tx: ReadSession, filled: Filled) -> Filled:
    """The form with members found by whatever of them was typed: their number and, unless it was typed, their name.

    Raises:
        Unfit: somebody is no member.
    """
    rooms, unfit = [], {}
    for number, rows in enumerate(filled.rooms, 1):
        found = []
        for head, row in enumerate(rows, 1):
            known = known_member(tx, row.number) if row.number else None
            if row.number and known is None:
                unfit[f"number_{number}_{head}"] = N_("没有找到这个会员，请核对；不是会员就留空。")
            found.append(row if known is None else Row(row.name or known.name, known.number, row.pays))
        rooms.append(found)
    if unfit:
        raise Unfit(unfit)
    return filled._replace(rooms=rooms)


def _request(form: Form, party: Party, filled: Filled, house: House) -> WalkInRequest:
    """The stay and the documents.

    Raises:
        Unfit: a document or the way to pay does not fit.
    """
    stay = filled.request(house, party.asked)
    if stay is None:
        raise Unfit({"": N_("请先选房型。")})
    unfit: dict[str, str] = {}
    seen = []
    for number, rows in enumerate(filled.rooms, 1):
        try:
            seen.append(_documents(form, number, rows))
        except Unfit as why:
            unfit |= why.said
    if unfit:
        raise Unfit(unfit)
    return WalkInRequest(stay=stay, documents=seen, deposit=forms.method(form, "deposit", needed=True))


def _documents(form: Form, room: int, rows: list[Row]) -> list[Document]:
    """Of the guests of a room who are named: lines without a name are left out, so the others move up."""
    heads = [head for head, row in enumerate(rows, 1) if row.name or row.number]
    plain = {f"last_{at}": form.get(f"last_{room}_{head}", "") for at, head in enumerate(heads)}
    plain |= {f"kind_{at}": form.get(f"kind_{room}_{head}", "id") for at, head in enumerate(heads)}
    try:
        return forms.documents(plain, [DeskGuest(at, "", identified=False) for at in range(len(heads))])
    except Unfit as why:
        at_heads = {f"last_{at}": f"last_{room}_{head}" for at, head in enumerate(heads)}
        raise Unfit({at_heads[name]: text for name, text in why.said.items()}) from None


def _said(request: AnyRequest, why: Unfit | BookingError, filled: Filled) -> dict[str, str]:
    if isinstance(why, Unfit):
        return {name: sentence(request, text) for name, text in why.said.items()}
    match why:
        case errors.GuestNotFound():
            field = beside(why.params.get("number"), filled.rooms)
        case errors.GuestsUnnamed():
            field = f"name_{why.params.get('number')}_1"
        case _:
            field = ""
    return {field: words(request, why)}


async def _page(
    request: AnyRequest,
    house: House,
    database: Database,
    now: datetime,
    party: Party,
    form: Form | None = None,
    filled: Filled | None = None,
    said: dict[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    seen = await database.read(_read, now, house, party)
    asked = party.asked
    chosen = next((one for one in seen.choices if one.kind.id == asked.type and not one.why_not), None)
    return page(
        request,
        "rooms/desk/walk_in.html",
        status_code=status,
        headers=NOT_KEPT,
        path=address(house, "walk-in"),
        house=house,
        base=address(house),
        party=party,
        asked=asked,
        seen=seen,
        chosen=chosen,
        filled=filled or _empty(asked, seen.member),
        form=form or {},
        errors=(said or {}) | ({"departure": words(request, seen.refused)} if seen.refused else {}),
        extras=house.extras.values(),
        per=PER,
        most_rooms=MOST_ROOMS,
        most_heads=MOST_HEADS,
        first_day=asked.arrival + timedelta(days=1) if asked.arrival else None,
        last_day=asked.arrival + timedelta(days=house.policy.most_nights) if asked.arrival else None,
        why_not=WHY_NOT,
        kinds=DOCUMENTS,
        methods=METHODS,
    )


def _read(tx: ReadSession, now: datetime, house: House, party: Party) -> Seen:
    member = known_member(tx, party.who)
    asked = party.asked
    nights = Nights(night_of(asked.arrival or date.min), night_of(asked.departure or date.min))
    try:
        return Seen(choices(tx, now, house, nights, asked.shares, party.extras, member), member, None)
    except BookingError as why:
        return Seen([], member, why)


def _empty(asked: Asked, member: Known | None) -> Filled:
    rooms = [[Row() for _ in range(heads)] for heads in asked.shares]
    if member is not None:
        rooms[0][0] = Row(member.name, member.number)
    return Filled(rooms, [])


handlers = [walk_in_page, walk_in]
