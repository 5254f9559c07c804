"""The draw at a city's scale: tickets, sort, commitment and pass, plain and fast, each in a process of its own.

Figures are seconds of one processor, which others on the machine disturb least. Reading the applications is not part
of it. Fast and plain must come to the same root, order and places, or nothing is reported.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import report
from benchmarks.draw_once import Row

SIZES = (100_000, 1_000_000, 3_550_000)
"""The last is every member of the federation."""
PATHS = ("plain", "fast")
ROOT = Path(__file__).parents[1]

Say = Callable[[str], None]


class Report(msgspec.Struct, kw_only=True):
    """A run, in the shape of the other benchmarks."""

    bench: str
    machine: str
    database: str
    rows: list[Row]


def run(say: Say) -> Report:
    """Draws every size both ways; `say` is told what is being done."""
    rows = [row for size in SIZES for row in _rows(size, say)]
    return Report(bench="draw", machine=report.machine(), database="none: rules alone", rows=rows)


def show(found: Report, console: Console) -> None:
    """Print a report as a table."""
    table = Table(title="booking bench draw", caption=f"{found.machine}; seconds of one processor")
    names = ("way", "units", "tickets", "sort", "commitment", "pass", "all", "µs a unit", "peak MiB", "won")
    for name in names:
        table.add_column(name, justify="left" if name == "way" else "right")
    for one in found.rows:
        seconds = (one.tickets_s, one.sort_s, one.commitment_s, one.pass_s, one.cpu_s, one.cpu_us_per_unit)
        shown = (f"{second:.2f}" for second in seconds)
        table.add_row(one.path, f"{one.units:,}", *shown, str(one.peak_mib), f"{one.won:,}")
    console.print(table)


def _rows(size: int, say: Say) -> Iterator[Row]:
    digests = set()
    for path in PATHS:
        say(f"draw: {size:,} units, {path}")
        command = [sys.executable, "-m", "benchmarks.draw_once", str(size), path]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        row = msgspec.json.decode(done.stdout, type=Row)
        digests.add(row.digest)
        yield row
    assert len(digests) == 1, f"{size}: the ways differ"
