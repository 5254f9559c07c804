"""The turns of the background loops: money on its way back, and payments of which no message came.

Each reads what is due, asks the provider with no transaction open, and writes the answer down.
"""

from booking.db import Database, Lane
from booking.payments.models import PaymentIntent, ProviderRefund
from booking.payments.provider import Provider, ProviderError
from booking.payments.service import events, intents, refunds
from booking.payments.service.refunds import DueRefund


async def send_refunds(database: Database, provider: Provider) -> int:
    """Ask the provider for the refunds that are due; answers how many were taken up."""
    if not await database.read(refunds.refund_is_due, database.clock()):
        return 0
    due = await database.write_in(Lane.BULK, refunds.lease_refunds)
    for refund in due:
        await _send(database, provider, refund)
    return len(due)


async def ask_for_news(database: Database, provider: Provider) -> int:
    """Ask the provider about intents of which it should have told us; answers how many."""
    waiting = await database.read(intents.unsettled, database.clock())
    for intent in waiting:
        await _ask(database, provider, intent)
    return len(waiting)


async def _send(database: Database, provider: Provider, refund: DueRefund) -> None:
    try:
        seen = await provider.refund(refund.place_id, refund.id, refund.payment, refund.fen)
    except ProviderError as error:
        if error.refused:
            where = (refund.place_id, refund.id)
            await database.write(refunds.settle_refund, *where, reference="", done=False, error=str(error))
        else:
            await database.write(refunds.put_off, refund, str(error))
        return
    if seen.status == "pending":
        await database.write(refunds.put_off, refund, "")
        return
    sent = await database.read(lambda tx: tx.get(ProviderRefund, place_id=refund.place_id, id=refund.id))
    if sent is not None:
        await database.write(events.apply_refund, sent, seen)


async def _ask(database: Database, provider: Provider, intent: PaymentIntent) -> None:
    try:
        seen = await provider.look_up(intent)
    except ProviderError:
        seen = None
    if seen is not None and intent.reference is None:
        await database.write(intents.opened, intent.place_id, intent.id, seen)
    if seen is not None and seen.status != "pending":
        await database.write(events.apply_payment, intent, seen)
    await database.write(intents.checked_in_vain, intent.place_id, intent.id)
