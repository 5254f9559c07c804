"""`booking payments …` against a real sandbox."""

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from booking.cli import main
from booking.clock import system_clock
from booking.payments.provider import Provider
from booking.payments.service.events import receive_event
from booking.payments.service.intents import create_intent, intent_of
from booking.payments.wire import Event
from tests.databases import opened, sqlite_only
from tests.payments.folios import PLACE, new_folio
from tests.payments.intents import GUEST, payment_event
from tests.payments.sandboxes import sandbox

pytestmark = sqlite_only


def booking(url: str, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"BOOKING_DATABASE": url} | environment)


async def pay_unseen(url: str, provider: Provider) -> None:
    async with opened(url, system_clock) as database:
        folio = await database.write(new_folio, 3000)
        made = await database.write(create_intent, GUEST, PLACE, folio, pages="http://127.0.0.1:9")
        intent = await database.read(intent_of, PLACE, folio, made)
        seen = await provider.open(intent, "账单")
        wrong: Event = payment_event(intent, "paid", "e1", id=seen.id, amount=1)
        await database.write(receive_event, wrong)


def test_reconcile_and_odd(database_url: str, tmp_path: Path) -> None:
    with sandbox(tmp_path) as made:
        asyncio.run(pay_unseen(database_url, made.provider("http://127.0.0.1:9")))
        today = f"{system_clock():%Y-%m-%d}"
        done = booking(database_url, "payments", "reconcile", "--from", today, **made.settings)
    assert (done.exit_code, "the books agree" in done.output) == (0, True), done.output
    found = booking(database_url, "payments", "odd", "--place", "zhenhai")
    assert "differs e1 1 fen payment.paid" in found.output
    away = booking(database_url, "payments", "reconcile", **made.settings)
    assert (away.exit_code, "cannot be asked" in away.output) == (1, True)


def test_without_a_provider(database_url: str) -> None:
    done = booking(database_url, "payments", "reconcile")
    assert done.exit_code == 1
    assert "BOOKING_PAYMENTS_URL" in done.output


@pytest.mark.parametrize("named", ["payments", "sandbox-payments"])
def test_help(database_url: str, named: str) -> None:
    assert booking(database_url, named, "--help").exit_code == 0
