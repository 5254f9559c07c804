"""How far a long command is: a bar on a terminal, and plain lines in a log."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

QUIET_SECONDS = 5.0
"""A log gets a line this often at most, and one when a stage is done."""


class Report(Protocol):
    """Hears which stage is at how many of how many."""

    def __call__(self, stage: str, done: int, total: int, /) -> None:
        """Take note."""


@contextmanager
def reported() -> Iterator[Report]:
    """Shows on standard error what it is told."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (TextColumn("{task.description:>14}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bars:
        yield _Bars(bars)


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._said = monotonic()

    def __call__(self, stage: str, done: int, total: int, /) -> None:
        if done == total or monotonic() - self._said > QUIET_SECONDS:
            self._console.print(f"{stage}: {done:,} / {total:,}", highlight=False)
            self._said = monotonic()


class _Bars:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int, /) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total)
        self._bars.update(self._tasks[stage], completed=done, total=total)
