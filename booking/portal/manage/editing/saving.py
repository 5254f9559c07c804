"""What all forms of descriptions do: put what was typed, or come back with what to change; retire, and put back."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.response import Redirect

from booking.db import Database, WriteSession
from booking.errors import BookingError
from booking.places.errors import BadCode, CodeReserved
from booking.places.schemas import Edited
from booking.portal.manage.access import AnyRequest
from booking.venues.errors import HoursCross, LengthsCross, PriceGap, UnknownCode
from booking.web import forms
from booking.web.facts import Named
from booking.web.forms import Refused, Shown, Typed
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import redirect

Put = Callable[[WriteSession, datetime], Edited]
Draw = Callable[[Shown, int], Awaitable[Response[Any]]]

_FIELDS: Mapping[type[BookingError], str] = {
    BadCode: "code",
    CodeReserved: "code",
    HoursCross: "opens-1",
    PriceGap: "yuan-1",
    LengthsCross: "most_half_hours",
}


def beside(error: BookingError) -> str:
    """The field that a refusal is about; empty for the form as a whole."""
    what = error.params.get("what")
    if isinstance(error, UnknownCode) and isinstance(what, Named):
        return what.name_en
    return _FIELDS.get(type(error), "")


async def save(
    request: AnyRequest,
    database: Database,
    form: Typed,
    put: Callable[[], Put],
    draw: Draw,
    address: str,
    undo: Callable[[Edited], str] | None = None,
) -> Response[Any]:
    """Put what a form describes and go on; or show the form again with what to change.

    Args:
        request: the request.
        database: where it is put.
        form: what was typed.
        put: makes the command of what was typed, unless something does not fit.
        draw: shows the form.
        address: where to go on.
        undo: where a button posts to that takes something new away again.
    """
    try:
        edited = await database.write(put())
    except (Refused, BookingError) as why:
        return await draw(forms.again(request, form, why, beside), forms.status_of(why))
    if not edited.created:
        return redirect(request, address, sentence(request, N_("已保存，立即生效。")))
    said = sentence(request, N_("已新建。"))
    return redirect(request, address, said, undo=undo(edited) if undo else "")


async def retire(request: AnyRequest, database: Database, command: Put, address: str, said: str, undo: str) -> Redirect:
    """Take something out of use and say so, with the button that puts it back; or say why not."""
    try:
        await database.write(command)
    except BookingError as error:
        return redirect(request, address, words(request, error), kind="bad")
    return redirect(request, address, sentence(request, said), undo=undo)
