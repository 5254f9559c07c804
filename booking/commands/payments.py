"""`booking payments` and `booking sandbox-payments`: books compared with the provider, and one to try."""

from datetime import date, datetime, time, timedelta
from typing import Any

import click

from booking.clock import local_date, local_instant, system_clock
from booking.commands.running import look, run_with
from booking.db import Database, ReadSession
from booking.payments.provider import Provider, ProviderError, provider_of
from booking.payments.reconciliation import reconcile
from booking.payments.sandbox.app import serve_sandbox
from booking.payments.views import Attention, needing_attention
from booking.places.catalogue import places
from booking.settings import Settings

SANDBOX_KEY = "sandbox-key"
SANDBOX_SECRET = "sandbox-secret-for-demo-cities-only"  # noqa: S105 - nobody's money moves there


@click.group()
def payments() -> None:
    """Look after online payment.

    网上支付的对账。
    """


@payments.command("reconcile")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="The first day; yesterday if left out.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day; the first one if left out.")
@click.pass_obj
def compare(settings: Settings, since: datetime | None, until: datetime | None) -> None:
    """Compare the provider's payments and refunds with ours, and print what differs; exit code 1 if anything does.

    与支付平台对账，列出不一致的收款和退款。
    """
    provider = provider_of(settings)
    if provider is None:
        raise click.ClickException("no payment provider is configured: set BOOKING_PAYMENTS_URL")
    first = since.date() if since else local_date(system_clock()) - timedelta(days=1)
    last = until.date() if until else first
    found = _compare(settings, provider, first, last)
    for one in found:
        click.echo(str(one))
    click.echo(f"{first} to {last}: {len(found)} differences" if found else f"{first} to {last}: the books agree")
    if found:
        raise click.exceptions.Exit(1)


@payments.command("odd")
@click.option("--place", "code", help="The code of a place; left out, what belongs to no payment of ours.")
@click.pass_obj
def odd(settings: Settings, code: str | None) -> None:
    """Print refunds that the provider refused and messages that contradict our books: somebody must look.

    列出被支付平台退回的退款，以及和账目对不上的通知。
    """

    def query(tx: ReadSession) -> list[Attention]:
        return needing_attention(tx, 0 if code is None else places(tx).coded(code).id)

    for one in look(settings, query):
        click.echo(f"{one.at:%Y-%m-%dT%H:%M:%SZ} {one.what} {one.reference} {one.fen} fen {one.detail}")


def _compare(settings: Settings, provider: Provider, first: date, last: date) -> list[Any]:
    begins, ends = local_instant(first, time()), local_instant(last + timedelta(days=1), time())

    async def work(database: Database) -> list[Any]:
        return list(await reconcile(database, provider, begins, ends))

    try:
        found: list[Any] = run_with(settings, work)
    except ProviderError as error:
        raise click.ClickException(f"the provider cannot be asked: {error}") from error
    return found


@click.command("sandbox-payments")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8100, show_default=True, type=click.IntRange(1, 65535))
@click.option("--key", default=SANDBOX_KEY, show_default=True, help="BOOKING_PAYMENTS_KEY of the service.")
@click.option("--secret", default=SANDBOX_SECRET, show_default=True, help="BOOKING_PAYMENTS_SECRET of the service.")
@click.option("--file", "path", default=":memory:", help="An SQLite file to remember payments in; memory if left out.")
def sandbox_payments(host: str, port: int, key: str, secret: str, path: str) -> None:
    """Run a payment provider to try things with: nobody's money moves.

    启动沙盒支付平台，不会真的扣款。
    """
    click.echo(f"sandbox payments on http://{host}:{port}; start the service with")
    click.echo(
        f"  BOOKING_PAYMENTS_URL=http://{host}:{port} BOOKING_PAYMENTS_KEY={key} BOOKING_PAYMENTS_SECRET={secret}"
    )
    serve_sandbox(host=host, port=port, key=key, secret=secret, path=path)
