"""The pages of a bill: what is owed and by whom, the way to the provider's page, and how it went."""

from datetime import datetime
from typing import Any, NamedTuple

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError
from booking.payments.api import pages_of
from booking.payments.models import PaymentIntent
from booking.payments.payables import Bill, payable_of
from booking.payments.paying import open_at_provider
from booking.payments.provider import provider_of
from booking.payments.rules import REVENUE_KINDS, WAYS
from booking.payments.service import intents
from booking.payments.views import FolioView, folio_view
from booking.settings import Settings
from booking.web.idempotency import once_form
from booking.web.language import words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal
from booking.web.wire import Id

AnyRequest = Request[Any, Any, Any]
EVENTS = {
    "charge": N_("应收"),
    "payment": N_("收款"),
    "refund": N_("退款"),
    "reversal": N_("冲销"),
    "deposit": N_("收押金"),
    "deposit_applied": N_("押金抵用"),
    "deposit_returned": N_("退押金"),
    "subsidy": N_("补贴"),
}
"""The kinds of events on a folio."""
PATIENCE_SECONDS = 3
"""A page that waits for the provider's message looks again after so long."""


class Shown(NamedTuple):
    """A bill, and one online payment of it where the page is about that."""

    folio: FolioView
    bill: Bill | None
    intent: PaymentIntent | None


def look(
    tx: ReadSession, now: datetime, place_id: int, folio_id: int, who: Principal, intent_id: int | None = None
) -> Shown:
    """A bill for its page.

    Raises:
        FolioNotFound: there is none, or it is somebody else's.
        IntentNotFound: there is no such online payment of it.
    """
    folio = intents.visible_folio(tx, place_id, folio_id, who)
    view = folio_view(tx, place_id, folio_id, folio.subject)
    intent = None if intent_id is None else intents.intent_of(tx, place_id, folio_id, intent_id)
    return Shown(view, payable_of(folio).bill(tx, now, folio), intent)


@get("/pay/{place:int}/{folio:int}")
async def bill_page(
    request: AnyRequest,
    place: FromPath[Id],
    folio: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    member: NamedDependency[Principal],
) -> Response[str]:
    """What a bill comes to, who pays what of it, and a button to pay."""
    shown = await database.read(look, clock(), place, folio, member)
    return page(
        request,
        "payments/bill.html",
        headers=NOT_KEPT,
        folio=shown.folio,
        bill=shown.bill,
        online=bool(settings.payments_url),
        ways=WAYS,
        revenue_kinds=REVENUE_KINDS,
        events=EVENTS,
    )


@post("/pay/{place:int}/{folio:int}")
async def pay(
    request: AnyRequest,
    place: FromPath[Id],
    folio: FromPath[Id],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    member: NamedDependency[Principal],
) -> Redirect:
    """Begin to pay; our own page then leads to the provider's, since a form may not."""
    form = await request.form()
    provider, address = provider_of(settings), f"/pay/{place}/{folio}"
    purpose: intents.Purpose = "deposit" if form.get("purpose") == "deposit" else "payment"

    def command(tx: WriteSession, now: datetime) -> int:
        return intents.create_intent(tx, now, member, place, folio, pages=pages_of(settings, provider), purpose=purpose)

    await database.read(intents.visible_folio, place, folio, member)
    try:
        key = str(form.get("idempotency_key", ""))
        intent_id = await once_form(database, request, member.actor, key, command, int)
        intent = await open_at_provider(database, provider, place, folio, intent_id)
    except BookingError as error:
        return redirect(request, address, words(request, error), kind="bad")
    leave = "?go=yes" if intent.status == "pending" else ""
    return redirect(request, f"{address}/{intent.id}{leave}")


@get("/pay/{place:int}/{folio:int}/{intent:int}")
async def result_page(
    request: AnyRequest,
    place: FromPath[Id],
    folio: FromPath[Id],
    intent: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """How an online payment went: paid, still waiting (it looks again by itself), or failed and what to do."""
    shown = await database.read(look, clock(), place, folio, member, intent)
    found = shown.intent
    waiting = found is not None and found.status in ("created", "pending")
    leaving = waiting and found is not None and bool(found.pay_url) and request.query_params.get("go") == "yes"
    here = f"/pay/{place}/{folio}/{intent}"
    headers = dict(NOT_KEPT)
    if leaving and found is not None:
        headers["Refresh"] = f"0; url={found.pay_url}"
    elif waiting:
        headers["Refresh"] = f"{PATIENCE_SECONDS}; url={here}"
    return page(
        request,
        "payments/result.html",
        headers=headers,
        folio=shown.folio,
        bill=shown.bill,
        intent=found,
        waiting=waiting,
        leaving=leaving,
    )


router = Router(path="/", route_handlers=[bill_page, pay, result_page], include_in_schema=False)
