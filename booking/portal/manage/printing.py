"""The passes of a booking on paper, for someone who stands at the counter without a phone."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from markupsafe import Markup

from booking.checkin.authentication import codes_key, sealing_key, signing_ring
from booking.checkin.drawing import qr_svg
from booking.checkin.pages.passes import time_text
from booking.checkin.queries.gates import zones_named
from booking.checkin.queries.passes import Kept, pass_for
from booking.checkin.showing import Shown, show
from booking.clock import Clock, local_date
from booking.db import Database, ReadSession
from booking.places.models import Place
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.bookings import Seen, look
from booking.settings import Settings
from booking.venues.schemas import Id
from booking.web.language import language_of, sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page
from booking.web.principal import Principal

LABEL = N_("入场码")


@get("/manage/{place:str}/bookings/{booking:int}/pass")
async def print_page(
    request: AnyRequest,
    at: NamedDependency[Place],
    booking: FromPath[Id],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """Every pass of a booking, one below the other."""
    now = clock()

    def passes(tx: ReadSession) -> tuple[Seen, list[Kept]]:
        seen = look(tx, now, at.id, booking, member)
        ids = [player.pass_id for player in seen.booking.partners if player.pass_id is not None]
        return seen, [pass_for(tx, member, at.id, one, sealing_key(settings)) for one in ids]

    seen, found = await database.read(passes)
    ring = await signing_ring(database, settings, found[0].ring, now) if found else None
    cards = []
    for kept in found:
        if ring is not None:
            shown = show(kept.row, kept.zones, ring, codes_key(settings), now)
            cards.append(_card(request, kept, shown, time_text(kept, now, language_of(request))))
    return page(
        request,
        "portal/manage/print_pass.html",
        headers=NOT_KEPT,
        at=at,
        seen=seen,
        cards=cards,
        day=local_date(seen.booking.starts),
    )


def _card(request: AnyRequest, kept: Kept, shown: Shown, when: str) -> dict[str, Any]:
    return {
        "row": kept.row,
        "zones": zones_named(kept.zones, kept.row.place_id, kept.row.zones),
        "when": when,
        "alive": kept.row.status == "issued",
        "printable": shown.static,
        "qr": Markup(qr_svg(shown.token, sentence(request, LABEL))),  # noqa: S704 - drawn by us, its label escaped
    }


handlers = [print_page]
