"""The fairness ledger on a page: what each group won against what chance gives it, as bars, a table and a file."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.db import Database, ReadSession
from booking.retreats.models import Season
from booking.retreats.queries.fairness import Ledger, ledger, name_of
from booking.retreats.queries.seasons import season_of
from booking.retreats.rules.fairness import ALARM, REDRAWS, Fairness, Total
from booking.retreats.rules.fairness_groups import KINDS
from booking.retreats.rules.places import STAGES
from booking.retreats.rules.words_fairness import KIND_NAMES
from booking.retreats.service.collecting import require_officer
from booking.rooms.figure_files import CSV
from booking.rooms.sheets import Cell, Sheet, as_csv
from booking.web.formatting import named
from booking.web.language import language_of, sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]
WIDTH = 1000
LOOK_AGAIN = "30"
"""Seconds after which a page that waits for the measurement asks again."""
COLUMNS = (
    N_("分组"),
    N_("组"),
    N_("报名人数"),
    N_("抽中"),
    N_("按规则预期"),
    N_("预期下限"),
    N_("预期上限"),
    N_("偶然的可能"),
    N_("提醒"),
    N_("抽中的人平均等了几季"),
    N_("预期等了几季"),
)


class Bar(NamedTuple):
    """A group as the chart draws it: coordinates from 0 to `WIDTH`, shares of its heads."""

    name: str
    one: Fairness
    low: int
    high: int
    mean: int
    own: int


class Chart(NamedTuple):
    """The groups of one kind; `top` is the share at the right edge."""

    kind: str
    name: str
    bars: list[Bar]
    top: float


class Sum(NamedTuple):
    """A group over several seasons."""

    kind: str
    name: str
    one: Total


@get("/manage/retreats/{code:str}/fairness")
async def fairness_page(
    request: AnyRequest, code: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[str]:
    """Who won, against chance."""
    found = await _read(database, member, code)
    waiting = found.groups is None and found.season.status in STAGES.values()
    charts = _charts(request, found)
    return page(
        request,
        "retreats/manage/fairness.html",
        headers=NOT_KEPT | ({"Refresh": LOOK_AGAIN} if waiting else {}),
        season=found.season,
        ledger=found,
        waiting=waiting,
        charts=charts,
        alarms=[bar for chart in charts for bar in chart.bars if bar.one.alarms],
        totals=_totals(request, found),
        level=ALARM,
        redraws=found.redraws or REDRAWS,
        width=WIDTH,
    )


@get("/manage/retreats/{code:str}/fairness.csv")
async def fairness_file(
    request: AnyRequest, code: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[bytes]:
    """The same as a table for spreadsheets."""
    found = await _read(database, member, code)
    rows: list[list[Cell]] = [_row(request, found, one) for one in found.groups or ()]
    headings = [sentence(request, column) for column in COLUMNS]
    sheet = Sheet(sentence(request, N_("公平账")), headings, rows)
    headers = NOT_KEPT | {"Content-Disposition": f'attachment; filename="fairness-{code}.csv"'}
    return Response(as_csv(sheet).encode(), media_type=CSV, headers=headers)


async def _read(database: Database, member: Principal, code: str) -> Ledger:
    require_officer(member)

    def read(tx: ReadSession) -> Ledger:
        season: Season = season_of(tx, code)
        return ledger(tx, season)

    return await database.read(read)


def _name(request: AnyRequest, found: Ledger, kind: str, code: str) -> str:
    one = name_of(found, kind, code)
    return sentence(request, named({"name": one.name, "name_en": one.name_en}, locale=language_of(request)))


def _charts(request: AnyRequest, found: Ledger) -> list[Chart]:
    charts = []
    for kind in KINDS:
        groups = [one for one in found.groups or () if one.kind == kind and one.heads]
        top = max([max(one.won, one.high) / one.heads for one in groups], default=1.0) or 1.0
        bars = [_bar(_name(request, found, kind, one.code), one, top) for one in groups]
        if bars:
            charts.append(Chart(kind, sentence(request, KIND_NAMES[kind]), bars, top))
    return charts


def _bar(name: str, one: Fairness, top: float) -> Bar:
    def x(heads: float) -> int:
        return round(WIDTH * heads / one.heads / top)

    return Bar(name, one, x(one.low), x(one.high), x(one.mean), x(one.won))


def _totals(request: AnyRequest, found: Ledger) -> Sequence[Sum]:
    """What several seasons come to; one alone says nothing that is not said above."""
    if not any(one.seasons > 1 for one in found.totals):
        return []
    kinds = {kind: at for at, kind in enumerate(KINDS)}
    ordered = sorted(found.totals, key=lambda one: (kinds[one.kind], one.code))
    named_kinds = {kind: sentence(request, KIND_NAMES[kind]) for kind in KINDS}
    return [Sum(named_kinds[one.kind], _name(request, found, one.kind, one.code), one) for one in ordered]


def _row(request: AnyRequest, found: Ledger, one: Fairness) -> list[Cell]:
    waited, expected = one.waiting.own, one.waiting.mean
    return [
        sentence(request, KIND_NAMES[one.kind]),
        _name(request, found, one.kind, one.code),
        one.heads,
        one.won,
        round(one.mean, 2),
        one.low,
        one.high,
        round(one.chance, 4),
        sentence(request, N_("偶然解释不了")) if one.alarms else "",
        None if waited is None else round(waited, 3),
        None if expected is None else round(expected, 3),
    ]


handlers = [fairness_page, fairness_file]
