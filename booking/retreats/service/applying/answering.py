"""To answer an invitation for oneself, and to leave a group again."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from booking.db import ReadSession, WriteSession
from booking.retreats.errors_applying import InvitationNotFound, InvitationOver, LeadCannotLeave
from booking.retreats.models import Applicant, Application, Invitation, Season
from booking.retreats.queries.applications import (
    asked_of,
    live_application,
    members_of,
    offered,
    party_of,
    wishes_of,
)
from booking.retreats.queries.invitations import asked_view
from booking.retreats.rules.applying import check_party
from booking.retreats.schemas_applying import ApplicationView, AskedView
from booking.retreats.service.applying.holding import (
    check_eligible,
    enrol,
    everybody,
    next_number,
    note,
    open_season,
    seen,
    settle,
    take_hold,
)
from booking.retreats.service.applying.inviting import turn
from booking.retreats.service.applying.telling import tell_members
from booking.web.locale import N_
from booking.web.principal import Principal

SECOND_THOUGHTS = timedelta(minutes=10)
"""So long somebody who declined or left can still join; afterwards they have to be asked again."""


def accept(tx: WriteSession, now: datetime, member: Principal, code: str, application_id: int) -> ApplicationView:
    """Join an application; twice changes nothing. Somebody who declined or left has ten minutes to think again.

    Raises:
        SeasonNotFound: there is no such season.
        NotOpenYet, ApplicationsClosed, SeasonCancelled: applications are not taken now.
        InvitationNotFound: the member was not asked.
        InvitationOver: it was taken back, or the application withdrawn.
        CategoryNeeded, OrganisationKindNeeded, DuesUnpaid, RestYears, MemberLeft: the member may not apply.
        AlreadyApplied: they are in another application.
        TooManyTogether, SharesAlone, RoomTooSmall: others took their place meanwhile.
    """
    season = open_season(tx, now, code)
    invitation = _invitation(tx, season, member, application_id)
    if invitation.status != "accepted":
        application = take_hold(tx, now, season, application_id)
        check_eligible(tx, season, member.member_id)
        again = invitation.answered_at is not None and now < invitation.answered_at + SECOND_THOUGHTS
        turn(tx, now, application, member.member_id, "accepted", N_("加入"), also=("declined",) if again else ())
        enrol(tx, now, season, application.id, member.member_id, next_number(tx, application))
        _check_room(tx, season, application)
        lead = members_of(tx, season.id, application.id)[0]
        tell_members(tx, now, season, [lead.member_id], "retreat.accepted", member.name)
        if settle(tx, season, application):
            tell_members(tx, now, season, everybody(tx, application), "retreat.entered")
        note(tx, now, member, season, application.id, "invitation_accepted")
    return seen(tx, now, season, member)


def decline(tx: WriteSession, now: datetime, member: Principal, code: str, application_id: int) -> AskedView:
    """Not come along; twice changes nothing.

    Raises:
        SeasonNotFound: there is no such season.
        NotOpenYet, ApplicationsClosed, SeasonCancelled: applications are not taken now.
        InvitationNotFound: the member was not asked.
        InvitationOver: they joined (and can leave), it was taken back, or the application withdrawn.
    """
    season = open_season(tx, now, code)
    invitation = _invitation(tx, season, member, application_id)
    if invitation.status != "declined":
        application = take_hold(tx, now, season, application_id)
        turn(tx, now, application, member.member_id, "declined", N_("谢绝"))
        _without(tx, now, season, application, member, "retreat.declined")
        note(tx, now, member, season, application.id, "invitation_declined")
    return asked_view(tx, now, season, application_id, member.member_id)


def leave(tx: WriteSession, now: datetime, member: Principal, code: str) -> AskedView:
    """Leave the application that one joined; the others stay in it.

    Raises:
        SeasonNotFound: there is no such season.
        NotOpenYet, ApplicationsClosed, SeasonCancelled: applications are not taken now.
        ApplicationNotFound: the member is in none.
        LeadCannotLeave: they made it, and withdraw it instead.
    """
    season = open_season(tx, now, code)
    mine = live_application(tx, season.id, member.member_id)
    application = take_hold(tx, now, season, mine.id)
    if members_of(tx, season.id, application.id)[0].member_id == member.member_id:
        raise LeadCannotLeave
    here = (Applicant.season_id == season.id, Applicant.member_id == member.member_id)
    tx.execute(delete(Applicant).where(*here))
    turn(tx, now, application, member.member_id, "declined", N_("退出报名"), also=("accepted",))
    _without(tx, now, season, application, member, "retreat.left")
    note(tx, now, member, season, application.id, "application_left")
    return asked_view(tx, now, season, application.id, member.member_id)


def _invitation(tx: ReadSession, season: Season, member: Principal, application_id: int) -> Invitation:
    """An invitation of a member's, to an application that is alive."""
    found = tx.get(Invitation, member_id=member.member_id, season_id=season.id, application_id=application_id)
    application = tx.get(Application, season_id=season.id, id=application_id)
    if found is None or found.status == "made" or application is None:
        raise InvitationNotFound
    if application.status == "withdrawn":
        raise InvitationOver(status=N_("报名已撤回"), action=N_("答复"), name=N_("发起人"))
    return found


def _check_room(tx: ReadSession, season: Season, application: Application) -> None:
    asked = asked_of(tx, season.id, application.id, "open")
    party = party_of(application, len(everybody(tx, application)), len(asked))
    check_party(season, offered(tx, season).of(wishes_of(application)), party)


def _without(
    tx: WriteSession, now: datetime, season: Season, application: Application, member: Principal, kind: str
) -> None:
    """Tell the lead who does not come, and everybody if the application now takes part."""
    lead = members_of(tx, season.id, application.id)[0]
    tell_members(tx, now, season, [lead.member_id], kind, member.name)
    if settle(tx, season, application):
        tell_members(tx, now, season, everybody(tx, application), "retreat.entered")
