"""`booking rooms …`: what managers of houses do from the server's command line."""

import click
from rich.console import Console
from rich.table import Table

from booking.commands.running import OPERATOR, look, run_with
from booking.places.catalogue import places
from booking.rooms import planner
from booking.rooms.catalogue import houses
from booking.rooms.planner import Optimised
from booking.settings import Settings


@click.group()
def rooms() -> None:
    """Look after the rooms of a house."""


@rooms.command()
@click.argument("place")
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(1, 3600), help="For each room type.")
@click.option("--dry-run", is_flag=True, help="Only say what would move.")
@click.pass_obj
def optimise(settings: Settings, place: str, *, seconds: float, dry_run: bool) -> None:
    """Put the coming weeks of the house PLACE in better order, as happens every night.

    Rooms of one booking that lie apart are brought together, and the work of housekeeping is spread over the floors.
    Guests in the house and chosen rooms stay. If anybody books meanwhile, that type is left as it is.
    """
    house = look(settings, lambda tx: houses(tx).house(places(tx).coded(place).id))
    found: list[Optimised] = run_with(
        settings,
        lambda database: planner.optimise_house(database, house.id, seconds, actor=OPERATOR.actor, dry=dry_run),
    )
    table = Table(title=f"rooms of {house.place.name_en}")
    for name in ("type", "moves", "pairs", "uneven work", "looked at by", ""):
        table.add_column(name, justify="right" if name == "moves" else "left")
    for one in found:
        better = one.better
        pairs = (
            f"{len(better.before.kept)} → {len(better.after.kept)} of {len(better.after.kept + better.after.parted)}"
        )
        done = (
            "done" if one.applied else "nothing to do" if not better.moves else "not done" if dry_run else "overtaken"
        )
        way = "CP-SAT" if better.exact else "greedy"
        name, moves = house.types[one.type].name_en, str(len(better.moves))
        table.add_row(name, moves, pairs, f"{better.load_before} → {better.load_after}", way, done)
    Console().print(table)
