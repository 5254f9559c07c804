"""Seasons over the API, for everybody: which there are, and all that decides one."""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from booking.db import Database, ReadSession
from booking.retreats.errors import SeasonNotFound
from booking.retreats.errors_seasons import SeasonCursorUnknown
from booking.retreats.queries.season_views import season_list, season_view
from booking.retreats.queries.seasons import season_of
from booking.retreats.schemas_season_views import SeasonList, SeasonView
from booking.web.etags import tagged, tagged_answers
from booking.web.responses import refusals

AnyRequest = Request[Any, Any, Any]
Code = Annotated[str, PathParameter(max_length=40, description="A season by its code, e.g. `2027-spring`.")]
After = Annotated[str | None, QueryParameter(max_length=40, description="The `next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]


@get("/retreats", responses=refusals(SeasonCursorUnknown) | tagged_answers(SeasonList))
async def list_seasons(
    request: AnyRequest, database: NamedDependency[Database], cursor: After = None, limit: Limit = 20
) -> Response[bytes]:
    """The seasons that were published, those that open last first."""
    return tagged(request, await database.read(season_list, after=cursor, limit=limit))


@get("/retreats/{code:str}", responses=refusals(SeasonNotFound) | tagged_answers(SeasonView))
async def get_season(request: AnyRequest, code: Code, database: NamedDependency[Database]) -> Response[bytes]:
    """A season: calendar, batches with their rooms, who may apply, what is borne, and what the draw comes from."""

    def read(tx: ReadSession) -> SeasonView:
        return season_view(tx, season_of(tx, code))

    return tagged(request, await database.read(read))


handlers = [list_seasons, get_season]
