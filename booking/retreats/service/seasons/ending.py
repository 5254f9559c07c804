"""A season that does not take place: a draft is put away, a published one is cancelled before its freeze."""

from datetime import datetime

from sqlalchemy import select, update

from booking.audit.service import record
from booking.db import WriteSession
from booking.notices.messages import MessageText, register
from booking.notices.service import tell_many
from booking.retreats.errors_seasons import NotDiscarded, ReasonNeeded
from booking.retreats.models import Applicant, Season
from booking.retreats.queries.seasons import season_of
from booking.retreats.schemas_seasons import EndRequest
from booking.retreats.service.drawing.steps import append_step, require_status, season_for
from booking.retreats.service.seasons.editing import change
from booking.rooms.service.pools import close_pool
from booking.web.facts import Named, Params
from booking.web.locale import N_
from booking.web.principal import Principal

CANCEL = N_("撤销")
CANCELLED = "retreat.cancelled"
register(
    CANCELLED,
    MessageText(N_("疗休养取消了"), N_("{season}取消了：{reason}。您的报名到此为止，以后各季的抽签机会不受影响。")),
)


def cancel_season(tx: WriteSession, now: datetime, by: Principal, code: str, request: EndRequest) -> Season:
    """Put a draft away, or cancel a published season before its freeze: its applicants are told, its rooms released.

    Raises:
        NotAnOfficer: the actor is none of the whole federation.
        SeasonNotFound: there is none.
        WrongSeasonStatus: it is frozen, or over.
        SeasonChanged: another officer changed it since this version.
        ReasonNeeded: it was published, and its applicants would not be told why.
    """
    season = season_for(tx, by, code)
    require_status(season, "draft", "open", action=CANCEL)
    if season.allotment_id is not None and not request.reason:
        raise ReasonNeeded
    change(tx, season, request.version, {"status": "cancelled"})
    if season.allotment_id is None:
        record(tx, now, actor=by.actor, action="retreat.discarded", subject=f"retreat:{season.code}")
    else:
        released = close_pool(tx, now, season.place_id, season.allotment_id)
        append_step(tx, now, season, by, "cancelled", {"reason": request.reason, "released": released})
        _tell(tx, now, season, request.reason)
    return season_of(tx, code, drafts=True)


def restore_draft(tx: WriteSession, now: datetime, by: Principal, code: str) -> Season:
    """Bring back a draft that was put away.

    Raises:
        NotAnOfficer: the actor is none of the whole federation.
        SeasonNotFound: there is none.
        NotDiscarded: it is no such draft.
    """
    season = season_for(tx, by, code)
    mine = (Season.id == season.id, Season.status == "cancelled", Season.allotment_id.is_(None))
    back = update(Season).where(*mine).values(status="draft", version=Season.version + 1)
    if tx.execute(back).rowcount != 1:
        raise NotDiscarded
    record(tx, now, actor=by.actor, action="retreat.restored", subject=f"retreat:{season.code}")
    tx.touch(f"retreat:{season.id}")
    return season_of(tx, code, drafts=True)


def _tell(tx: WriteSession, now: datetime, season: Season, reason: str) -> None:
    applied = select(Applicant.member_id).where(Applicant.season_id == season.id).order_by(Applicant.member_id)
    params: Params = {"season": Named(season.title, season.title_en), "reason": reason}
    readers = [(int(member_id), params) for (member_id,) in tx.execute(applied)]
    tell_many(tx, now, readers, CANCELLED, f"/retreats/{season.code}")
