"""`booking draw verify`: whether a published draw is what it must be."""

from pathlib import Path

import click

from booking.draws.records import UNITS
from booking.draws.verifying import verify as verify_files


@click.group()
def draw() -> None:
    """Check draws that were published.

    核对公布的抽签。
    """


@draw.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
def verify(folder: Path) -> None:
    """Check the files in DIR, and run the whole draw again if a notary's units.csv is among them.

    Prints what was checked, and for each fault the file and the row; exit code 1 if there is any.

    核对 DIR 里公布的文件；有公证用的 units.csv 时，把整个抽签重算一遍。
    """
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}
    report = verify_files(files)
    for name in report.checked:
        click.echo(f"ok: {name}")
    for fault in report.faults:
        click.echo(f"wrong: {fault}", err=True)
    if report.faults:
        raise click.exceptions.Exit(1)
    if UNITS not in files:
        click.echo(f"{UNITS} is not there: who got what was not drawn again, as only a notary can")
