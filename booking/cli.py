"""`booking …`: thin commands, each one transaction and one service call."""

import os
import sys
from importlib import import_module

import click

from booking import __version__
from booking.logs import configure_logging
from booking.settings import SettingsError, read

COMMANDS = {
    "backup": "backups",
    "bench": "bench",
    "calendar": "places",
    "court": "facilities",
    "draw": "draw",
    "facility": "facilities",
    "gate": "people",
    "hours": "facilities",
    "import-members": "import_members",
    "members": "people",
    "migrate": "serving",
    "payments": "payments",
    "place": "places",
    "policy": "facilities",
    "replay-stays": "replay_stays",
    "restore": "backups",
    "retreats": "retreats",
    "rooms": "rooms",
    "run": "run",
    "sandbox-payments": "payments",
    "seed": "seed",
    "serve": "serving",
    "staff": "people",
    "zone": "places",
}
"""Each command, and the module of booking/commands/ that has it."""


class Commands(click.Group):
    """Imports a command when it is called: a server need not wait for what a terminal draws with."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """All names, in the order of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - likewise
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"booking.commands.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command


@click.group(cls=Commands)
@click.version_option(__version__)
@click.pass_context
def main(context: click.Context) -> None:
    """职工场馆预约服务: the booking service of a city's trade union."""
    configure_logging()
    try:
        context.obj = read(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
