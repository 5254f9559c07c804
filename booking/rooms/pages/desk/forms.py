"""The desk's forms: typed text becomes a request, and what does not fit is said beside its field."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any, NamedTuple, cast, get_args

from litestar import Request

from booking.errors import BookingError
from booking.payments.rules import METHODS, Method
from booking.rooms import errors, errors_desk
from booking.rooms.catalogue import House
from booking.rooms.pages.guests import hours
from booking.rooms.schemas_desk import DeskGuest, Document, DocumentKind
from booking.web.language import sentence, words
from booking.web.locale import N_

LATER = "later"
"""What a form sends where nothing is paid now."""
_LAST = re.compile(r"[0-9A-Za-z]{4}")
Form = dict[str, str]


class Unfit(Exception):
    """Fields to change, by their names; each says what to write instead."""

    def __init__(self, said: Mapping[str, str]) -> None:
        super().__init__(sorted(said))
        self.said = said


class Sent(NamedTuple):
    """A form that was refused: which one, what was typed, and what to change."""

    which: str
    values: Form
    errors: Mapping[str, str]
    status: int


async def typed(request: Request[Any, Any, Any]) -> Form:
    """What was typed, without what no keyboard sends."""
    form = await request.form()
    return {
        name: "".join(letter for letter in value[:200] if letter.isprintable()).strip()
        for name, value in form.multi_items()
        if isinstance(value, str) and not name.startswith("_")
    }


def refused(
    request: Request[Any, Any, Any], which: str, values: Form, why: Unfit | BookingError, field: str = ""
) -> Sent:
    """What a form says when it comes back; `field` is beside which a refusal stands that has no place of its own."""
    if isinstance(why, Unfit):
        return Sent(which, values, {name: sentence(request, text) for name, text in why.said.items()}, 422)
    return Sent(which, values, {_beside(why, field): words(request, why)}, why.status)


def _beside(why: BookingError, field: str) -> str:
    match why:
        case errors_desk.DocumentMissing():
            return "last_0"
        case errors_desk.RoomNotReady() | errors_desk.NoRoomReady() | errors_desk.SameRoom() | errors_desk.OtherType():
            return "room"
        case errors.RoomTaken() | errors.RoomsCutUp():
            return "room" if field == "room" else field
        case errors_desk.FolioOpen():
            return "pay"
        case _:
            return field


def documents(form: Form, guests: Iterable[DeskGuest]) -> list[Document]:
    """The documents that were written down for some guests.

    Raises:
        Unfit: four characters are not what was typed.
    """
    seen, unfit = [], {}
    for guest in guests:
        kind, last = form.get(f"kind_{guest.number}", "id"), form.get(f"last_{guest.number}", "")
        if not last:
            continue
        if not _LAST.fullmatch(last) or kind not in get_args(DocumentKind):
            unfit[f"last_{guest.number}"] = N_("请填证件号的末四位：四个数字或字母。")
            continue
        seen.append(Document(cast(DocumentKind, kind), last.upper(), guest.number))
    if unfit:
        raise Unfit(unfit)
    return seen


def method(form: Form, name: str, *, needed: bool) -> Method | None:
    """The way to pay that was chosen; None for later.

    Raises:
        Unfit: none was chosen where one is needed.
    """
    chosen = form.get(name, "")
    if chosen in METHODS:
        return cast(Method, chosen)
    if needed and chosen != LATER:
        raise Unfit({name: N_("请选怎么付。")})
    return None


def room_numbered(house: House, text: str) -> int:
    """The room with this number on its door.

    Raises:
        Unfit: there is none.
    """
    found = next((room.id for room in house.rooms.values() if room.number.lower() == text.lower()), None)
    if found is None:
        raise Unfit({"number": N_("没有这个房号，请看房门上的写法，例如 A205。")})
    return found


def day(form: Form, name: str) -> date:
    """A date that was chosen.

    Raises:
        Unfit: none was.
    """
    try:
        return date.fromisoformat(form.get(name, ""))
    except ValueError:
        raise Unfit({name: N_("请选一个日期。")}) from None


def hour(form: Form, house: House) -> time | None:
    """The hour at which guests mean to come; None where they did not say."""
    return next((one for one in hours(house) if f"{one:%H:%M}" == form.get("arrive_at")), None)


def whole(text: str) -> int:
    """A whole number, 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 17 else 0


def unidentified(guests: Sequence[DeskGuest]) -> list[DeskGuest]:
    """Guests whose document nobody has looked at yet."""
    return [guest for guest in guests if not guest.identified]
