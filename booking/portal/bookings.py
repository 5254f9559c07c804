"""My bookings: the list, one booking with its passes, and what can still be done with it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError, Busy
from booking.notices import calendar
from booking.payments.queries import balance, folio_of
from booking.retreats.queries.applications import applications_of
from booking.retreats.rules.words_applying import APPLICATION_STATUSES
from booking.retreats.schemas_applying import MineView
from booking.rooms.queries.stays import stays_of
from booking.rooms.queries.waiting import my_waits
from booking.rooms.schemas import StayView
from booking.rooms.schemas_waiting import WaitView
from booking.settings import Settings
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.errors import BookingNotFound, CursorUnknown
from booking.venues.pages.choosing import read_chosen
from booking.venues.pages.instead import Link, alternative_links
from booking.venues.pages.words import KIND_NAMES, address
from booking.venues.queries.alternatives import nearest
from booking.venues.queries.bookings import Companion, Cursor, booking_view, bookings_of, companions_of
from booking.venues.queries.calendar import calendar_events
from booking.venues.schemas import BookingPage, BookingView, PartnerRequest
from booking.venues.service.booking import STATUS_NAMES, confirm_booking
from booking.venues.service.ending import cancel_booking, restore_booking
from booking.venues.service.partners import add_partners
from booking.venues.service.pending import WHY_REFUSED
from booking.venues.views import Alternative
from booking.web.idempotency import once_form
from booking.web.language import language_of, sentence, translator_of, words
from booking.web.locale import N_
from booking.web.pages import page, redirect
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]
Command = Callable[[WriteSession, datetime, Principal, int, int], BookingView]
STATUS_KINDS = {
    "held": "wait",
    "pending": "wait",
    "refused": "warn",
    "confirmed": "good",
    "attended": "good",
    "displaced": "bad",
    "no_show": "warn",
}
"""How each status looks; the others are neutral."""
OVER = ("settled", "cancelled")
"""Seasons of retreats of which nothing more is to come; the stay stands in the list by itself."""
STAYS = 20
"""How many stays the list begins with."""
STATUSES: dict[str, Any] = {"status_names": STATUS_NAMES, "status_kinds": STATUS_KINDS, "kind_names": KIND_NAMES}
STATUSES |= {"application_names": APPLICATION_STATUSES}


class Refused(NamedTuple):
    """Why something was not done: above the page, or beside the field where a partner was typed."""

    status: int
    text: str = ""
    alternatives: Sequence[Link] = ()
    beside: str = ""
    typed: tuple[str, str] = ("", "")


class Owed(NamedTuple):
    """What the reader still has to pay, in fen, and where."""

    fen: int
    href: str


class _Read(NamedTuple):
    """A booking, where it is, with whom its booker played before, what else is free if it was refused, what is owed."""

    booking: BookingView
    facts: FacilityFacts | None
    companions: list[Companion]
    instead: list[Alternative]
    owed: Owed | None


@get("/bookings")
async def my_bookings(
    request: AnyRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """What is ahead, or what is over."""
    past = request.query_params.get("tab") == "past"
    now, after = clock(), _cursor(request)

    def read(tx: ReadSession) -> tuple[BookingPage, list[StayView], list[WaitView], list[MineView]]:
        found = bookings_of(tx, now, member, upcoming=not past, after=after)
        if after is not None:
            return found, [], [], []
        stays = stays_of(tx, now, member, upcoming=not past, after=None, limit=STAYS)
        waits = [] if past else my_waits(tx, now, member).items
        waiting = [wait for wait in waits if wait.status == "waiting"]  # what is offered is a stay
        retreats = [one for one in applications_of(tx, now, member.member_id) if (one.stage in OVER) == past]
        return found, stays.items, waiting, retreats

    shown, stays, waits, retreats = await database.read(read)
    further = address("/bookings", tab="past" if past else None, cursor=shown.next) if shown.next else None
    listed: dict[str, Any] = {"bookings": shown.items, "stays": stays, "waits": waits, "retreats": retreats}
    return page(request, "portal/bookings.html", past=past, further=further, **listed, **STATUSES)


@get("/bookings/{place:int}/{booking:int}")
async def one_booking(
    request: AnyRequest,
    place: FromPath[int],
    booking: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """One booking."""
    return await _shown(request, database, clock(), member, place, booking)


@get("/bookings/{place:int}/{booking:int}/calendar.ics")
async def booking_file(
    request: AnyRequest,
    place: FromPath[int],
    booking: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """A booking as a file for a calendar program."""
    language = language_of(request)
    events = await database.read(
        calendar_events,
        clock(),
        member.member_id,
        locale=language,
        translate=translator_of(request).gettext,
        site=settings.public_url,
        booking=(place, booking),
    )
    if not events:
        raise BookingNotFound
    headers = {"Content-Disposition": f'attachment; filename="booking-{booking}.ics"', "Cache-Control": "private"}
    return Response(content=calendar.single(events[0], language), media_type="text/calendar", headers=headers)


@post("/bookings/{place:int}/{booking:int}/confirm")
async def confirm(
    request: AnyRequest,
    place: FromPath[int],
    booking: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Make a hold a booking."""
    return await _act(request, database, clock(), member, place, booking, confirm_booking, N_("您的场地已约好。"))


