"""The facilities of a place: halls of courts, and areas used in common."""

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
from booking.portal.manage.queries.described import facility_request, policies
from booking.venues.catalogue import venues
from booking.venues.schemas import FacilityRequest, Id
from booking.venues.service.editing import put_facility, retire_facility
from booking.web import forms
from booking.web.forms import Shown, Typed
from booking.web.locale import N_
from booking.web.pages import page
from booking.web.principal import Principal

NEW: Typed = {"kind": "exclusive", "slot_minutes": "60"}


def _choices(tx: ReadSession, place: int) -> dict[str, Any]:
    known = venues(tx)
    return {
        "zones": known.places.zones_of(place),
        "sports": list(known.sports.values()),
        "policies": policies(tx),
    }


async def _form(
    request: AnyRequest,
    database: Database,
    at: Place,
    form: Shown,
    status_code: int = 200,
    *,
    facility: int | None = None,
) -> Response[str]:
    choices = await database.read(_choices, at.id)
    return page(
        request,
        "portal/manage/edit_facility.html",
        status_code=status_code,
        at=at,
        facility=facility,
        form=form.values,
        errors=form.errors,
        **choices,
    )


@get("/manage/{place:str}/edit/facilities/new")
async def new_facility_page(
    request: AnyRequest, at: NamedDependency[Place], database: NamedDependency[Database]
) -> Response[str]:
    """The form of a new facility."""
    return await _form(request, database, at, forms.shown(NEW))


@post("/manage/{place:str}/edit/facilities/new", status_code=200)
async def make_facility(
    request: AnyRequest,
    at: NamedDependency[Place],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Make a facility; its courts and hours come next."""
    form = await forms.typed(request)

    def put() -> Put:
        wanted = forms.read(FacilityRequest, form)
        return lambda tx, now: put_facility(tx, now, member, at.id, wanted)

    async def draw(shown: Shown, status: int) -> Response[str]:
        return await _form(request, database, at, shown, status)

    base = f"/manage/{at.code}/edit"
    return await save(request, database, form, put, draw, base, lambda made: f"{base}/facilities/{made.id}/retire")


@get("/manage/{place:str}/edit/facilities/{facility_id:int}")
async def facility_page(
    request: AnyRequest, at: NamedDependency[Place], facility_id: FromPath[Id], database: NamedDependency[Database]
) -> Response[str]:
    """The form of a facility."""
    stands = await database.read(facility_request, at.id, facility_id)
    return await _form(request, database, at, forms.shown(forms.as_form(stands)), facility=facility_id)


@post("/manage/{place:str}/edit/facilities/{facility_id:int}", status_code=200)
async def change_facility(
    request: AnyRequest,
    at: NamedDependency[Place],
    facility_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Change a facility."""
    code = (await database.read(facility_request, at.id, facility_id)).code
    form = await forms.typed(request)

    def put() -> Put:
        wanted = forms.read(FacilityRequest, form | {"code": code})
        return lambda tx, now: put_facility(tx, now, member, at.id, wanted)

    async def draw(shown: Shown, status: int) -> Response[str]:
        return await _form(request, database, at, shown, status, facility=facility_id)

    return await save(request, database, form, put, draw, f"/manage/{at.code}/edit")


@post("/manage/{place:str}/edit/facilities/{facility_id:int}/retire")
async def retire_one_facility(
    request: AnyRequest,
    at: NamedDependency[Place],
    facility_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Take a facility out of use, once nobody has a place in it any more."""

    def command(tx: WriteSession, now: datetime) -> Edited:
        return retire_facility(tx, now, member, at.id, facility_id)

    base = f"/manage/{at.code}/edit"
    undo = f"{base}/facilities/{facility_id}/restore"
    return await retire(request, database, command, base, N_("场地已停用。"), undo)


@post("/manage/{place:str}/edit/facilities/{facility_id:int}/restore")
async def restore_facility(
    request: AnyRequest,
    at: NamedDependency[Place],
    facility_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Take a retired facility into use again, as it was."""

    def command(tx: WriteSession, now: datetime) -> Edited:
        return put_facility(tx, now, member, at.id, facility_request(tx, at.id, facility_id))

    return await retire(request, database, command, f"/manage/{at.code}/edit", N_("又可以用了。"), "")


handlers = [
    new_facility_page, make_facility, facility_page, change_facility, retire_one_facility, restore_facility,
]  # fmt: skip
