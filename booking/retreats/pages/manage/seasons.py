"""Officers: the list of seasons, and a new one."""

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from booking.clock import Clock, local_date
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError, Busy
from booking.places.errors import BadCode, CodeReserved, CodeTaken
from booking.retreats.errors import NotAnOfficer
from booking.retreats.pages.manage.seeing import AnyRequest
from booking.retreats.queries.season_views import season_list
from booking.retreats.rules.words import SEASON_STATUSES
from booking.retreats.schemas_season_views import SeasonList
from booking.retreats.schemas_seasons import DraftRequest
from booking.retreats.service.collecting import require_officer
from booking.retreats.service.seasons.drafting import draft_season
from booking.rooms.catalogue import House, houses
from booking.web import forms
from booking.web.forms import Refused, Shown
from booking.web.idempotency import once_form
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal

MOST_MODELS = 12
"""Seasons that a new one may be made of, the latest first."""
BESIDE: dict[type[BookingError], str] = {BadCode: "code", CodeReserved: "code", CodeTaken: "code"}


@get("/manage/retreats")
async def seasons_page(
    request: AnyRequest, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[str]:
    """All seasons for officers of the federation; for officers of a node those that were published."""
    whole = member.holds("federation_officer")
    if not whole and not any(scope.role == "federation_officer" for scope in member.scopes):
        raise NotAnOfficer
    after = request.query_params.get("after") or None
    found = await database.read(season_list, drafts=whole, after=after)
    return page(
        request,
        "retreats/manage/seasons.html",
        headers=NOT_KEPT,
        seasons=found.items,
        after=after,
        more=found.next,
        whole=whole,
        statuses=SEASON_STATUSES,
    )


@get("/manage/retreats/new")
async def new_page(
    request: AnyRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """The form of a new season."""
    require_officer(member)
    model = request.query_params.get("copy_of", "")[:40]
    year = local_date(clock()).year
    return await _form(request, database, forms.shown({"code": f"{year + 1}-spring", "copy_of": model}))


async def _form(request: AnyRequest, database: Database, form: Shown, status_code: int = 200) -> Response[str]:
    def read(tx: ReadSession) -> tuple[list[House], SeasonList]:
        return list(houses(tx).by_id.values()), season_list(tx, drafts=True, limit=MOST_MODELS)

    known, models = await database.read(read)
    return page(
        request,
        "retreats/manage/new.html",
        status_code=status_code,
        headers=NOT_KEPT,
        form=form.values,
        errors=form.errors,
        houses=[house.place for house in known],
        models=models.items,
    )


@post("/manage/retreats/new", status_code=200)
async def make(
    request: AnyRequest, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[Any]:
    """Begin a draft and go to its first part."""
    require_officer(member)
    form = await forms.typed(request)

    def command(tx: WriteSession, now: datetime, wanted: DraftRequest) -> str:
        return draft_season(tx, now, member, wanted).code

    try:
        wanted = forms.read(DraftRequest, form)
        key = form.get("idempotency_key", "")
        code = await once_form(database, request, member.actor, key, command, str, wanted)
    except Busy:
        raise
    except (Refused, BookingError) as why:
        return await _form(request, database, forms.again(request, form, why, BESIDE), forms.status_of(why))
    said = sentence(request, N_("草稿建好了，只有干部看得见。"))
    return redirect(request, f"/manage/retreats/{code}/about", said)


handlers = [seasons_page, new_page, make]
