"""What the commands of applying share: the open season, the application that is theirs to change, and its state."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Insert, Update, func, select, update

from booking.audit.service import record
from booking.db import ReadSession, WriteSession, insert, prepared
from booking.draws.records import id_field
from booking.retreats.errors import MemberLeft
from booking.retreats.errors_applying import AlreadyApplied, ApplicationChanged, NotTheLead
from booking.retreats.models import Applicant, Application, Season
from booking.retreats.queries.applications import (
    LIVE,
    application_view,
    asked_of,
    live_application,
    members_of,
    offered,
    problem_of,
)
from booking.retreats.queries.seasons import facts_of, season_of
from booking.retreats.rules.applying import check_open
from booking.retreats.rules.eligibility import why_not
from booking.retreats.schemas_applying import ApplicationView
from booking.web.facts import Named
from booking.web.principal import Principal


def open_season(tx: ReadSession, now: datetime, code: str) -> Season:
    """The season with this code, while applications are taken.

    Raises:
        SeasonNotFound: there is none.
        NotOpenYet, ApplicationsClosed, SeasonCancelled: they are not taken now.
    """
    season = season_of(tx, code)
    check_open(season, now)
    return season


def check_eligible(tx: ReadSession, season: Season, member_id: int) -> None:
    """Refuse a member who may not take part, with the rule.

    Raises:
        CategoryNeeded, OrganisationKindNeeded, DuesUnpaid, RestYears, MemberLeft: see `rules.eligibility`.
    """
    facts = facts_of(tx, season, [member_id]).get(member_id)
    refusal = MemberLeft(title=Named(season.title, season.title_en)) if facts is None else why_not(season, facts)
    if refusal is not None:
        raise refusal


def take_hold(
    tx: WriteSession, now: datetime, season: Season, application_id: int, *, sequence: int | None = None
) -> Application:
    """An application that is changed now: no other command changes it before this one ends.

    Raises:
        ApplicationChanged: it has another sequence than the given one, or was withdrawn.
    """
    mine = [Application.season_id == season.id, Application.id == application_id, Application.status.in_(LIVE)]
    if sequence is not None:
        mine.append(Application.sequence == sequence)
    changed = update(Application).where(*mine).values(sequence=Application.sequence + 1, changed_at=now)
    found = tx.get(Application, season_id=season.id, id=application_id) if tx.execute(changed).rowcount == 1 else None
    if found is None:
        raise ApplicationChanged
    return found


def check_lead(tx: ReadSession, application: Application, member: Principal) -> None:
    """Refuse whoever did not make the application.

    Raises:
        NotTheLead: somebody else made it.
        ApplicationChanged: it was just withdrawn.
    """
    members = members_of(tx, application.season_id, application.id)
    if not members:  # withdrawn by a command that was faster
        raise ApplicationChanged
    if members[0].member_id != member.member_id:
        raise NotTheLead(name=members[0].name)


def settle(tx: WriteSession, season: Season, application: Application) -> bool:
    """Write down whether the application takes part as it is now; answers whether it only just began to.

    It does once everybody who was asked has answered and the rooms sleep them all.
    """
    asked = len(asked_of(tx, season.id, application.id, "open"))
    members = len(members_of(tx, season.id, application.id))
    whole = asked == 0 and problem_of(season, offered(tx, season), application, members, asked) is None
    status = "entered" if whole else "gathering"
    changed = tx.execute(_settled(tx, season.id, application.id, status)).rowcount == 1
    return changed and whole


@prepared
def _settled(_: ReadSession, season_id: int, application_id: int, status: str) -> Update:
    this = (Application.season_id == season_id, Application.id == application_id, Application.status != status)
    return update(Application).where(*this).values(status=status)


def everybody(tx: ReadSession, application: Application, *, but: Collection[int] = ()) -> list[int]:
    """The members of an application, but some."""
    here = members_of(tx, application.season_id, application.id)
    return [one.member_id for one in here if one.member_id not in but]


def enrol(tx: WriteSession, now: datetime, season: Season, application_id: int, member_id: int, number: int) -> None:
    """Put a member into an application.

    Raises:
        AlreadyApplied: they are in one this season.
    """
    row = {
        "member_id": member_id,
        "season_id": season.id,
        "application_id": application_id,
        "number": number,
        "joined_at": now,
    }
    if tx.execute(_enrolled(tx), row).rowcount == 0:
        raise AlreadyApplied


@prepared
def _enrolled(tx: ReadSession) -> Insert:
    return insert(tx, Applicant).on_conflict_do_nothing()


def next_number(tx: ReadSession, application: Application) -> int:
    """The number of whoever joins next; the application must be held."""
    here = (Applicant.season_id == application.season_id, Applicant.application_id == application.id)
    return int(tx.scalar(select(func.max(Applicant.number)).where(*here)) or 0) + 1


def seen(tx: ReadSession, now: datetime, season: Season, member: Principal) -> ApplicationView:
    """The member's application as it is now, for the answer of a command."""
    return application_view(tx, now, season, live_application(tx, season.id, member.member_id), member.member_id)


def note(tx: WriteSession, now: datetime, member: Principal, season: Season, application_id: int, verb: str) -> None:
    """Note in the audit log what a member did, and let their open pages know."""
    subject = f"retreat_application:{id_field(application_id)}"
    record(tx, now, actor=member.actor, action=f"retreat.{verb}", subject=subject, detail={"season": season.code})
    tx.touch(f"member:{member.member_id}")
