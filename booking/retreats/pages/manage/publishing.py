"""Officers: one season with all its parts and what is still to do; publish it, put it away, or cancel it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock
from booking.db import Database, WriteSession
from booking.errors import BookingError, Busy
from booking.members.rules.words import CATEGORY_NAMES
from booking.retreats.errors import NotAnOfficer, SeasonNotFound
from booking.retreats.models import Season
from booking.retreats.pages.manage.saving import version_of
from booking.retreats.pages.manage.seeing import AnyRequest, see, shown
from booking.retreats.rules.calendar import MOMENTS
from booking.retreats.schemas_season_views import ManagedSeason
from booking.retreats.schemas_seasons import EndRequest
from booking.retreats.service.seasons.ending import cancel_season, restore_draft
from booking.retreats.service.seasons.publishing import publish_season
from booking.web import forms
from booking.web.forms import Refused, Typed
from booking.web.idempotency import once_form
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import redirect
from booking.web.principal import Principal

PUBLISHED = N_("公布了，房间留好了，会员从报名开始时起就可以报。")
PUT_AWAY, RESTORED = N_("草稿删掉了。"), N_("草稿恢复了。")
CALLED_OFF = N_("这一季取消了，报名的人收到了通知，房间还给了公众。")


@get("/manage/retreats/{code:str}")
async def season_page(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """One season: a draft with what is still to do, or a published one with where to go on."""
    return _page(request, await see(request, database, clock(), member, code))


def _page(request: AnyRequest, managed: ManagedSeason, why: Refused | BookingError | None = None) -> Response[str]:
    said = {} if why is None else forms.again(request, {}, why).errors
    status = 200 if why is None else forms.status_of(why)
    return shown(
        request,
        "season.html",
        managed,
        status_code=status,
        errors=said,
        moments=MOMENTS,
        kept=_kept(managed),
    )


def _kept(managed: ManagedSeason) -> dict[str, int]:
    """Beds that are kept for each category, over all batches."""
    found = dict.fromkeys(CATEGORY_NAMES, 0)
    for batch in managed.season.schedule:
        for rooms in batch.rooms:
            for category, beds in rooms.guarantees.items():
                found[category] += beds
    return {category: beds for category, beds in found.items() if beds}


@post("/manage/retreats/{code:str}/publish", status_code=200)
async def publish(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Publish a draft as the officer saw it."""

    def command(tx: WriteSession, now: datetime, form: Typed) -> Season:
        return publish_season(tx, now, member, code, version_of(form))

    return await _act(request, database, clock(), member, code, command, PUBLISHED)


@post("/manage/retreats/{code:str}/cancel", status_code=200)
async def cancel(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Put a draft away, which can be undone, or cancel a published season, which cannot."""

    def command(tx: WriteSession, now: datetime, form: Typed) -> Season:
        wanted = EndRequest(version=version_of(form), reason=form.get("reason", "")[:200])
        return cancel_season(tx, now, member, code, wanted)

    return await _act(request, database, clock(), member, code, command, CALLED_OFF)


@post("/manage/retreats/{code:str}/restore", status_code=200)
async def restore(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Bring back a draft that was put away."""

    def command(tx: WriteSession, now: datetime, _: Typed) -> Season:
        return restore_draft(tx, now, member, code)

    return await _act(request, database, clock(), member, code, command, RESTORED)


async def _act(
    request: AnyRequest,
    database: Database,
    now: datetime,
    member: Principal,
    code: str,
    command: Callable[[WriteSession, datetime, Typed], Season],
    said: str,
) -> Response[Any]:
    """Run a command once and show the season; a draft that was put away leaves with an undo."""
    form = await forms.typed(request)

    def run(tx: WriteSession, now: datetime) -> bool:
        season = command(tx, now, form)
        return season.status == "cancelled" and season.allotment_id is None

    try:
        key = form.get("idempotency_key") or request.app.state.tokens.url_safe(16)
        away = await once_form(database, request, member.actor, key, run, bool)
    except (Busy, NotAnOfficer, SeasonNotFound):
        raise
    except (Refused, BookingError) as why:
        return _page(request, await see(request, database, now, member, code), why)
    base = f"/manage/retreats/{code}"
    if away:
        return redirect(request, "/manage/retreats", sentence(request, PUT_AWAY), undo=f"{base}/restore")
    return redirect(request, base, sentence(request, said))


handlers = [season_page, publish, cancel, restore]
