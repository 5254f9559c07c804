"""`booking …`: thin commands, each one transaction and one service call."""

import os
import sys
from pathlib import Path

import click

from booking import __version__
from booking.app import configure_logging
from booking.commands.backups import backup, restore
from booking.commands.bench import bench
from booking.commands.draw import draw
from booking.commands.import_members import import_members
from booking.commands.managing import groups
from booking.commands.payments import payments, sandbox_payments
from booking.commands.run import run
from booking.commands.seed import seed
from booking.db.migrating import is_current, upgrade
from booking.serving import serve as serve_http
from booking.settings import Settings, SettingsError, read


@click.group()
@click.version_option(__version__)
@click.pass_context
def main(context: click.Context) -> None:
    """职工场馆预约服务: the booking service of a city's trade union."""
    configure_logging()
    try:
        context.obj = read(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database to this version's tables."""
    if settings.database.startswith("sqlite:///"):
        Path(settings.database.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database)
    click.echo(f"migrated {settings.database.split('@')[-1]}")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--certificate", type=click.Path(exists=True, path_type=Path), help="PEM file, for https.")
@click.option("--key", type=click.Path(exists=True, path_type=Path), help="The certificate's private key.")
@click.pass_obj
def serve(settings: Settings, host: str, port: int, certificate: Path | None, key: Path | None) -> None:
    """Serve the pages and the API."""
    if not is_current(settings.database):
        raise click.ClickException("the database has no tables of this version yet: run `booking migrate` first")
    if (certificate is None) != (key is None):
        raise click.UsageError("--certificate and --key go together")
    serve_http(settings, host=host, port=port, certificate=certificate, key=key)


main.add_command(backup)
main.add_command(bench)
main.add_command(draw)
main.add_command(import_members)
main.add_command(payments)
main.add_command(restore)
main.add_command(run)
main.add_command(sandbox_payments)
main.add_command(seed)
for group in groups:
    main.add_command(group)


if __name__ == "__main__":
    sys.exit(main())
