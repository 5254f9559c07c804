"""The first pages of the console: my places, and one place today."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from booking.clock import Clock
from booking.db import Database
from booking.payments.rules import WAYS
from booking.places.catalogue import places
from booking.places.models import Place
from booking.portal.manage.access import AnyRequest, managed
from booking.portal.manage.queries.console import overview
from booking.portal.manage.words import CHANGE_KINDS, CHANGE_STATES, PLACE_KINDS
from booking.venues.queries.places import district_names
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal


@get("/manage")
async def console(
    request: AnyRequest, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[Any]:
    """The places that I manage; the only one at once. Who manages none goes to their front desk, or to the retreats."""
    officer = any(scope.role == "federation_officer" for scope in member.scopes)
    if member.places("venue_manager") == frozenset():
        if member.places("sanatorium_desk"):
            return redirect(request, "/front-desk")
        if officer:
            return redirect(request, "/manage/retreats")
    mine = managed(await database.read(places), member)
    administers = member.holds("administrator")
    if len(mine) == 1 and not administers:
        return redirect(request, f"/manage/{mine[0].code}")
    return page(
        request,
        "portal/manage/console.html",
        mine=mine,
        administers=administers,
        officer=officer or administers,
        kinds=PLACE_KINDS,
        districts=await database.read(district_names),
    )


@get("/manage/{place:str}")
async def place_console(
    request: AnyRequest,
    at: NamedDependency[Place],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """A place today."""
    seen = await database.read(overview, clock(), at)
    return page(
        request,
        "portal/manage/place.html",
        headers=NOT_KEPT,
        at=at,
        seen=seen,
        methods=WAYS,
        change_kinds=CHANGE_KINDS,
        change_states=CHANGE_STATES,
    )


handlers = [console, place_console]
