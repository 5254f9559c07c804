"""An invitation: who asks, for what, and the two answers."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError, Busy
from booking.retreats.errors_applying import InvitationNotFound
from booking.retreats.models import Season
from booking.retreats.pages.reading import read_hex
from booking.retreats.queries.applications import my_application
from booking.retreats.queries.invitations import asked_view
from booking.retreats.queries.mine import refusal_of
from booking.retreats.queries.seasons import season_of
from booking.retreats.rules.words_applying import INVITATION_STATUSES
from booking.retreats.schemas_applying import AskedView
from booking.retreats.service.applying import answering
from booking.web.facts import Named
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]


class Read(NamedTuple):
    """An invitation; `refusal` is why one may not join, and `elsewhere` whether one is in another application."""

    season: Season
    asked: AskedView
    refusal: BookingError | None
    elsewhere: bool


@get("/retreats/{code:str}/invitations/{application:str}")
async def invitation_page(
    request: AnyRequest,
    code: FromPath[str],
    application: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """What I am asked; whoever joined sees the application itself."""
    found = await database.read(_read, clock(), code, application, member)
    if found.asked.status == "accepted":
        return redirect(request, f"/retreats/{code}/mine")
    return page(
        request,
        "retreats/invitation.html",
        headers=NOT_KEPT,
        path=f"/retreats/{code}/invitations/{application}",
        season=found.season,
        season_name=Named(found.season.title, found.season.title_en),
        own=f"/retreats/{code}",
        asked=found.asked,
        refused="" if found.refusal is None else words(request, found.refusal),
        elsewhere=found.elsewhere,
        invitation_names=INVITATION_STATUSES,
    )


@post("/retreats/{code:str}/invitations/{application:str}/accept")
async def accept(
    request: AnyRequest,
    code: FromPath[str],
    application: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Join."""
    return await _answer(request, database, member, code, application, answering.accept)


@post("/retreats/{code:str}/invitations/{application:str}/decline")
async def decline(
    request: AnyRequest,
    code: FromPath[str],
    application: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Not join; for a while I can think again."""
    return await _answer(request, database, member, code, application, answering.decline)


async def _answer(
    request: AnyRequest,
    database: Database,
    member: Principal,
    code: str,
    application: str,
    command: Callable[..., Any],
) -> Response[Any]:
    """Answering twice changes nothing, so these forms need no key."""
    own = f"/retreats/{code}/invitations/{application}"

    def run(tx: WriteSession, now: datetime) -> object:
        return command(tx, now, member, code, _id(application))

    try:
        await database.write(run)
    except (Busy, InvitationNotFound):
        raise
    except BookingError as error:
        return redirect(request, own, words(request, error), kind="bad")
    if command is answering.decline:
        return redirect(request, own, sentence(request, N_("您谢绝了这份邀请。")), undo=f"{own}/accept")
    return redirect(request, f"/retreats/{code}/mine", sentence(request, N_("您加入了这份报名。")))


def _read(tx: ReadSession, now: datetime, code: str, application: str, member: Principal) -> Read:
    season = season_of(tx, code)
    asked = asked_view(tx, now, season, _id(application), member.member_id)
    elsewhere = my_application(tx, season.id, member.member_id) is not None
    return Read(season, asked, refusal_of(tx, season, member.member_id), elsewhere)


def _id(application: str) -> int:
    found = read_hex(application)
    if found is None:
        raise InvitationNotFound
    return found


handlers = [invitation_page, accept, decline]
