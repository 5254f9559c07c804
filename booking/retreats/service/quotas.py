"""Places that an officer sets instead of the split. Nothing is overwritten: the latest counts, all stay visible."""

from datetime import datetime

from sqlalchemy import select, update

from booking.audit.service import record
from booking.db import WriteSession, insert
from booking.members.errors import NoSuchOrganisation
from booking.members.models import Organisation
from booking.retreats.errors import WrongSeasonStatus
from booking.retreats.errors_seasons import QuotaOfTheCity
from booking.retreats.models import QuotaOverride, Season
from booking.retreats.rules.words import SEASON_STATUSES
from booking.retreats.schemas_seasons import OverrideRequest
from booking.retreats.service.drawing.steps import season_for
from booking.web.locale import N_
from booking.web.principal import Principal

SET = N_("调整名额")
BEFORE_THE_FREEZE = ("draft", "open")


def set_quota(tx: WriteSession, now: datetime, by: Principal, code: str, request: OverrideRequest) -> int:
    """Set the places of an organisation, or leave them to the split again; answers the id of this override.

    For a district or township they replace its share, for an enterprise or village the common cap.

    Raises:
        NotAnOfficer: the actor is none of the whole federation.
        SeasonNotFound: there is none.
        NoSuchOrganisation: no organisation has this code.
        QuotaOfTheCity: the city's places are its rooms.
        WrongSeasonStatus: the applications are frozen.
    """
    season = season_for(tx, by, code)
    named = select(Organisation.id, Organisation.kind).where(Organisation.code == request.organisation)
    node = tx.execute(named).first()
    if node is None:
        raise NoSuchOrganisation
    if node.kind == "city":
        raise QuotaOfTheCity
    mine = (Season.id == season.id, Season.status.in_(BEFORE_THE_FREEZE))
    if tx.execute(update(Season).where(*mine).values(version=Season.version + 1)).rowcount != 1:
        raise WrongSeasonStatus(status=SEASON_STATUSES[season.status], action=SET)
    override = tx.ids.next()
    row = {
        "season_id": season.id,
        "id": override,
        "organisation_id": node.id,
        "heads": request.heads,
        "reason": request.reason,
        "by": by.member_id,
        "at": now,
    }
    tx.execute(insert(tx, QuotaOverride), row)
    detail = {"organisation": request.organisation, "heads": request.heads, "reason": request.reason}
    record(tx, now, actor=by.actor, action="retreat.quota_set", subject=f"retreat:{season.code}", detail=detail)
    tx.touch(f"retreat:{season.id}")
    return override
