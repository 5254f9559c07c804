"""What a member, or the desk in front of them, sees of themselves."""

from datetime import datetime

from sqlalchemy import exists, select

from booking.db import ReadSession
from booking.members.errors import NoSuchMember
from booking.members.models import Account, Card, Member, MemberCategory, Organisation
from booking.members.queries.standing import points_of, standing_of
from booking.members.rules.identity import masked_card, masked_phone
from booking.members.schemas import CategoryView, MemberView, NodeView


def member_card(tx: ReadSession, member_id: int, now: datetime) -> MemberView:
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
    return MemberView(
        id=member.id,
        number=member.number,
        name=member.name,
        phone=masked_phone(member.phone),
        organisation=organisation_path(tx, member.organisation_id),
        categories=[CategoryView(category=category, verified=at is not None) for category, at in categories],
        cards=[masked_card(number) for number in cards.scalars()],
        joined_on=member.joined_on,
        dues_paid_until=member.dues_paid_until,
        standing_points=points_of(tx, member_id, now),
        standing=standing_of(tx, member_id, now),
        active=bool(tx.scalar(select(exists().where(Account.member_id == member_id)))),
    )


def organisation_path(tx: ReadSession, organisation_id: int) -> list[NodeView]:
    """The nodes from the city down to this one."""
    path = tx.scalar(select(Organisation.path).where(Organisation.id == organisation_id)) or ""
    ids = [int(part) for part in path.split("/") if part]
    rows = tx.execute(
        select(Organisation.id, Organisation.name, Organisation.name_en, Organisation.kind)
        .where(Organisation.id.in_(ids))
        .order_by(Organisation.path)
    )
    return [NodeView(**row._mapping) for row in rows]
