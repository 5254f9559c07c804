"""Invitations as whoever is invited sees them."""

from datetime import datetime

from sqlalchemy import select

from booking.db import ReadSession
from booking.draws.records import id_field
from booking.retreats.errors_applying import InvitationNotFound
from booking.retreats.models import Application, Invitation, Season
from booking.retreats.queries.applications import LIVE, members_of, offered, wish_views, wishes_of
from booking.retreats.rules.applying import is_open
from booking.retreats.schemas_applying import AskedView


def asked_view(tx: ReadSession, now: datetime, season: Season, application_id: int, member_id: int) -> AskedView:
    """An invitation of a member's.

    Raises:
        InvitationNotFound: they were not asked into this application.
    """
    found = tx.get(Invitation, member_id=member_id, season_id=season.id, application_id=application_id)
    application = tx.get(Application, season_id=season.id, id=application_id)
    if found is None or found.status == "made" or application is None:
        raise InvitationNotFound
    return _view(tx, now, season, found, application)


def asked_views(tx: ReadSession, now: datetime, season: Season, member_id: int) -> list[AskedView]:
    """What a member is asked and may still answer in a season, the newest first."""
    waiting = (Invitation.member_id == member_id, Invitation.season_id == season.id, Invitation.status == "open")
    same = (Application.season_id == Invitation.season_id) & (Application.id == Invitation.application_id)
    alive = select(Invitation).join(Application, same).where(*waiting, Application.status.in_(LIVE))
    found = tx.all(alive.order_by(Invitation.invited_at.desc(), Invitation.application_id))
    return [asked_view(tx, now, season, one.application_id, member_id) for one in found]


def _view(
    tx: ReadSession, now: datetime, season: Season, invitation: Invitation, application: Application
) -> AskedView:
    members = members_of(tx, season.id, application.id)
    is_live = application.status in LIVE
    return AskedView(
        season=season.code,
        season_title=season.title,
        season_title_en=season.title_en,
        application=id_field(application.id),
        lead_name=members[0].name if members else "",
        status=invitation.status if is_live else "taken_back",  # type: ignore[arg-type]  # the service writes no other
        rooms=application.rooms,
        companions=application.companions,
        wishes=wish_views(offered(tx, season).choices, wishes_of(application)),
        members=[one.name for one in members],
        invited_at=invitation.invited_at,
        closes_at=season.closes_at,
        can_answer=is_live and is_open(season, now),
    )
