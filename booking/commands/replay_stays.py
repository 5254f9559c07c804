"""`booking replay-stays`: a file of hotel bookings, lived through again by the real engine."""

import asyncio
import multiprocessing
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from ctypes import c_longlong
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
from click.exceptions import Exit
from rich.console import Console
from rich.table import Table

from booking.clock import Ids, Tokens, system_clock
from booking.commands.progress import Report, reported
from booking.commands.speaking import operators_language, translator_for
from booking.db import Database
from booking.db.migrating import is_current, upgrade
from booking.errors import BookingError
from booking.rooms import planner
from booking.rooms.replay.bookings import Booking, rooms_needed, timeline
from booking.rooms.replay.running import HotelReport, replay
from booking.seeding.hotel_bookings import read_bookings
from booking.seeding.problems import FilesRefused, Problem
from booking.web.language import worded
from booking.web.locale import Translator

MOST_PROBLEMS = 50
"""Faults of a file that are listed one by one; all are counted."""
MOST_REFUSALS = 10
"""Refusals that people are shown; `--json` has them all."""
EVERY = 0.3
"""Seconds between two looks at how far the processes are."""

_done: Any = None


class Job(NamedTuple):
    """One hotel, and the database in which it is lived through."""

    number: int
    url: str
    bookings: list[Booking]
    rooms: dict[str, int]


class Replayed(msgspec.Struct, kw_only=True):
    """The whole run.

    Attributes:
        skipped: rows that were left out because something is wrong with them.
        seconds: on the clock; `cpu_seconds` of all processes.
    """

    file: str
    rows: int
    skipped: int
    accepted: int
    refused: int
    moves: int
    agree: bool
    seconds: float
    cpu_seconds: float
    hotels: list[HotelReport]


class RoomsOfType(click.ParamType[tuple[str, str, int]]):
    """`A=120`, or `Resort Hotel:A=120` for one of several hotels."""

    name = "[hotel:]type=rooms"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str, int]:
        """Hotel (empty for all), type and number."""
        if isinstance(value, tuple):
            return value
        name, _, number = str(value).rpartition("=")
        hotel, _, kind = name.rpartition(":")
        if not kind or not number.isdecimal() or not 1 <= int(number) <= 5000:
            self.fail(f"{value!r} is not of the form TYPE=ROOMS or HOTEL:TYPE=ROOMS, such as A=120", param, ctx)
        return hotel, kind, int(number)


@click.command("replay-stays")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rooms", multiple=True, type=RoomsOfType(), help="Rooms of a type; else as many as guests slept in.")
@click.option("--database", metavar="URL", help="Keep the result in this migrated database, one hotel after the other.")
@click.option("--skip-refused", is_flag=True, help="Leave rows out that something is wrong with.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with every refusal and its proof.")
def replay_stays(
    file: Path, *, rooms: tuple[tuple[str, str, int], ...], database: str | None, skip_refused: bool, as_json: bool
) -> None:
    """Replay the bookings of a CSV FILE, in the columns of the public two-hotel set, in the order of their time.

    Every booking, arrival, departure, cancellation and no-show is a command of the real engine, at the day on which it
    happened; only passes, key cards and messages are left out. Printed are what was accepted, what was refused with
    the proof, the moves, the occupancy, and whether the books agree. Without --database each hotel is lived through in
    a process and a database of its own, removed afterwards.
    """
    begun = time.monotonic(), _cpu()
    bookings, problems = _read(file, skip_refused=skip_refused)
    jobs = _jobs(bookings, rooms, database)
    with reported() as report, tempfile.TemporaryDirectory(prefix="replay-") as folder:
        if database is None:
            hotels = _apart([job._replace(url=f"sqlite:///{folder}/{job.number}.db") for job in jobs], report)
        else:
            hotels = [_lived(job, partial(_told, report, job)) for job in jobs]
    found = Replayed(
        file=file.name,
        rows=len(bookings) + problems,
        skipped=problems,
        accepted=sum(hotel.accepted for hotel in hotels),
        refused=sum(len(hotel.refusals) for hotel in hotels),
        moves=sum(hotel.moves for hotel in hotels),
        agree=all(hotel.checks.agree for hotel in hotels),
        seconds=round(time.monotonic() - begun[0], 1),
        cpu_seconds=round(_cpu() - begun[1], 1),
        hotels=hotels,
    )
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        _show(found, Console(width=max(100, Console().width)))
    if not found.agree:
        raise Exit(1)


def _read(file: Path, *, skip_refused: bool) -> tuple[list[Booking], int]:
    """The bookings of a file, and how many of its rows have faults.

    Raises:
        ClickException: it has faults, and they are not to be left out.
    """
    bookings: list[Booking] = []
    problems: list[Problem] = []
    try:
        for one in read_bookings(file):
            (problems if isinstance(one, Problem) else bookings).append(one)  # type: ignore[arg-type]
    except FilesRefused as refused:
        problems, skip_refused = refused.problems, False
    said = [problem.said(translator_for(os.environ)) for problem in problems[:MOST_PROBLEMS]]
    if problems and skip_refused:
        click.echo("\n".join(said), err=True)
    elif problems or not bookings:
        lines = "\n".join(said) or f"{file.name} has no bookings"
        raise click.ClickException(f"nothing was replayed; {len(problems)} to mend, or use --skip-refused:\n{lines}")
    return bookings, len({problem.line for problem in problems})


