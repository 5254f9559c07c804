"""The courts of a facility, and the units of floor that each of them takes."""

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from booking.db import Database, ReadSession, WriteSession
from booking.places.models import Place
from booking.places.schemas import Edited
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.editing.saving import Put, retire, save
from booking.portal.manage.queries.described import court_request, unit_codes
from booking.portal.manage.words import COURT_KINDS
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.schemas import CourtRequest, Id
from booking.venues.service.editing import put_court, retire_court
from booking.web import forms
from booking.web.forms import Shown, Typed
from booking.web.locale import N_
from booking.web.pages import page
from booking.web.principal import Principal

BASE = "/manage/{place:str}/edit/facilities/{facility_id:int}/courts"


def _around(tx: ReadSession, place: int, facility: int) -> tuple[FacilityFacts, dict[int, str]]:
    return venues(tx).facility(place, facility), unit_codes(tx, place, facility)


async def _form(
    request: AnyRequest,
    database: Database,
    at: Place,
    facility: int,
    form: Shown,
    status_code: int = 200,
    *,
    court: int | None = None,
) -> Response[str]:
    facts, units = await database.read(_around, at.id, facility)
    return page(
        request,
        "portal/manage/edit_court.html",
        status_code=status_code,
        at=at,
        facts=facts,
        units=units,
        court=court,
        form=form.values,
        errors=form.errors,
        court_kinds=COURT_KINDS,
    )


@get(f"{BASE}/new")
async def new_court_page(
    request: AnyRequest, at: NamedDependency[Place], facility_id: FromPath[Id], database: NamedDependency[Database]
) -> Response[str]:
    """The form of a new court."""
    return await _form(request, database, at, facility_id, forms.shown({"kind": "court"}))


def _request(form: Typed) -> CourtRequest:
    """A court that names no units is one by itself, called as the court is."""
    return forms.read(CourtRequest, form | {"units": form.get("units") or form.get("code", "")})


@post(f"{BASE}/new", status_code=200)
async def make_court(
    request: AnyRequest,
    at: NamedDependency[Place],
    facility_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Make a court."""
    form = await forms.typed(request)

    def put() -> Put:
        wanted = _request(form)
        return lambda tx, now: put_court(tx, now, member, at.id, facility_id, wanted)

    async def draw(shown: Shown, status: int) -> Response[str]:
        return await _form(request, database, at, facility_id, shown, status)

    base = f"/manage/{at.code}/edit"
    courts = f"{base}/facilities/{facility_id}/courts"
    return await save(request, database, form, put, draw, base, lambda made: f"{courts}/{made.id}/retire")


@get(f"{BASE}/{{court:int}}")
async def court_page(
    request: AnyRequest,
    at: NamedDependency[Place],
    facility_id: FromPath[Id],
    court: FromPath[Id],
    database: NamedDependency[Database],
) -> Response[str]:
    """The form of a court."""
    stands = await database.read(court_request, at.id, facility_id, court)
    return await _form(request, database, at, facility_id, forms.shown(forms.as_form(stands)), court=court)


@post(f"{BASE}/{{court:int}}", status_code=200)
async def change_court(
    request: AnyRequest,
    at: NamedDependency[Place],
    facility_id: FromPath[Id],
    court: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Change a court."""
    code = (await database.read(court_request, at.id, facility_id, court)).code
    form = await forms.typed(request)

    def put() -> Put:
        wanted = _request(form | {"code": code})
        return lambda tx, now: put_court(tx, now, member, at.id, facility_id, wanted)

    async def draw(shown: Shown, status: int) -> Response[str]:
        return await _form(request, database, at, facility_id, shown, status, court=court)

    return await save(request, database, form, put, draw, f"/manage/{at.code}/edit")


@post(f"{BASE}/{{court:int}}/retire")
async def retire_one_court(
    request: AnyRequest,
    at: NamedDependency[Place],
    facility_id: FromPath[Id],
    court: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Take a court out of use, once nobody sits on it any more."""

    def command(tx: WriteSession, now: datetime) -> Edited:
        return retire_court(tx, now, member, at.id, facility_id, court)

    base = f"/manage/{at.code}/edit"
    undo = f"{base}/facilities/{facility_id}/courts/{court}/restore"
    return await retire(request, database, command, base, N_("这片场地已停用。"), undo)


@post(f"{BASE}/{{court:int}}/restore")
async def restore_court(
    request: AnyRequest,
    at: NamedDependency[Place],
    facility_id: FromPath[Id],
    court: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Take a retired court into use again, as it was."""

    def command(tx: WriteSession, now: datetime) -> Edited:
        return put_court(tx, now, member, at.id, facility_id, court_request(tx, at.id, facility_id, court))

    return await retire(request, database, command, f"/manage/{at.code}/edit", N_("又可以用了。"), "")


handlers = [new_court_page, make_court, court_page, change_court, retire_one_court, restore_court]
