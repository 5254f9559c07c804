"""Categories that members claim and that wait for an officer."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, false, func, or_, select
from sqlalchemy.orm import aliased

from booking.db import ReadSession
from booking.members.errors import StaffOnly
from booking.members.models import Member, MemberCategory, Organisation
from booking.members.rules.roles import verifies
from booking.members.schemas import ClaimView
from booking.web.principal import Principal


class After(NamedTuple):
    """The claim after which a page begins."""

    member_id: int = 0
    category: str = ""

    def __str__(self) -> str:
        return f"{self.member_id}.{self.category}"

    @classmethod
    def read(cls, text: str | None) -> "After":
        """What `str` wrote; anything else begins at the first."""
        member_id, _, category = (text or "").partition(".")
        is_number = member_id.isascii() and member_id.isdecimal() and len(member_id) < 17
        return cls(int(member_id), category) if is_number else cls()


def claims(
    tx: ReadSession, by: Principal, after: After, limit: int, among: Select[int] | None = None
) -> list[ClaimView]:
    """Claims of the members whom an officer may verify, by member and category; only those `among` some ids.

    Raises:
        StaffOnly: the asker is no officer.
    """
    row, above = MemberCategory, aliased(Organisation)
    found = (
        select(
            row.member_id,
            Member.number,
            Member.name,
            row.category,
            Organisation.name.label("organisation"),
            Organisation.name_en.label("organisation_en"),
            func.coalesce(above.name, "").label("above"),
            func.coalesce(above.name_en, "").label("above_en"),
        )
        .join(Member, Member.id == row.member_id)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .outerjoin(above, above.id == Organisation.parent_id)
        .where(*_waiting(tx, by, among), row.member_id >= after.member_id)
        .where(or_(row.member_id > after.member_id, row.category > after.category))
        .order_by(row.member_id, row.category)
        .limit(limit)
    )
    return [_view(one) for one in tx.execute(found)]


def count_claims(tx: ReadSession, by: Principal, among: Select[int] | None = None) -> int:
    """How many there are.

    Raises:
        StaffOnly: the asker is no officer.
    """
    row = MemberCategory
    counted = select(func.count()).select_from(row).join(Member, Member.id == row.member_id)
    here = counted.join(Organisation, Organisation.id == Member.organisation_id)
    return int(tx.scalar(here.where(*_waiting(tx, by, among))) or 0)


def below(tx: ReadSession, by: Principal) -> list[ColumnElement[bool]]:
    """The nodes of the tree whose members an officer may verify; none for all of them.

    Raises:
        StaffOnly: the asker is no officer.
    """
    allowed = verifies(by.scopes)
    if not allowed.anyone:
        raise StaffOnly
    if allowed.everyone:
        return []
    paths = tx.execute(select(Organisation.path).where(Organisation.id.in_(allowed.organisations)))
    return [or_(false(), *(Organisation.path.startswith(path) for (path,) in paths))]


def _waiting(tx: ReadSession, by: Principal, among: Select[int] | None) -> list[ColumnElement[bool]]:
    row = MemberCategory
    these = [] if among is None else [row.member_id.in_(among)]
    return [row.verified_at.is_(None), Member.left_at.is_(None), *these, *below(tx, by)]


def _view(row: Row[*tuple[Any, ...]]) -> ClaimView:
    return ClaimView(**row._mapping)
