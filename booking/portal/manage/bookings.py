"""One booking at the desk: who it is, what it owes, and what may be done with it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from booking.clock import Clock, local_date
from booking.db import Database, ReadSession
from booking.errors import BookingError
from booking.payments.queries import StatementLine, folio_of, statement
from booking.payments.rules import METHODS, WAYS, Method
from booking.places.models import Place
from booking.portal.manage import service
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.errors import WayUnknown
from booking.portal.manage.queries.desk import DeskBooking, booking_at_desk
from booking.portal.manage.service import Paid, Refunded
from booking.portal.manage.words import LEDGER_KINDS
from booking.venues.errors import BookingNotFound
from booking.venues.queries.bookings import booking_view
from booking.venues.schemas import BookingView, Id
from booking.venues.service import counter, staff
from booking.venues.service.booking import STATUS_NAMES
from booking.venues.service.ending import restore_booking
from booking.web.formatting import money
from booking.web.forms import Typed, typed
from booking.web.idempotency import once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal

REASONS = (N_("设备故障"), N_("场馆临时活动"), N_("天气或安全原因"), N_("登记错了"))
"""Reasons for cancelling that are offered; any other may be typed."""


class Seen(msgspec.Struct):
    """A booking with its account, for the page."""

    booking: BookingView
    desk: DeskBooking
    statement: list[StatementLine]


def look(tx: ReadSession, now: datetime, place: int, booking_id: int, member: Principal) -> Seen:
    """A booking as the desk needs it.

    Raises:
        BookingNotFound: there is none.
    """
    view = booking_view(tx, now, place, booking_id, member)
    desk = booking_at_desk(tx, now, place, booking_id)
    if desk is None:
        raise BookingNotFound
    folio = folio_of(tx, place, f"booking:{place}:{booking_id}")
    return Seen(view, desk, [] if folio is None else statement(tx, place, folio.id))


@get("/manage/{place:str}/bookings/{booking:int}")
async def booking_page(
    request: AnyRequest,
    at: NamedDependency[Place],
    booking: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """A booking, and what may be done with it."""
    return await _booking_page(request, at, booking, database, clock, member)


async def _booking_page(
    request: AnyRequest, at: Place, booking: int, database: Database, clock: Clock, member: Principal, **shown: Any
) -> Response[str]:
    seen = await database.read(look, clock(), at.id, booking, member)
    context: dict[str, Any] = {"phone": None} | shown
    return page(
        request,
        "portal/manage/booking.html",
        headers=NOT_KEPT,
        at=at,
        seen=seen,
        begun=seen.desk.start <= clock(),
        day=local_date(seen.booking.starts),
        statuses=STATUS_NAMES,
        methods=METHODS,
        ways=WAYS,
        ledger_kinds=LEDGER_KINDS,
        reasons=REASONS,
        **context,
    )


@post("/manage/{place:str}/bookings/{booking:int}/phone", status_code=200)
async def reveal_phone(
    request: AnyRequest,
    at: NamedDependency[Place],
    booking: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """Show the whole phone number, this once; that it was asked for is noted."""
    phone = await database.write(service.reveal_phone, member, at.id, booking)
    return await _booking_page(request, at, booking, database, clock, member, phone=phone)


async def _do(request: AnyRequest, address: str, doing: Awaitable[tuple[str, str]]) -> Redirect:
    """Back to the booking with what was done, and its undo; or with why it was not."""
    try:
        said, undo = await doing
    except BookingError as error:
        return redirect(request, address, words(request, error), kind="bad")
    return redirect(request, address, said, undo=undo)


def way_to_pay(form: Typed) -> Method:
    """The way to pay that was chosen.

    Raises:
        WayUnknown: none of ours.
    """
    chosen = next((method for method in METHODS if method == form.get("method")), None)
    if chosen is None:
        raise WayUnknown
    return chosen


@post("/manage/{place:str}/bookings/{booking:int}/payments")
async def take_payment(
    request: AnyRequest,
    at: NamedDependency[Place],
    booking: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Receive all that is owed."""
    form, address = await typed(request), f"/manage/{at.code}/bookings/{booking}"

    async def pay() -> tuple[str, str]:
        paid = await once_form(
            database, request, member.actor, form.get("idempotency_key", ""), service.take_payment, Paid,
            member, at.id, booking, method=way_to_pay(form),
        )  # fmt: skip
        return _said(request, N_("收到 {sum}。"), paid.fen), f"{address}/payments/{paid.transaction}/reverse"

    return await _do(request, address, pay())


@post("/manage/{place:str}/bookings/{booking:int}/refund")
async def refund(
    request: AnyRequest,
    at: NamedDependency[Place],
    booking: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Give back all that is due, the ways it came."""
    form = await typed(request)

    async def give_back() -> tuple[str, str]:
        done = await once_form(
            database, request, member.actor, form.get("idempotency_key", ""), service.refund_due, Refunded,
            member, at.id, booking,
        )  # fmt: skip
        return _said(request, N_("已退 {sum}。"), done.fen), ""

    return await _do(request, f"/manage/{at.code}/bookings/{booking}", give_back())


@post("/manage/{place:str}/bookings/{booking:int}/payments/{transaction:int}/reverse")
async def take_back(
    request: AnyRequest,
    at: NamedDependency[Place],
    booking: FromPath[Id],
    transaction: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Take a payment or a refund back that was keyed in by mistake."""

    async def reverse() -> tuple[str, str]:
        await database.write(service.take_back, member, at.id, booking, transaction)
        return sentence(request, N_("这笔账已冲销。")), ""

    return await _do(request, f"/manage/{at.code}/bookings/{booking}", reverse())


@post("/manage/{place:str}/bookings/{booking:int}/cancel")
async def cancel(
    request: AnyRequest,
    at: NamedDependency[Place],
    booking: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Cancel, for the member or on the place's account."""
    form, address = await typed(request), f"/manage/{at.code}/bookings/{booking}"
    ours = form.get("ours") != "no"
    reason = (form.get("other") or form.get("reason") or "")[:60]

    async def end() -> tuple[str, str]:
        await database.write(staff.cancel_at_counter, member, at.id, booking, reason=reason, ours=ours)
        return sentence(request, N_("预约已取消，十分钟内可以恢复。")), f"{address}/restore"

    return await _do(request, address, end())


Turn = Literal["restore", "no-show", "came"]
_TURNS: dict[Turn, tuple[Callable[..., BookingView], str, str]] = {
    "restore": (restore_booking, N_("预约已恢复。"), ""),
    "no-show": (counter.mark_no_show, N_("已记为没有到场。"), "came"),
    "came": (counter.take_back_no_show, N_("已改回：人到了。"), ""),
}
"""What one button does to the state of a booking: the command, what is said, and the button that undoes it."""


@post("/manage/{place:str}/bookings/{booking:int}/{turn:str}")
async def change_state(
    request: AnyRequest,
    at: NamedDependency[Place],
    booking: FromPath[Id],
    turn: FromPath[Turn],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Restore a cancelled booking, note that nobody came, or that they did after all."""
    address = f"/manage/{at.code}/bookings/{booking}"
    command, said, undo = _TURNS[turn]

    async def change() -> tuple[str, str]:
        await database.write(command, member, at.id, booking)
        return sentence(request, said), f"{address}/{undo}" if undo else ""

    return await _do(request, address, change())


def _said(request: AnyRequest, text: str, fen: int) -> str:
    return sentence(request, text, sum=money(fen))


handlers = [booking_page, reveal_phone, take_payment, refund, take_back, cancel, change_state]
