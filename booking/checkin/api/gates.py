"""Gates: a device enrols and keeps its key; managers make, edit, invite and revoke gates."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from booking.checkin import errors
from booking.checkin.api.paths import Limit, PathId
from booking.checkin.queries import gates as queries
from booking.checkin.queries.devices import GatePrincipal
from booking.checkin.schemas import (
    Enrolled,
    Enrolment,
    EnrolRequest,
    GateRequest,
    GateView,
    Presence,
    ScanPage,
)
from booking.checkin.service import gates as service
from booking.clock import Clock
from booking.db import Database, Lane, ReadSession, WriteSession
from booking.errors import Denied, Unauthenticated
from booking.places.catalogue import PlaceNotFound, places
from booking.places.service import require_manager
from booking.web.idempotency import once
from booking.web.principal import Principal
from booking.web.responses import answers, refusals

NOT_STORED = {"Cache-Control": "no-store"}
NEWEST = 2**53 - 1
Cursor = Annotated[int, QueryParameter(ge=0, le=NEWEST, description="The `next` of the page before.")]


@post("/gates/enrol", responses=refusals(errors.EnrolmentRefused, body=True))
async def enrol(data: JSONBody[EnrolRequest], database: NamedDependency[Database]) -> Response[Enrolled]:
    """Turn a one-time enrolment code into this device's API key. The key is shown this once."""
    made = await database.write(service.enrol, data.code, data.software)
    return Response(content=made, headers=NOT_STORED)


@get("/gates/me", responses=refusals(errors.DeviceUnknown, errors.DeviceRevoked))
async def me(
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    gate: NamedDependency[GatePrincipal],
) -> GateView:
    """This gate; asking also says that the device is alive, so ask every minute or so."""
    view = await database.read(queries.gate_of, gate.place_id, gate.gate_id)
    if view.last_seen_at is None or clock() - view.last_seen_at >= service.SEEN_EVERY:
        await database.write_in(Lane.BULK, service.see_gate, gate)
    return view


@post("/gates/me/key", responses=refusals(errors.DeviceUnknown, errors.DeviceRevoked, errors.GateRevoked))
async def roll_key(database: NamedDependency[Database], gate: NamedDependency[GatePrincipal]) -> Response[Enrolled]:
    """Replace this device's key by a new one, shown this once; the old one ends now.

    Takes no `Idempotency-Key`: a repeated request comes with the old key, and is refused.
    """
    return Response(content=await database.write(service.roll_key, gate), headers=NOT_STORED)


@get("/places/{place:int}/gates", responses=refusals(Unauthenticated, Denied, PlaceNotFound))
async def list_gates(
    place: PathId, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> list[GateView]:
    """The gates of a place, with when each was last heard of; for its managers."""
    require_manager(member, place)
    return await database.read(queries.gates_of, place)


@post(
    "/places/{place:int}/gates",
    responses=refusals(
        Unauthenticated, Denied, PlaceNotFound, errors.UnknownZone, errors.GateCodeTaken, body=True, idempotent=True
    )
    | answers(201, GateView, "Made; it opens nothing until it is enrolled"),
)
async def create_gate(
    request: Request[Any, Any, Any],
    place: PathId,
    data: JSONBody[GateRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Make a gate."""
    return await once(database, request, member.actor, service.create_gate, member, place, data)


@get("/places/{place:int}/gates/{gate_id:int}", responses=refusals(Unauthenticated, Denied, errors.NoSuchGate))
async def get_gate(
    place: PathId, gate_id: PathId, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> GateView:
    """One gate, for managers of the place."""
    require_manager(member, place)
    return await database.read(queries.gate_of, place, gate_id)


@put(
    "/places/{place:int}/gates/{gate_id:int}",
    responses=refusals(
        Unauthenticated,
        Denied,
        PlaceNotFound,
        errors.NoSuchGate,
        errors.GateRevoked,
        errors.UnknownZone,
        errors.GateCodeTaken,
        body=True,
        idempotent=True,
    )
    | answers(200, GateView),
)
async def edit_gate(
    request: Request[Any, Any, Any],
    place: PathId,
    gate_id: PathId,
    data: JSONBody[GateRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Describe a gate anew; its key stays."""
    return await once(database, request, member.actor, service.edit_gate, member, place, gate_id, data)


@post(
    "/places/{place:int}/gates/{gate_id:int}/enrolment",
    responses=refusals(Unauthenticated, Denied, errors.NoSuchGate, errors.GateRevoked, idempotent=True)
    | answers(201, Enrolment, "The code, this once; a repeated request is answered without it"),
)
async def invite_gate(
    request: Request[Any, Any, Any],
    place: PathId,
    gate_id: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Make a one-time enrolment code for a gate; an earlier one ends."""
    made: list[str | None] = []

    def command(tx: WriteSession, now: datetime) -> Enrolment:
        enrolment = service.invite_gate(tx, now, member, place, gate_id)
        made[:] = [enrolment.code]
        enrolment.code = None
        return enrolment

    answer = await once(database, request, member.actor, command)
    view = msgspec.json.decode(answer.content, type=Enrolment)
    view.code = made[0] if made else None
    answer.content = msgspec.json.encode(view)
    answer.headers.update(NOT_STORED)
    return answer


@post(
    "/places/{place:int}/gates/{gate_id:int}/revoke",
    responses=refusals(Unauthenticated, Denied, errors.NoSuchGate, errors.GateRevoked, idempotent=True)
    | answers(201, GateView, "Revoked for good"),
)
async def revoke_gate(
    request: Request[Any, Any, Any],
    place: PathId,
    gate_id: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Take a gate's key back for good."""
    return await once(database, request, member.actor, service.revoke_gate, member, place, gate_id)


@get("/places/{place:int}/gates/{gate_id:int}/scans", responses=refusals(Unauthenticated, Denied, errors.NoSuchGate))
async def gate_scans(
    place: PathId,
    gate_id: PathId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
    cursor: Cursor = NEWEST,
    limit: Limit = 50,
) -> ScanPage:
    """What a gate scanned, the latest first; for managers of the place."""
    require_manager(member, place)
    await database.read(queries.gate_of, place, gate_id)
    return await database.read(queries.scan_page, place, gate_id, cursor, limit)


@get("/places/{place:int}/presence", responses=refusals(Unauthenticated, Denied, PlaceNotFound))
async def place_presence(
    place: PathId,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> list[Presence]:
    """How many heads are inside each zone of a place now; for its managers."""
    require_manager(member, place)
    return await database.read(_presence, place, clock())


def _presence(tx: ReadSession, place_id: int, now: datetime) -> list[Presence]:
    known = places(tx)
    known.place(place_id)
    return queries.presence(tx, place_id, [zone.id for zone in known.zones_of(place_id)], now)


handlers = [
    enrol, me, roll_key, list_gates, create_gate, get_gate, edit_gate, invite_gate, revoke_gate, gate_scans,
    place_presence,
]  # fmt: skip
