"""The receipt of an application: on a page to print, and as a file that programs check."""

from typing import Any, NamedTuple

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock
from booking.db import Database, ReadSession
from booking.retreats.models import Season
from booking.retreats.queries.applications import application_view, live_application
from booking.retreats.queries.receipts import receipt
from booking.retreats.queries.seasons import season_of
from booking.retreats.schemas_applying import ApplicationView, Receipt
from booking.web.facts import Named
from booking.web.pages import NOT_KEPT, page
from booking.web.principal import Principal


class Read(NamedTuple):
    """A receipt, and the application in words."""

    season: Season
    receipt: Receipt
    application: ApplicationView


@get("/retreats/{code:str}/receipt")
async def receipt_page(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """What I applied for, the bytes that are committed to, and how anybody can check them."""

    def read(tx: ReadSession) -> Read:
        season = season_of(tx, code)
        mine = live_application(tx, season.id, member.member_id)
        view = application_view(tx, clock(), season, mine, member.member_id)
        return Read(season, receipt(tx, season, mine), view)

    found = await database.read(read)
    return page(
        request,
        "retreats/receipt.html",
        headers=NOT_KEPT,
        path=f"/retreats/{code}/receipt",
        season=found.season,
        season_name=Named(found.season.title, found.season.title_en),
        own=f"/retreats/{code}",
        receipt=found.receipt,
        application=found.application,
        name=member.name,
    )


@get("/retreats/{code:str}/receipt.json")
async def receipt_file(
    code: FromPath[str], database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[bytes]:
    """The receipt as a file, to be kept and checked with docs/draw-format.md."""

    def read(tx: ReadSession) -> Receipt:
        season = season_of(tx, code)
        return receipt(tx, season, live_application(tx, season.id, member.member_id))

    found = await database.read(read)
    return Response(
        content=msgspec.json.format(msgspec.json.encode(found), indent=2),
        media_type="application/json",
        headers=NOT_KEPT | {"Content-Disposition": f'attachment; filename="receipt-{found.id}.json"'},
    )


handlers = [receipt_page, receipt_file]
