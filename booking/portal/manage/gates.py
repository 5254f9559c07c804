"""The gates of a place: who is inside, which devices answer, and the codes that make a device a gate."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from booking.checkin.errors import GateCodeTaken
from booking.checkin.queries.gates import gate_of, gates_of, presence, scans_of_gate
from booking.checkin.schemas import Enrolment, GateRequest, GateView
from booking.checkin.service.gates import create_gate, edit_gate, invite_gate, revoke_gate
from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError
from booking.places.catalogue import places
from booking.places.models import Place, Zone
from booking.portal.manage.access import AnyRequest
from booking.settings import Settings
from booking.venues.schemas import Id
from booking.web import forms
from booking.web.forms import Refused, Shown
from booking.web.idempotency import KeyReused, once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal

QUIET = timedelta(minutes=10)
"""A gate that was not heard of for so long is pointed out."""
SCANS = 20
STATES = {
    "new": N_("还没有登记"),
    "invited": N_("等设备登记"),
    "enrolled": N_("在用"),
    "revoked": N_("已停用"),
}
DIRECTIONS = {"both": N_("进出都管"), "entry": N_("只管进"), "exit": N_("只管出")}
HEADS = {
    "one": N_("扫一次进一人"),
    "all": N_("扫一次一起来的都进"),
    "ask": N_("每次问进几人"),
}
BESIDE: Mapping[type[BookingError], str] = {GateCodeTaken: "code"}
WORDS: dict[str, Any] = {"states": STATES, "directions": DIRECTIONS, "heads": HEADS}


def _zones(tx: ReadSession, place: int) -> list[Zone]:
    return places(tx).zones_of(place)


@get("/manage/{place:str}/gates")
async def gates_page(
    request: AnyRequest,
    at: NamedDependency[Place],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """Every gate of a place, and how many are inside its zones."""
    now = clock()

    def look(tx: ReadSession) -> dict[str, Any]:
        zones = [zone.id for zone in _zones(tx, at.id)]
        return {"gates": gates_of(tx, at.id), "inside": presence(tx, at.id, zones, now)}

    return page(request, "portal/manage/gates.html", at=at, quiet=now - QUIET, **WORDS, **await database.read(look))


async def _form(
    request: AnyRequest, database: Database, at: Place, form: Shown, status_code: int = 200, gate: int | None = None
) -> Response[str]:
    def look(tx: ReadSession) -> dict[str, Any]:
        seen = None if gate is None else gate_of(tx, at.id, gate)
        scans = [] if gate is None else scans_of_gate(tx, at.id, gate, SCANS)
        return {"zones": _zones(tx, at.id), "gate": seen, "scans": scans}

    found = await database.read(look)
    return page(
        request,
        "portal/manage/edit_gate.html",
        status_code=status_code,
        headers=NOT_KEPT,
        at=at,
        form=form.values,
        errors=form.errors,
        **WORDS,
        **found,
    )


@get("/manage/{place:str}/gates/new")
async def new_gate_page(
    request: AnyRequest, at: NamedDependency[Place], database: NamedDependency[Database]
) -> Response[str]:
    """The form of a new gate."""
    return await _form(request, database, at, forms.shown({"direction": "both", "heads_mode": "one"}))


@post("/manage/{place:str}/gates/new", status_code=200)
async def make_gate(
    request: AnyRequest,
    at: NamedDependency[Place],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Make a gate; the code for its device comes next."""
    form = await forms.typed(request)
    try:
        made = await once_form(
            database, request, member.actor, form.get("idempotency_key", ""), create_gate, GateView,
            member, at.id, forms.read(GateRequest, form),
        )  # fmt: skip
    except (Refused, BookingError) as why:
        if isinstance(why, KeyReused):
            form.pop("idempotency_key", None)
        shown = forms.again(request, form, why, BESIDE)
        return await _form(request, database, at, shown, forms.status_of(why))
    said = sentence(request, N_("闸机已新建。下一步：发一个登记码给设备。"))
    return redirect(request, f"/manage/{at.code}/gates/{made.id}", said)


@get("/manage/{place:str}/gates/{gate:int}")
async def gate_page(
    request: AnyRequest, at: NamedDependency[Place], gate: FromPath[Id], database: NamedDependency[Database]
) -> Response[str]:
    """A gate, its last scans, and its form."""
    seen = await database.read(gate_of, at.id, gate)
    values = {
        "name": seen.name,
        "name_en": seen.name_en,
        "direction": seen.direction,
        "heads_mode": seen.heads_mode,
        "staffed": "yes" if seen.staffed else "",
        "locale": seen.locale,
        "zones": " ".join(str(zone.id) for zone in seen.zones),
    }
    return await _form(request, database, at, forms.shown(values), gate=gate)


@post("/manage/{place:str}/gates/{gate:int}", status_code=200)
async def change_gate(
    request: AnyRequest,
    at: NamedDependency[Place],
    gate: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Change a gate; its key stays."""
    form = await forms.typed(request)
    try:
        code = (await database.read(gate_of, at.id, gate)).code
        wanted = forms.read(GateRequest, form | {"code": code})
        await database.write(edit_gate, member, at.id, gate, wanted)
    except (Refused, BookingError) as why:
        shown = forms.again(request, form, why, BESIDE)
        return await _form(request, database, at, shown, forms.status_of(why), gate)
    return redirect(request, f"/manage/{at.code}/gates", sentence(request, N_("已保存，立即生效。")))


@post("/manage/{place:str}/gates/{gate:int}/invite", status_code=200)
async def invite(
    request: AnyRequest,
    at: NamedDependency[Place],
    gate: FromPath[Id],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Make a code for a device and show it, this once; a form sent twice makes one, and shows it once."""
    form = await forms.typed(request)
    address = f"/manage/{at.code}/gates/{gate}"
    made: list[Enrolment] = []

    def command(tx: WriteSession, now: datetime) -> int:
        made[:] = [invite_gate(tx, now, member, at.id, gate)]
        return gate

    try:
        await once_form(database, request, member.actor, form.get("idempotency_key", ""), command, int)
    except BookingError as error:
        return redirect(request, address, words(request, error), kind="bad")
    if not made:
        return redirect(request, address)
    seen = await database.read(gate_of, at.id, gate)
    return page(
        request,
        "portal/manage/gate_invited.html",
        headers=NOT_KEPT,
        at=at,
        gate=seen,
        enrolment=made[0],
        public_url=settings.public_url,
    )


@post("/manage/{place:str}/gates/{gate:int}/revoke")
async def revoke(
    request: AnyRequest,
    at: NamedDependency[Place],
    gate: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Take a gate's key back for good."""
    address = f"/manage/{at.code}/gates"
    try:
        await database.write(revoke_gate, member, at.id, gate)
    except BookingError as error:
        return redirect(request, f"{address}/{gate}", words(request, error), kind="bad")
    return redirect(request, address, sentence(request, N_("闸机已停用，它的密钥作废了。")))


handlers = [gates_page, new_gate_page, make_gate, gate_page, change_gate, invite, revoke]
