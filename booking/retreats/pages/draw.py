"""The public draw page: the whole procedure as a numbered story, the files, and three ways to check it."""

import io
import zipfile
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.db import Database, ReadSession
from booking.draws import verify_draw
from booking.members.rules.words import CATEGORY_NAMES
from booking.retreats.draw_files import file_answer
from booking.retreats.errors_draw import DrawFileNotFound
from booking.retreats.models import Season
from booking.retreats.queries.applications import my_application
from booking.retreats.queries.draw_view import draw_view
from booking.retreats.queries.seasons import choices, season_of
from booking.retreats.queries.steps import contents
from booking.retreats.rules.drawing import Task, task_of
from booking.retreats.rules.words_draw import REASON_NAMES, STEP_NAMES
from booking.retreats.schemas_draw import DrawView
from booking.web.facts import Named
from booking.web.pages import page
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]
PROGRAM = "verify_draw.py"
BUNDLE = "draw.zip"
"""All public files and the program, to be unpacked into one folder."""
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip file knows: the same files make the same bytes."""


class Seen(NamedTuple):
    """What the page shows: the draw, the names behind its codes, and whether the reader applied."""

    season: Season
    draw: DrawView
    batches: Mapping[str, Named]
    types: Mapping[str, Named]
    applied: bool


@get("/retreats/{code:str}/draw")
async def draw_page(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    principal: NamedDependency[Principal | None],
) -> Response[str]:
    """Everything that is known of a season's draw."""
    seen = await database.read(_seen, code, principal)
    return page(
        request,
        "retreats/draw.html",
        season=seen.season,
        season_name=Named(seen.season.title, seen.season.title_en),
        draw=seen.draw,
        closings=[(key, list(each)) for key, each in groupby(seen.draw.closings, lambda one: (one.batch, one.type))],
        batches=seen.batches,
        types=seen.types,
        applied=seen.applied,
        awaits_draws=task_of(seen.season.status, []) is Task.ENTER,
        category_names=CATEGORY_NAMES,
        reason_names=REASON_NAMES,
        step_names=STEP_NAMES,
        program=PROGRAM,
        bundle=BUNDLE,
    )


@get("/retreats/{code:str}/verify")
async def verify_page(request: AnyRequest, code: FromPath[str], database: NamedDependency[Database]) -> Response[str]:
    """The verifier in the browser: it fetches the published files and uploads nothing."""

    def read(tx: ReadSession) -> tuple[Season, DrawView]:
        season = season_of(tx, code)
        return season, draw_view(tx, season)

    season, draw = await database.read(read)
    return page(
        request,
        "retreats/verify.html",
        season=season,
        season_name=Named(season.title, season.title_en),
        draw=draw,
    )


@get("/retreats/{code:str}/files/{name:str}")
async def file(
    request: AnyRequest,
    code: FromPath[str],
    name: FromPath[str],
    database: NamedDependency[Database],
    principal: NamedDependency[Principal | None],
) -> Response[bytes]:
    """A published file; also the program that checks them, and everything in one archive."""
    if name == PROGRAM:
        return _download(_program(), "text/x-python", PROGRAM)
    if name == BUNDLE:
        return _download(await database.read(_bundle, code), "application/zip", f"{code}-{BUNDLE}")
    asked = request.query_params.get("step", "")
    step = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    return await file_answer(request, database, principal, code, name, step)


def _seen(tx: ReadSession, code: str, principal: Principal | None) -> Seen:
    season = season_of(tx, code)
    offered = choices(tx, season.id)
    applied = principal is not None and my_application(tx, season.id, principal.member_id) is not None
    return Seen(
        season,
        draw_view(tx, season),
        {str(one.batch): Named(one.batch_name, one.batch_name_en) for one in offered},
        {one.type: Named(one.type_name, one.type_name_en) for one in offered},
        applied,
    )


def _bundle(tx: ReadSession, code: str) -> bytes:
    """An archive of everything public.

    Raises:
        DrawFileNotFound: nothing was published yet.
    """
    files = contents(tx, season_of(tx, code).id)
    if not files:
        raise DrawFileNotFound
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted((files | {PROGRAM: _program()}).items()):
            archive.writestr(zipfile.ZipInfo(f"{code}/{name}", _FIRST_DAY), data, zipfile.ZIP_DEFLATED)
    return kept.getvalue()


def _program() -> bytes:
    return Path(verify_draw.__file__).read_bytes()


def _download(content: bytes, media_type: str, name: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache"}
    return Response(content, media_type=media_type, headers=headers)


handlers = [draw_page, verify_page, file]
