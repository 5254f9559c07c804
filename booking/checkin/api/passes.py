"""Passes, for their holders: the codes as digits and as a picture."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec

from booking.checkin.api.paths import PathId
from booking.checkin.authentication import codes_key, links_key, sealing_key, signing_ring
from booking.checkin.errors import PassNotFound
from booking.checkin.links import link_token
from booking.checkin.picture import SVG, picture
from booking.checkin.queries.gates import zones_named
from booking.checkin.queries.keys import KeyRing
from booking.checkin.queries.passes import Kept, pass_for, passes_of
from booking.checkin.schemas import PassView
from booking.checkin.showing import show
from booking.clock import Clock
from booking.db import Database
from booking.errors import Unauthenticated
from booking.settings import Settings
from booking.web.etags import tagged, tagged_answers
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.principal import Principal
from booking.web.responses import refusals

PICTURES = {
    200: ResponseSpec(bytes, generate_examples=False, description="An SVG picture", media_type=SVG),
    304: ResponseSpec(None, generate_examples=False, description="Not changed since the `If-None-Match` given"),
}


@get("/me/passes", responses=refusals(Unauthenticated))
async def my_passes(
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> list[PassView]:
    """My passes for now and later, the next one first."""
    now = clock()
    found = await database.read(passes_of, member, now, sealing_key(settings))
    if not found:
        return []
    ring = await signing_ring(database, settings, found[0].ring, now)
    return [_view(kept, ring, settings, now) for kept in found]


@get(
    "/passes/{place:int}/{pass_id:int}",
    responses=refusals(Unauthenticated, PassNotFound) | tagged_answers(PassView),
)
async def get_pass(
    request: Request[Any, Any, Any],
    place: PathId,
    pass_id: PathId,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """A pass with its codes, for its holder and the staff of its place."""
    now = clock()
    kept = await database.read(pass_for, member, place, pass_id, sealing_key(settings))
    ring = await signing_ring(database, settings, kept.ring, now)
    return tagged(request, _view(kept, ring, settings, now), private=True)


@get(
    "/passes/{place:int}/{pass_id:int}/qr.svg",
    media_type=SVG,
    responses=refusals(Unauthenticated, PassNotFound) | PICTURES,
)
async def get_picture(
    request: Request[Any, Any, Any],
    place: PathId,
    pass_id: PathId,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """The QR code of a pass. Where its zones ask for rotating digits, it is good for half a minute."""
    now = clock()
    kept = await database.read(pass_for, member, place, pass_id, sealing_key(settings))
    ring = await signing_ring(database, settings, kept.ring, now)
    shown = show(kept.row, kept.zones, ring, codes_key(settings), now)
    return picture(request, shown.digits, sentence(request, N_("入场码")))


def _view(kept: Kept, ring: KeyRing, settings: Settings, now: datetime) -> PassView:
    row = kept.row
    shown = show(row, kept.zones, ring, codes_key(settings), now)
    link = link_token(links_key(settings), row.place_id, row.id)
    return PassView(
        place_id=row.place_id,
        id=row.id,
        title=row.title,
        title_en=row.title_en,
        place=kept.place.name,
        place_en=kept.place.name_en,
        zones=zones_named(kept.zones, row.place_id, row.zones),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        daily_from=row.daily_from,
        daily_until=row.daily_until,
        party=row.party,
        status=row.status,
        holder=row.holder,
        entered_at=kept.entered_at,
        replaced_by=row.replaced_by,
        static=shown.static,
        code=shown.digits,
        manual_code=row.manual_code,
        rotating=shown.rotating,
        renews_at=shown.renews_at,
        link=f"{settings.public_url}/p/{link}",
    )


handlers = [my_passes, get_pass, get_picture]
