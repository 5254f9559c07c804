"""What a place took on a day: on a page, and as a file for the accounts."""

import csv
from datetime import date
from io import StringIO
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from booking.clock import SHANGHAI, Clock
from booking.db import Database, ReadSession
from booking.payments.queries import takings
from booking.payments.rules import WAYS
from booking.places.catalogue import places
from booking.places.models import Place
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.board import Day, shown_day, strip
from booking.portal.manage.queries.takings import MoneyMoved, actor_names, money_of_day
from booking.portal.manage.words import LEDGER_KINDS
from booking.web.facts import say
from booking.web.language import language_of, sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page

BYTE_ORDER_MARK = "\ufeff"
"""By which spreadsheets know UTF-8."""
COLUMNS = (N_("日期"), N_("时间"), N_("事项"), N_("方式"), N_("金额（元）"), N_("预约"), N_("经手"), N_("备注"))
LOOKED_AT = range(-9, 1)
"""The days of the strip: the till is counted afterwards."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _day(tx: ReadSession, place: int, day: date) -> dict[str, Any]:
    moved = money_of_day(tx, place, day)
    return {
        "takings": takings(tx, place, day),
        "moved": moved,
        "names": actor_names(tx, {one.actor for one in moved}),
        "calendar": places(tx).calendar,
    }


@get("/manage/{place:str}/takings")
async def takings_page(
    request: AnyRequest,
    at: NamedDependency[Place],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    day: Day = None,
) -> Response[str]:
    """The money of a day, by method and one by one."""
    now = clock()
    chosen = shown_day(day, now)
    found = await database.read(_day, at.id, chosen)
    days = strip(chosen, now, f"/manage/{at.code}/takings", found.pop("calendar"), LOOKED_AT)
    return page(
        request,
        "portal/manage/takings.html",
        headers=NOT_KEPT,
        at=at,
        day=chosen,
        days=days,
        methods=WAYS,
        kinds=LEDGER_KINDS,
        **found,
    )


@get("/manage/{place:str}/takings.csv")
async def takings_file(
    request: AnyRequest,
    at: NamedDependency[Place],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    day: Day = None,
) -> Response[str]:
    """The same as a CSV file that spreadsheets open as it is."""
    chosen = shown_day(day, clock())
    found = await database.read(_day, at.id, chosen)
    text = StringIO()
    sheet = csv.writer(text)
    sheet.writerow([sentence(request, column) for column in COLUMNS])
    for one in found["moved"]:
        sheet.writerow([_safe(cell) for cell in _line(request, clock, one, found["names"])])
    headers = NOT_KEPT | {"Content-Disposition": f'attachment; filename="takings-{at.code}-{chosen}.csv"'}
    return Response(BYTE_ORDER_MARK + text.getvalue(), media_type="text/csv", headers=headers)


def _line(request: AnyRequest, clock: Clock, one: MoneyMoved, names: dict[str, str]) -> list[str]:
    when = one.at.astimezone(SHANGHAI)
    method = next((named for method, named in WAYS.items() if method == one.method), one.method)
    sign = "-" if one.fen < 0 else ""
    return [
        f"{when:%Y-%m-%d}",
        f"{when:%H:%M:%S}",
        sentence(request, LEDGER_KINDS[one.kind]),
        say(method, clock(), locale=language_of(request)),
        f"{sign}{abs(one.fen) // 100}.{abs(one.fen) % 100:02}",
        str(one.booking or ""),
        names.get(one.actor, one.actor),
        one.note,
    ]


def _safe(cell: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe; sums stay sums."""
    number = cell.removeprefix("-").replace(".", "", 1).isdecimal()
    return f"'{cell}" if cell.startswith(_FORMULA) and not number else cell


handlers = [takings_page, takings_file]
