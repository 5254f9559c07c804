"""The page of a pass: for its holder, signed in or by an unguessable link, and on paper."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from markupsafe import Markup

from booking.checkin.api.paths import PathId
from booking.checkin.authentication import codes_key, links_key, sealing_key, signing_ring
from booking.checkin.codes import STEP_SECONDS
from booking.checkin.drawing import qr_svg
from booking.checkin.errors import PassNotFound
from booking.checkin.links import link_token, read_link
from booking.checkin.picture import picture
from booking.checkin.queries.gates import zones_named
from booking.checkin.queries.passes import Kept, pass_by_link, pass_for, works_at
from booking.checkin.showing import Shown, show
from booking.clock import Clock
from booking.db import Database
from booking.settings import Settings
from booking.web import formatting
from booking.web.language import language_of, sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page
from booking.web.principal import Principal

EXPIRED_AFTER = timedelta(hours=12)
"""Who is still inside shows the pass at the exit; later it is only a memory."""
LABEL = N_("入场码")
_STATES = {
    "unpaid": N_("还没付款"),
    "blocked": N_("已暂停"),
    "canceled": N_("已取消"),
    "revoked": N_("已作废"),
    "expired": N_("已过期"),
}


class Opened(NamedTuple):
    """A pass as it is shown now, at its address."""

    kept: Kept
    shown: Shown
    address: str
    public: bool


class Door(NamedTuple):
    """Where the pages of passes get what they show."""

    database: Database
    settings: Settings
    now: datetime


async def door(
    database: NamedDependency[Database], settings: NamedDependency[Settings], clock: NamedDependency[Clock]
) -> Door:
    """The door of this request."""
    return Door(database, settings, clock())


async def _mine(at: Door, member: Principal, place: int, pass_id: int) -> Opened:
    kept = await at.database.read(pass_for, member, place, pass_id, sealing_key(at.settings))
    return await _opened(at, kept, f"/passes/{place}/{pass_id}", public=False)


async def _linked(at: Door, token: str) -> Opened:
    linked = read_link(links_key(at.settings), token)
    if linked is None:
        raise PassNotFound
    kept = await at.database.read(pass_by_link, *linked, sealing_key(at.settings))
    return await _opened(at, kept, f"/p/{token}", public=True)


async def _opened(at: Door, kept: Kept, address: str, *, public: bool) -> Opened:
    ring = await signing_ring(at.database, at.settings, kept.ring, at.now)
    return Opened(kept, show(kept.row, kept.zones, ring, codes_key(at.settings), at.now), address, public)


@get("/passes/{place:int}/{pass_id:int}")
async def pass_page(
    request: Request[Any, Any, Any],
    place: PathId,
    pass_id: PathId,
    at: NamedDependency[Door],
    member: NamedDependency[Principal],
) -> Response[str]:
    """A pass, for its holder and the staff of its place."""
    opened = await _mine(at, member, place, pass_id)
    token = link_token(links_key(at.settings), place, pass_id)
    guest = opened.kept.row.member_id is None or works_at(member, place)
    return _page(request, at, opened, link=f"{at.settings.public_url}/p/{token}" if guest else "")


@get("/passes/{place:int}/{pass_id:int}/card")
async def pass_card(
    request: Request[Any, Any, Any],
    place: PathId,
    pass_id: PathId,
    at: NamedDependency[Door],
    member: NamedDependency[Principal],
) -> Response[str]:
    """The pass alone with its present codes, for the page to renew itself."""
    return _card(request, at, await _mine(at, member, place, pass_id))


@get("/passes/{place:int}/{pass_id:int}/qr.svg")
async def pass_picture(
    request: Request[Any, Any, Any],
    place: PathId,
    pass_id: PathId,
    at: NamedDependency[Door],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """The QR code alone."""
    opened = await _mine(at, member, place, pass_id)
    return picture(request, opened.shown.digits, sentence(request, LABEL))


@get("/p/{token:str}")
async def linked_page(
    request: Request[Any, Any, Any], token: FromPath[str], at: NamedDependency[Door]
) -> Response[str]:
    """A pass, for whoever has its link; the holder's name is masked."""
    return _page(request, at, await _linked(at, token))


@get("/p/{token:str}/card")
async def linked_card(
    request: Request[Any, Any, Any], token: FromPath[str], at: NamedDependency[Door]
) -> Response[str]:
    """The linked pass alone with its present codes."""
    return _card(request, at, await _linked(at, token))


@get("/p/{token:str}/qr.svg")
async def linked_picture(
    request: Request[Any, Any, Any], token: FromPath[str], at: NamedDependency[Door]
) -> Response[bytes]:
    """The QR code of the linked pass alone."""
    opened = await _linked(at, token)
    return picture(request, opened.shown.digits, sentence(request, LABEL))


def _page(request: Request[Any, Any, Any], at: Door, opened: Opened, link: str = "") -> Response[str]:
    return page(
        request, "checkin/pass.html", headers=NOT_KEPT, link=link, public=opened.public, **_facts(request, at, opened)
    )


def _card(request: Request[Any, Any, Any], at: Door, opened: Opened) -> Response[str]:
    return page(request, "checkin/_card.html", headers=NOT_KEPT, **_facts(request, at, opened))


def _facts(request: Request[Any, Any, Any], at: Door, opened: Opened) -> dict[str, Any]:
    kept, shown = opened.kept, opened.shown
    row = kept.row
    state = _state(kept, at.now)
    return {
        "row": row,
        "place": kept.place,
        "zones": zones_named(kept.zones, row.place_id, row.zones),
        "time_text": time_text(kept, at.now, language_of(request)),
        "holder": formatting.masked_name(row.holder) if opened.public else row.holder,
        "entered_at": kept.entered_at,
        "state": state if state == "valid" else sentence(request, _STATES[state]),
        "alive": state == "valid",
        "qr": Markup(qr_svg(shown.digits, sentence(request, LABEL))),  # noqa: S704 - drawn by us, its label escaped
        "rotating": shown.rotating,
        "fixed": shown.static,
        "period": STEP_SECONDS,
        "seconds": shown.seconds_left(at.now),
        "address": opened.address,
        "replaced_by": row.replaced_by,
    }


def _state(kept: Kept, now: datetime) -> str:
    if kept.row.status != "issued":
        return kept.row.status
    over = now >= kept.row.valid_until + EXPIRED_AFTER
    return "expired" if over or (now >= kept.row.valid_until and kept.inside == 0) else "valid"


def time_text(kept: Kept, now: datetime, locale: str) -> str:
    """When a pass is good: an hour of a day, or days with their hours."""
    row = kept.row
    if row.daily_from is None or row.daily_until is None:
        hours = formatting.time_range(row.valid_from, row.valid_until, locale=locale)
        return f"{formatting.day(row.valid_from, now, locale=locale)} {hours}"
    first = formatting.short_date(row.valid_from, locale=locale)
    last = formatting.short_date(row.valid_until, locale=locale)
    hours = f"{formatting.clock_time(row.daily_from)}–{formatting.clock_time(row.daily_until)}"
    return f"{first}–{last} · {hours}"


handlers = [pass_page, pass_card, pass_picture, linked_page, linked_card, linked_picture]
