"""Booking an hour: how long, which court, who plays along, what it costs; then one tap."""

from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from booking.clock import Clock, half_hour_of
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError, Busy
from booking.venues import errors
from booking.venues.pages.choosing import PARTNER_ROWS, Chosen, read_chosen
from booking.venues.pages.instead import alternative_links
from booking.venues.pages.words import FEATURES, KIND_NAMES, address, here
from booking.venues.queries.alternatives import nearest
from booking.venues.queries.bookings import Companion, companions_of
from booking.venues.queries.choosing import Choices, choices
from booking.venues.rules import policy
from booking.venues.schemas import MOST_HEADS, BookingView, HoldRequest
from booking.venues.service.booking import confirm_booking, hold_slot
from booking.venues.views import Alternative
from booking.web.idempotency import once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import page, redirect
from booking.web.principal import Principal

SAID = {
    "confirmed": N_("您的场地已约好。"),
    "held": N_("先为您留着，请在时间到之前确认。"),
    "pending": N_("这个时段很紧，正在替您排。"),
}
"""What is said when the form was taken."""


class _Shown(NamedTuple):
    """What the page needs: what can be chosen, with whom one played before, and what else is free if nothing is."""

    choices: Choices
    companions: list[Companion]
    instead: list[Alternative]


@get("/places/{place:str}/{facility:str}/book")
async def choose(
    request: Request[Any, Any, Any],
    place: FromPath[str],
    facility: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: NamedDependency[Principal | None],
) -> Response[Any]:
    """Choose how long and which court, and see what it costs."""
    chosen = read_chosen(request.query_params)
    if chosen.at is None:
        return redirect(request, f"/places/{place}/{facility}")
    now = clock()
    shown = await database.read(_read, now, place, facility, chosen, principal)
    return _page(request, shown, chosen, principal, now)


@post("/places/{place:str}/{facility:str}/book")
async def book(
    request: Request[Any, Any, Any],
    place: FromPath[str],
    facility: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: NamedDependency[Principal | None],
) -> Response[Any]:
    """Book it, or hold it for a few minutes; whoever is not signed in does so first and finds all as chosen."""
    form = await request.form()
    chosen = read_chosen(form)
    if chosen.at is None:
        return redirect(request, f"/places/{place}/{facility}")
    shown = await database.read(_read, clock(), place, facility, chosen, principal)
    if principal is None:
        return Redirect(f"/sign-in?next={quote(chosen.address(shown.choices.facts), safe='')}", status_code=303)
    at_once = form.get("action") != "hold"
    key = str(form.get("idempotency_key", ""))
    wish = chosen.request(shown.choices)
    try:
        view = await once_form(
            database, request, principal.actor, key, hold_or_book, BookingView, principal, wish, at_once
        )
    except Busy:
        raise
    except BookingError as error:
        again = await database.read(_read, clock(), place, facility, chosen, principal)
        return _page(request, again, chosen, principal, clock(), error)
    return redirect(request, f"/bookings/{view.place}/{view.id}", sentence(request, SAID[view.status]))


def hold_or_book(tx: WriteSession, now: datetime, booker: Principal, wish: HoldRequest, at_once: bool) -> BookingView:
    """Hold a place and, at once, confirm it: one transaction, so that nothing is held when it is refused.

    A pending booking is confirmed once the planner has seated it.
    """
    held = hold_slot(tx, now, booker, wish, then_confirm=at_once)
    at_once = at_once and held.status == "held"
    return confirm_booking(tx, now, booker, held.place, held.id) if at_once else held


def _read(
    tx: ReadSession, now: datetime, place: str, facility: str, chosen: Chosen, principal: Principal | None
) -> _Shown:
    found = choices(
        tx,
        now,
        place,
        facility,
        chosen.at or now,
        court_kind=chosen.kind or None,
        categories=() if principal is None else principal.categories,
    )
    companions = [] if principal is None or found.facts.pooled else companions_of(tx, principal.member_id)
    length = found.length(chosen.half_hours)
    if length is None or not found.full:
        return _Shown(found, companions, [])
    instead = nearest(
        tx, now, found.facts, court_kind=found.kind, starts=found.starts, ends=length.ends, heads=chosen.heads
    )
    return _Shown(found, companions, instead)


def _page(
    request: Request[Any, Any, Any],
    shown: _Shown,
    chosen: Chosen,
    principal: Principal | None,
    now: datetime,
    error: BookingError | None = None,
) -> Response[str]:
    found, facts = shown.choices, shown.choices.facts
    alternatives = shown.instead if error is None else error.params.get("alternatives", [])
    ticked = [companion for companion in shown.companions if companion in chosen.partners]
    typed = [partner for partner in chosen.partners if partner not in ticked]
    return page(
        request,
        "venues/book.html",
        status_code=200 if error is None else error.status,
        path=chosen.address(facts) if request.method == "POST" else here(request),
        facts=facts,
        found=found,
        chosen=chosen,
        length=found.length(chosen.half_hours),
        errors={} if error is None else {_field(error): words(request, error)},
        alternatives=alternative_links(request, now, alternatives, **chosen.asked),
        companions=[(f"{one.number} {one.name}", one.name) for one in shown.companions],
        ticked=[f"{one.number} {one.name}" for one in ticked],
        typed=typed,
        rows=max(PARTNER_ROWS, len(typed)),
        most_heads=min(MOST_HEADS, facts.facility.capacity or 1),
        kind_name=KIND_NAMES.get(found.kind or "", found.kind or ""),
        features=FEATURES,
        free_until=policy.free_until(facts.policy, half_hour_of(found.starts)),
        back=address(f"/places/{facts.place.code}/{facts.facility.code}", kind=found.kind),
        signed_in=principal is not None,
    )


def _field(error: BookingError) -> str:
    """Beside which field a refusal is shown; most stand above the form."""
    match error:
        case errors.PartnerNotFound() | errors.TooManyPartners():
            return "number_1"
        case errors.WrongLength():
            return "long"
        case errors.CourtTaken():
            return "court"
        case _:
            return ""