@post("/bookings/{place:int}/{booking:int}/cancel")
async def cancel(
    request: AnyRequest,
    place: FromPath[int],
    booking: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Give a booking up; it can be taken back at once."""
    return await _act(request, database, clock(), member, place, booking, cancel_booking, N_("预约已取消。"))


@post("/bookings/{place:int}/{booking:int}/restore")
async def restore(
    request: AnyRequest,
    place: FromPath[int],
    booking: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Take a cancellation back."""
    return await _act(request, database, clock(), member, place, booking, restore_booking, N_("预约恢复了。"))


@post("/bookings/{place:int}/{booking:int}/partners")
async def join(
    request: AnyRequest,
    place: FromPath[int],
    booking: FromPath[int],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Name more of those who play."""
    form = await request.form()
    chosen = read_chosen(form)
    joining = [PartnerRequest(name=name or number, number=number) for number, name in chosen.partners]
    own = f"/bookings/{place}/{booking}"
    key = str(form.get("idempotency_key", ""))
    try:
        await once_form(
            database, request, member.actor, key, add_partners, BookingView, member, place, booking, joining
        )
    except (Busy, BookingNotFound):
        raise
    except BookingError as error:
        typed = (str(form.get("number_1", "")), str(form.get("name_1", "")))
        refused = Refused(error.status, beside=words(request, error), typed=typed)
        return await _shown(request, database, clock(), member, place, booking, refused)
    return redirect(request, own, sentence(request, N_("加好了，各有一张入场证。")) if joining else "")


async def _act(
    request: AnyRequest,
    database: Database,
    now: datetime,
    member: Principal,
    place: int,
    booking: int,
    command: Command,
    said: str,
) -> Response[Any]:
    """Run a command on a booking and go back to it; refused, the page says why and what else would do."""
    key = str((await request.form()).get("idempotency_key", ""))
    try:
        if key:
            view = await once_form(database, request, member.actor, key, command, BookingView, member, place, booking)
        else:  # an undo button of a message: these commands may be sent twice
            view = await database.write(command, member, place, booking)
    except (Busy, BookingNotFound):
        raise
    except BookingError as error:
        offered = alternative_links(request, now, error.params.get("alternatives", []))
        refused = Refused(error.status, words(request, error), offered)
        return await _shown(request, database, now, member, place, booking, refused)
    own = f"/bookings/{place}/{booking}"
    return redirect(request, own, sentence(request, said), undo=f"{own}/restore" if view.can_restore else "")


async def _shown(
    request: AnyRequest,
    database: Database,
    now: datetime,
    member: Principal,
    place: int,
    booking: int,
    refused: Refused | None = None,
) -> Response[str]:
    view, facts, companions, others, owed = await database.read(_read, now, place, booking, member)
    left = max(timedelta(0), (view.hold_expires_at or view.answer_by or now) - now)
    there = {player.name for player in view.partners}
    return page(
        request,
        "portal/booking.html",
        status_code=200 if refused is None else refused.status,
        path=f"/bookings/{place}/{booking}",
        booking=view,
        facts=facts,
        mine=next((player for player in view.partners if player.is_you), None),
        seconds=int(left.total_seconds()) + 1,
        within=max(1, -(-left // timedelta(seconds=1))),
        minutes=max(1, -(-int(left.total_seconds()) // 60)),
        owed=owed,
        online=bool(request.app.state.settings.payments_url),
        companions=[(f"{one.number} {one.name}", one.name) for one in companions if one.name not in there],
        refused="" if refused is None else refused.text,
        alternatives=alternative_links(request, now, others) if refused is None else refused.alternatives,
        refusals=WHY_REFUSED,
        typed=("", "") if refused is None else refused.typed,
        errors={"number_1": refused.beside} if refused is not None and refused.beside else {},
        **STATUSES,
    )


def _read(tx: ReadSession, now: datetime, place: int, booking: int, member: Principal) -> _Read:
    view = booking_view(tx, now, place, booking, member)
    facts = venues(tx).facilities.get((view.place, view.facility))
    companions = companions_of(tx, member.member_id) if view.can_change else []
    others: list[Alternative] = []
    if facts is not None and view.status == "refused":
        kind, heads = view.court_kind, view.heads
        others = nearest(tx, now, facts, court_kind=kind, starts=view.starts, ends=view.ends, heads=heads)
    return _Read(view, facts, companions, others, _owed(tx, place, booking, member))


def _owed(tx: ReadSession, place: int, booking: int, member: Principal) -> Owed | None:
    folio = folio_of(tx, place, f"booking:{place}:{booking}")
    if folio is None or folio.member_id != member.member_id:
        return None
    due = balance(tx, place, folio.id).due
    return Owed(due, f"/pay/{place}/{folio.id}") if due else None


def _cursor(request: AnyRequest) -> Cursor | None:
    text = request.query_params.get("cursor", "")
    try:
        return Cursor.read(text) if text else None
    except CursorUnknown:
        return None


router = Router(
    path="/",
    route_handlers=[
        my_bookings,
        one_booking,
        booking_file,
        confirm,
        cancel,
        restore,
        join,
    ],
    include_in_schema=False,
)
