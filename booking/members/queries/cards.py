"""What a member, or the desk in front of them, sees of themselves."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import exists, select

from booking.db import ReadSession
from booking.members.errors import NoSuchMember
from booking.members.models import Account, Card, Member, MemberCategory, Organisation
from booking.members.queries.standing import StandingPoint, points_of, standing_of
from booking.members.rules.identity import masked_card, masked_phone


class Node(NamedTuple):
    """A node of the organisation tree."""

    id: int
    name: str
    name_en: str
    kind: str


class CategoryHeld(NamedTuple):
    """A category, and whether an officer has verified it."""

    category: str
    verified: bool


class MemberCard(NamedTuple):
    """A member as shown: phone and card masked, the organisation from the city down."""

    id: int
    number: str
    name: str
    phone: str
    organisation: tuple[Node, ...]
    categories: tuple[CategoryHeld, ...]
    cards: tuple[str, ...]
    joined_on: date | None
    dues_paid_until: date | None
    standing_points: int
    standing: tuple[StandingPoint, ...]
    active: bool


def member_card(tx: ReadSession, member_id: int, now: datetime) -> MemberCard:
    """One member's card.

    Raises:
        NoSuchMember: there is none.
    """
    member = tx.get(Member, id=member_id)
    if member is None:
        raise NoSuchMember
    categories = tx.execute(
        select(MemberCategory.category, MemberCategory.verified_at)
        .where(MemberCategory.member_id == member_id)
        .order_by(MemberCategory.category)
    )
    cards = tx.execute(select(Card.number).where(Card.member_id == member_id, Card.blocked_at.is_(None)))
    return MemberCard(
        id=member.id,
        number=member.number,
        name=member.name,
        phone=masked_phone(member.phone),
        organisation=organisation_path(tx, member.organisation_id),
        categories=tuple(CategoryHeld(category, at is not None) for category, at in categories),
        cards=tuple(masked_card(number) for number in cards.scalars()),
        joined_on=member.joined_on,
        dues_paid_until=member.dues_paid_until,
        standing_points=points_of(tx, member_id, now),
        standing=standing_of(tx, member_id, now),
        active=bool(tx.scalar(select(exists().where(Account.member_id == member_id)))),
    )


def organisation_path(tx: ReadSession, organisation_id: int) -> tuple[Node, ...]:
    """The nodes from the city down to this one."""
    path = tx.scalar(select(Organisation.path).where(Organisation.id == organisation_id)) or ""
    ids = [int(part) for part in path.split("/") if part]
    rows = tx.execute(
        select(Organisation.id, Organisation.name, Organisation.name_en, Organisation.kind)
        .where(Organisation.id.in_(ids))
        .order_by(Organisation.path)
    )
    return tuple(Node(*row) for row in rows)
