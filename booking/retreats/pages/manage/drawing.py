"""The officers' page of draw day: the steps as a checklist with who did what, and the form of the next one."""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.draws.records import UNITS
from booking.draws.sources import LOTTERIES, DrawnNumbers
from booking.errors import BookingError, Busy
from booking.retreats import drawing
from booking.retreats.errors import NotAnOfficer, SeasonNotFound
from booking.retreats.models import Season
from booking.retreats.queries.draw_view import managed_draw
from booking.retreats.rules.drawing import Task
from booking.retreats.rules.words_draw import LEFT_OUT_NAMES, STEP_NAMES, TASK_NAMES
from booking.retreats.schemas_draw import DrawView, ManagedDraw, StepView
from booking.retreats.service.drawing.results import confirm_results, enter_results, postpone
from booking.retreats.service.drawing.steps import season_for
from booking.web.idempotency import once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]
MOST_TYPED = 300
NO_REASON = N_("请写明原因，公示页上会一直看得到。")
NO_NUMBERS = N_("请按公告填 {count} 个号码，用空格隔开。")
DONE_BY: Mapping[Task, tuple[str, ...]] = {
    Task.PUBLISH: ("opened",),
    Task.FREEZE: ("frozen",),
    Task.ENTER: ("postponed", "results_entered"),
    Task.CONFIRM: ("results_confirmed",),
    Task.DRAW: ("drawn", "published"),
    Task.SECOND_STAGE: ("second_stage",),
    Task.LAST_STAGE: ("last_stage",),
}
"""The kinds of steps that each task leaves behind."""


class Item(NamedTuple):
    """A line of the checklist: `done`, `now` or `later`, with what was done for it."""

    task: Task
    state: str
    steps: list[StepView]


