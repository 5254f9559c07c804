"""When a season is over, so that what it came to can be written down."""

from datetime import datetime

from sqlalchemy import and_, func, select

from booking.clock import local_date
from booking.db import ReadSession
from booking.retreats.models import Applicant, Application, Batch, RetreatPast, RetreatPlace, Season
from booking.retreats.rules.places import STAGES
from booking.rooms.rules.nights import night_of


def season_to_close(tx: ReadSession, now: datetime) -> Season | None:
    """A season that is over and of which somebody's outcome is not written down yet."""
    drawn = select(Season).where(Season.status.in_(tuple(STAGES.values()))).order_by(Season.id)
    return next((season for season in tx.all(drawn) if is_over(tx, now, season) and _is_unwritten(tx, season)), None)


def is_over(tx: ReadSession, now: datetime, season: Season) -> bool:
    """Whether nobody can win a place any more: the last stage is answered, or all batches have gone without one."""
    open_places = (RetreatPlace.season_id == season.id, RetreatPlace.status == "offered")
    if tx.execute(select(RetreatPlace.application_id).where(*open_places).limit(1)).first() is not None:
        return False
    if season.status == "settled":
        return now >= season.last_confirm_by
    last = tx.scalar(select(func.max(Batch.departure)).where(Batch.season_id == season.id))
    return last is not None and night_of(local_date(now)) > int(last)


def _is_unwritten(tx: ReadSession, season: Season) -> bool:
    """Whether the last member of the draw has no row: `pasts.close_season_past` goes in the applications' order."""
    same = and_(Application.season_id == Applicant.season_id, Application.id == Applicant.application_id)
    drawn = (Application.status == "entered", Application.position.is_not(None))
    members = select(Applicant.member_id).join(Application, same).where(Applicant.season_id == season.id, *drawn)
    last = tx.scalar(members.order_by(Applicant.application_id.desc(), Applicant.number.desc()).limit(1))
    return last is not None and tx.get(RetreatPast, member_id=last, season_id=season.id) is None
