"""The zones of a place: the parts behind gates, with the rules by which a pass opens them."""

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from booking.db import Database, WriteSession
from booking.places.models import Place
from booking.places.schemas import Edited, ZoneRequest
from booking.places.service import put_zone, retire_zone
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.editing.saving import Put, retire, save
from booking.portal.manage.queries.described import zone_request
from booking.venues.catalogue import venues
from booking.venues.schemas import Id
from booking.web import forms
from booking.web.forms import Shown, Typed
from booking.web.locale import N_
from booking.web.pages import page
from booking.web.principal import Principal

NEW: Typed = {
    "early_minutes": "30",
    "late_minutes": "0",
    "reentry": "yes",
    "anti_passback": "yes",
    "static_code": "yes",
}


async def _form(
    request: AnyRequest, at: Place, form: Shown, status_code: int = 200, *, zone: int | None = None
) -> Response[str]:
    return page(
        request,
        "portal/manage/edit_zone.html",
        status_code=status_code,
        at=at,
        zone=zone,
        form=form.values,
        errors=form.errors,
    )


@get("/manage/{place:str}/edit/zones/new")
async def new_zone_page(request: AnyRequest, at: NamedDependency[Place]) -> Response[str]:
    """The form of a new zone."""
    return await _form(request, at, forms.shown(NEW))


@post("/manage/{place:str}/edit/zones/new", status_code=200)
async def make_zone(
    request: AnyRequest,
    at: NamedDependency[Place],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Make a zone."""
    form = await forms.typed(request)

    def put() -> Put:
        wanted = forms.read(ZoneRequest, form)
        return lambda tx, now: put_zone(tx, now, member, at.id, wanted)

    async def draw(shown: Shown, status: int) -> Response[str]:
        return await _form(request, at, shown, status)

    base = f"/manage/{at.code}/edit"
    return await save(request, database, form, put, draw, base, lambda made: f"{base}/zones/{made.id}/retire")


@get("/manage/{place:str}/edit/zones/{zone:int}")
async def zone_page(
    request: AnyRequest, at: NamedDependency[Place], zone: FromPath[Id], database: NamedDependency[Database]
) -> Response[str]:
    """The form of a zone."""
    stands = await database.read(zone_request, at.id, zone)
    return await _form(request, at, forms.shown(forms.as_form(stands)), zone=zone)


@post("/manage/{place:str}/edit/zones/{zone:int}", status_code=200)
async def change_zone(
    request: AnyRequest,
    at: NamedDependency[Place],
    zone: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Change a zone."""
    code = (await database.read(zone_request, at.id, zone)).code
    form = await forms.typed(request)

    def put() -> Put:
        wanted = forms.read(ZoneRequest, form | {"code": code})
        return lambda tx, now: put_zone(tx, now, member, at.id, wanted)

    async def draw(shown: Shown, status: int) -> Response[str]:
        return await _form(request, at, shown, status, zone=zone)

    return await save(request, database, form, put, draw, f"/manage/{at.code}/edit")


@post("/manage/{place:str}/edit/zones/{zone:int}/retire")
async def retire_one_zone(
    request: AnyRequest,
    at: NamedDependency[Place],
    zone: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Take a zone out of use, once no facility stands in it any more."""

    def command(tx: WriteSession, now: datetime) -> Edited:
        standing = venues(tx).by_place.get(at.id, ())
        uses = sum(facts.facility.zone_id == zone for facts in standing)
        return retire_zone(tx, now, member, at.id, zone, uses)

    base = f"/manage/{at.code}/edit"
    return await retire(request, database, command, base, N_("区域已停用。"), f"{base}/zones/{zone}/restore")


@post("/manage/{place:str}/edit/zones/{zone:int}/restore")
async def restore_zone(
    request: AnyRequest,
    at: NamedDependency[Place],
    zone: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Take a retired zone into use again, as it was."""

    def command(tx: WriteSession, now: datetime) -> Edited:
        return put_zone(tx, now, member, at.id, zone_request(tx, at.id, zone))

    return await retire(request, database, command, f"/manage/{at.code}/edit", N_("又可以用了。"), "")


handlers = [new_zone_page, make_zone, zone_page, change_zone, retire_one_zone, restore_zone]
