"""A member's answer to a place that they won: confirmed, given up, taken back; each leads back to the application."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from booking.db import Database, WriteSession
from booking.errors import BookingError, Busy
from booking.retreats.errors import SeasonNotFound
from booking.retreats.queries.placed import season_of_stay
from booking.retreats.service.placing import confirm_place, decline_place, restore_place
from booking.web.idempotency import once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import redirect
from booking.web.principal import Principal
from booking.web.wire import Id

AnyRequest = Request[Any, Any, Any]
Command = Callable[[WriteSession, datetime, Principal, str], int]


@post("/retreats/{code:str}/mine/confirm")
async def confirm(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Come."""
    return await _answer(request, database, member, code, confirm_place, N_("名额确认了，等您来。"))


@post("/retreats/{code:str}/mine/decline")
async def decline(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Give the place up; it can be taken back at once."""
    said = N_("名额放弃了。")
    return await _answer(request, database, member, code, decline_place, said, undo=f"/retreats/{code}/mine/restore")


@post("/retreats/{code:str}/mine/restore")
async def restore(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Take a place back that was given up."""
    return await _answer(request, database, member, code, restore_place, N_("名额恢复了，请在截止前答复。"))


@get("/retreats/stays/{place:int}/{stay:int}")
async def of_stay(
    place: FromPath[Id], stay: FromPath[Id], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Redirect:
    """From one's stay to the season in which it was won; from any other to all seasons."""
    won = await database.read(season_of_stay, place, stay, member.member_id)
    return Redirect("/retreats" if won is None else f"/retreats/{won[0]}/mine", status_code=HTTP_303_SEE_OTHER)


async def _answer(
    request: AnyRequest,
    database: Database,
    member: Principal,
    code: str,
    command: Command,
    said: str,
    *,
    undo: str = "",
) -> Response[Any]:
    """Run a command on one's own place and go back to the application; refused, it says why there."""
    key = str((await request.form()).get("idempotency_key", ""))
    own = f"/retreats/{code}/mine"
    try:
        if key:
            await once_form(database, request, member.actor, key, command, int, member, code)
        else:  # an undo button of a message: these commands may be sent twice
            await database.write(command, member, code)
    except (Busy, SeasonNotFound):
        raise
    except BookingError as error:
        return redirect(request, own, words(request, error), kind="bad")
    return redirect(request, own, sentence(request, said), undo=undo)


handlers = [confirm, decline, restore, of_stay]
