"""Money at the desk, cancelling for a guest, and the reports of a place."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from booking.audit.queries import log
from booking.clock import Clock, local_date
from booking.db import Database, ReadSession
from booking.errors import Denied, NotFound, Unauthenticated
from booking.payments import errors as payments
from booking.payments.queries import Taking, takings
from booking.payments.rules import LARGEST_FEN, Method
from booking.places.service import require_manager
from booking.portal.manage import service
from booking.portal.manage.errors import NothingOwed
from booking.portal.manage.service import Paid, Refunded, Reversed
from booking.venues.errors import AlreadyBegun, BookingNotFound, WrongStatus
from booking.venues.schemas import BookingView, Id
from booking.venues.service import staff
from booking.web.etags import tagged, tagged_answers
from booking.web.idempotency import once
from booking.web.principal import Principal
from booking.web.responses import answers, refusals

AnyRequest = Request[Any, Any, Any]
PathId = FromPath[Id]
Member = NamedDependency[Principal]
Store = NamedDependency[Database]
Cursor = Annotated[int | None, QueryParameter(ge=1, lt=2**53, description="The `next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]
Day = Annotated[date | None, QueryParameter(description="A day in Shanghai; today, if left out.")]
Subject = Annotated[str | None, QueryParameter(max_length=60, description="Only about this, e.g. `booking:1:42`.")]


class PaymentRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Money received at the desk, in fen; left out, all that is owed."""

    method: Method
    fen: Annotated[int, Meta(ge=1, le=LARGEST_FEN)] | None = None


class CancelRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Why a booking is cancelled at the desk; `ours` is the place's own reason, which costs the guest nothing."""

    reason: Annotated[str, Meta(max_length=60)] = ""
    ours: bool = True


class ActView(msgspec.Struct, frozen=True):
    """An act in the audit log."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Any


class ActPage(msgspec.Struct, frozen=True):
    """A page of acts, newest first; `next` is the cursor of the page after it."""

    items: list[ActView]
    next: int | None


@post(
    "/places/{place:int}/bookings/{booking:int}/payments",
    responses=refusals(
        Unauthenticated, Denied, BookingNotFound, NothingOwed, payments.Overpaid, body=True, idempotent=True
    )
    | answers(201, Paid, "Received"),
)
async def take_payment(
    request: AnyRequest,
    place: PathId,
    booking: PathId,
    data: JSONBody[PaymentRequest],
    database: Store,
    member: Member,
) -> Response[bytes]:
    """Receive money for a booking."""
    return await once(
        database, request, member.actor, service.take_payment, member, place, booking, method=data.method, fen=data.fen
    )


@delete(
    "/places/{place:int}/bookings/{booking:int}/payments/{transaction:int}",
    status_code=200,
    responses=refusals(
        Unauthenticated,
        Denied,
        NotFound,
        payments.NotReversible,
        payments.AlreadyReversed,
        payments.AlreadyRefunded,
        idempotent=True,
    )
    | answers(200, Reversed, "Taken back; both stay in the books"),
)
async def take_back(
    request: AnyRequest, place: PathId, booking: PathId, transaction: PathId, database: Store, member: Member
) -> Response[bytes]:
    """Take a payment or refund back that was keyed in by mistake."""
    return await once(database, request, member.actor, service.take_back, member, place, booking, transaction)


@post(
    "/places/{place:int}/bookings/{booking:int}/refunds",
    responses=refusals(Unauthenticated, Denied, BookingNotFound, NothingOwed, idempotent=True)
    | answers(201, Refunded, "Given back, by the way it came"),
)
async def refund(
    request: AnyRequest, place: PathId, booking: PathId, database: Store, member: Member
) -> Response[bytes]:
    """Give back all that is due."""
    return await once(database, request, member.actor, service.refund_due, member, place, booking)


@post(
    "/places/{place:int}/bookings/{booking:int}/cancel",
    responses=refusals(Unauthenticated, Denied, BookingNotFound, WrongStatus, AlreadyBegun, body=True, idempotent=True)
    | answers(201, BookingView, "Cancelled"),
)
async def cancel(
    request: AnyRequest,
    place: PathId,
    booking: PathId,
    data: JSONBody[CancelRequest],
    database: Store,
    member: Member,
) -> Response[bytes]:
    """Cancel somebody's booking, on the place's account or because they asked for it."""
    return await once(
        database, request, member.actor, staff.cancel_at_counter, member, place, booking,
        reason=data.reason, ours=data.ours,
    )  # fmt: skip


@get("/places/{place:int}/takings", responses=refusals(Unauthenticated, Denied) | tagged_answers(list[Taking]))
async def get_takings(
    request: AnyRequest,
    place: PathId,
    database: Store,
    clock: NamedDependency[Clock],
    member: Member,
    day: Day = None,
) -> Response[bytes]:
    """What a place took on a day, by the way it was paid."""
    require_manager(member, place)
    return tagged(request, await database.read(takings, place, day or local_date(clock())), private=True)


@get("/places/{place:int}/audit", responses=refusals(Unauthenticated, Denied) | tagged_answers(ActPage))
async def get_audit(
    request: AnyRequest,
    place: PathId,
    database: Store,
    member: Member,
    cursor: Cursor = None,
    limit: Limit = 50,
    subject: Subject = None,
) -> Response[bytes]:
    """Who did what at a place, newest first."""
    require_manager(member, place)

    def page(tx: ReadSession) -> ActPage:
        found = log(tx, place, before=cursor, limit=limit + 1, subject=subject)
        acts = [ActView(one.id, one.at, one.actor, one.action, one.subject, one.detail) for one in found[:limit]]
        return ActPage(acts, acts[-1].id if len(found) > limit else None)

    return tagged(request, await database.read(page), private=True)


handlers = [take_payment, take_back, refund, cancel, get_takings, get_audit]
