"""Opening an online payment: the row is committed, then the provider is asked, then its answer is kept."""

from booking.db import Database, ReadSession
from booking.payments.errors import NoProvider, ProviderUnavailable
from booking.payments.models import Folio, PaymentIntent
from booking.payments.payables import payable_of
from booking.payments.provider import Provider, ProviderError
from booking.payments.service import intents

RETRY_SECONDS = 10


async def open_at_provider(
    database: Database, provider: Provider | None, place_id: int, folio_id: int, intent_id: int
) -> PaymentIntent:
    """An intent with the provider's page; it is asked only where that is not known yet.

    Raises:
        NoProvider: online payment is not set up.
        ProviderUnavailable: the provider did not answer; the same request may be sent again.
    """
    if provider is None:
        raise NoProvider
    intent, description = await database.read(_described, place_id, folio_id, intent_id)
    if intent.status != "created":
        return intent
    try:
        seen = await provider.open(intent, description)
    except ProviderError as error:
        raise ProviderUnavailable(retry_after=RETRY_SECONDS) from error
    await database.write(intents.opened, place_id, intent_id, seen)
    return await database.read(intents.intent_of, place_id, folio_id, intent_id)


def _described(tx: ReadSession, place_id: int, folio_id: int, intent_id: int) -> tuple[PaymentIntent, str]:
    intent = intents.intent_of(tx, place_id, folio_id, intent_id)
    folio = tx.get(Folio, place_id=place_id, id=folio_id)
    bill = None if folio is None else payable_of(folio).bill(tx, intent.created_at, folio)
    return intent, "" if bill is None else bill.title.name
