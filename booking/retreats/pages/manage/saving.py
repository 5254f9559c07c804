"""Saving a part of a draft: once for each form, for the version that the officer saw, and refused beside its field."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from litestar import Request, Response

from booking.db import Database, WriteSession
from booking.errors import BookingError, Busy
from booking.retreats.errors import NotAnOfficer, SeasonNotFound
from booking.retreats.pages.manage.parts import Beside
from booking.retreats.schemas_seasons import SeasonEdit
from booking.retreats.service.seasons.editing import edit_season
from booking.web import forms
from booking.web.forms import Refused, Shown, Unfit
from booking.web.idempotency import once_form
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import redirect
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]
Draw = Callable[[Shown, int], Awaitable[Response[Any]]]
SAVED = N_("保存了。")


def version_of(form: Mapping[str, str]) -> int:
    """The version that a form was filled in for.

    Raises:
        Refused: the hidden field was tampered with.
    """
    text = form.get("version", "")
    if not text.isdecimal() or int(text) >= 2**53:
        raise Refused({"": Unfit(N_("请刷新这一页再填。"))})
    return int(text)


class Attempt(NamedTuple):
    """A form that an officer sent for a draft."""

    request: AnyRequest
    database: Database
    member: Principal
    code: str
    form: Mapping[str, str]


async def save(
    attempt: Attempt,
    parts: Callable[[], dict[str, Any]],
    draw: Draw,
    target: str,
    *,
    beside: Beside = lambda _: "",
    undo: str = "",
    said: str = SAVED,
) -> Response[Any]:
    """Change a draft and go on to `target`; refused, `draw` shows the form again as it was sent."""
    request, database, member, code, form = attempt

    def command(tx: WriteSession, now: datetime, edit: SeasonEdit) -> int:
        return edit_season(tx, now, member, code, edit).version

    try:
        edit = SeasonEdit(version=version_of(form), **parts())
        key = form.get("idempotency_key", "")
        await once_form(database, request, member.actor, key, command, int, edit)
    except (Busy, NotAnOfficer, SeasonNotFound):
        raise
    except (Refused, BookingError) as why:
        return await draw(forms.again(request, form, why, beside), forms.status_of(why))
    return redirect(request, target, sentence(request, said), undo=undo)
