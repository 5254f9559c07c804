"""What a draw's steps come to: which issues count, whether two officers agree, and what is to be done next."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from booking.draws.errors import WrongSource
from booking.draws.sources import LOTTERIES, DrawnNumbers, Source, key_of
from booking.retreats.errors_draw import ResultsDiffer, SourceNotDrawn
from booking.web.facts import Day


class Step(Protocol):
    """As much of a step as rules depend on."""

    number: int
    kind: str
    by: int | None
    detail: dict[str, Any]


class Task(StrEnum):
    """What a season waits for."""

    PUBLISH = "publish"
    FREEZE = "freeze"
    ENTER = "enter"
    CONFIRM = "confirm"
    DRAW = "draw"
    SECOND_STAGE = "second_stage"
    LAST_STAGE = "last_stage"
    NOTHING = "nothing"


def task_of(status: str, steps: Sequence[Step]) -> Task:
    """The next step of a season."""
    match status:
        case "draft":
            return Task.PUBLISH
        case "open":
            return Task.FREEZE
        case "frozen":
            if confirmed(steps) is not None:
                return Task.DRAW
            return Task.ENTER if entered(steps) is None else Task.CONFIRM
        case "drawn":
            return Task.SECOND_STAGE
        case "second":
            return Task.LAST_STAGE
        case _:
            return Task.NOTHING


def sources_of(rows: Sequence[Sequence[str]]) -> list[Source]:
    """The named draws of a season as they are stored."""
    return [Source(*row) for row in rows]


def postponed(steps: Sequence[Step]) -> frozenset[tuple[str, str]]:
    """The (lottery, issue) that were recorded as postponed."""
    return frozenset((step.detail["lottery"], step.detail["issue"]) for step in steps if step.kind == "postponed")


def counting(sources: Sequence[Source], steps: Sequence[Step]) -> list[tuple[Source, str]]:
    """Each named draw with the issue that counts: the fallback once it was recorded that the other is postponed."""
    late = postponed(steps)
    return [(one, one.fallback if (one.lottery, one.issue) in late else one.issue) for one in sources]


def entered(steps: Sequence[Step]) -> Step | None:
    """The numbers that wait for a second officer: the latest that were entered."""
    return next((step for step in reversed(steps) if step.kind == "results_entered"), None)


def confirmed(steps: Sequence[Step]) -> tuple[DrawnNumbers, ...] | None:
    """The numbers that two officers agreed on."""
    found = next((step for step in steps if step.kind == "results_confirmed"), None)
    return None if found is None else results_in(found)


def results_in(step: Step) -> tuple[DrawnNumbers, ...]:
    """The numbers that a step holds."""
    return tuple(DrawnNumbers(lottery, issue, tuple(numbers)) for lottery, issue, numbers in step.detail["results"])


def as_detail(results: Sequence[DrawnNumbers]) -> dict[str, Any]:
    """Numbers as a step holds them."""
    return {"results": [[one.lottery, one.issue, list(one.numbers)] for one in results]}


def check_results(
    sources: Sequence[Source], steps: Sequence[Step], results: Sequence[DrawnNumbers], today: date
) -> None:
    """Refuse numbers of an issue that does not count, before its day, or that its lottery cannot have drawn.

    Raises:
        WrongSource: an issue other than the named one, or than its fallback where that one is postponed.
        SourceNotDrawn: the day of an issue has not come.
        BadResult: impossible numbers.
    """
    expected = counting(sources, steps)
    if [(one.lottery, one.issue) for one in results] != [(source.lottery, issue) for source, issue in expected]:
        raise WrongSource(
            expected=_named([(source.lottery, issue) for source, issue in expected]),
            found=_named([(one.lottery, one.issue) for one in results]),
        )
    for source, issue in expected:
        day = date.fromisoformat(source.day)
        if today < day:
            raise SourceNotDrawn(lottery=LOTTERIES[source.lottery][0], issue=issue, day=Day(day))
    key_of(results)


def check_agreement(first: Sequence[DrawnNumbers], second: Sequence[DrawnNumbers]) -> None:
    """Refuse numbers that another officer read differently; ball sets may be in another order.

    Raises:
        ResultsDiffer: with the first draw whose numbers differ.
    """
    for one, other in zip(first, second, strict=True):
        if (one.lottery, one.issue) != (other.lottery, other.issue) or key_of([one]) != key_of([other]):
            raise ResultsDiffer(
                lottery=LOTTERIES[one.lottery][0],
                issue=one.issue,
                entered=" ".join(map(str, one.numbers)),
                found=" ".join(map(str, other.numbers)),
            )


def _named(issues: Sequence[tuple[str, str]]) -> str:
    return "、".join(f"{LOTTERIES[lottery][0]} {issue}" for lottery, issue in issues)
