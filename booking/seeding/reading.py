"""Reads a city's files: all rows of all files are checked before any is used."""

from pathlib import Path

from booking.seeding import checks, hours, houses
from booking.seeding.problems import FilesRefused, Problem
from booking.seeding.rows import City
from booking.seeding.sheets import Sheets, read_sheets

CHECKS: tuple[checks.Check, ...] = (
    checks.duplicates,
    checks.references,
    checks.tree,
    checks.coordinates,
    checks.assumptions,
    checks.courts,
    checks.zones,
    checks.exchanged_days,
    checks.roles,
    hours.order,
    hours.crossings,
    hours.limits,
    hours.slots,
    hours.unpriced,
    houses.neighbours,
    houses.public_pools,
    houses.seasons,
    houses.fees,
    houses.unpriced_types,
)


def read_city(folder: Path) -> City:
    """Every row of the city in a folder, fit to be loaded.

    Raises:
        FilesRefused: something is wrong; it holds every problem of every file, in the order of the lines.
    """
    sheets = read_sheets(folder)
    problems = [*(fault for sheet in sheets for fault in sheet.faults), *_between_files(sheets)]
    if problems:
        order = {sheet.file: number for number, sheet in enumerate(sheets)}
        raise FilesRefused(sorted(problems, key=lambda problem: (order[problem.file], problem.line)))
    (region,) = sheets.region.rows
    return City(region=region, **{name: sheet.rows for name, sheet in vars(sheets).items() if name != "region"})


def _between_files(sheets: Sheets) -> list[Problem]:
    return [problem for check in CHECKS for problem in check(sheets)]
