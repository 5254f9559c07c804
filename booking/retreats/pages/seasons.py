"""The pages of seasons for everybody: which there are, and one of them told from its beginning to its end."""

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock, local_instant
from booking.db import Database, ReadSession
from booking.draws.sources import bits
from booking.members.rules.words import CATEGORY_NAMES
from booking.retreats.models import Season
from booking.retreats.queries.mine import MyState, my_state
from booking.retreats.queries.season_views import season_list, season_view
from booking.retreats.queries.seasons import season_of
from booking.retreats.rules.calendar import MOMENTS
from booking.retreats.rules.words import LOTTERY_NAMES, ORGANISATION_KINDS, POLICY_NAMES, SEASON_STATUSES
from booking.retreats.schemas_season_views import SeasonList, SeasonView
from booking.web.language import words
from booking.web.locale import N_
from booking.web.pages import page
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]
DRAWING = N_("公开彩票开奖，抽签")
STANDING = ("open", "frozen", "drawn", "second")
DRAWN = ("frozen", "drawn", "second", "settled")
"""Once it is frozen, there is something of its draw to be seen."""


class Moment(NamedTuple):
    """A date of the calendar; `state` is `done`, `now` (what comes next) or `later`."""

    name: str
    at: datetime
    state: str


@get("/retreats")
async def seasons_page(
    request: AnyRequest, database: NamedDependency[Database], clock: NamedDependency[Clock]
) -> Response[str]:
    """Every season: those that one may still do something about, and those that are over."""
    after = request.query_params.get("after") or None
    found: SeasonList = await database.read(season_list, after=after)
    now = clock()
    current = [one for one in found.items if one.status in STANDING]
    return page(
        request,
        "retreats/seasons.html",
        current=sorted(current, key=lambda one: (one.status != "open" or one.closes_at <= now, one.closes_at)),
        over=[one for one in found.items if one.status not in STANDING],
        after=after,
        more=found.next,
        statuses=SEASON_STATUSES,
    )


@get("/retreats/{code:str}")
async def season_page(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: NamedDependency[Principal | None],
) -> Response[str]:
    """One season: where the reader stands, what is when, what there is, who may, and how the draw works."""
    now = clock()

    def read(tx: ReadSession) -> tuple[SeasonView, MyState]:
        season: Season = season_of(tx, code)
        member = None if principal is None else principal.member_id
        return season_view(tx, season), my_state(tx, now, season, member)

    season, state = await database.read(read)
    return page(
        request,
        "retreats/season.html",
        season=season,
        state=state,
        state_refused="" if state.refusal is None else words(request, state.refusal),
        own=f"/retreats/{season.code}",
        moments=moments(season, now),
        has_draw=season.status in DRAWN,
        statuses=SEASON_STATUSES,
        categories=CATEGORY_NAMES,
        kinds=ORGANISATION_KINDS,
        lotteries=LOTTERY_NAMES,
        policies=POLICY_NAMES,
        entropy=round(sum(bits(source.lottery) for source in season.sources)),
        officer=principal is not None and principal.holds("federation_officer"),
    )


def moments(season: SeasonView, now: datetime) -> list[Moment]:
    """The calendar, with the day on which the last of the public draws is held."""
    dated = [(name, getattr(season, field)) for field, name in MOMENTS.items()]
    if season.sources:
        last = max(source.day for source in season.sources)
        dated.insert(3, (DRAWING, _evening(last)))
    coming = next((at for _, at in dated if at > now), None)
    ended = season.status in ("settled", "cancelled")
    return [
        Moment(name, at, "done" if at <= now else "now" if at == coming and not ended else "later")
        for name, at in dated
    ]


def _evening(day: date) -> datetime:
    """Lotteries draw after nine in the evening."""
    return local_instant(day, time(21)) + timedelta(minutes=15)


handlers = [seasons_page, season_page]
