"""One's application: what it asks for, who is in it, what can still be done, and what came of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError, Busy
from booking.retreats.errors import SeasonNotFound
from booking.retreats.models import Season
from booking.retreats.queries.mine import MyState, my_state
from booking.retreats.queries.outcomes import outcome_of
from booking.retreats.queries.pasts import ShownPast, pasts_of
from booking.retreats.queries.seasons import season_of
from booking.retreats.rules.weights import BEGAN_AGAIN, Tickets
from booking.retreats.rules.words_applying import (
    APPLICATION_STATUSES,
    EFFECT_NAMES,
    INVITATION_STATUSES,
    REASON_NAMES,
)
from booking.retreats.schemas_applying import ApplicationView, AskedView, InviteRequest
from booking.retreats.schemas_places import OutcomeView
from booking.retreats.service.applying import answering, inviting, withdrawing
from booking.web.facts import Named
from booking.web.idempotency import once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal
from booking.web.wire import Id

AnyRequest = Request[Any, Any, Any]


class Read(NamedTuple):
    """Where one stands, what came of it, and one's own tickets."""

    season: Season
    state: MyState
    outcome: OutcomeView | None
    tickets: Tickets
    pasts: list[ShownPast]


@get("/retreats/{code:str}/mine")
async def mine_page(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """My application."""
    return _mine(request, await database.read(_read, clock(), code, member))


@post("/retreats/{code:str}/mine/invite")
async def invite(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Ask one more member along."""
    form = await request.form()
    typed = {name: str(form.get(name, "")).strip()[:60] for name in ("number", "name")}
    asked = InviteRequest(typed["number"], typed["name"])
    try:
        key = str(form.get("idempotency_key", ""))
        await once_form(database, request, member.actor, key, inviting.invite, ApplicationView, member, code, asked)
    except (Busy, SeasonNotFound):
        raise
    except BookingError as error:
        found = await database.read(_read, clock(), code, member)
        return _mine(request, found, error=error, typed=typed)
    return _back(request, code, N_("邀请发出去了。{name} 答复以后会通知您。"), name=asked.name)


@post("/retreats/{code:str}/mine/uninvite/{invited:int}")
async def uninvite(
    request: AnyRequest,
    code: FromPath[str],
    invited: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Take an invitation back."""
    return await _done(request, database, member, code, inviting.uninvite, invited, said=N_("邀请收回了。"))


@post("/retreats/{code:str}/mine/withdraw")
async def withdraw(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Withdraw the application that I made."""
    undo = f"/retreats/{code}/mine/take-back"
    return await _done(request, database, member, code, withdrawing.withdraw, said=N_("报名撤回了。"), undo=undo)


@post("/retreats/{code:str}/mine/take-back")
async def take_back(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Take that back."""
    return await _done(request, database, member, code, withdrawing.take_back, said=N_("报名恢复了，和撤回前一样。"))


@post("/retreats/{code:str}/mine/leave")
async def leave(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Leave the application that I joined; for a while I can come back."""
    try:
        view: AskedView = await database.write(answering.leave, member, code)
    except (Busy, SeasonNotFound):
        raise
    except BookingError as error:
        return redirect(request, f"/retreats/{code}/mine", words(request, error), kind="bad")
    undo = f"/retreats/{code}/invitations/{view.application}/accept"
    return redirect(request, f"/retreats/{code}/mine", sentence(request, N_("您退出了，其他人照旧。")), undo=undo)


async def _done(
    request: AnyRequest,
    database: Database,
    member: Principal,
    code: str,
    command: Callable[..., ApplicationView],
    *args: Any,
    said: str,
    undo: str = "",
) -> Response[Any]:
    """Run a command that may be sent twice, and say so on the page of the application."""

    def run(tx: WriteSession, now: datetime) -> ApplicationView:
        return command(tx, now, member, code, *args)

    try:
        await database.write(run)
    except (Busy, SeasonNotFound):
        raise
    except BookingError as error:
        return redirect(request, f"/retreats/{code}/mine", words(request, error), kind="bad")
    return redirect(request, f"/retreats/{code}/mine", sentence(request, said), undo=undo)


def _back(request: AnyRequest, code: str, said: str, **params: Any) -> Response[Any]:
    return redirect(request, f"/retreats/{code}/mine", sentence(request, said, **params))


def _read(tx: ReadSession, now: datetime, code: str, member: Principal) -> Read:
    season = season_of(tx, code)
    state = my_state(tx, now, season, member.member_id)
    outcome = None if state.application is None else outcome_of(tx, now, season, member.member_id)
    return Read(season, state, outcome, *pasts_of(tx, member.member_id))


def _mine(
    request: AnyRequest,
    found: Read,
    *,
    error: BookingError | None = None,
    typed: dict[str, str] | None = None,
) -> Response[str]:
    state, season = found.state, found.season
    return page(
        request,
        "retreats/mine.html",
        status_code=200 if error is None else error.status,
        headers=NOT_KEPT,
        path=f"/retreats/{season.code}/mine",
        season=season,
        season_name=Named(season.title, season.title_en),
        own=f"/retreats/{season.code}",
        state=state,
        application=state.application,
        refused="" if state.refusal is None else words(request, state.refusal),
        outcome=found.outcome,
        tickets=found.tickets,
        pasts=found.pasts,
        errors={} if error is None else {"number": words(request, error)},
        typed=typed or {},
        status_names=APPLICATION_STATUSES,
        invitation_names=INVITATION_STATUSES,
        effects=EFFECT_NAMES,
        reasons=REASON_NAMES,
        began_again=BEGAN_AGAIN,
    )


handlers = [mine_page, invite, uninvite, withdraw, take_back, leave]
