"""A draw as it is shown: to everybody as far as it is public, to officers with what is to be done."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from booking.clock import local_instant
from booking.db import ReadSession
from booking.draws import rows
from booking.draws.counting import REST
from booking.draws.publishing import ORDER, SEED, STEP
from booking.draws.rows import unescaped
from booking.draws.rules import VERSION
from booking.draws.sources import LOTTERIES
from booking.draws.sources import bits as bits_of
from booking.members.models import Member, Organisation
from booking.retreats.models import DrawStep, RetreatPlace, Season
from booking.retreats.queries.steps import draw_file, files_of, steps_of
from booking.retreats.rules import drawing
from booking.retreats.rules.drawing import Task
from booking.retreats.schemas_draw import (
    ClosingView,
    Commitment,
    CountView,
    DrawSource,
    DrawView,
    FileView,
    ManagedDraw,
    QuotaView,
    Seed,
    StageView,
    StepView,
    Turn,
)
from booking.web.principal import Principal

FIRST = 5
"""So many turns of the order are shown on the page; the file has all."""
PUBLISHED = {"published": 1, "second_stage": 2, "last_stage": 3}
"""The kinds of steps that publish a stage."""
Names = Mapping[str, tuple[str, str]]


def draw_view(tx: ReadSession, season: Season, *, named: bool = False) -> DrawView:
    """The draw of a season, as everybody may see it; `named` with the officers who did each step."""
    steps = steps_of(tx, season.id)
    frozen = next((step for step in steps if step.kind == "frozen"), None)
    stages = [_stage(step) for step in steps if step.kind in PUBLISHED]
    tables = _Tables(tx, season, len(stages))
    return DrawView(
        season=season.code,
        title=season.title,
        title_en=season.title_en,
        status=season.status,  # type: ignore[arg-type]  # the table's check says the same
        version=VERSION,
        sources=_sources(season, steps),
        bits=season.bits,
        commitment=None if frozen is None else _commitment(frozen),
        seed=tables.seed(),
        order=tables.first(),
        stages=stages,
        step=STEP,
        closings=tables.closings(),
        quotas=tables.quotas(),
        counts=tables.counts(),
        files=_files(tx, season),
        steps=_steps(tx, steps, named=named),
    )


def managed_draw(tx: ReadSession, season: Season, by: Principal) -> ManagedDraw:
    """The draw of a season with what its officers have to do next."""
    steps = steps_of(tx, season.id)
    task, row = drawing.task_of(season.status, steps), RetreatPlace
    open_places = select(func.count(), func.max(row.confirm_by)).where(
        row.season_id == season.id, row.status == "offered"
    )
    waiting, until = tx.execute(open_places).one()
    first = drawing.entered(steps)
    return ManagedDraw(
        draw=draw_view(tx, season, named=True),
        task=task.value,
        due=until if task in (Task.SECOND_STAGE, Task.LAST_STAGE) else _due(season, task),
        excluded=next((_excluded(step) for step in steps if step.kind == "frozen"), {}),
        open_places=int(waiting),
        entered_by_me=first is not None and first.by == by.member_id,
    )


def _due(season: Season, task: Task) -> datetime | None:
    """From when a task can be done; None: at once."""
    if task is Task.FREEZE:
        return season.freezes_at
    if task in (Task.ENTER, Task.CONFIRM):
        latest = max(date.fromisoformat(source[2]) for source in season.sources)
        return local_instant(latest, datetime.min.time())
    return None


def _excluded(step: DrawStep) -> dict[str, int]:
    found: Any = step.detail["excluded"]
    return {code: int(number) for code, number in found.items()}


def _commitment(step: DrawStep) -> Commitment:
    facts: dict[str, Any] = step.detail
    return Commitment(
        root=facts["root"],
        rules=facts["rules"],
        units=facts["units"],
        heads=facts["heads"],
        left_out=sum(_excluded(step).values()),
        frozen=facts["frozen"],
    )


def _stage(step: DrawStep) -> StageView:
    detail: dict[str, Any] = step.detail
    return StageView(stage=PUBLISHED[step.kind], at=step.at, kept=detail.get("kept", 0), won=detail["won"])


def _sources(season: Season, steps: Sequence[DrawStep]) -> list[DrawSource]:
    final = drawing.confirmed(steps) or ()
    numbers = {(one.lottery, one.issue): list(one.numbers) for one in final}
    return [
        DrawSource(
            lottery=source.lottery,
            name=LOTTERIES[source.lottery][0],
            issue=source.issue,
            day=date.fromisoformat(source.day),
            fallback=source.fallback,
            postponed=counts != source.issue,
            counts=counts,
            bits=round(bits_of(source.lottery), 1),
            numbers=numbers.get((source.lottery, counts), []),
        )
        for source, counts in drawing.counting(drawing.sources_of(season.sources), steps)
    ]


def _steps(tx: ReadSession, steps: Sequence[DrawStep], *, named: bool) -> list[StepView]:
    who = {step.by for step in steps if step.by is not None} if named else set()
    names = {row.id: row.name for row in tx.execute(select(Member.id, Member.name).where(Member.id.in_(who)))}
    return [_step(step, names.get(step.by or 0, "")) for step in steps]


def _step(step: DrawStep, by: str) -> StepView:
    detail: dict[str, Any] = step.detail
    faults = detail.get("faults") if step.kind == "rerun" else None
    return StepView(
        number=step.number,
        kind=step.kind,
        at=step.at,
        by=by,
        reason=detail.get("reason", ""),
        same=None if faults is None else not faults,
        differs=[f"{file} row {row}: {what}" for file, row, what in faults or ()],
    )


def _files(tx: ReadSession, season: Season) -> list[FileView]:
    return [
        FileView(
            name=one.name,
            step=one.step,
            bytes=one.size,
            sha256=one.sha256,
            address=f"/retreats/{season.code}/files/{one.name}?step={one.step}",
        )
        for one in files_of(tx, season.id)
    ]


class _Tables:
    """The small published files of a season, read back."""

    def __init__(self, tx: ReadSession, season: Season, stages: int) -> None:
        self.tx, self.season, self.stages = tx, season, stages

    def seed(self) -> Seed | None:
        """Key and seed; None before the draw."""
        facts = {name: rest for name, *rest in self._read(SEED)}
        return Seed(key=facts["key"][0], seed=facts["seed"][0]) if facts else None

    def first(self) -> list[Turn]:
        """The first of the order, with what each got."""
        if not self.stages:
            return []
        won = {row[1]: row for row in self._beginning("result-1.csv")}
        return [
            Turn(
                position=int(position),
                id=unit_id,
                ticket=ticket,
                batch=unescaped(won[unit_id][2]) if unit_id in won else "",
                type=unescaped(won[unit_id][3]) if unit_id in won else "",
            )
            for position, unit_id, ticket in self._beginning(ORDER)
        ]

    def closings(self) -> list[ClosingView]:
        """When each choice closed for each shape, in the first stage."""
        return [
            ClosingView(
                batch=unescaped(batch),
                type=unescaped(kind),
                rooms=int(rooms),
                men=int(men),
                women=int(women),
                categories=[unescaped(one) for one in categories.split("+") if one],
                position=int(position),
                reason=reason,
            )
            for batch, kind, rooms, men, women, categories, position, reason in self._read("closing-1.csv")
        ]

    def quotas(self) -> list[QuotaView]:
        """When the places of each node ended, in the first stage."""
        found = self._read("quota-1.csv")
        names = self._names(unescaped(node) for _, node, *_ in found)
        return [
            QuotaView(
                code=unescaped(node),
                name=names[unescaped(node)][0],
                name_en=names[unescaped(node)][1],
                heads=int(heads),
                position=int(position),
            )
            for _, node, heads, position in found
        ]

    def counts(self) -> list[CountView]:
        """Heads that applied and that have a place after each stage."""
        tables = [self._read(f"counts-{stage}.csv") for stage in range(1, self.stages + 1)]
        if not tables:
            return []
        won: dict[str, list[int]] = {}
        for table in tables:
            for code, _, number in table:
                won.setdefault(code, []).append(int(number))
        names = self._names(unescaped(code.removesuffix(REST)) for code, *_ in tables[0])
        return [
            CountView(
                code=unescaped(code),
                name=names[unescaped(code.removesuffix(REST))][0],
                name_en=names[unescaped(code.removesuffix(REST))][1],
                rest=code.endswith(REST),
                applied=int(applied),
                won=won[code],
            )
            for code, applied, _ in tables[0]
        ]

    def _read(self, name: str) -> list[list[str]]:
        file = draw_file(self.tx, self.season.id, name)
        return [] if file is None else rows.read(name, file.data)

    def _beginning(self, name: str) -> list[list[str]]:
        file = draw_file(self.tx, self.season.id, name)
        lines = b"" if file is None else b"".join(file.data[:4096].splitlines(keepends=True)[:FIRST])
        return rows.read(name, lines)

    def _names(self, codes: Iterable[str]) -> Names:
        """The names of some nodes by code; none has the code "", which stands for the whole city."""
        wanted, row = set(codes), Organisation
        found = self.tx.execute(select(row.code, row.name, row.name_en).where(row.code.in_(wanted)))
        known = {code: (name, name_en) for code, name, name_en in found}
        return {code: known.get(code, (code, code)) for code in wanted}
