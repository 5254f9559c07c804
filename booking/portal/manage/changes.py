"""Changes of what a place offers: rehearsed, shown, applied as shown, undone. Pages for every kind there is."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from msgspec import Meta

from booking.clock import Clock, local_instant
from booking.db import Database, ReadSession
from booking.errors import BookingError
from booking.places.models import Place
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.blocks import Hours, hours_of_day
from booking.portal.manage.board import Day, shown_day
from booking.portal.manage.telling import described, rows
from booking.portal.manage.words import CHANGE_KINDS, CHANGE_STATES
from booking.rehearsal.errors import PlanChanged
from booking.rehearsal.queries import ChangeView, change, changes
from booking.rehearsal.rules import SEARCHES
from booking.rehearsal.service import apply, draft, rehearse, replanned, undo
from booking.rooms.catalogue import houses
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.schemas import Id, ShortText
from booking.web import forms
from booking.web.forms import Refused, Shown, Typed
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal

MOST = 30
"""Changes on one page of the list."""
CLOSE, LOWER = "venues.close_courts", "venues.lower_capacity"


class ClosureForm(Hours, kw_only=True):
    """What is to close, as the form asks for it; no court means all of them."""

    until: date | None = None
    courts: Annotated[list[Id], Meta(max_length=200)] = msgspec.field(default_factory=list)
    capacity: Annotated[int, Meta(ge=0, le=100_000)] = 0
    reason: ShortText
    offers: bool = True


@get("/manage/{place:str}/{facility:str}/close")
async def closure_page(
    request: AnyRequest,
    facts: NamedDependency[FacilityFacts],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    day: Day = None,
) -> Response[str]:
    """The form of a closure."""
    chosen = shown_day(day, clock())
    opens, closes = await database.read(hours_of_day, facts, chosen)
    form = {"day": chosen.isoformat(), "opens": opens, "closes": closes, "offers": "yes"}
    return _form_page(request, facts, forms.shown(form))


def _form_page(request: AnyRequest, facts: FacilityFacts, form: Shown, status_code: int = 200) -> Response[str]:
    return page(
        request,
        "portal/manage/closure.html",
        status_code=status_code,
        facts=facts,
        form=form.values,
        errors=form.errors,
    )


@post("/manage/{place:str}/{facility:str}/close", status_code=200)
async def rehearse_closure(
    request: AnyRequest,
    facts: NamedDependency[FacilityFacts],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Find out who is affected, and show it; nothing happens yet."""
    form = await forms.typed(request)
    try:
        wanted = _request(facts, form)
        kind = LOWER if facts.pooled else CLOSE
        change_id = await rehearsed(database, clock, facts.place.id, kind, wanted, member)
    except (Refused, BookingError) as why:
        return _form_page(request, facts, forms.again(request, form, why), forms.status_of(why))
    return redirect(request, f"/manage/{facts.place.code}/changes/{change_id}")


def _request(facts: FacilityFacts, form: Typed) -> dict[str, Any]:
    typed = forms.read(ClosureForm, form)
    ends = typed.ends if typed.until is None else local_instant(typed.until, typed.closes)
    common = {"facility": facts.facility.id, "starts": typed.starts, "ends": ends}
    what = {"capacity": typed.capacity} if facts.pooled else {"courts": typed.courts}
    return common | what | {"reason": typed.reason, "offers": typed.offers}


async def rehearsed(
    database: Database, clock: Clock, place: int, kind: str, wanted: dict[str, Any], member: Principal
) -> int:
    """Plan a change beside the queue of writers, then keep it as a draft; answers its id."""
    stored = msgspec.to_builtins(wanted)
    plan = await database.read(rehearse, clock(), place, kind, stored)
    return await database.write(draft, place_id=place, kind=kind, request=stored, by=member.member_id, plan=plan)


@get("/manage/{place:str}/changes")
async def changes_page(
    request: AnyRequest,
    at: NamedDependency[Place],
    database: NamedDependency[Database],
    before: Annotated[int | None, QueryParameter(ge=1, lt=2**53)] = None,
) -> Response[str]:
    """What was changed at a place, newest first."""
    found = await database.read(changes, at.id, before, MOST + 1)
    return page(
        request,
        "portal/manage/changes.html",
        at=at,
        changes=found[:MOST],
        older=found[MOST - 1].id if len(found) > MOST else None,
        newest=before is None,
        kinds=CHANGE_KINDS,
        states=CHANGE_STATES,
    )


@get("/manage/{place:str}/changes/{change_id:int}")
async def change_page(
    request: AnyRequest,
    at: NamedDependency[Place],
    change_id: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """A change: who is affected and how, and the button that applies or undoes it."""
    now = clock()

    def look(tx: ReadSession) -> tuple[ChangeView, Any]:
        seen = change(tx, at.id, change_id)
        return seen, described(request, venues(tx), houses(tx).by_id.get(at.id), at, seen, now)

    seen, summary = await database.read(look)
    return page(
        request,
        "portal/manage/change.html",
        headers=NOT_KEPT,
        at=at,
        seen=seen,
        summary=summary,
        people=rows(request, at, seen.plan, now),
        kinds=CHANGE_KINDS,
        states=CHANGE_STATES,
        searches=SEARCHES,
    )


@post("/manage/{place:str}/changes/{change_id:int}/apply")
async def apply_change(
    request: AnyRequest,
    at: NamedDependency[Place],
    change_id: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Redirect:
    """Do what was shown; if it would be something else by now, show that first."""
    address = f"/manage/{at.code}/changes"
    try:
        plan = await database.read(replanned, clock(), at.id, change_id)
        done = await database.write(apply, place_id=at.id, change_id=change_id, by=member.member_id, plan=plan)
    except PlanChanged as changed:
        return redirect(
            request, f"{address}/{await _anew(database, at, change_id, changed, member)}",
            words(request, changed), kind="warn",
        )  # fmt: skip
    except BookingError as error:
        return redirect(request, f"{address}/{change_id}", words(request, error), kind="bad")
    told = sum(1 for _ in _told(done))
    said = sentence(request, N_("已执行，通知了 {count} 位会员。"), count=told)
    return redirect(request, f"{address}/{change_id}", said, undo=f"{address}/{change_id}/undo")


async def _anew(database: Database, at: Place, change_id: int, changed: PlanChanged, member: Principal) -> int:
    shown = await database.read(change, at.id, change_id)
    return await database.write(
        draft, place_id=at.id, kind=shown.kind, request=shown.request, by=member.member_id, plan=changed.plan
    )


def _told(done: ChangeView) -> Iterator[int]:
    """Who was told of a change, each once."""
    yield from {reader for effect in done.plan.effects if effect.message for reader in effect.readers}


@post("/manage/{place:str}/changes/{change_id:int}/undo")
async def undo_change(
    request: AnyRequest,
    at: NamedDependency[Place],
    change_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Take a change back, as long as nothing else took the place."""
    address = f"/manage/{at.code}/changes/{change_id}"
    try:
        await database.write(undo, place_id=at.id, change_id=change_id, by=member.member_id)
    except BookingError as error:
        return redirect(request, address, words(request, error), kind="bad")
    return redirect(request, address, sentence(request, N_("已撤销，大家的预约都恢复了。")))


handlers = [closure_page, rehearse_closure, changes_page, change_page, apply_change, undo_change]
