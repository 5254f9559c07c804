"""Courts kept for a league or for maintenance, once or every week; lifted, and put back."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from booking.clock import Clock, local_date, local_instant
from booking.db import Database, ReadSession
from booking.errors import BookingError
from booking.places.models import Place
from booking.portal.manage import service
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.board import Day, shown_day
from booking.portal.manage.queries.blocks import SeenBlock, block_seen, blocks_ahead
from booking.portal.manage.words import BLOCK_KINDS
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.errors import WeeksUnclear
from booking.venues.queries.days import open_spans_of
from booking.venues.schemas import BlockRequest, BlockView, Id, ShortText
from booking.venues.service.counter import block_courts
from booking.web import forms
from booking.web.forms import Refused, Shown, Typed
from booking.web.idempotency import KeyReused, once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import page, redirect
from booking.web.principal import Principal

BESIDE: dict[type[BookingError], str] = {WeeksUnclear: "weekly_until"}


class Hours(msgspec.Struct, kw_only=True):
    """Hours of a day as a form asks for them; until 00:00 is midnight."""

    day: date
    opens: time
    closes: time

    @property
    def starts(self) -> datetime:
        """The instant at which they begin."""
        return local_instant(self.day, self.opens)

    @property
    def ends(self) -> datetime:
        """The instant at which they end."""
        return local_instant(self.day if self.closes > self.opens else self.day + timedelta(days=1), self.closes)


class BlockForm(Hours, kw_only=True):
    """Courts to keep, as the form asks for them."""

    title: ShortText
    kind: Annotated[str, Meta(pattern="^(league|maintenance)$")]
    courts: Annotated[list[Id], Meta(min_length=1, max_length=100)]
    weekly_until: date | None = None


def hours_of_day(tx: ReadSession, facts: FacilityFacts, day: date) -> tuple[str, str]:
    """When a facility opens and closes on a day, as a form's first suggestion."""
    spans = open_spans_of(venues(tx), facts, day)
    first, last = (spans[0].starts, spans[-1].ends) if spans else (16, 44)
    return _wall(first), _wall(last)


def _wall(half_hour: int) -> str:
    minutes = (half_hour + 16) % 48 * 30
    return f"{minutes // 60:02}:{minutes % 60:02}"


@get("/manage/{place:str}/{facility:str}/blocks/new")
async def new_block_page(
    request: AnyRequest,
    facts: NamedDependency[FacilityFacts],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    day: Day = None,
) -> Response[str]:
    """The form that keeps courts."""
    chosen = shown_day(day, clock())
    opens, closes = await database.read(hours_of_day, facts, chosen)
    form = {"day": chosen.isoformat(), "opens": opens, "closes": closes, "kind": "league"}
    return _form_page(request, facts, forms.shown(form))


def _form_page(request: AnyRequest, facts: FacilityFacts, form: Shown, status_code: int = 200) -> Response[str]:
    return page(
        request,
        "portal/manage/block_new.html",
        status_code=status_code,
        facts=facts,
        form=form.values,
        errors=form.errors,
        kinds=BLOCK_KINDS,
    )


@post("/manage/{place:str}/{facility:str}/blocks/new", status_code=200)
async def make_block(
    request: AnyRequest,
    facts: NamedDependency[FacilityFacts],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Keep the courts, all of the dates or none."""
    form = await forms.typed(request)
    try:
        made = await once_form(
            database, request, member.actor, form.get("idempotency_key", ""), block_courts, list[BlockView],
            member, facts.place.id, _request(facts, form),
        )  # fmt: skip
    except (Refused, BookingError) as why:
        if isinstance(why, KeyReused):
            form.pop("idempotency_key", None)
        return _form_page(request, facts, forms.again(request, form, why, BESIDE), forms.status_of(why))
    said = sentence(request, N_("留好了，共 {count} 次。"), count=len(made))
    undo = f"/manage/{facts.place.code}/blocks/{made[0].id}/lift-all"
    address = f"/manage/{facts.place.code}/{facts.facility.code}?day={local_date(made[0].starts)}"
    return redirect(request, address, said, undo=undo)


def _request(facts: FacilityFacts, form: Typed) -> BlockRequest:
    typed = forms.read(BlockForm, form)
    return BlockRequest(
        facility=facts.facility.id,
        title=typed.title,
        courts=typed.courts,
        starts=typed.starts,
        ends=typed.ends,
        kind="league" if typed.kind == "league" else "maintenance",
        weekly_until=typed.weekly_until,
    )


@get("/manage/{place:str}/blocks")
async def blocks_page(
    request: AnyRequest,
    at: NamedDependency[Place],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """What is kept from booking at a place, from now on."""
    seen = await database.read(blocks_ahead, clock(), at.id)
    return page(request, "portal/manage/blocks.html", at=at, blocks=seen, kinds=BLOCK_KINDS)


@get("/manage/{place:str}/blocks/{block:int}")
async def block_page(
    request: AnyRequest, at: NamedDependency[Place], block: FromPath[Id], database: NamedDependency[Database]
) -> Response[str]:
    """One block, and the way to lift it."""
    seen: SeenBlock = await database.read(block_seen, at.id, block)
    return page(request, "portal/manage/block.html", at=at, seen=seen, kinds=BLOCK_KINDS, day=local_date(seen.start))


@post("/manage/{place:str}/blocks/{block:int}/{turn:str}")
async def turn_block(
    request: AnyRequest,
    at: NamedDependency[Place],
    block: FromPath[Id],
    turn: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Lift a block, or its whole series; or put back what was lifted."""
    address = f"/manage/{at.code}/blocks/{block}"
    whole = turn.endswith("-all")
    lifting = turn.startswith("lift")
    try:
        command = service.lift if lifting else service.put_back
        count = await database.write(command, member, at.id, block, whole=whole)
    except BookingError as error:
        return redirect(request, address, words(request, error), kind="bad")
    said = N_("已解除 {count} 次，这些时段可以预约了。") if lifting else N_("又留好了，共 {count} 次。")
    undo = f"{address}/{'back' if lifting else 'lift'}{'-all' if whole else ''}"
    return redirect(request, address, sentence(request, said, count=count), undo=undo)


handlers = [new_block_page, make_block, blocks_page, block_page, turn_block]
