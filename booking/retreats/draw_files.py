"""Published files as answers: each version under an address of its own that never changes."""

from datetime import datetime
from typing import Any

from litestar import Request, Response

from booking.audit.service import record
from booking.db import Database, ReadSession, WriteSession
from booking.draws.records import UNITS
from booking.retreats.errors_draw import DrawFileNotFound, NotaryOnly
from booking.retreats.models import DrawFile
from booking.retreats.queries.seasons import season_of
from booking.retreats.queries.steps import draw_file
from booking.retreats.service.drawing.steps import season_for
from booking.web.etags import has
from booking.web.pages import NOT_KEPT, YEAR_SECONDS
from booking.web.principal import Principal

CSV = "text/csv"
FOREVER = f"public, max-age={YEAR_SECONDS}, immutable"


async def file_answer(
    request: Request[Any, Any, Any],
    database: Database,
    principal: Principal | None,
    code: str,
    name: str,
    step: int | None,
) -> Response[bytes]:
    """A public file as one step published it, to be kept for ever, or as it is now, to be asked about again.

    Raises:
        SeasonNotFound, DrawFileNotFound: there is none.
        NotaryOnly: it is the notary's, and the reader is no officer of the whole federation.
    """
    if name == UNITS and principal is not None:
        return await handed_to_notary(database, principal, code)

    def read(tx: ReadSession) -> DrawFile:
        file = draw_file(tx, season_of(tx, code).id, name, step)
        if file is None or file.notary:
            raise NotaryOnly if name == UNITS else DrawFileNotFound
        return file

    file = await database.read(read)
    headers = {"ETag": f'"{file.sha256}"', "Cache-Control": FOREVER if step is not None else "public, no-cache"}
    if has(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(b"", status_code=304, headers=headers)
    return Response(file.data, media_type=CSV, headers=headers | _named(name))


async def handed_to_notary(database: Database, by: Principal, code: str) -> Response[bytes]:
    """The full input, for an officer who hands it to the notary; the audit keeps who took it.

    Raises:
        NotaryOnly: they are no officer of the whole federation.
        SeasonNotFound, DrawFileNotFound: there is none.
    """
    if not by.holds("federation_officer"):
        raise NotaryOnly
    file = await database.write(_hand_over, by, code)
    return Response(file.data, media_type=CSV, headers=NOT_KEPT | _named(UNITS))


def _hand_over(tx: WriteSession, now: datetime, by: Principal, code: str) -> DrawFile:
    season = season_for(tx, by, code)
    file = draw_file(tx, season.id, UNITS)
    if file is None:
        raise DrawFileNotFound
    detail = {"file": UNITS, "sha256": file.sha256}
    record(tx, now, actor=by.actor, action="retreat.handed_over", subject=f"retreat:{season.code}", detail=detail)
    return file


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'inline; filename="{name}"'}
