"""Members, made up or of the demo, as rows of their tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from booking.members.hashing import hash_password
from booking.members.models import Account, Card, Member, MemberCategory, RoleGrant
from booking.members.rules.identity import normalised_number
from booking.seeding.bulk import Bulk
from booking.seeding.city_rows import Row, Rows
from booking.seeding.numbering import Numbers
from booking.seeding.rows import AccountRow, MemberRow

MEMBER = (
    "id",
    "number",
    "name",
    "sex",
    "birth_year",
    "phone",
    "organisation_id",
    "joined_on",
    "dues_paid_until",
)
CARD = ("number", "member_id")
CATEGORY = ("member_id", "category", "verified_at")


def member_rows(
    members: Iterable[tuple[int, MemberRow]], organisations: Mapping[str, int], now: datetime
) -> list[Bulk]:
    """Members with the ids that they are given, their cards and their verified categories."""
    people: list[tuple[Any, ...]] = []
    cards: list[tuple[Any, ...]] = []
    categories: list[tuple[Any, ...]] = []
    for member_id, row in members:
        people.append(
            (
                member_id,
                row.number,
                row.name,
                row.sex,
                row.birth_year,
                row.phone,
                organisations[row.organisation],
                row.joined_on,
                row.dues_paid_until,
            )
        )
        if row.card:
            cards.append((row.card, member_id))
        categories += [(member_id, category, now) for category in row.categories or ()]
    return [Bulk(Member, MEMBER, people), Bulk(Card, CARD, cards), Bulk(MemberCategory, CATEGORY, categories)]


def account_rows(accounts: Sequence[AccountRow], numbers: Numbers, now: datetime) -> Iterator[Rows | Bulk]:
    """The demo accounts: members with a published password and roles."""
    ids = numbers.accounts
    yield from member_rows(((ids[row.number], _as_member(row)) for row in accounts), numbers.organisations, now)
    yield Rows(
        Account,
        [
            {"member_id": ids[row.number], "password_hash": hash_password(row.password), "activated_at": now}
            for row in accounts
        ],
    )
    yield Rows(RoleGrant, [_grant(ids[row.number], held, numbers, now) for row in accounts for held in row.roles])


def _as_member(row: AccountRow) -> MemberRow:
    return MemberRow(
        number=normalised_number(row.number),
        name=row.name,
        sex=row.sex,
        birth_year=row.birth_year,
        phone=row.phone,
        organisation=row.organisation,
        categories=row.categories,
        card=row.card,
    )


def _grant(member_id: int, held: str, numbers: Numbers, now: datetime) -> Row:
    scope = numbers.scope(held)
    return {
        "member_id": member_id,
        "role": scope.role,
        "scope_kind": scope.kind,
        "scope_id": scope.id,
        "granted_at": now,
    }
