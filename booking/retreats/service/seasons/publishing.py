"""Publishing a draft: all of it is checked, its rooms leave the public's pool, and from then on members may apply."""

from collections.abc import Sequence
from datetime import datetime

from booking.clock import local_date
from booking.db import WriteSession
from booking.retreats.models import Season
from booking.retreats.queries.checking import faults
from booking.retreats.queries.seasons import choices, season_of
from booking.retreats.rules.building import ChoiceFacts, places_of
from booking.retreats.service.drawing.steps import append_step, require_status, season_for
from booking.retreats.service.seasons.editing import change
from booking.rooms.catalogue import houses
from booking.rooms.rules.nights import Nights, date_of, night_of
from booking.rooms.service.pools import Share, fill_pool, make_pool
from booking.web.facts import Named
from booking.web.locale import N_
from booking.web.principal import Principal

PUBLISH = N_("再公布")
MOST_RELEASE_DAYS = 7
"""So many days before a night at the most, rooms that the draw left empty go back to the public."""


def publish_season(tx: WriteSession, now: datetime, by: Principal, code: str, version: int) -> Season:
    """Open a draft to its applicants; answers it as it is then.

    Raises:
        NotAnOfficer: the actor is none of the whole federation.
        SeasonNotFound: there is none.
        WrongSeasonStatus: it is a draft no longer.
        SeasonChanged: another officer changed it since this version.
        BookingError: the first of `queries.checking.faults`.
        PoolShort: the public's pool has fewer rooms on some night; it names the night and the numbers.
    """
    season = season_for(tx, by, code)
    require_status(season, "draft", action=PUBLISH)
    for fault in faults(tx, now, season):
        raise fault.error
    offered = choices(tx, season.id)
    name = Named(season.title, season.title_en)
    kept = release_days(season, offered)
    pool = make_pool(tx, now, season.place_id, kind="retreat", code=season.code, name=name, release_days=kept)
    change(tx, season, version, {"status": "open", "allotment_id": pool})
    shares = [Share(one.type_id, Nights(one.arrival, one.departure), one.rooms) for one in offered]
    fill_pool(tx, houses(tx).house(season.place_id), pool, shares)
    detail = {"places": places_of(offered), "rooms": [[one.batch, one.type, one.rooms] for one in offered]}
    append_step(tx, now, season, by, "opened", detail)
    return season_of(tx, code)


def release_days(season: Season, offered: Sequence[ChoiceFacts]) -> int:
    """How many days before a night the public gets what is left of it: never before the last deadline is over."""
    first = min(one.arrival for one in offered)
    decided = night_of(local_date(season.last_confirm_by))
    return max(0, min(MOST_RELEASE_DAYS, (date_of(first) - date_of(decided)).days - 1))
