"""`booking staff`, `booking members` and `booking gate`: who works where, and through which doors."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

import click

from booking.checkin.schemas import Enrolment, GateRequest
from booking.checkin.service.gates import create_gate, invite_gate
from booking.clock import SHANGHAI
from booking.commands.describing import converted
from booking.commands.places import zone_id
from booking.commands.running import OPERATOR, write
from booking.db import ReadSession, WriteSession
from booking.members.entrance import code_key
from booking.members.errors import NoSuchMember
from booking.members.queries.lookup import member_id_of
from booking.members.queries.roles import organisation_id_of
from booking.members.rules.roles import ROLE_NAMES
from booking.members.service.codes import IssuedCode, issue_code_at_counter
from booking.members.service.roles import grant_role, revoke_role
from booking.places.catalogue import places
from booking.places.errors import ZoneNotFound
from booking.settings import Settings
from booking.web.principal import Role, Scope

Command = TypeVar("Command", bound=Callable[..., Any])


def _member(tx: ReadSession, number: str) -> int:
    found = member_id_of(tx, number)
    if found is None:
        raise NoSuchMember
    return found


def _where(command: Command) -> Command:
    """The options that say where a role holds."""
    command = click.option("--organisation", help="The code of a node of the tree, for federation_officer.")(command)
    return click.option("--place", help="The code of the place where it holds; left out, everywhere.")(command)


def _scope(tx: ReadSession, role: str, place: str | None, organisation: str | None) -> Scope:
    known = cast(Role, role)
    if organisation is not None:
        return Scope(known, "organisation", organisation_id_of(tx, organisation))
    if place is not None:
        return Scope(known, "place", places(tx).coded(place).id)
    return Scope(known, "all", 0)


@click.group()
def staff() -> None:
    """Give members roles, and take them back.

    安排和移除岗位。
    """


@staff.command("grant")
@click.argument("number")
@click.argument("role", type=click.Choice(list(ROLE_NAMES)))
@_where
@click.pass_obj
def grant(settings: Settings, number: str, role: str, place: str | None, organisation: str | None) -> None:
    """Give the member with this NUMBER (or phone) a ROLE.

    给会员号（或手机号）为 NUMBER 的会员安排岗位，例如 venue_manager --place zhenhai。
    """

    def command(tx: WriteSession, now: datetime) -> bool:
        return grant_role(tx, now, None, _member(tx, number), _scope(tx, role, place, organisation))

    new = write(settings, command)
    click.echo(f"{number} {'is now' if new else 'was already'} {role}")


@staff.command("revoke")
@click.argument("number")
@click.argument("role", type=click.Choice(list(ROLE_NAMES)))
@_where
@click.pass_obj
def revoke(settings: Settings, number: str, role: str, place: str | None, organisation: str | None) -> None:
    """Take a ROLE back from the member with this NUMBER (or phone).

    移除会员号（或手机号）为 NUMBER 的会员的岗位。
    """

    def command(tx: WriteSession, now: datetime) -> None:
        revoke_role(tx, now, None, _member(tx, number), _scope(tx, role, place, organisation))

    write(settings, command)
    click.echo(f"{number} is no longer {role}")


@click.group()
def members() -> None:
    """Hand out one-time codes.

    当面发验证码。
    """


@members.command("code")
@click.argument("number")
@click.pass_obj
def code(settings: Settings, number: str) -> None:
    """Print a one-time code with which the member activates the account or sets a new password.

    给会员发一个验证码，用来开通账号或重设密码；本人会收到短信提醒。
    """

    def command(tx: WriteSession, now: datetime) -> IssuedCode:
        return issue_code_at_counter(tx, now, code_key(settings), None, _member(tx, number))

    issued = write(settings, command)
    until = issued.expires_at.astimezone(SHANGHAI)
    click.echo(f"{issued.code}  ({issued.purpose}, good until {until:%H:%M})")


@click.group()
def gate() -> None:
    """Make gates, and codes that make a device one of them.

    新建闸机，发登记码。
    """


@gate.command("add")
@click.argument("place_code", metavar="PLACE")
@click.argument("gate_code", metavar="CODE")
@click.option("--name", required=True, help="The Chinese name, such as 南门.")
@click.option("--name-en", default="", help="The English name.")
@click.option(
    "--zone", "zones", multiple=True, required=True, help="The code of a zone it leads into; may be repeated."
)
@click.option("--direction", type=click.Choice(["entry", "exit", "both"]), default="both", show_default=True)
@click.option(
    "--heads",
    "heads_mode",
    type=click.Choice(["one", "all", "ask"]),
    default="one",
    show_default=True,
    help="How many a scan lets through.",
)
@click.option("--staffed/--no-staffed", default=False, help="Whether someone there looks at identity documents.")
@click.pass_obj
def add_gate(settings: Settings, /, place_code: str, gate_code: str, zones: tuple[str, ...], **given: Any) -> None:
    """Make the gate CODE of PLACE, and print the code with which a device becomes it.

    新建场馆 PLACE 的闸机 CODE，并打印登记码：在设备上打开 /gate 输入它。
    """

    def command(tx: WriteSession, now: datetime) -> Enrolment:
        place_id = places(tx).coded(place_code).id
        numbers = [zone_id(tx, place_id, zone) for zone in zones]
        if None in numbers:
            raise ZoneNotFound
        wanted = converted(given | {"code": gate_code, "zones": numbers}, GateRequest)
        made = create_gate(tx, now, OPERATOR, place_id, wanted)
        return invite_gate(tx, now, OPERATOR, place_id, made.id)

    enrolment = write(settings, command)
    until = enrolment.expires_at.astimezone(SHANGHAI)
    click.echo(f"made gate {gate_code} of {place_code} (id {enrolment.gate_id})")
    click.echo(
        f"open {settings.public_url}/gate on the device and type {enrolment.code} (until {until:%Y-%m-%d %H:%M})"
    )
