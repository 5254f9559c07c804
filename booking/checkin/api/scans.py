"""What a gate asks: may these heads pass, take that scan back, who is inside, what did I scan."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, Operation
from litestar.params import JSONBody

from booking.checkin.api.paths import Limit, PathScan, PathZone
from booking.checkin.authentication import codes_key
from booking.checkin.errors import DeviceRevoked, DeviceUnknown, NoSuchScan, WrongWay
from booking.checkin.presented import read
from booking.checkin.queries import gates as queries
from booking.checkin.queries.devices import Device, GatePrincipal
from booking.checkin.saying import annul_answer, http_status, scan_answer
from booking.checkin.schemas import AnnulAnswer, Presence, ScanAnswer, ScanLine, ScanRequest
from booking.checkin.service.annul import annul_scan
from booking.checkin.service.redeem import redeem
from booking.checkin.showing import day_keys
from booking.clock import Clock
from booking.db import Database, Lane
from booking.places.errors import ZoneNotFound
from booking.settings import Settings
from booking.web.language import translator_of
from booking.web.problems import PROBLEM_JSON
from booking.web.responses import answers, refusals

OUTCOMES = {
    200: "Known, but refused: `reason` says why",
    201: "Admitted: open",
    400: "Incomplete: a further scan with what `needs` names would be decided; or a malformed request",
    404: "Not a code of ours (`invalid`)",
}


@dataclass
class ScanOperation(Operation):
    """A 400 is either a verdict (JSON) or a malformed request (a problem document): both are in the document."""

    def __post_init__(self) -> None:
        """Copy the problem document's schema, under its own media type, beside the verdict's."""
        answered = self.responses or {}
        incomplete, problem = answered.get("400"), answered.get("503")
        contents = getattr(incomplete, "content", None), getattr(problem, "content", None)
        if contents[0] is not None and contents[1] is not None:
            contents[0][PROBLEM_JSON] = OpenAPIMediaType(schema=contents[1][PROBLEM_JSON].schema)


@post(
    "/scans",
    operation_class=ScanOperation,
    responses=refusals(DeviceUnknown, WrongWay, body=True)
    | {status: spec for code, words in OUTCOMES.items() for status, spec in answers(code, ScanAnswer, words).items()},
)
async def redeem_scan(
    request: Request[Any, Any, Any],
    data: JSONBody[ScanRequest],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
    device: NamedDependency[Device],
) -> Response[ScanAnswer]:
    """Redeem what was scanned or typed. A repeat with the same `scan_id` is the same scan, and is answered alike."""
    gate, now = device.gate, clock()
    reading = read(data.code, device.ring.keys if device.ring else {}, int(now.timestamp()))
    keys = day_keys(codes_key(settings), gate.place_id, now)
    redeemed = await database.write_in(Lane.GATE, redeem, gate, data, reading, keys)
    answer = scan_answer(redeemed, now, data.locale or gate.locale, translator_of(request))
    return Response(content=answer, status_code=http_status(redeemed.outcome))


@post(
    "/scans/{scan_id:str}/annul",
    status_code=200,
    responses=refusals(DeviceUnknown, DeviceRevoked, NoSuchScan),
)
async def annul(
    request: Request[Any, Any, Any],
    scan_id: PathScan,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    gate: NamedDependency[GatePrincipal],
) -> AnnulAnswer:
    """Take a scan of this device back within 15 minutes, because the turnstile did not turn."""
    verdict = await database.write_in(Lane.GATE, annul_scan, gate, scan_id)
    return annul_answer(verdict, scan_id, clock(), gate.locale, translator_of(request))


@get("/zones/{zone:int}/presence", responses=refusals(DeviceUnknown, DeviceRevoked, ZoneNotFound))
async def zone_presence(
    zone: PathZone,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    gate: NamedDependency[GatePrincipal],
) -> Presence:
    """How many heads are inside a zone of the gate now.

    Raises:
        ZoneNotFound: the gate does not lead there.
    """
    found = await database.read(queries.presence, gate.place_id, [zone], clock()) if zone in gate.zones else []
    if not found:
        raise ZoneNotFound
    return found[0]


@get("/gates/me/presence", responses=refusals(DeviceUnknown, DeviceRevoked))
async def presence(
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    gate: NamedDependency[GatePrincipal],
) -> list[Presence]:
    """How many heads are inside each zone of the gate now."""
    return await database.read(queries.presence, gate.place_id, gate.zones, clock())


@get("/gates/me/scans", responses=refusals(DeviceUnknown, DeviceRevoked))
async def my_scans(
    database: NamedDependency[Database],
    gate: NamedDependency[GatePrincipal],
    limit: Limit = 20,
) -> list[ScanLine]:
    """What this gate scanned last, the latest first."""
    return await database.read(queries.scans_of_gate, gate.place_id, gate.gate_id, limit)


handlers = [redeem_scan, annul, zone_presence, presence, my_scans]
