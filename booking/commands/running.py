"""What every command stands on: the database opened and closed around its work, and refusals as messages."""

import asyncio
import os
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from booking.clock import Ids, Tokens, system_clock
from booking.commands.speaking import operators_language
from booking.db import Database, ReadSession, WriteSession
from booking.db.migrating import is_current
from booking.errors import BookingError
from booking.settings import Settings
from booking.web.language import worded
from booking.web.locale import Translator
from booking.web.nodes import draw_node
from booking.web.principal import Principal, Scope

P = ParamSpec("P")
T = TypeVar("T")


class Operator(Principal, frozen=True, kw_only=True):
    """Whoever has the command line of the server: administers everything, and is `cli` in the audit log."""

    @property
    def actor(self) -> str:
        """How the audit log names them."""
        return "cli"


OPERATOR = Operator(
    member_id=0, number="", name="cli", organisation_id=0, scopes=(Scope("administrator", "all", 0),), medium="bearer"
)


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
        language = operators_language(os.environ)
        said = worded(error, Translator.load(), language, system_clock())
        raise click.ClickException(f"{error.code}: {said}") from error


def write(
    settings: Settings, command: Callable[Concatenate[WriteSession, Any, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run one command in a transaction of its own."""
    answer: T = run_with(settings, lambda database: database.write(command, *args, **kwargs))
    return answer


def look(settings: Settings, query: Callable[Concatenate[ReadSession, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run one query on a snapshot of its own."""
    answer: T = run_with(settings, lambda database: database.read(query, *args, **kwargs))
    return answer
