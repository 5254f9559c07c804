"""`booking import-members`: a list of real members, looked through before anything of it is stored."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec

from booking.commands.progress import Report, reported
from booking.commands.running import run_with
from booking.commands.speaking import translator_for
from booking.db import Database
from booking.seeding.importing import import_list, survey_list
from booking.seeding.member_list import MemberListReport
from booking.seeding.problems import FilesRefused
from booking.settings import Settings

_CHUNK = 1 << 20


@click.command("import-members")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would become of each row.")
@click.option("--skip-refused", is_flag=True, help="Store the other rows even if some are refused.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_obj
def import_members(settings: Settings, file: Path, dry_run: bool, skip_refused: bool, form: str) -> None:
    """Add the members of a CSV FILE, in UTF-8 or GB18030, and bring known ones up to date.

    The whole file is judged first. While one row is refused nothing is stored, unless --skip-refused says so. A
    cell that is blank leaves what is stored.
    """
    translate = translator_for(os.environ)

    async def work(database: Database) -> tuple[MemberListReport, bool]:
        try:
            return await _work(database, file, report, dry_run=dry_run, skip_refused=skip_refused)
        except FilesRefused as refused:
            reasons = "\n".join(problem.said(translate) for problem in refused.problems)
            raise click.ClickException(f"nothing was stored:\n{reasons}") from refused

    with reported() as report:
        found, stored = run_with(settings, work)
    click.echo(as_json(found, stored, translate) if form == "json" else as_table(found, stored, translate))
    if found.refused and not (stored or dry_run):
        raise click.exceptions.Exit(1)


async def _work(
    database: Database, file: Path, report: Report, *, dry_run: bool, skip_refused: bool
) -> tuple[MemberListReport, bool]:
    """The report, and whether it tells what was stored rather than what would be."""
    expected = _lines(file)
    survey = await survey_list(database, file, partial(_told, report, "judged", expected))
    report("judged", survey.rows, survey.rows)
    if dry_run or (survey.refused and not skip_refused):
        return survey, False
    return await import_list(database, file, partial(_told, report, "stored", survey.rows)), True


def _told(report: Report, stage: str, total: int, done: int) -> None:
    report(stage, done, total)


def _lines(file: Path) -> int:
    with file.open("rb") as opened:
        return sum(chunk.count(b"\n") for chunk in iter(partial(opened.read, _CHUNK), b""))


def as_json(report: MemberListReport, stored: bool, translate: Callable[[str], str]) -> str:
    """The report for programs: one object, each problem with its place and its sentence."""
    counts: dict[str, Any] = {
        name: getattr(report, name) for name in ("rows", "new", "changed", "unchanged", "refused")
    }
    problems = [
        {
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "value": problem.value,
            "text": problem.worded(translate),
        }
        for problem in report.problems
    ]
    told = {"stored": stored, **counts, "changed_columns": report.changed_columns, "problems": problems}
    return msgspec.json.encode(told).decode()


def as_table(report: MemberListReport, stored: bool, translate: Callable[[str], str]) -> str:
    """The report for people: the reasons first, the numbers last, where they are still on the screen."""
    lines = [problem.said(translate) for problem in report.problems]
    columns = ", ".join(f"{column} {count:,}" for column, count in sorted(report.changed_columns.items()))
    lines += [
        f"rows       {report.rows:>9,}",
        f"new        {report.new:>9,}",
        f"changed    {report.changed:>9,}" + (f"  ({columns})" if columns else ""),
        f"unchanged  {report.unchanged:>9,}",
        f"refused    {report.refused:>9,}",
    ]
    if stored:
        lines.append("stored")
    elif report.refused:
        lines.append("nothing was stored; mend the refused rows, or leave them out with --skip-refused")
    else:
        lines.append("nothing was stored")
    return "\n".join(lines)
