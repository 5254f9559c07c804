"""For officers of a node: how many applied from below it, and what waits to be verified in time."""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from booking.db import Database, ReadSession
from booking.errors import Unauthenticated
from booking.members.errors import StaffOnly
from booking.retreats.errors import SeasonNotFound
from booking.retreats.queries.counts import counts
from booking.retreats.queries.seasons import season_of
from booking.retreats.schemas_applying import CountsView
from booking.web.etags import tagged, tagged_answers
from booking.web.principal import Principal
from booking.web.responses import refusals

Code = Annotated[str, PathParameter(max_length=40, description="A season by its code, e.g. `2027-spring`.")]


@get(
    "/manage/retreats/{code:str}/counts",
    responses=refusals(Unauthenticated, SeasonNotFound, StaffOnly) | tagged_answers(CountsView),
)
async def get_counts(
    request: Request[Any, Any, Any],
    code: Code,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Applicants from below my node, by what became of their applications, by category and by organisation."""

    def read(tx: ReadSession) -> CountsView:
        return counts(tx, season_of(tx, code), member)

    return tagged(request, await database.read(read), private=True)


handlers = [get_counts]
