"""What a benchmark reports: one shape for all of them, and a table for people."""

import os
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.load import Tally
from benchmarks.recording import Recorded


class Row(msgspec.Struct, kw_only=True):
    """One path at one number of connections: medians of the rounds.

    Attributes:
        path: what was asked; of several requests joined by `+`, each caller's clock runs from the first to the last.
        ours_per_s: answered as they should be, a second: status and content of each are looked at (by wrk: status).
        noop_per_s: the same requests to a route that does nothing and answers with as many bytes.
        driver_per_s: the statements of a request on the bare driver, without HTTP; with one commit for as many as
            may wait at once.
        p50_ms, p99_ms: of ours.
        errors: 5xx, answers without what they should contain, broken connections, in all rounds together.
        refused: 4xx, in all rounds together; none where everybody asks for something else.
        p99_noop_ms: of the route that does nothing.
        cpu_ms, cpu_noop_ms: what the server's process spent of a processor on one: on a busy machine the steadiest
            figure of all.
        spread: the slowest and the fastest round of ours, a second.
        statements: how many one request (or all of the path together) runs.
    """

    path: str
    connections: int
    ours_per_s: float
    noop_per_s: float
    driver_per_s: float
    ratio_noop: float
    p50_ms: float
    p99_ms: float
    errors: int
    refused: int
    p99_noop_ms: float
    cpu_ms: float
    cpu_noop_ms: float
    spread: tuple[float, float]
    statements: int


class Report(msgspec.Struct, kw_only=True):
    """A run.

    Attributes:
        client_ceiling_per_s: by client and connections, what it reaches against a server that does nothing at all.
        counted: in words.
    """

    bench: str
    machine: str
    database: str
    rounds: int
    seconds: float
    client_ceiling_per_s: dict[str, dict[int, float]]
    counted: str
    rows: list[Row]


class Round(msgspec.Struct):
    """One turn of each of the three."""

    ours: Tally
    noop: Tally
    driver_per_s: float
    cpu_ms: float
    cpu_noop_ms: float


COUNTED = (
    "Chains answered with the expected status and content, a second; warm-up left out. One server process, "
    "one load process, no Accept-Encoding. driver: the recorded statements of the same requests, sign-in included, "
    "on the bare driver, committed in groups of as many as there are connections (SQLite, at most a batch of the "
    "writer) or one by one on as many connections as the service has (PostgreSQL)."
)


def row(path: str, connections: int, rounds: Sequence[Round], recorded: Sequence[Recorded]) -> Row:
    """The medians of some rounds."""
    ours = statistics.median(one.ours.per_s for one in rounds)
    noop = statistics.median(one.noop.per_s for one in rounds)
    return Row(
        path=path,
        connections=connections,
        ours_per_s=round(ours, 1),
        noop_per_s=round(noop, 1),
        driver_per_s=round(statistics.median(one.driver_per_s for one in rounds), 1),
        ratio_noop=round(ours / noop, 3) if noop else 0.0,
        p50_ms=round(statistics.median(one.ours.p50_ms for one in rounds), 2),
        p99_ms=round(statistics.median(one.ours.p99_ms for one in rounds), 2),
        errors=sum(one.ours.errors + one.noop.errors + one.noop.refused for one in rounds),
        refused=sum(one.ours.refused for one in rounds),
        p99_noop_ms=round(statistics.median(one.noop.p99_ms for one in rounds), 2),
        cpu_ms=round(statistics.median(one.cpu_ms for one in rounds), 3),
        cpu_noop_ms=round(statistics.median(one.cpu_noop_ms for one in rounds), 3),
        spread=(round(min(one.ours.per_s for one in rounds), 1), round(max(one.ours.per_s for one in rounds), 1)),
        statements=round(statistics.median(len(one.statements) for one in recorded)),
    )


def machine() -> str:
    """The machine, as far as figures depend on it."""
    cpus = os.cpu_count()
    model = _line("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    memory = _line("/proc/meminfo", "MemTotal")
    gib = f", {int(memory.split()[0]) / 2**20:.0f} GiB" if memory else ""
    return f"{cpus} × {model}{gib}, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def _line(path: str, name: str) -> str:
    file = Path(path)
    lines = file.read_text().splitlines() if file.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def show(report: Report, console: Console) -> None:
    """Print a report as a table."""
    caption = f"{report.machine}\n{report.database}"
    table = Table(title=f"booking bench {report.bench}", caption=caption, show_lines=True)
    table.add_column("path", overflow="fold", min_width=16)
    for name in ("conns", "ours/s", "no-op/s", "driver/s", "÷ no-op", "p50 ms", "p99 ms", "CPU ms", "SQL", "odd"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in report.rows:
        odd = one.errors + one.refused
        table.add_row(
            one.path,
            str(one.connections),
            *(f"{figure:,.0f}" for figure in (one.ours_per_s, one.noop_per_s, one.driver_per_s)),
            f"{one.ratio_noop:.2f}",
            *(f"{figure:.1f}" for figure in (one.p50_ms, one.p99_ms)),
            f"{one.cpu_ms:.2f}",
            str(one.statements),
            f"[red]{odd}[/]" if odd else "0",
        )
    console.print(table)