class Unfit(Exception):
    """Fields that cannot be used as they are: what to write instead, by their names."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(*errors)
        self.errors = errors


def checklist(draw: DrawView, task: Task) -> list[Item]:
    """Every task in its order, as far as the season has come; `Task.NOTHING`: all that was done is done."""
    items, order = [], list(TASK_NAMES)
    at = order.index(task) if task in order else len(order)
    for number, one in enumerate(order):
        steps = [step for step in draw.steps if step.kind in DONE_BY[one]]
        state = "done" if number < at else "now" if number == at else "later"
        if task is Task.NOTHING and not steps:
            continue
        items.append(Item(one, state, steps))
    return items


@get("/manage/retreats/{code:str}/draw")
async def draw_day(
    request: AnyRequest, code: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[str]:
    """Where the draw of a season stands, and what is to be done."""
    return await _page(request, database, member, code)


async def _page(
    request: AnyRequest,
    database: Database,
    member: Principal,
    code: str,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    def read(tx: ReadSession) -> tuple[Season, ManagedDraw]:
        season = season_for(tx, member, code)
        return season, managed_draw(tx, season, member)

    season, managed = await database.read(read)
    clock: Clock = request.app.state.clock
    return page(
        request,
        "retreats/manage/draw.html",
        status_code=status,
        headers=NOT_KEPT,
        season=season,
        managed=managed,
        draw=managed.draw,
        items=checklist(managed.draw, Task(managed.task)),
        reruns=[step for step in managed.draw.steps if step.kind == "rerun"],
        is_due=managed.due is None or managed.due <= clock() or (managed.open_places == 0 and managed.task in STAGES),
        task_names=TASK_NAMES,
        step_names=STEP_NAMES,
        left_out_names=LEFT_OUT_NAMES,
        how_many=how_many,
        units=UNITS,
        typed=typed or {},
        errors=errors or {},
    )


STAGES = (Task.SECOND_STAGE, Task.LAST_STAGE)


def how_many(lottery: str) -> int:
    """Numbers that one draw of a lottery has."""
    return sum(part.drawn for part in LOTTERIES[lottery][1])


@post("/manage/retreats/{code:str}/draw/freeze", status_code=200)
async def freeze(
    request: AnyRequest, code: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[Any]:
    """Freeze the applications and publish the commitment."""
    said = N_("封存好了，承诺已经公布。请把总指纹印出来、发出去。")
    return await _long(request, code, said, lambda: drawing.freeze(database, member, code))


@post("/manage/retreats/{code:str}/draw/run", status_code=200)
async def run(
    request: AnyRequest, code: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[Any]:
    """Run the first stage and publish it."""
    said = N_("结果公布了，抽中的人已经收到通知。")
    return await _long(request, code, said, lambda: drawing.draw(database, member, code))


@post("/manage/retreats/{code:str}/draw/next-stage", status_code=200)
async def advance(
    request: AnyRequest, code: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[Any]:
    """Give out what was released."""
    said = N_("这一轮公布了，新抽中的人已经收到通知。")
    return await _long(request, code, said, lambda: drawing.next_stage(database, member, code))


@post("/manage/retreats/{code:str}/draw/rerun", status_code=200)
async def rerun(
    request: AnyRequest, code: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[Any]:
    """Run a published draw again."""
    typed = await _typed(request)
    try:
        reason = _reason(request, typed, "rerun-reason")
    except Unfit as unfit:
        return await _page(request, database, member, code, typed, unfit.errors, 422)
    try:
        report = await drawing.rerun(database, member, code, reason)
    except BookingError as error:
        return _refused(request, code, error)
    if report.faults:
        said = sentence(request, N_("重算的结果不一样：{fault}。请停下来查清原因。"), fault=str(report.faults[0]))
        return redirect(request, _here(code), said, kind="bad")
    return redirect(request, _here(code), sentence(request, N_("重算了一遍，每个字节都一样。")))


@post("/manage/retreats/{code:str}/draw/results", status_code=200)
async def enter(
    request: AnyRequest, code: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[Any]:
    """Enter the announced numbers."""
    return await _numbers(request, code, database, member, enter_results, N_("号码填好了，请另一位干部核对。"))


@post("/manage/retreats/{code:str}/draw/confirm", status_code=200)
async def confirm(
    request: AnyRequest, code: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[Any]:
    """Read the announced numbers a second time."""
    return await _numbers(request, code, database, member, confirm_results, N_("号码一致，可以抽签了。"))


@post("/manage/retreats/{code:str}/draw/postpone", status_code=200)
async def late(
    request: AnyRequest, code: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[Any]:
    """Note that a named draw does not take place as planned."""
    typed = await _typed(request)
    lottery, _, issue = typed.get("source", "").partition(" ")
    try:
        reason = _reason(request, typed, "postpone-reason")
        key = typed.get("idempotency_key", "")
        await once_form(database, request, member.actor, key, postpone, int, member, code, lottery, issue, reason)
    except Unfit as unfit:
        return await _page(request, database, member, code, typed, unfit.errors, 422)
    except (Busy, NotAnOfficer, SeasonNotFound):
        raise
    except BookingError as error:
        return await _page(request, database, member, code, typed, {"": words(request, error)}, error.status)
    return redirect(request, _here(code), sentence(request, N_("记下了，现在算顺延的那一期。")))


async def _numbers(
    request: AnyRequest,
    code: str,
    database: Database,
    member: Principal,
    command: Callable[[WriteSession, datetime, Principal, str, tuple[DrawnNumbers, ...]], int],
    said: str,
) -> Response[Any]:
    typed = await _typed(request)
    try:
        sources = (await database.read(lambda tx: managed_draw(tx, season_for(tx, member, code), member))).draw.sources
        issues = [(one.lottery, one.counts) for one in sources]
        results = _results(request, typed, issues)
        key = typed.get("idempotency_key", "")
        await once_form(database, request, member.actor, key, command, int, member, code, results)
    except Unfit as unfit:
        return await _page(request, database, member, code, typed, unfit.errors, 422)
    except (Busy, NotAnOfficer, SeasonNotFound):
        raise
    except BookingError as error:
        return await _page(request, database, member, code, typed, {"": words(request, error)}, error.status)
    return redirect(request, _here(code), sentence(request, said))


def _results(request: AnyRequest, typed: Mapping[str, str], issues: list[tuple[str, str]]) -> tuple[DrawnNumbers, ...]:
    """The numbers of each named draw, as they were typed.

    Raises:
        Unfit: too few or too many for its lottery.
    """
    found, errors = [], {}
    for at, (lottery, issue) in enumerate(issues):
        numbers = tuple(int(one) for one in re.findall(r"[0-9]{1,3}", typed.get(f"numbers-{at}", "")))
        if len(numbers) != how_many(lottery):
            errors[f"numbers-{at}"] = sentence(request, NO_NUMBERS, count=how_many(lottery))
        found.append(DrawnNumbers(lottery, issue, numbers))
    if errors:
        raise Unfit(errors)
    return tuple(found)


async def _long(request: AnyRequest, code: str, said: str, work: Callable[[], Awaitable[object]]) -> Response[Any]:
    """A step of several transactions; sent twice, the second is refused by the state of the season."""
    await request.form()
    try:
        await work()
    except (Busy, NotAnOfficer, SeasonNotFound):
        raise
    except BookingError as error:
        return _refused(request, code, error)
    return redirect(request, _here(code), sentence(request, said))


def _refused(request: AnyRequest, code: str, error: BookingError) -> Response[Any]:
    if isinstance(error, Busy | NotAnOfficer | SeasonNotFound):
        raise error
    return redirect(request, _here(code), words(request, error), kind="bad")


def _reason(request: AnyRequest, typed: Mapping[str, str], name: str) -> str:
    reason = typed.get(name, "")
    if not reason:
        raise Unfit({name: sentence(request, NO_REASON)})
    return reason


async def _typed(request: AnyRequest) -> dict[str, str]:
    sent = await request.form()
    return {name: value.strip()[:MOST_TYPED] for name, value in sent.items() if isinstance(value, str)}


def _here(code: str) -> str:
    return f"/manage/retreats/{code}/draw"


handlers = [draw_day, freeze, enter, confirm, late, run, advance, rerun]
