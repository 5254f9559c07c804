"""Members as they are stored, in the shape of a list's rows, looked up a batch at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from booking.db import ReadSession
from booking.members.models import Card, Member, MemberCategory, Organisation
from booking.seeding.member_list import Stored
from booking.seeding.rows import Category, MemberRow


def stored_members(tx: ReadSession) -> Stored:
    """What `member_list.judge` compares a list with."""
    return Stored(members=lambda numbers: _members(tx, numbers), owners=lambda column, held: _owners(tx, column, held))


def _members(tx: ReadSession, numbers: Sequence[str]) -> Mapping[str, MemberRow]:
    rows = tx.execute(
        select(Member.__table__, Organisation.code)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(Member.number.in_(numbers))
    ).all()
    ids = [row.id for row in rows]
    cards, categories = _cards(tx, ids), _categories(tx, ids)
    return {
        row.number: MemberRow(
            number=row.number,
            name=row.name,
            sex=row.sex,
            birth_year=row.birth_year,
            phone=row.phone,
            organisation=row.code,
            categories=tuple(sorted(categories[row.id])),
            card=cards.get(row.id),
            dues_paid_until=row.dues_paid_until,
            joined_on=row.joined_on,
        )
        for row in rows
    }


def _cards(tx: ReadSession, ids: Collection[int]) -> Mapping[int, str]:
    """The card that each may use; blocked ones are not it."""
    usable = select(Card.member_id, Card.number).where(Card.member_id.in_(ids), Card.blocked_at.is_(None))
    return {row.member_id: row.number for row in tx.execute(usable.order_by(Card.number))}


def _categories(tx: ReadSession, ids: Collection[int]) -> Mapping[int, set[Category]]:
    found: dict[int, set[Category]] = defaultdict(set)
    verified = MemberCategory.member_id.in_(ids), MemberCategory.verified_at.is_not(None)
    for row in tx.execute(select(MemberCategory.member_id, MemberCategory.category).where(*verified)):
        found[row.member_id].add(row.category)
    return found


def _owners(tx: ReadSession, column: str, held: Sequence[str]) -> Mapping[str, str]:
    """Whose phones or cards these are, by member number; a blocked card still belongs to its owner."""
    if column == "phone":
        owned = select(Member.phone, Member.number).where(Member.phone.in_(held))
    else:
        owner = Member.id == Card.member_id
        owned = select(Card.number, Member.number).join(Member, owner).where(Card.number.in_(held))
    return {row[0]: row[1] for row in tx.execute(owned)}
