"""`booking retreats …`: draw day from the server's command line, step by step."""

import csv
import hashlib
from pathlib import Path

import click

from booking.commands.progress import reported
from booking.commands.running import OPERATOR, look, run_with, write
from booking.db import ReadSession
from booking.draws.records import UNITS
from booking.draws.sources import LOTTERIES, DrawnNumbers
from booking.draws.verifying import Report
from booking.retreats import drawing
from booking.retreats.queries.steps import contents
from booking.retreats.rules.freezing import Frozen
from booking.retreats.service.drawing.drawing import Computed
from booking.retreats.service.drawing.results import results_of_file
from booking.retreats.service.drawing.steps import season_for
from booking.settings import Settings

CODE = click.argument("code", metavar="SEASON")


@click.group()
def retreats() -> None:
    """Draw the places of a season of retreats.

    疗休养抽签：封存、录入号码、抽签、下一轮、导出。
    """


@retreats.command()
@CODE
@click.pass_obj
def freeze(settings: Settings, code: str) -> None:
    """Freeze the applications of SEASON, and publish the commitment.

    Print the root, mail it or have it timestamped, so that it cannot be replaced later.

    封存报名，公布承诺。
    """
    with reported() as report:
        made: Frozen = run_with(settings, lambda database: drawing.freeze(database, OPERATOR, code, report))
    click.echo(f"root   {made.season.root.hex()}")
    click.echo(f"units  {len(made.season.units):,} of {len(made.heads):,} people; {len(made.excluded):,} left out")


@retreats.command()
@CODE
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def results(settings: Settings, code: str, file: Path) -> None:
    """Take the announced numbers of SEASON from FILE, instead of two officers' word.

    One line of CSV for each named draw, in the order of the rules: lottery, issue, numbers as announced with blanks
    between them, such as `ssq,2027035,33 1 5 12 20 28 9`.

    从 CSV 文件录入开奖号码，一行一期。
    """
    content = file.read_bytes()
    numbers = read_results(content.decode("utf-8-sig"))
    write(settings, results_of_file, OPERATOR, code, numbers, hashlib.sha256(content).hexdigest())
    for one in numbers:
        click.echo(f"final  {LOTTERIES[one.lottery][0]} {one.issue}: {' '.join(map(str, one.numbers))}")


@retreats.command()
@CODE
@click.pass_obj
def draw(settings: Settings, code: str) -> None:
    """Run the first stage of SEASON and publish it. Cut off, it is run again, with the same result.

    抽签并公布结果。
    """
    with reported() as report:
        done: Computed = run_with(settings, lambda database: drawing.draw(database, OPERATOR, code, report))
    click.echo(f"seed   {done.draw.seed.hex()}")
    click.echo(f"won    {len(done.won):,} of {len(done.positions):,}")


@retreats.command("next-stage")
@CODE
@click.pass_obj
def next_stage(settings: Settings, code: str) -> None:
    """Give out what was released in SEASON, once everybody has answered or had the time to.

    分配退回的名额。
    """
    with reported() as report:
        done: Computed = run_with(settings, lambda database: drawing.next_stage(database, OPERATOR, code, report))
    click.echo(f"stage  {len(done.stages)}")
    click.echo(f"won    {len(done.won):,}")


@retreats.command()
@CODE
@click.option("--reason", required=True, help="Why; it is published with the step.")
@click.pass_obj
def rerun(settings: Settings, code: str, reason: str) -> None:
    """Run the draw of SEASON again from what was frozen, and note why. Exit code 1 if one byte differs.

    从封存的名册重算一遍。
    """
    report: Report = run_with(settings, lambda database: drawing.rerun(database, OPERATOR, code, reason))
    for name in report.checked:
        click.echo(f"ok: {name}")
    for fault in report.faults:
        click.echo(f"wrong: {fault}", err=True)
    if report.faults:
        raise click.exceptions.Exit(1)


@retreats.command()
@CODE
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--notary", is_flag=True, help=f"With {UNITS}: it tells who applied from where, and is for the notary.")
@click.pass_obj
def export(settings: Settings, code: str, folder: Path, *, notary: bool) -> None:
    """Write the published files of SEASON into DIR, as `booking draw verify DIR` reads them.

    导出公布的文件。
    """

    def read(tx: ReadSession) -> dict[str, bytes]:
        return contents(tx, season_for(tx, OPERATOR, code).id, notary=notary)

    files = look(settings, read)
    if not files:
        raise click.ClickException(f"nothing of {code} is published yet: run `booking retreats freeze {code}` first")
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in sorted(files.items()):
        (folder / name).write_bytes(data)
        click.echo(f"{name}  {len(data):,} bytes")


def read_results(text: str) -> list[DrawnNumbers]:
    """The announced numbers in lines of CSV.

    Raises:
        ClickException: a line is none; it says which.
    """
    found = []
    for number, row in enumerate(csv.reader(text.splitlines()), 1):
        if not row:
            continue
        try:
            lottery, issue, numbers = (field.strip() for field in row)
            found.append(DrawnNumbers(lottery, issue, tuple(map(int, numbers.split()))))
        except ValueError as error:
            example = "ssq,2027035,33 1 5 12 20 28 9"
            raise click.ClickException(f"line {number} is no announced draw, such as `{example}`") from error
        if lottery not in LOTTERIES:
            raise click.ClickException(f"line {number}: there is no lottery {lottery}, only {', '.join(LOTTERIES)}")
    return found
