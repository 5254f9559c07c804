"""For officers of a node: categories to be verified before the freeze, and how many applied from below it."""

from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.db import Database, ReadSession
from booking.members.queries.claims import After, claims
from booking.members.rules.words import CATEGORY_NAMES
from booking.members.schemas import ClaimView
from booking.retreats.models import Season
from booking.retreats.queries.counts import applicant_ids, counts
from booking.retreats.queries.seasons import season_of
from booking.retreats.rules.words_applying import APPLICATION_STATUSES
from booking.retreats.schemas_applying import CountsView
from booking.web.facts import Named
from booking.web.pages import NOT_KEPT, page
from booking.web.principal import Principal

AT_ONCE = 50
"""Claims on one page."""


class Read(NamedTuple):
    """What the page shows: one claim more than it does, if there are more."""

    season: Season
    counts: CountsView
    claims: list[ClaimView]
    applied: frozenset[int]


@get("/manage/retreats/{code:str}/categories")
async def categories_page(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[str]:
    """Claims of applicants first: those that decide this season. `all` shows every member's."""
    everybody = request.query_params.get("show") == "all"
    after = After.read(request.query_params.get("after"))
    found = await database.read(_read, code, member, after, everybody)
    own = f"/manage/retreats/{code}/categories"
    here = f"{own}?show=all" if everybody else own
    last = found.claims[AT_ONCE - 1] if len(found.claims) > AT_ONCE else None
    older = f"{own}?after={After(last.member_id, last.category)}" if last else None
    return page(
        request,
        "retreats/categories.html",
        headers=NOT_KEPT,
        path=here,
        season=found.season,
        season_name=Named(found.season.title, found.season.title_en),
        counts=found.counts,
        claims=found.claims[:AT_ONCE],
        applied=found.applied,
        everybody=everybody,
        older=f"{older}&show=all" if older and everybody else older,
        names=CATEGORY_NAMES,
        status_names=APPLICATION_STATUSES,
        me=member.member_id,
        own=own,
        back=here,
    )


def _read(tx: ReadSession, code: str, member: Principal, after: After, everybody: bool) -> Read:
    season = season_of(tx, code)
    among = applicant_ids(season)
    found = claims(tx, member, after, AT_ONCE + 1, None if everybody else among)
    these = among.where(among.selected_columns.member_id.in_([one.member_id for one in found]))
    applied = frozenset(member_id for (member_id,) in tx.execute(these))
    return Read(season, counts(tx, season, member), found, applied)


handlers = [categories_page]
