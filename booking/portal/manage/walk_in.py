"""Booking for someone who stands at the counter: who, how long, how they pay, and a pass to take along."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from booking.clock import Clock, half_hour_of, instant_of, local_date
from booking.db import Database, ReadSession
from booking.errors import BookingError
from booking.payments.rules import METHODS
from booking.portal.manage import service
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.bookings import way_to_pay
from booking.portal.manage.errors import MemberUnknown, NameNeeded, WayUnknown
from booking.portal.manage.queries.openings import Length, lengths_from
from booking.venues.catalogue import FacilityFacts
from booking.venues.schemas import BookingView, WalkInRequest
from booking.venues.views import Alternative
from booking.web import forms
from booking.web.forms import Refused, Shown, Typed
from booking.web.idempotency import KeyReused, once_form
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal

BESIDE: dict[type[BookingError], str] = {MemberUnknown: "who", NameNeeded: "contact_name", WayUnknown: "method"}
AN_HOUR = 2
"""Half hours that most people come for."""
HalfHour = Annotated[int, QueryParameter(ge=0, lt=2**31, description="The half hour at which it begins.")]
Court = Annotated[int | None, QueryParameter(ge=1, lt=2**53)]
Kind = Annotated[str, QueryParameter(max_length=20)]


@get("/manage/{place:str}/{facility:str}/walk-in")
async def walk_in_page(
    request: AnyRequest,
    facts: NamedDependency[FacilityFacts],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    starts: HalfHour,
    court: Court = None,
    kind: Kind = "",
) -> Response[str]:
    """The form for a court (or a kind of court) from a half hour on."""
    form = {"starts": str(starts), "court": str(court or ""), "court_kind": kind, "heads": "1"}
    return await _page(request, facts, database, clock, forms.shown(form))


async def _page(
    request: AnyRequest,
    facts: FacilityFacts,
    database: Database,
    clock: Clock,
    form: Shown,
    status_code: int = 200,
    alternatives: list[Alternative] | None = None,
) -> Response[str]:
    starts, court = _number(form.values, "starts"), _number(form.values, "court")

    def lengths(tx: ReadSession) -> list[Length]:
        return lengths_from(tx, clock(), facts, starts, court if court in facts.courts else None)

    fitting = await database.read(lengths)
    return page(
        request,
        "portal/manage/walk_in.html",
        status_code=status_code,
        headers=NOT_KEPT,
        facts=facts,
        form=form.values,
        errors=form.errors,
        lengths=fitting,
        usual=min((one.half_hours for one in fitting), key=lambda length: abs(length - AN_HOUR), default=AN_HOUR),
        court=facts.courts.get(court),
        begins=instant_of(starts),
        day=local_date(instant_of(starts)),
        methods=METHODS,
        alternatives=[_link(facts, one) for one in alternatives or [] if one.facility == facts.facility.id],
    )


def _number(form: Any, name: str) -> int:
    text = form.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def _link(facts: FacilityFacts, one: Alternative) -> tuple[Alternative, str]:
    address = f"/manage/{facts.place.code}/{facts.facility.code}/walk-in"
    return one, f"{address}?starts={half_hour_of(one.starts)}&kind={one.court_kind or ''}"


@post("/manage/{place:str}/{facility:str}/walk-in", status_code=200)
async def walk_in(
    request: AnyRequest,
    facts: NamedDependency[FacilityFacts],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Book, take the money if they pay now, and go on to the pass."""
    form = await forms.typed(request)
    try:
        made = await once_form(
            database, request, member.actor, form.get("idempotency_key", ""), service.walk_in, BookingView,
            member, facts.place.id, _request(facts, form),
            who=form.get("who", ""),
            method=way_to_pay(form) if form.get("method", "later") != "later" else None,
        )  # fmt: skip
    except (Refused, BookingError) as why:
        if isinstance(why, KeyReused):
            form.pop("idempotency_key", None)
        alternatives = why.params.get("alternatives") if isinstance(why, BookingError) else None
        shown = forms.again(request, form, why, BESIDE)
        return await _page(request, facts, database, clock, shown, forms.status_of(why), alternatives)
    said = sentence(request, N_("约好了。可以打印入场证。"))
    return redirect(request, f"/manage/{facts.place.code}/bookings/{made.id}/pass", said)


def _request(facts: FacilityFacts, form: Typed) -> WalkInRequest:
    starts, length = _number(form, "starts"), _number(form, "length")
    plain = form | {"heads": form.get("heads") or "1", "member_number": ""}
    if not length:
        raise Refused({"length": forms.Unfit(N_("请选一项。"))})
    return forms.read(
        WalkInRequest,
        {name: text for name, text in plain.items() if text},
        facility=facts.facility.id,
        starts=instant_of(starts),
        ends=instant_of(starts + min(length, 48)),
    )


handlers = [walk_in_page, walk_in]
