"""What every command shares that describes something: options made from a request's fields, and the put itself.

Fields left out keep what stands, so that `booking zone put zhenhai courts --capacity 200` changes one thing.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
import msgspec
from msgspec import inspect

from booking.places.schemas import Edited

S = TypeVar("S", bound=msgspec.Struct)
Command = TypeVar("Command", bound=Callable[..., Any])


def options_for(struct: type[msgspec.Struct], helps: Mapping[str, str]) -> Callable[[Command], Command]:
    """An option for each of these fields; yes and no ones come as a pair, lists may be given several times."""
    kinds = {field.name: field.type for field in inspect.type_info(struct).fields}  # type: ignore[attr-defined]

    def decorate(command: Command) -> Command:
        for name, text in reversed(list(helps.items())):
            flag = f"--{name.replace('_', '-')}"
            if isinstance(kinds[name], inspect.BoolType):
                command = click.option(f"{flag}/--no-{flag[2:]}", name, default=None, help=text)(command)
            else:
                several = isinstance(kinds[name], inspect.ListType)
                command = click.option(flag, name, multiple=several, help=text)(command)
        return command

    return decorate


def described(struct: type[S], stands: S | None, given: Mapping[str, Any]) -> S:
    """A request from what stands and what was given instead.

    Raises:
        UsageError: something is missing or does not fit.
    """
    base = {} if stands is None else msgspec.to_builtins(stands)
    changed = {name: value for name, value in given.items() if value is not None and value != ()}
    fields = base | {name: list(value) if isinstance(value, tuple) else value for name, value in changed.items()}
    missing = [
        f"--{field.name.replace('_', '-')}"
        for field in inspect.type_info(struct).fields  # type: ignore[attr-defined]
        if field.required and field.name not in fields
    ]
    if missing:
        raise click.UsageError(f"something new needs {', '.join(missing)}")
    return converted(fields, struct)


def converted(fields: Any, struct: type[S]) -> S:
    """A request from plain values.

    Raises:
        UsageError: something does not fit.
    """
    try:
        return msgspec.convert(fields, struct, strict=False)
    except msgspec.ValidationError as unfit:
        raise click.UsageError(str(unfit)) from unfit


def tell(what: str, edited: Edited, where: str = "") -> None:
    """Say what was made or changed."""
    click.echo(f"{'made' if edited.created else 'changed'} {what} {edited.code}{where} (id {edited.id})")
