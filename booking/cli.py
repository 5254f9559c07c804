"""`booking …`: thin commands, each one transaction and one service call."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from booking import __version__
from booking.app import configure_logging
from booking.clock import Ids, Tokens, system_clock
from booking.db import Database, WriteSession
from booking.db.migrating import is_current, upgrade
from booking.errors import BookingError
from booking.serving import serve as serve_http
from booking.settings import Settings, SettingsError, read
from booking.web.nodes import draw_node

P = ParamSpec("P")
T = TypeVar("T")


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


async def _run(settings: Settings, work: Callable[[Database], Any]) -> Any:
    ids = Ids(system_clock)
    database = Database(settings.database, system_clock, ids, Tokens())
    try:
        ids.node = await database.write(draw_node) if settings.ids_node is None else settings.ids_node
        return await work(database)
    finally:
        await database.close()


def run_with(settings: Settings, work: Callable[[Database], Any]) -> Any:
    """Open the database, do some asynchronous work on it, close it; a refusal becomes a message and exit code 1.

    Raises:
        ClickException: the work was refused, or the database is not migrated yet.
    """
    if not is_current(settings.database):
        raise click.ClickException("the database has no tables of this version yet: run `booking migrate` first")
    try:
        return asyncio.run(_run(settings, work))
    except BookingError as error:
        raise click.ClickException(str(error)) from error


def write(
    settings: Settings, command: Callable[Concatenate[WriteSession, Any, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run one command in a transaction of its own."""
    answer: T = run_with(settings, lambda database: database.write(command, *args, **kwargs))
    return answer


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


if __name__ == "__main__":
    sys.exit(main())
