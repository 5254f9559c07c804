"""`booking run`: the demo city from nothing to a served page, which is what `make run` does."""

import errno
import socket
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic

import click
import msgspec

from booking.commands.running import look, write
from booking.commands.seed import DEMO_MEMBERS, enliven, load
from booking.db.migrating import is_current, upgrade
from booking.members.rules.roles import ROLE_NAMES
from booking.seeding.demo import DemoAccount, Post, Published, published, renew
from booking.seeding.loading import load_state
from booking.seeding.people import MOST_MEMBERS
from booking.serving import serve
from booking.settings import Settings
from booking.web.locale import ENGLISH, Translator


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--members", default=DEMO_MEMBERS, show_default=True, type=click.IntRange(0, MOST_MEMBERS))
@click.option("--life/--no-life", default=True, help="Let some of the made-up members book, so that pages look alive.")
@click.pass_obj
def run(settings: Settings, host: str, port: int, members: int, life: bool) -> None:
    """Serve the demo city; the first start makes and fills its database."""
    begun = monotonic()
    if not settings.demo:
        raise click.ClickException(
            "`booking run` is for the demo city; with BOOKING_DEMO=0 use `booking migrate`, then `booking serve`"
        )
    check_port(host, port)
    if not is_current(settings.database):
        upgrade(settings.database)
    city = settings.fixtures / "city"
    state = look(settings, load_state)
    if state is None or state.completed_at is None:
        load(settings, city, members)
    if life and members:
        enliven(settings)
    there = write(settings, renew, published(city))
    settings = _at(settings, host, port)
    for line in _greeting(settings, there, monotonic() - begun):
        click.echo(line)
    with suppress(KeyboardInterrupt):  # raised again by the server after a clean stop
        serve(settings, host=host, port=port, certificate=None, key=None)


def check_port(host: str, port: int) -> None:
    """Whether someone else listens there already.

    Raises:
        ClickException: they do, or this address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise click.ClickException(
                f"端口 {port} 已被占用：请停掉占用它的程序，或换一个端口。"
                f" Port {port} is taken: stop what uses it, or choose another, e.g. `booking run --port {port + 1}`."
            ) from error
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror}") from error


def _at(settings: Settings, host: str, port: int) -> Settings:
    """With the address that people will use, unless the operator named one."""
    if settings.public_url != Settings().public_url:
        return settings
    name = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104 - compared
    return msgspec.structs.replace(settings, public_url=f"http://{name}:{port}")


def _greeting(settings: Settings, there: Published, seconds: float) -> Iterator[str]:
    english = Translator.load()
    url = settings.public_url
    yield ""
    yield f"甬工预约演示城市已就绪（{seconds:.1f} 秒） The demo city is ready ({seconds:.1f} s)"
    yield ""
    yield f"  首页 Pages      {url}"
    yield f"  接口 API        {url}/docs"
    yield f"  闸机 Gate       {url}/gate"
    for gate in there.gates:
        named = f"{gate.place.name}{gate.name.name} {gate.name.name_en}"
        yield f"  登记码 Code     {gate.enrolment_code}  ({named})"
    yield ""
    yield "  账号 Account      密码 Password"
    for account in there.accounts:
        yield f"  {account.number:<16}  {account.password:<20}  {_duties(account, english)}"
    yield ""
    yield "  Ctrl+C 停止 stops the service."
    yield ""


def _duties(account: DemoAccount, english: Translator) -> str:
    if not account.posts:
        return "会员 member"
    return "；".join(_post(post, english) for post in account.posts)


def _post(post: Post, english: Translator) -> str:
    name = ROLE_NAMES[post.role]
    said = f"{name} {english.gettext(name, ENGLISH).lower()}"
    return f"{said} @ {post.where.name}" if post.where else said
