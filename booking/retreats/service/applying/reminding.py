"""Before applications close, whoever has not answered is reminded, and whoever waits for them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, select, update

from booking.db import ReadSession, WriteSession
from booking.members.models import Member
from booking.notices.service import tell_many
from booking.retreats.models import Applicant, Application, Invitation, Season
from booking.retreats.service.applying.telling import facts, page_of_application, page_of_invitation

AT_ONCE = 500
"""Applications that one turn deals with."""


class Lead(NamedTuple):
    """Who made an application."""

    member_id: int
    name: str


def reminders_are_due(tx: ReadSession, now: datetime) -> bool:
    """Whether anybody is to be reminded: asked of a reader, so that idle turns do not write."""
    return any(tx.execute(_waiting(season).limit(1)).first() is not None for season in _closing(tx, now))


def remind_unanswered(tx: WriteSession, now: datetime, limit: int = AT_ONCE) -> int:
    """Remind those who were asked and the leads of applications that do not take part yet, each once.

    Answers how many applications; call it until it answers 0.
    """
    return sum(_remind(tx, now, season, limit) for season in _closing(tx, now))


def _closing(tx: ReadSession, now: datetime) -> list[Season]:
    """Seasons of which applications close soon."""
    running = tx.all(select(Season).where(Season.status == "open", Season.closes_at > now).order_by(Season.id))
    return [season for season in running if season.opens_at <= now and _soon(season) <= now]


def _soon(season: Season) -> datetime:
    return season.closes_at - timedelta(hours=season.remind_hours)


def _due(season: Season) -> list[ColumnElement[bool]]:
    """Invitations of which nobody was reminded yet. Whoever is asked later than that needs no reminder."""
    row = Invitation
    return [
        row.season_id == season.id,
        row.reminded_at.is_(None),
        row.status != "made",
        row.invited_at < _soon(season),
    ]


def _waiting(season: Season) -> Select[int]:
    same = (Application.season_id == Invitation.season_id) & (Application.id == Invitation.application_id)
    here = select(Invitation.application_id).join(Application, same)
    return here.where(*_due(season), Application.status == "gathering").order_by(Invitation.application_id)


def _remind(tx: WriteSession, now: datetime, season: Season, limit: int) -> int:
    some = _waiting(season).distinct().limit(limit)
    turned = update(Invitation).where(*_due(season), Invitation.application_id.in_(some)).values(reminded_at=now)
    answered = turned.returning(Invitation.application_id, Invitation.member_id, Invitation.status)
    found = [tuple(row) for row in tx.execute(answered)]
    leads = _leads(tx, season, sorted({application_id for application_id, *_ in found}))
    for application_id, member_id, status in sorted(found):
        if status == "open" and application_id in leads:
            said = facts(season, leads[application_id].name)
            tell_many(tx, now, [(member_id, said)], "retreat.unanswered", page_of_invitation(season, application_id))
    letters = [(lead.member_id, facts(season)) for lead in leads.values()]
    tell_many(tx, now, letters, "retreat.gathering", page_of_application(season))
    return len(leads)


def _leads(tx: ReadSession, season: Season, application_ids: Sequence[int]) -> dict[int, Lead]:
    row = Applicant
    found = select(row.application_id, row.member_id, Member.name).join(Member, Member.id == row.member_id)
    here = found.where(row.season_id == season.id, row.number == 0, row.application_id.in_(application_ids))
    return {application_id: Lead(*one) for application_id, *one in tx.execute(here.order_by(row.application_id))}
