"""Applications as their members see them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, select

from booking.db import ReadSession, prepared
from booking.draws.records import id_field
from booking.errors import BookingError
from booking.members.models import Member
from booking.places.catalogue import catalogue_version
from booking.retreats.errors_applying import ApplicationNotFound
from booking.retreats.models import Applicant, Application, Invitation, Season
from booking.retreats.queries.pasts import tickets_of
from booking.retreats.queries.seasons import choices
from booking.retreats.rules.applying import Offer, Party, Wish, check_party, is_open
from booking.retreats.rules.building import ChoiceFacts
from booking.retreats.rules.weights import FIRST_TIME, weight_of_group
from booking.retreats.schemas_applying import ApplicantView, ApplicationView, InvitationView, MineView, WishView
from booking.rooms.models import RoomType
from booking.rooms.rules.nights import date_of
from booking.web.facts import Named

LIVE = ("gathering", "entered")
"""What an application is while it can still be changed."""


class Joined(NamedTuple):
    """A member of an application; number 0 made it."""

    member_id: int
    name: str
    number: int
    joined_at: datetime


class Asked(NamedTuple):
    """A member who was asked to join an application."""

    member_id: int
    name: str
    status: str
    invited_at: datetime
    answered_at: datetime | None


class Offered(NamedTuple):
    """What a season offers, in the order of the draw, and as the rules of applying ask about it."""

    choices: tuple[ChoiceFacts, ...]
    offers: Mapping[Wish, Offer]

    def of(self, wishes: Iterable[Wish]) -> list[Offer]:
        """The offers of some wishes; what the season does not have is left out."""
        return [self.offers[wish] for wish in wishes if wish in self.offers]


def offered(tx: ReadSession, season: Season) -> Offered:
    """What can be wished for. Every application asks, so each process remembers it while nothing of it is edited.

    Not for transactions that edit the season: what they would roll back must not be remembered.
    """
    version = season.version << 53 | catalogue_version(tx)
    return tx.remembered(f"retreat {season.id} offers", version, lambda: _load(tx, season))


def _load(tx: ReadSession, season: Season) -> Offered:
    known = tuple(choices(tx, season.id))
    rows = select(RoomType.id, RoomType.extra_beds).where(RoomType.place_id == season.place_id)
    extra = {row.id: row.extra_beds for row in tx.execute(rows)}
    offers = {
        (one.batch, one.type_id): Offer(
            Named(one.batch_name, one.batch_name_en),
            Named(one.type_name, one.type_name_en),
            one.beds,
            one.sleeps + extra.get(one.type_id, 0),
        )
        for one in known
    }
    return Offered(known, offers)


def my_application(tx: ReadSession, season_id: int, member_id: int) -> Application | None:
    """The application that a member is in, if any: theirs, or one that they joined."""
    mine = tx.get(Applicant, member_id=member_id, season_id=season_id)
    return None if mine is None else tx.get(Application, season_id=season_id, id=mine.application_id)


def live_application(tx: ReadSession, season_id: int, member_id: int) -> Application:
    """The same, where there must be one.

    Raises:
        ApplicationNotFound: there is none.
    """
    found = my_application(tx, season_id, member_id)
    if found is None:
        raise ApplicationNotFound
    return found


def withdrawn_application(tx: ReadSession, season_id: int, member_id: int) -> Application | None:
    """The application that a member made and withdrew last."""
    mine = (Invitation.season_id == season_id, Invitation.member_id == member_id, Invitation.status == "made")
    same = (Application.season_id == Invitation.season_id) & (Application.id == Invitation.application_id)
    found = select(Application).join(Invitation, same).where(*mine, Application.status == "withdrawn")
    return next(iter(tx.all(found.order_by(Invitation.answered_at.desc()).limit(1))), None)


def applications_of(tx: ReadSession, now: datetime, member_id: int) -> list[MineView]:
    """The applications that a member is in, of all seasons; the newest season first."""
    same = (Application.season_id == Applicant.season_id) & (Application.id == Applicant.application_id)
    found = select(Season).join(Applicant, Applicant.season_id == Season.id).where(Applicant.member_id == member_id)
    mine = select(Application).join(Applicant, same).where(Applicant.member_id == member_id)
    by_season = {application.season_id: application for application in tx.all(mine)}
    seasons = tx.all(found.order_by(Season.opens_at.desc(), Season.id))
    return [_mine(now, season, by_season[season.id]) for season in seasons]


def _mine(now: datetime, season: Season, application: Application) -> MineView:
    return MineView(
        season=season.code,
        season_title=season.title,
        season_title_en=season.title_en,
        stage=season.status,
        id=id_field(application.id),
        status=application.status,  # type: ignore[arg-type]  # the table allows no other
        can_change=application.status in LIVE and is_open(season, now),
        closes_at=season.closes_at,
        publishes_at=season.publishes_at,
    )


def members_of(tx: ReadSession, season_id: int, application_id: int) -> list[Joined]:
    """Who is in an application; who made it comes first."""
    return [Joined(*one) for one in tx.execute(_members(tx, season_id, application_id))]


@prepared
def _members(_: ReadSession, season_id: int, application_id: int) -> Select[int, str, int, datetime]:
    row = Applicant
    found = select(row.member_id, Member.name, row.number, row.joined_at).join(Member, Member.id == row.member_id)
    here = found.where(row.season_id == season_id, row.application_id == application_id)
    return here.order_by(row.number, row.member_id)


def asked_of(tx: ReadSession, season_id: int, application_id: int, *statuses: str) -> list[Asked]:
    """Who was asked to join an application, of these statuses, in the order of asking."""
    rows = tx.execute(_asked(tx, season_id, application_id))
    return [asked for one in rows if (asked := Asked(*one)).status in statuses]


@prepared
def _asked(_: ReadSession, season_id: int, application_id: int) -> Select[int, str, str, datetime, datetime | None]:
    row = Invitation
    found = select(row.member_id, Member.name, row.status, row.invited_at, row.answered_at)
    here = found.join(Member, Member.id == row.member_id).where(
        row.season_id == season_id, row.application_id == application_id
    )
    return here.order_by(row.invited_at, row.member_id)


def wishes_of(application: Application) -> list[Wish]:
    """The wishes of an application, the dearest first."""
    return [(batch, type_id) for batch, type_id in application.wishes]


def party_of(application: Application, members: int, asked: int) -> Party:
    """Who would come if everybody asked joins."""
    return Party(members + asked, len(application.companions), application.rooms)


def problem_of(
    season: Season, known: Offered, application: Application, members: int, asked: int
) -> BookingError | None:
    """Why an application cannot take part with the people who are in it or asked, if so."""
    try:
        check_party(season, known.of(wishes_of(application)), party_of(application, members, asked))
    except BookingError as error:
        return error
    return None


def application_view(
    tx: ReadSession, now: datetime, season: Season, application: Application, member_id: int
) -> ApplicationView:
    """An application as one of its members sees it; whoever withdrew it sees it as its lead."""
    members = members_of(tx, season.id, application.id)
    invitations = asked_of(tx, season.id, application.id, "open", "declined", "taken_back")
    known = offered(tx, season)
    waiting = sum(one.status == "open" for one in invitations)
    is_live = application.status in LIVE
    problem = problem_of(season, known, application, len(members), waiting) if is_live else None
    return ApplicationView(
        season=season.code,
        id=id_field(application.id),
        status=application.status,  # type: ignore[arg-type]  # the table allows no other
        reason=application.reason,
        rooms=application.rooms,
        companions=application.companions,
        wishes=wish_views(known.choices, wishes_of(application)),
        members=[
            ApplicantView(name=one.name, lead=one.number == 0, me=one.member_id == member_id, joined_at=one.joined_at)
            for one in members
        ],
        invitations=[_invitation(one) for one in invitations],
        lead=not members or any(one.number == 0 and one.member_id == member_id for one in members),
        weight=_weight(tx, application, [one.member_id for one in members] or [member_id]),
        position=application.position,
        can_change=is_live and is_open(season, now),
        problem="" if problem is None else problem.code,
        created_at=application.created_at,
        changed_at=application.changed_at,
        closes_at=season.closes_at,
        sequence=application.sequence,
    )


def wish_views(known: Sequence[ChoiceFacts], wishes: Sequence[Wish]) -> list[WishView]:
    """Wishes with their names, dates and prices."""
    by_key = {(one.batch, one.type_id): one for one in known}
    return [_wish(by_key[wish]) for wish in wishes if wish in by_key]


def _wish(one: ChoiceFacts) -> WishView:
    return WishView(
        batch=one.batch,
        batch_name=one.batch_name,
        batch_name_en=one.batch_name_en,
        type=one.type_id,
        type_name=one.type_name,
        type_name_en=one.type_name_en,
        arrival=date_of(one.arrival),
        departure=date_of(one.departure),
        price_fen=one.price_fen,
    )


def _invitation(one: Asked) -> InvitationView:
    return InvitationView(
        member=one.member_id,
        name=one.name,
        status=one.status,  # type: ignore[arg-type]  # the service writes no other
        invited_at=one.invited_at,
        answered_at=one.answered_at,
    )


def _weight(tx: ReadSession, application: Application, member_ids: Sequence[int]) -> int:
    if application.weight is not None:
        return application.weight
    found = tickets_of(tx, member_ids)
    return weight_of_group(found.get(member_id, FIRST_TIME) for member_id in member_ids)
