"""Members, made up or of the demo, as rows of their tables."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from booking.members.hashing import hash_password
from booking.members.models import Account, Card, Member, MemberCategory, RoleGrant
from booking.members.rules.identity import normalised_number
from booking.seeding.city_rows import Row, Rows
from booking.seeding.numbering import Numbers
from booking.seeding.rows import AccountRow, MemberRow


def member_rows(members: Iterable[tuple[int, MemberRow]], numbers: Numbers, now: datetime) -> list[Rows]:
    """Members with the ids that they are given, their cards and their verified categories."""
    people: list[Row] = []
    cards: list[Row] = []
    categories: list[Row] = []
    organisations = numbers.organisations
    for member_id, row in members:
        people.append(
            {
                "id": member_id,
                "number": row.number,
                "name": row.name,
                "sex": row.sex,
                "birth_year": row.birth_year,
                "phone": row.phone,
                "organisation_id": organisations[row.organisation],
                "joined_on": row.joined_on,
                "dues_paid_until": row.dues_paid_until,
            }
        )
        if row.card:
            cards.append({"number": row.card, "member_id": member_id})
        categories += [
            {"member_id": member_id, "category": category, "verified_at": now} for category in row.categories or ()
        ]
    return [Rows(Member, people), Rows(Card, cards), Rows(MemberCategory, categories)]


def account_rows(accounts: Sequence[AccountRow], numbers: Numbers, now: datetime) -> Iterator[Rows]:
    """The demo accounts: members with a published password and roles."""
    ids = numbers.accounts
    yield from member_rows(((ids[row.number], _as_member(row)) for row in accounts), numbers, now)
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
