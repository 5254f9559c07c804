"""Officers: a draw tried out before anything is published."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from booking.clock import Clock
from booking.db import Database, ReadSession
from booking.errors import BookingError
from booking.members.rules.words import CATEGORY_NAMES
from booking.retreats.models import Season
from booking.retreats.pages.manage.seeing import AnyRequest, see, shown
from booking.retreats.queries.quotas import names_of
from booking.retreats.queries.rehearsing import earlier_season
from booking.retreats.queries.seasons import season_of
from booking.retreats.rehearsal_views import rehearsal_view
from booking.retreats.rehearsing import Rehearsals, Waiting
from booking.retreats.rules.rehearsal.counting import SIZES
from booking.retreats.rules.rehearsal.question import MOST_APPLICATIONS
from booking.retreats.schemas_season_views import ManagedSeason, RateView, RehearsalView
from booking.web import forms
from booking.web.facts import Named, say
from booking.web.forms import Refused, Shown
from booking.web.language import language_of, sentence
from booking.web.locale import N_
from booking.web.principal import Principal

PATIENCE = 0.8
"""Seconds for which the page itself waits; then it says so, and looks again."""
LOOK_AGAIN_SECONDS = 2
A_PLACE = 5
"""Made-up applications for each place, unless the officer says otherwise."""
CITYWIDE, NO_CATEGORY = N_("市本级"), N_("没有认定类别")
TICKETS = N_("{count} 张签")
SIZE_NAMES = (N_("不到 {most} 人"), N_("{least} 到 {most} 人"), N_("{least} 人以上"))


class Asked(msgspec.Struct, kw_only=True):
    """The form: whose applications, how many made-up ones, and the seed."""

    of: Literal["earlier", "made_up"]
    applications: Annotated[int, Meta(ge=1, le=MOST_APPLICATIONS)]
    seed: Annotated[int, Meta(ge=0, lt=2**31)]


class Bar(NamedTuple):
    """A group of members: how many apply, and how many of them get a place on average."""

    name: str
    applied: int
    placed: float


@get("/manage/retreats/{code:str}/rehearsal")
async def rehearsal_page(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    rehearsals: NamedDependency[Rehearsals],
    member: NamedDependency[Principal],
) -> Response[str]:
    """What would come of the draft, on an earlier season's applications or on made-up ones."""
    managed = await see(request, database, clock(), member, code)

    def read(tx: ReadSession) -> tuple[Season, tuple[Season, int] | None, dict[str, Named]]:
        season = season_of(tx, code, drafts=True)
        return season, earlier_season(tx, season), names_of(tx)

    season, earlier, names = await database.read(read)
    typed = dict(request.query_params)
    form = _usual(managed, earlier) | typed
    if "of" not in typed:
        return _page(request, managed, earlier, forms.shown(form), None, names)
    try:
        asked = forms.read(Asked, form)
        before = earlier[0] if earlier is not None and asked.of == "earlier" else None
        found = await rehearsals.ask(
            season, earlier=before, applications=asked.applications, seed=asked.seed, patience=PATIENCE
        )
    except (Refused, BookingError) as why:
        sent = forms.again(request, form, why)
        return _page(request, managed, earlier, sent, None, names, forms.status_of(why))
    if isinstance(found, Waiting):
        return _page(request, managed, earlier, forms.shown(form), found, names)
    view = rehearsal_view(found, earlier="" if before is None else before.code, seed=asked.seed)
    return _page(request, managed, earlier, forms.shown(form), view, names)


def _usual(managed: ManagedSeason, earlier: tuple[Season, int] | None) -> dict[str, str]:
    many = min(MOST_APPLICATIONS, max(100, A_PLACE * managed.season.places))
    return {"of": "made_up" if earlier is None else "earlier", "applications": str(many), "seed": "1"}


def _page(
    request: AnyRequest,
    managed: ManagedSeason,
    earlier: tuple[Season, int] | None,
    form: Shown,
    found: RehearsalView | Waiting | None,
    names: Mapping[str, Named],
    status_code: int = 200,
) -> Response[str]:
    waiting = found.since.total_seconds() if isinstance(found, Waiting) else None
    view = found if isinstance(found, RehearsalView) else None
    answer = shown(
        request,
        "rehearsal.html",
        managed,
        status_code=status_code,
        earlier=earlier,
        form=form.values,
        errors=form.errors,
        waiting=None if waiting is None else round(waiting),
        view=view,
        groups=[] if view is None else _groups(request, view, names),
        most=MOST_APPLICATIONS,
    )
    if waiting is not None:
        answer.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return answer


def _groups(request: AnyRequest, view: RehearsalView, names: Mapping[str, Named]) -> list[tuple[str, list[Bar]]]:
    """The groups of members, each kind with its heading."""
    return [
        (sentence(request, heading), bars)
        for heading, bars in (
            (N_("按区县和园区"), _districts(request, view.districts, names)),
            (N_("按人员类别"), _bars(view.categories, _categories(request))),
            (N_("按单位大小"), _bars(view.enterprise_sizes, _sizes(request))),
            (N_("按签数"), _bars(view.tickets, _tickets(request, view.tickets))),
        )
        if bars
    ]


def _districts(request: AnyRequest, rates: Iterable[RateView], names: Mapping[str, Named]) -> list[Bar]:
    known = {code: _named(request, name) for code, name in names.items()} | {"": sentence(request, CITYWIDE)}
    return _bars(rates, known)


def _bars(rates: Iterable[RateView], names: Mapping[str, str]) -> list[Bar]:
    return [Bar(names.get(rate.group, rate.group), rate.applied, rate.placed) for rate in rates]


def _categories(request: AnyRequest) -> dict[str, str]:
    known = CATEGORY_NAMES | {"": NO_CATEGORY}
    return {code: sentence(request, name) for code, name in known.items()}


def _sizes(request: AnyRequest) -> dict[str, str]:
    found = {"0": sentence(request, SIZE_NAMES[0], most=SIZES[0])}
    for number, (least, end) in enumerate(pairwise(SIZES), 1):
        found[str(number)] = sentence(request, SIZE_NAMES[1], least=least, most=end - 1)
    return found | {str(len(SIZES)): sentence(request, SIZE_NAMES[2], least=SIZES[-1])}


def _tickets(request: AnyRequest, rates: Iterable[RateView]) -> dict[str, str]:
    return {rate.group: sentence(request, TICKETS, count=rate.group) for rate in rates}


def _named(request: AnyRequest, name: Named) -> str:
    """A name in the reader's language."""
    return say(name, request.app.state.clock(), locale=language_of(request))


handlers = [rehearsal_page]
