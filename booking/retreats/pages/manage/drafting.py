"""Officers: the forms of a draft, one thing a page."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock
from booking.db import Database
from booking.draws.sources import bits
from booking.retreats.pages.manage.parts import BY_NAME, NOTED, Part, after
from booking.retreats.pages.manage.saving import Attempt, save
from booking.retreats.pages.manage.seeing import AnyRequest, see, shown
from booking.retreats.rules.calendar import MOMENTS
from booking.retreats.rules.words import LOTTERY_NAMES
from booking.retreats.schemas_season_views import ManagedSeason
from booking.web import forms
from booking.web.forms import Shown
from booking.web.principal import Principal

FORMS = [f"/manage/retreats/{{code:str}}/{name}" for name in BY_NAME if name != "batches"]
SPARE = 2
"""Empty lines of sources below those that stand."""
MOST_SOURCES = 12


@get(FORMS)
async def part_page(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """The form of one part, as the draft is."""
    managed = await see(request, database, clock(), member, code)
    part = _part(request)
    return _form(request, managed, part, forms.shown(part.shown(managed.season)))


@post(FORMS, status_code=200)
async def save_part(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Change one part, and go on to the next."""
    managed = await see(request, database, clock(), member, code)
    part, form = _part(request), await forms.typed(request)

    async def draw(sent: Shown, status: int) -> Response[str]:
        return _form(request, managed, part, sent, status)

    base = f"/manage/retreats/{code}"
    following = after(part.name) if form.get("go") == "next" else part.name
    target = f"{base}/{following}" if following else base
    attempt = Attempt(request, database, member, code, form)
    return await save(attempt, lambda: part.read(form, managed.season), draw, target, beside=part.beside)


def _part(request: AnyRequest) -> Part:
    return BY_NAME[request.url.path.rpartition("/")[2]]


def _form(
    request: AnyRequest, managed: ManagedSeason, part: Part, form: Shown, status_code: int = 200
) -> Response[str]:
    used = [int(suffix[1:]) for suffix in forms.lines(form.values, NOTED)]
    return shown(
        request,
        f"part_{part.name}.html",
        managed,
        status_code=status_code,
        part=part,
        form=form.values,
        errors=form.errors,
        version=form.values.get("version", managed.version),
        moments=MOMENTS,
        lines=min(MOST_SOURCES, max(used, default=0) + SPARE),
        room_types={rooms.type: rooms for batch in managed.season.schedule for rooms in batch.rooms},
        different=any(name.count("-") == 2 for name in form.values),
        entropy={code: bits(code) for code in LOTTERY_NAMES},
    )


handlers = [part_page, save_part]