def _jobs(bookings: Sequence[Booking], rooms: Sequence[tuple[str, str, int]], database: str | None) -> list[Job]:
    """Each hotel with its rooms.

    Raises:
        UsageError: rooms are given of a type that no booking has.
    """
    of_hotel: dict[str, list[Booking]] = defaultdict(list)
    for booking in bookings:
        of_hotel[booking.hotel].append(booking)
    jobs = []
    unknown = {(hotel, kind) for hotel, kind, _ in rooms}
    for number, (hotel, own) in enumerate(sorted(of_hotel.items())):
        needed = rooms_needed(own)
        for where, kind, count in rooms:
            if where in ("", hotel) and kind in needed:
                needed[kind] = count
                unknown.discard((where, kind))
        jobs.append(Job(number, database or "", own, needed))
    if unknown:
        named = ", ".join(f"{hotel}:{kind}" if hotel else kind for hotel, kind in sorted(unknown))
        raise click.UsageError(f"no booking asks for rooms of {named}")
    return jobs


def _told(report: Report, job: Job, done: int) -> None:
    report(job.bookings[0].hotel, done, len(timeline(job.bookings)))


def _apart(jobs: Sequence[Job], report: Report) -> list[HotelReport]:
    """Every hotel in a process and a database of its own."""
    context = multiprocessing.get_context("spawn")
    done = context.Array(c_longlong, len(jobs))
    totals = [len(timeline(job.bookings)) for job in jobs]
    most = min(len(jobs), os.cpu_count() or 1)
    with ProcessPoolExecutor(most, mp_context=context, initializer=_share, initargs=(done,)) as pool:
        running: list[Future[HotelReport]] = [pool.submit(_alone, job) for job in jobs]
        said = [0] * len(jobs)
        while not all(one.done() for one in running):
            time.sleep(EVERY)
            for job, total in zip(jobs, totals, strict=True):
                if done[job.number] > said[job.number]:
                    said[job.number] = done[job.number]
                    report(job.bookings[0].hotel, done[job.number], total)
        return [one.result() for one in running]


def _share(done: Any) -> None:
    global _done  # noqa: PLW0603 - what a process is given at its start
    _done = done


def _alone(job: Job) -> HotelReport:
    """One hotel in this process."""
    upgrade(job.url)

    def told(count: int) -> None:
        _done[job.number] = count

    return _lived(job, told)


def _lived(job: Job, told: Callable[[int], None]) -> HotelReport:
    """One hotel in its database.

    Raises:
        ClickException: the database is not migrated, or holds this hotel already.
    """
    if not is_current(job.url):
        raise click.ClickException("the database has no tables of this version yet: run `booking migrate` first")
    try:
        return asyncio.run(_replayed(job, told))
    except BookingError as error:
        said = worded(error, Translator.load(), operators_language(os.environ), system_clock())
        raise click.ClickException(f"{error.code}: {said}") from error


async def _replayed(job: Job, told: Callable[[int], None]) -> HotelReport:
    database = Database(job.url, system_clock, Ids(system_clock, job.number), Tokens())
    try:
        return await replay(database, job.bookings, job.rooms, planner.find, told)
    finally:
        await database.close()


def _cpu() -> float:
    """The processor's seconds of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])


def _show(found: Replayed, console: Console) -> None:
    """Print a report for people."""
    table = Table(title=f"replay of {found.file}")
    for name in ("hotel", "rooms", "bookings", "accepted", "refused", "planner", "moves", "no nights"):
        table.add_column(name, justify="left" if name == "hotel" else "right")
    for one in found.hotels:
        counts = (
            sum(one.rooms.values()),
            one.bookings,
            one.accepted,
            len(one.refusals),
            one.sought,
            one.moves,
            one.empty,
        )
        table.add_row(one.hotel, *(f"{count:,}" for count in counts))
    console.print(table)
    for one in found.hotels:
        full = "  ".join(f"{month.month} {month.occupancy:.0%}" for month in one.months if month.held)
        console.print(f"{one.hotel}, rooms held by month: {full}", highlight=False)
        console.print(f"  rooms: {_named(one.rooms)}", highlight=False)
        for refusal in one.refusals[:MOST_REFUSALS]:
            console.print(f"  {_proof(refusal)}", highlight=False)
        if len(one.refusals) > MOST_REFUSALS:
            console.print(f"  … and {len(one.refusals) - MOST_REFUSALS:,} more; --json has them all", highlight=False)
        checks = one.checks
        console.print(
            f"  {checks.claims:,} room-nights; sold twice or unclaimed {checks.unclaimed}, counters that differ "
            f"{checks.miscounted}, entries out of balance {checks.unbalanced}, bills that differ {checks.misbilled}",
            highlight=False,
        )
    console.print(f"{found.seconds:,.1f} s, {found.cpu_seconds:,.1f} s of processor time", highlight=False)


def _named(rooms: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in rooms.items())


def _proof(refusal: Any) -> str:
    stay = f"line {refusal.line}: {refusal.type}, {refusal.arrival} to {refusal.departure}: "
    nights = " ".join(str(night) for night in refusal.nights)
    if refusal.code == "rooms_full":
        return f"{stay}{refusal.wanted} rooms wanted of {refusal.possible} on {nights}"
    return f"{stay}{refusal.fixed} guests in house and rooms out of order leave no room for all of {nights}"
