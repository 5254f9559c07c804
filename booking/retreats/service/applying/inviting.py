"""To ask members along, and to take that back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update

from booking.db import ReadSession, WriteSession, insert
from booking.members.models import Member
from booking.retreats.errors_applying import (
    AlreadyInvited,
    InvitationNotFound,
    InvitationOver,
    InvitedThemselves,
    InviteeNotFound,
)
from booking.retreats.models import Application, Invitation, Season
from booking.retreats.queries.applications import (
    asked_of,
    live_application,
    members_of,
    offered,
    party_of,
    wishes_of,
)
from booking.retreats.rules.applying import check_party
from booking.retreats.rules.words_applying import INVITATION_STATUSES
from booking.retreats.schemas_applying import ApplicationView, InviteRequest
from booking.retreats.service.applying.holding import check_lead, everybody, note, open_season, seen, settle, take_hold
from booking.retreats.service.applying.telling import tell_invited, tell_members
from booking.web.locale import N_
from booking.web.principal import Principal


class Invitee(NamedTuple):
    """A member who is asked along."""

    member_id: int
    name: str


def invite(tx: WriteSession, now: datetime, member: Principal, code: str, request: InviteRequest) -> ApplicationView:
    """Ask a member along. Until they answer, the application does not take part.

    Whether they may apply is not said here: that is between them and the rules, and they read it when they answer.

    Raises:
        SeasonNotFound: there is no such season.
        NotOpenYet, ApplicationsClosed, SeasonCancelled: applications are not taken now.
        ApplicationNotFound: the member has none.
        NotTheLead: somebody else made it.
        InviteeNotFound, InvitedThemselves, AlreadyInvited: it is nobody, oneself, or somebody who was asked.
        TooManyTogether, SharesAlone, RoomTooSmall: they would be too many.
    """
    season = open_season(tx, now, code)
    mine = live_application(tx, season.id, member.member_id)
    check_lead(tx, mine, member)
    application = take_hold(tx, now, season, mine.id)
    (who,) = find_members(tx, member, [request])
    asked = asked_of(tx, season.id, application.id, "open")
    party = party_of(application, len(everybody(tx, application)), len(asked) + 1)
    check_party(season, offered(tx, season).of(wishes_of(application)), party)
    ask(tx, now, season, application, member, who)
    settle(tx, season, application)
    note(tx, now, member, season, application.id, "member_invited")
    return seen(tx, now, season, member)


def uninvite(tx: WriteSession, now: datetime, member: Principal, code: str, invited: int) -> ApplicationView:
    """Take back an invitation that was not answered; whoever was asked is told.

    Raises:
        SeasonNotFound, NotOpenYet, ApplicationsClosed, SeasonCancelled: as for `invite`.
        ApplicationNotFound, NotTheLead: as for `invite`.
        InvitationNotFound: this member was not asked.
        InvitationOver: they answered.
    """
    season = open_season(tx, now, code)
    mine = live_application(tx, season.id, member.member_id)
    check_lead(tx, mine, member)
    application = take_hold(tx, now, season, mine.id)
    turn(tx, now, application, invited, "taken_back", N_("收回"))
    tell_invited(tx, now, season, application, invited, "retreat.uninvited", member.name)
    if settle(tx, season, application):
        tell_members(tx, now, season, everybody(tx, application), "retreat.entered")
    note(tx, now, member, season, application.id, "invitation_taken_back")
    return seen(tx, now, season, member)


def find_members(tx: ReadSession, member: Principal, requests: Sequence[InviteRequest]) -> list[Invitee]:
    """The members whose numbers and names these are.

    Raises:
        InviteeNotFound: a number and a name do not belong together.
        InvitedThemselves: one is the member who asks.
        AlreadyInvited: one is named twice.
    """
    numbers = [request.number.strip() for request in requests]
    rows = select(Member.number, Member.id, Member.name).where(Member.number.in_(numbers), Member.left_at.is_(None))
    known = {row.number: row for row in tx.execute(rows)} if numbers else {}
    found: list[Invitee] = []
    for number, request in zip(numbers, requests, strict=True):
        row = known.get(number)
        if row is None or row.name != request.name.strip():
            raise InviteeNotFound(name=request.name, number=request.number)
        if row.id == member.member_id:
            raise InvitedThemselves
        if any(one.member_id == row.id for one in found):
            raise AlreadyInvited(name=row.name, number=request.number)
        found.append(Invitee(row.id, row.name))
    return found


def ask(
    tx: WriteSession, now: datetime, season: Season, application: Application, member: Principal, who: Invitee
) -> None:
    """Write an invitation and tell whoever is invited; one who declined may be asked again.

    Raises:
        AlreadyInvited: they were asked and may still answer, or have joined.
    """
    key = {"member_id": who.member_id, "season_id": season.id, "application_id": application.id}
    fresh: dict[str, Any] = {"status": "open", "invited_at": now, "answered_at": None, "reminded_at": None}
    asked = insert(tx, Invitation).values(key | fresh)
    again = asked.on_conflict_do_update(
        index_elements=list(key), set_=fresh, where=Invitation.status.in_(("declined", "taken_back"))
    )
    if tx.execute(again).rowcount == 0:
        raise AlreadyInvited(name=who.name)
    tell_invited(tx, now, season, application, who.member_id, "retreat.invited", member.name)


def turn(
    tx: WriteSession,
    now: datetime,
    application: Application,
    invited: int,
    status: str,
    action: str,
    *,
    also: Sequence[str] = (),
) -> None:
    """Give an open invitation (or one of the statuses in `also`) its answer.

    Raises:
        InvitationNotFound: this member was not asked.
        InvitationOver: it has another status.
    """
    key = {"member_id": invited, "season_id": application.season_id, "application_id": application.id}
    this = [getattr(Invitation, name) == value for name, value in key.items()]
    answered = update(Invitation).where(*this, Invitation.status.in_(("open", *also)))
    if tx.execute(answered.values(status=status, answered_at=now)).rowcount == 1:
        return
    found = tx.get(Invitation, **key)
    if found is None or found.status == "made":
        raise InvitationNotFound
    lead = members_of(tx, application.season_id, application.id)[0]
    raise InvitationOver(status=INVITATION_STATUSES[found.status], action=action, name=lead.name)
