"""To withdraw an application, and to take that back while applications are taken."""

from datetime import datetime

from sqlalchemy import delete, update

from booking.db import WriteSession, insert
from booking.retreats.errors_applying import AlreadyApplied, NothingToTakeBack
from booking.retreats.models import Applicant, Application, Invitation, Season
from booking.retreats.queries.applications import (
    application_view,
    asked_of,
    live_application,
    withdrawn_application,
)
from booking.retreats.schemas_applying import ApplicationView
from booking.retreats.service.applying.holding import (
    check_eligible,
    check_lead,
    enrol,
    everybody,
    note,
    open_season,
    seen,
    settle,
    take_hold,
)
from booking.retreats.service.applying.telling import tell_members
from booking.web.principal import Principal


def withdraw(tx: WriteSession, now: datetime, member: Principal, code: str) -> ApplicationView:
    """Give the application up for everybody in it; each may apply anew.

    Raises:
        SeasonNotFound: there is no such season.
        NotOpenYet, ApplicationsClosed, SeasonCancelled: applications are not taken now.
        ApplicationNotFound: the member has none.
        NotTheLead: somebody else made it; they can leave it.
    """
    season = open_season(tx, now, code)
    mine = live_application(tx, season.id, member.member_id)
    check_lead(tx, mine, member)
    application = take_hold(tx, now, season, mine.id)
    others = everybody(tx, application, but=[member.member_id])
    here = (Applicant.season_id == season.id, Applicant.application_id == application.id)
    tx.execute(delete(Applicant).where(*here))
    _turn(tx, application, "withdrawn")
    _remember_lead(tx, now, application, member)
    tell_members(tx, now, season, others, "retreat.withdrawn", member.name)
    note(tx, now, member, season, application.id, "application_withdrawn")
    found = tx.get(Application, season_id=season.id, id=application.id) or application
    return application_view(tx, now, season, found, member.member_id)


def take_back(tx: WriteSession, now: datetime, member: Principal, code: str) -> ApplicationView:
    """Take the last withdrawal back: everybody is in it again who has not gone elsewhere meanwhile, and is told.

    Raises:
        SeasonNotFound: there is no such season.
        NotOpenYet, ApplicationsClosed, SeasonCancelled: applications are not taken now.
        NothingToTakeBack: nothing was withdrawn.
        CategoryNeeded, OrganisationKindNeeded, DuesUnpaid, RestYears, MemberLeft: the member may not apply.
        AlreadyApplied: they are in another application by now.
    """
    season = open_season(tx, now, code)
    application = withdrawn_application(tx, season.id, member.member_id)
    if application is None:
        raise NothingToTakeBack
    check_eligible(tx, season, member.member_id)
    if not _turn(tx, application, "gathering"):
        raise NothingToTakeBack
    held = take_hold(tx, now, season, application.id)
    enrol(tx, now, season, held.id, member.member_id, 0)
    others = _enrol_again(tx, now, season, held)
    tell_members(tx, now, season, others, "retreat.restored", member.name)
    if settle(tx, season, held):
        tell_members(tx, now, season, [member.member_id], "retreat.entered")
    note(tx, now, member, season, held.id, "withdrawal_taken_back")
    return seen(tx, now, season, member)


def _turn(tx: WriteSession, application: Application, status: str) -> bool:
    """Give an application the other of the two statuses, if it does not have it."""
    here = (Application.season_id == application.season_id, Application.id == application.id)
    left = Application.status != "withdrawn" if status == "withdrawn" else Application.status == "withdrawn"
    return tx.execute(update(Application).where(*here, left).values(status=status)).rowcount == 1


def _remember_lead(tx: WriteSession, now: datetime, application: Application, member: Principal) -> None:
    row = {
        "member_id": member.member_id,
        "season_id": application.season_id,
        "application_id": application.id,
        "status": "made",
        "invited_at": application.created_at,
        "answered_at": now,
        "reminded_at": None,
    }
    key = ["member_id", "season_id", "application_id"]
    made = insert(tx, Invitation).values(row)
    tx.execute(made.on_conflict_do_update(index_elements=key, set_={"answered_at": now}))


def _enrol_again(tx: WriteSession, now: datetime, season: Season, application: Application) -> list[int]:
    """Bring back who had joined; whoever is in another application by now counts as having declined."""
    back = []
    joined = sorted(asked_of(tx, season.id, application.id, "accepted"), key=lambda one: one.member_id)
    for number, one in enumerate(joined, 1):
        try:
            enrol(tx, now, season, application.id, one.member_id, number)
        except AlreadyApplied:
            this = (
                Invitation.season_id == season.id,
                Invitation.application_id == application.id,
                Invitation.member_id == one.member_id,
            )
            tx.execute(update(Invitation).where(*this).values(status="declined", answered_at=now))
        else:
            back.append(one.member_id)
    return back
