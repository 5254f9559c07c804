"""`booking seed`: a city's files, and made-up members, into an empty database."""

import os
from functools import partial
from pathlib import Path

import click

from booking.commands.progress import reported
from booking.commands.running import run_with
from booking.commands.speaking import translator_for
from booking.seeding.life import bring_to_life
from booking.seeding.loading import Loaded, Wanted, fingerprint_of, load_city, seed_number
from booking.seeding.people import MOST_MEMBERS
from booking.seeding.problems import FilesRefused
from booking.seeding.reading import read_city
from booking.settings import Settings

DEMO_MEMBERS = 5_000
SEED = "ningbo"


@click.command()
@click.option(
    "--fixtures",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder with the city's files.  [default: the demo city]",
)
@click.option(
    "--members",
    type=click.IntRange(0, MOST_MEMBERS),
    help=f"How many members to make up; the whole city has 3550000.  [default: {DEMO_MEMBERS}, 0 outside demo mode]",
)
@click.option("--seed", "text", default=SEED, show_default=True, help="The same text makes the same members.")
@click.option(
    "--life/--no-life",
    default=None,
    help=f"Whether some of them book, so that pages look alive.  [default: in demo mode, up to {DEMO_MEMBERS} members]",
)
@click.pass_obj
def seed(settings: Settings, fixtures: Path | None, members: int | None, text: str, life: bool | None) -> None:
    """Load a city: its places, courts, rules and organisations, and made-up members.

    All files are checked before anything is stored. An interrupted load goes on where it was; a complete one is
    left alone.
    """
    if members and not settings.demo:
        raise click.UsageError(
            "members are made up in demo mode alone; import real ones with `booking import-members`, "
            "or set BOOKING_DEMO=1"
        )
    loaded = load(settings, fixtures or settings.fixtures / "city", members, text)
    if settings.demo and (life or (life is None and (members or 0) <= DEMO_MEMBERS)):
        enliven(settings, text)
    if loaded.already:
        click.echo(f"already loaded, on {loaded.load.completed_at:%Y-%m-%d %H:%M} UTC; nothing to do")
    else:
        click.echo("loaded the rest" if loaded.resumed else "loaded")


def load(settings: Settings, fixtures: Path, members: int | None = None, seed: str = SEED) -> Loaded:
    """Check a city's files, then load them with a report of the progress.

    Raises:
        ClickException: something is wrong in the files, or the database holds something else.
    """
    count = (DEMO_MEMBERS if settings.demo else 0) if members is None else members
    try:
        city = read_city(fixtures)
    except FilesRefused as refused:
        translate = translator_for(os.environ)
        reasons = "\n".join(problem.said(translate) for problem in refused.problems)
        raise click.ClickException(f"nothing was loaded; {len(refused.problems)} to mend:\n{reasons}") from refused
    number = seed_number(seed)
    wanted = Wanted(
        city=city,
        fingerprint=fingerprint_of(fixtures, members=count, seed=number, demo=settings.demo),
        members=count,
        seed=number,
        demo=settings.demo,
    )
    with reported() as report:
        loaded: Loaded = run_with(settings, lambda database: load_city(database, wanted, report))
    return loaded


def enliven(settings: Settings, seed: str = SEED) -> None:
    """Let made-up members book for the coming days, as far as they have not."""
    with reported() as report:
        run_with(settings, lambda database: bring_to_life(database, seed_number(seed), partial(report, "bookings")))
