"""Finding members: by who works at a counter, and by officers within their part of the tree."""

from datetime import datetime

from sqlalchemy import select

from booking.db import ReadSession
from booking.members.errors import NoSuchMember, NoSuchOrganisation, StaffOnly
from booking.members.models import Card, Member, Organisation
from booking.members.queries.cards import member_card
from booking.members.rules.identity import normalised_number, normalised_phone
from booking.members.rules.roles import Reach, reach
from booking.members.schemas import ListedView, MemberView
from booking.web.principal import Principal


def find_member(tx: ReadSession, by: Principal, text: str, now: datetime) -> MemberView:
    """The one member with exactly this number, phone or card; there is no searching by name.

    Raises:
        StaffOnly: the asker holds no role that looks up members.
        NoSuchMember: there is none, or not within the asker's reach.
    """
    allowed = reach(by.scopes)
    if not allowed.anyone:
        raise StaffOnly
    member_id = member_id_of(tx, text, cards=True)
    organisation_id = tx.scalar(select(Member.organisation_id).where(Member.id == (member_id or 0)))
    if member_id is None or not within_reach(tx, allowed, organisation_id):
        raise NoSuchMember
    return member_card(tx, member_id, now)


def member_id_of(tx: ReadSession, text: str, *, cards: bool = False) -> int | None:
    """The member with this number, else with this phone, else (when asked) with this card that is not blocked.

    Each is looked up by its own index: one question with three ORs would read all members of the city.
    """
    number, phone = normalised_number(text), normalised_phone(text)
    here = select(Member.id).where(Member.left_at.is_(None))
    found: int | None = tx.scalar(here.where(Member.number == number)) if number else None
    if found is None and phone:
        found = tx.scalar(here.where(Member.phone == phone))
    if found is None and cards and number:
        found = tx.scalar(
            here.join(Card, Card.member_id == Member.id).where(Card.number == number, Card.blocked_at.is_(None))
        )
    return found


def within_reach(tx: ReadSession, allowed: Reach, organisation_id: int) -> bool:
    """Whether a node of the tree is one of these nodes, or below one."""
    if allowed.everyone:
        return True
    path = tx.scalar(select(Organisation.path).where(Organisation.id == organisation_id)) or ""
    return any(f"/{node}/" in path for node in allowed.organisations)


def members_of_organisation(
    tx: ReadSession, by: Principal, organisation_id: int, after: int, limit: int
) -> list[ListedView]:
    """The members of a node and of the nodes below it, by id, beginning after one.

    Raises:
        StaffOnly: the asker is no officer.
        NoSuchOrganisation: there is none, or not within the officer's reach.
    """
    officers = [scope for scope in by.scopes if scope.role in ("federation_officer", "administrator")]
    if not officers:
        raise StaffOnly
    path = tx.scalar(select(Organisation.path).where(Organisation.id == organisation_id))
    if path is None or not within_reach(tx, reach(officers), organisation_id):
        raise NoSuchOrganisation
    below = select(Organisation.id).where(Organisation.path.startswith(path))
    rows = tx.execute(
        select(Member.id, Member.number, Member.name)
        .where(Member.organisation_id.in_(below), Member.left_at.is_(None), Member.id > after)
        .order_by(Member.id)
        .limit(limit)
    )
    return [ListedView(**row._mapping) for row in rows]
