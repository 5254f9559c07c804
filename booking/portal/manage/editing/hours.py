"""The opening hours of a facility, as a table of lines."""

from datetime import time
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.db import Database
from booking.places.models import Place
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.editing.saving import Put, save
from booking.portal.manage.queries.described import opening_request
from booking.venues.catalogue import venues
from booking.venues.rules import opening
from booking.venues.rules.opening import Rule
from booking.venues.schemas import HoursRequest, Id, OpeningRequest
from booking.venues.service.editing import put_opening
from booking.web import forms
from booking.web.formatting import WEEKDAYS_EN, WEEKDAYS_ZH, clock_time, is_english
from booking.web.forms import Shown, Typed
from booking.web.language import language_of, sentence
from booking.web.locale import N_
from booking.web.pages import page
from booking.web.principal import Principal

SPARE = 2
"""Empty lines below those that stand."""
DAYS = ("1", "2", "3", "4", "5", "6", "7", "holiday")
ASKED = ("days", "opens", "closes")


def one_day(request: AnyRequest, day: str) -> str:
    """`周一`, `Mon`; a holiday by its mark."""
    if day == opening.HOLIDAY:
        return sentence(request, N_("节"))
    return (WEEKDAYS_EN if is_english(language_of(request)) else WEEKDAYS_ZH)[int(day) - 1]


def spoken(request: AnyRequest, rule: Rule) -> str:
    """A line of opening hours as people say it: `周一至周五 08:00–22:00`."""
    runs: list[list[int]] = []
    for digit in (int(letter) for letter in rule.days.removesuffix(opening.HOLIDAY)):
        if runs and runs[-1][-1] == digit - 1:
            runs[-1].append(digit)
        else:
            runs.append([digit])
    dash = "–" if is_english(language_of(request)) else "至"
    days = [dash.join(dict.fromkeys(one_day(request, str(run[at])) for at in (0, -1))) for run in runs]
    if opening.HOLIDAY in rule.days:
        days.append(sentence(request, N_("节假日")))
    until = "24:00" if rule.closes == time() else clock_time(rule.closes)
    return f"{', '.join(days)} {clock_time(rule.opens)}–{until}"


def as_lines(request: OpeningRequest) -> Typed:
    """Opening hours as the fields of the table; the days apart, so that each has its box."""
    values: Typed = {}
    for number, line in enumerate(request.hours, 1):
        days = [day for day in DAYS if day in line.days]
        values |= forms.as_form(line, f"-{number}") | {f"days-{number}": " ".join(days)}
    return values


def from_lines(form: Typed) -> OpeningRequest:
    """Opening hours out of the table; midnight as an end is 00:00.

    Raises:
        Refused: a line does not fit, or there is none.
    """
    joined = {name: text.replace(" ", "") if name.startswith("days-") else text for name, text in form.items()}
    hours = forms.read_lines(HoursRequest, joined, ASKED)
    if not hours:
        raise forms.Refused({"opens-1": forms.Unfit(N_("请至少写一行开放时间；全天不开，就把场地停用。"))})
    return OpeningRequest(hours=hours)


async def _form(
    request: AnyRequest, database: Database, at: Place, facility: int, form: Shown, status_code: int = 200
) -> Response[str]:
    known = await database.read(venues)
    used = forms.lines(form.values, ASKED)
    return page(
        request,
        "portal/manage/edit_hours.html",
        status_code=status_code,
        at=at,
        facts=known.facility(at.id, facility),
        form=form.values,
        errors=form.errors,
        count=max([int(suffix[1:]) for suffix in used], default=0) + SPARE,
        days=[(day, one_day(request, day)) for day in DAYS],
    )


@get("/manage/{place:str}/edit/facilities/{facility_id:int}/hours")
async def hours_page(
    request: AnyRequest, at: NamedDependency[Place], facility_id: FromPath[Id], database: NamedDependency[Database]
) -> Response[str]:
    """The opening hours of a facility, to be changed."""
    stands = await database.read(opening_request, at.id, facility_id)
    return await _form(request, database, at, facility_id, forms.shown(as_lines(stands)))


@post("/manage/{place:str}/edit/facilities/{facility_id:int}/hours", status_code=200)
async def change_hours(
    request: AnyRequest,
    at: NamedDependency[Place],
    facility_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Replace the opening hours."""
    form = await forms.typed(request)

    def put() -> Put:
        wanted = from_lines(form)
        return lambda tx, now: put_opening(tx, now, member, at.id, facility_id, wanted)

    async def draw(shown: Shown, status: int) -> Response[str]:
        return await _form(request, database, at, facility_id, shown, status)

    return await save(request, database, form, put, draw, f"/manage/{at.code}/edit")


handlers = [hours_page, change_hours]
