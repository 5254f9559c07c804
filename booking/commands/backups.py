"""`booking backup` and `booking restore`, for SQLite; PostgreSQL has `pg_dump` and `pg_restore`."""

from pathlib import Path

import click

from booking.db.backup import BackupRefused, back_up
from booking.db.backup import restore as put_back
from booking.settings import Settings


def _path(settings: Settings) -> Path:
    if not settings.database.startswith("sqlite:///"):
        raise click.ClickException("this database is PostgreSQL: use pg_dump and pg_restore (README, Back up)")
    return Path(settings.database.removeprefix("sqlite:///"))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(settings: Settings, file: Path) -> None:
    """Copy the database to FILE while the service goes on, and check the copy."""
    try:
        size = back_up(_path(settings), file)
    except BackupRefused as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"{file}: {size / 1e6:.1f} MB, checked")


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.pass_obj
def restore(settings: Settings, file: Path) -> None:
    """Put the backup FILE in the place of the database; the service must be stopped."""
    try:
        put_back(file, _path(settings))
    except BackupRefused as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"restored {file}; what was there is kept beside it as *.before-restore")
