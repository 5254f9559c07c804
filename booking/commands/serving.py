"""`booking migrate` and `booking serve`: the tables, and the service over HTTP."""

from pathlib import Path

import click

from booking.db.migrating import is_current, upgrade
from booking.serving import serve as serve_http
from booking.settings import Settings


@click.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database to this version's tables."""
    if settings.database.startswith("sqlite:///"):
        Path(settings.database.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database)
    click.echo(f"migrated {settings.database.split('@')[-1]}")


@click.command()
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
