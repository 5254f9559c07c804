"""A place's description, and the page from which all of its parts are edited."""

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import select

from booking.db import Database, ReadSession, WriteSession
from booking.members.models import Organisation
from booking.places.models import Place
from booking.places.schemas import Edited, PlaceRequest
from booking.places.service import put_place, require_administrator, retire_place
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.editing.hours import spoken
from booking.portal.manage.editing.saving import Put, retire, save
from booking.portal.manage.queries.described import place_request
from booking.portal.manage.words import COURT_KINDS, PLACE_KINDS
from booking.venues.catalogue import venues
from booking.venues.schemas import Id
from booking.web import forms
from booking.web.facts import Named
from booking.web.forms import Shown
from booking.web.locale import N_
from booking.web.pages import page
from booking.web.principal import Principal


def districts(tx: ReadSession) -> list[tuple[str, Named]]:
    """The districts and parks that a place can lie in, by code."""
    nodes = select(Organisation.code, Organisation.name, Organisation.name_en)
    found = tx.execute(nodes.where(Organisation.kind.in_(("district", "park"))).order_by(Organisation.code))
    return [(row.code, Named(row.name, row.name_en)) for row in found]


@get("/manage/{place:str}/edit")
async def overview(
    request: AnyRequest, at: NamedDependency[Place], database: NamedDependency[Database]
) -> Response[str]:
    """A place with its zones, facilities and courts."""
    known = await database.read(venues)
    facilities = known.by_place.get(at.id, ())
    return page(
        request,
        "portal/manage/edit.html",
        at=at,
        zones=known.places.zones_of(at.id),
        facilities=facilities,
        hours={facts.facility.id: [spoken(request, rule) for rule in facts.opening] for facts in facilities},
        kinds=PLACE_KINDS,
        court_kinds=COURT_KINDS,
    )


async def _form(
    request: AnyRequest, database: Database, form: Shown, status_code: int = 200, *, at: Place | None = None
) -> Response[str]:
    return page(
        request,
        "portal/manage/edit_place.html",
        status_code=status_code,
        at=at,
        form=form.values,
        errors=form.errors,
        kinds=PLACE_KINDS,
        districts=await database.read(districts),
    )


@get("/manage/places/new")
async def new_place_page(
    request: AnyRequest, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[str]:
    """The form of a new place."""
    require_administrator(member)
    return await _form(request, database, forms.shown())


@post("/manage/places/new", status_code=200)
async def make_place(
    request: AnyRequest, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[Any]:
    """Make a place; its zones and facilities come next."""
    form = await forms.typed(request)

    def put() -> Put:
        wanted = forms.read(PlaceRequest, form)
        return lambda tx, now: put_place(tx, now, member, wanted)

    async def draw(shown: Shown, status: int) -> Response[str]:
        return await _form(request, database, shown, status)

    return await save(request, database, form, put, draw, f"/manage/{form.get('code')}/edit")


@get("/manage/{place:str}/edit/place")
async def place_page(
    request: AnyRequest, at: NamedDependency[Place], database: NamedDependency[Database]
) -> Response[str]:
    """The form of a place."""
    stands = await database.read(place_request, at.id)
    return await _form(request, database, forms.shown(forms.as_form(stands)), at=at)


@post("/manage/{place:str}/edit/place", status_code=200)
async def change_place(
    request: AnyRequest,
    at: NamedDependency[Place],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Change a place."""
    form = await forms.typed(request)

    def put() -> Put:
        wanted = forms.read(PlaceRequest, form | {"code": at.code})
        return lambda tx, now: put_place(tx, now, member, wanted)

    async def draw(shown: Shown, status: int) -> Response[str]:
        return await _form(request, database, shown, status, at=at)

    return await save(request, database, form, put, draw, f"/manage/{at.code}/edit")


@post("/manage/{place:str}/edit/retire")
async def retire_whole_place(
    request: AnyRequest,
    at: NamedDependency[Place],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Take a place out of use, once nothing stands in it any more."""

    def command(tx: WriteSession, now: datetime) -> Edited:
        return retire_place(tx, now, member, at.id)

    undo = f"/manage/places/{at.id}/restore"
    return await retire(request, database, command, "/manage", N_("这处场馆已停办。"), undo)


@post("/manage/places/{place_id:int}/restore")
async def restore_place(
    request: AnyRequest,
    place_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Take a retired place into use again, as it was."""

    def command(tx: WriteSession, now: datetime) -> Edited:
        return put_place(tx, now, member, place_request(tx, place_id))

    return await retire(request, database, command, "/manage", N_("又可以用了。"), "")


handlers = [
    overview, new_place_page, make_place, place_page, change_place, retire_whole_place, restore_place,
]  # fmt: skip
