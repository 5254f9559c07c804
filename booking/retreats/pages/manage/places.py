"""The officers' page of places: how many stand how, who has not answered, whom the house could not house."""

from collections import Counter
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError, Busy
from booking.retreats.errors import NotAnOfficer, SeasonNotFound
from booking.retreats.models import Season
from booking.retreats.pages.reading import read_hex
from booking.retreats.queries.overview import places_view
from booking.retreats.queries.seasons import season_of
from booking.retreats.rules.words import SEASON_STATUSES
from booking.retreats.schemas_places import PlacesView
from booking.retreats.service.collecting import require_officer
from booking.retreats.service.deadlines import remind_now
from booking.retreats.service.placing import seat_again
from booking.web.idempotency import once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]
AT_ONCE = 50
"""Places without an answer on one page."""


@get("/manage/retreats/{code:str}/places")
async def places_page(
    request: AnyRequest, code: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[str]:
    """How the places of a season stand."""
    require_officer(member)
    after = read_hex(request.query_params.get("after", ""))

    def read(tx: ReadSession) -> tuple[Season, PlacesView]:
        season = season_of(tx, code)
        return season, places_view(tx, season, -1 if after is None else after, AT_ONCE)

    season, view = await database.read(read)
    sums = Counter[str]()
    for cell in view.cells:
        sums.update({name: getattr(cell, name) for name in ("offered", "confirmed", "declined", "lapsed", "heads")})
    return page(
        request,
        "retreats/manage/places.html",
        headers=NOT_KEPT,
        season=season,
        view=view,
        sums=sums,
        after=after,
        status_names=SEASON_STATUSES,
    )


@post("/manage/retreats/{code:str}/places/remind")
async def remind(
    request: AnyRequest, code: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[Any]:
    """Remind everybody who has not answered."""
    require_officer(member)

    def command(tx: WriteSession, now: datetime) -> int:
        return remind_now(tx, now, member, season_of(tx, code))

    return await _act(request, database, member, code, command, N_("提醒了 {count} 份申请的每一位会员。"))


@post("/manage/retreats/{code:str}/places/{application:str}/seat")
async def seat(
    request: AnyRequest,
    code: FromPath[str],
    application: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Look again for a room for a place that the house could not keep."""
    require_officer(member)

    def command(tx: WriteSession, now: datetime) -> int:
        return seat_again(tx, now, member, season_of(tx, code), read_hex(application) or 0)

    return await _act(request, database, member, code, command, N_("重新排了房间，他们已经收到通知。"))


async def _act(
    request: AnyRequest, database: Database, member: Principal, code: str, command: Any, said: str
) -> Response[Any]:
    """Run a command and go back to the page; refused, it says why there."""
    key, here = str((await request.form()).get("idempotency_key", "")), f"/manage/retreats/{code}/places"
    try:
        done = await once_form(database, request, member.actor, key, command, int)
    except (Busy, NotAnOfficer, SeasonNotFound):
        raise
    except BookingError as error:
        return redirect(request, here, words(request, error), kind="bad")
    return redirect(request, here, sentence(request, said, count=done))


handlers = [places_page, remind, seat]
