"""What every officer's page of a season reads first, and what it is drawn with."""

from datetime import datetime
from functools import partial
from typing import Any

from litestar import Request, Response

from booking.clock import local_date
from booking.db import Database, ReadSession
from booking.members.rules.words import CATEGORY_NAMES
from booking.retreats.pages.manage.parts import PARTS
from booking.retreats.queries.season_views import managed_season
from booking.retreats.rules.words import LOTTERY_NAMES, ORGANISATION_KINDS, POLICY_NAMES, SEASON_STATUSES
from booking.retreats.schemas_season_views import ManagedSeason
from booking.retreats.service.drawing.steps import season_for
from booking.web.language import words
from booking.web.pages import NOT_KEPT, page
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]


async def see(request: AnyRequest, database: Database, now: datetime, member: Principal, code: str) -> ManagedSeason:
    """The season as officers see it.

    Raises:
        NotAnOfficer: the reader is none of the whole federation.
        SeasonNotFound: there is none.
    """

    def read(tx: ReadSession) -> ManagedSeason:
        return managed_season(tx, now, season_for(tx, member, code), partial(words, request))

    return await database.read(read)


def shown(
    request: AnyRequest, template: str, managed: ManagedSeason, *, status_code: int = 200, **more: Any
) -> Response[str]:
    """A page of this season; the words for its codes are there for every template."""
    return page(
        request,
        f"retreats/manage/{template}",
        status_code=status_code,
        headers=NOT_KEPT,
        managed=managed,
        season=managed.season,
        base=f"/manage/retreats/{managed.season.code}",
        parts=PARTS,
        today=local_date(request.app.state.clock()),
        statuses=SEASON_STATUSES,
        categories=CATEGORY_NAMES,
        kinds=ORGANISATION_KINDS,
        lotteries=LOTTERY_NAMES,
        policies=POLICY_NAMES,
        **more,
    )
