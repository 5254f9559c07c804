"""The JSON API of folios and online payments, and the address that the provider tells what became of them."""

from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.errors import Unauthenticated
from booking.notices.webhook import FRESH, is_genuine
from booking.payments import errors
from booking.payments.paying import open_at_provider
from booking.payments.provider import Provider, provider_of
from booking.payments.schemas import IntentRequest
from booking.payments.service import intents
from booking.payments.service.events import Outcome, receive_event
from booking.payments.views import FolioView, IntentView, folio_view, intent_view
from booking.payments.wire import SIGNATURE, Event
from booking.settings import Settings
from booking.web.idempotency import once
from booking.web.principal import Principal
from booking.web.problems import TooLarge
from booking.web.responses import answers, refusals
from booking.web.wire import Id

AnyRequest = Request[Any, Any, Any]
LARGEST_MESSAGE = 64_000
"""Bytes of one message of the provider."""
PAYING = (
    Unauthenticated,
    errors.FolioNotFound,
    errors.NoProvider,
    errors.NoLongerPayable,
    errors.NothingToPay,
    errors.Overpaid,
    errors.ProviderUnavailable,
)


class Heard(msgspec.Struct, frozen=True):
    """What a message of the provider did."""

    outcome: Outcome


@get(
    "/folios/{place:int}/{folio:int}",
    responses=refusals(Unauthenticated, errors.FolioNotFound),
)
async def get_folio(
    place: FromPath[Id], folio: FromPath[Id], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> FolioView:
    """A folio of mine: every event with the balance after it, who paid what, deposit and subsidy. Sums are in fen."""

    def read(tx: ReadSession) -> FolioView:
        found = intents.visible_folio(tx, place, folio, member)
        return folio_view(tx, place, folio, found.subject)

    return await database.read(read)


@post(
    "/folios/{place:int}/{folio:int}/intents",
    responses=refusals(*PAYING, body=True, idempotent=True)
    | answers(201, IntentView, "Send the guest to `pay_url`; they come back to our page"),
)
async def create_intent(
    request: AnyRequest,
    place: FromPath[Id],
    folio: FromPath[Id],
    data: JSONBody[IntentRequest],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Begin to pay a folio online: all that is owed, or a part of it."""
    provider = provider_of(settings)

    def command(tx: WriteSession, now: Any) -> int:
        return intents.create_intent(
            tx, now, member, place, folio, pages=pages_of(settings, provider), purpose=data.purpose, fen=data.fen
        )

    made = await once(database, request, member.actor, command)
    intent = await open_at_provider(database, provider, place, folio, int(made.content))
    made.content = msgspec.json.encode(intent_view(intent))
    return made


@get(
    "/folios/{place:int}/{folio:int}/intents/{intent:int}",
    responses=refusals(Unauthenticated, errors.FolioNotFound, errors.IntentNotFound),
)
async def get_intent(
    place: FromPath[Id],
    folio: FromPath[Id],
    intent: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> IntentView:
    """How an online payment of mine stands."""

    def read(tx: ReadSession) -> IntentView:
        intents.visible_folio(tx, place, folio, member)
        return intent_view(intents.intent_of(tx, place, folio, intent))

    return await database.read(read)


@post(
    "/payments/webhook",
    status_code=200,
    request_max_body_size=LARGEST_MESSAGE,
    responses=refusals(errors.NotSigned, errors.NotAnEvent, errors.NoProvider, TooLarge),
)
async def webhook(
    request: AnyRequest,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
) -> Heard:
    """For the payment provider: what became of a payment or refund, signed. A repeat does nothing."""
    body = await request.body()
    if provider_of(settings) is None:
        raise errors.NoProvider
    signature = request.headers.get(SIGNATURE, "")
    if not is_genuine(settings.payments_secret.encode(), clock(), body, signature):
        raise errors.NotSigned(minutes=int(FRESH.total_seconds()) // 60)
    try:
        event = msgspec.json.decode(body, type=Event)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise errors.NotAnEvent(detail=str(error)) from error
    return Heard(await database.write(receive_event, event))


def pages_of(settings: Settings, provider: Provider | None) -> str | None:
    """Where our pages begin, to which a guest comes back; None where nobody takes online payments."""
    return None if provider is None else settings.public_url


router = Router(path="/api/v1", route_handlers=[get_folio, create_intent, get_intent, webhook], tags=["payments"])
