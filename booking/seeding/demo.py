"""What the demo city publishes: accounts with their passwords, and codes with which a browser becomes a gate."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, cast

from sqlalchemy import select, update

from booking.checkin.enrolment import code_hash
from booking.checkin.models import Gate
from booking.db import ReadSession, WriteSession
from booking.members.models import Account, Member
from booking.members.rules.identity import normalised_number
from booking.places.models import Place
from booking.seeding.city_rows import DEMO_CODES_EXPIRE
from booking.seeding.rows import AccountRow, GateRow, OrganisationRow, PlaceRow
from booking.seeding.sheets import read_sheet
from booking.web.facts import Named
from booking.web.principal import Role


class Post(NamedTuple):
    """A role, and the place or organisation where it is held; None for the whole city."""

    role: Role
    where: Named | None


class DemoAccount(NamedTuple):
    """An account whose password is published."""

    number: str
    password: str
    name: Named
    posts: tuple[Post, ...]


class DemoGate(NamedTuple):
    """A gate whose enrolment code is published."""

    place: Named
    place_code: str
    name: Named
    code: str
    enrolment_code: str


class Published(NamedTuple):
    """What a city's files publish."""

    accounts: tuple[DemoAccount, ...]
    gates: tuple[DemoGate, ...]


def published(folder: Path) -> Published:
    """What the files of a city publish; whatever cannot be read of them is left out."""
    names = {row.code: Named(row.name, row.name_en) for row in read_sheet(folder, "places", PlaceRow).rows}
    accounts = read_sheet(folder, "accounts", AccountRow).rows
    if any(post.partition("@")[2] not in (*names, "all") for row in accounts for post in row.roles):
        tree = read_sheet(folder, "organisations", OrganisationRow).rows
        names = {row.code: Named(row.name, row.name_en) for row in tree} | names
    gates = [row for row in read_sheet(folder, "gates", GateRow).rows if row.demo_enrolment_code and row.place in names]
    return Published(
        tuple(_account(row, names) for row in accounts),
        tuple(
            DemoGate(names[row.place], row.place, Named(row.name, row.name_en), row.code, row.demo_enrolment_code)
            for row in gates
        ),
    )


def _account(row: AccountRow, names: Mapping[str, Named]) -> DemoAccount:
    held = (post.partition("@") for post in row.roles)
    posts = tuple(Post(cast(Role, role), names.get(where)) for role, _, where in held)
    return DemoAccount(row.number, row.password, Named(row.name, row.name_en), posts)


def renew(tx: WriteSession, now: datetime, city: Published) -> Published:
    """What of it this database has, its enrolment codes good once more where they were used."""
    return Published(
        tuple(account for account in city.accounts if _has_account(tx, account)),
        tuple(gate for gate in city.gates if _renew_gate(tx, gate)),
    )


def _has_account(tx: ReadSession, account: DemoAccount) -> bool:
    number = normalised_number(account.number)
    there = select(Account.member_id).join(Member, Member.id == Account.member_id).where(Member.number == number)
    return tx.scalar(there) is not None


def _renew_gate(tx: WriteSession, gate: DemoGate) -> bool:
    place_id = select(Place.id).where(Place.code == gate.place_code).scalar_subquery()
    hashed = code_hash(gate.enrolment_code)
    this = update(Gate).where(Gate.place_id == place_id, Gate.code == gate.code, Gate.revoked_at.is_(None))
    return tx.execute(this.values(enrolment_hash=hashed, enrolment_expires_at=DEMO_CODES_EXPIRE)).rowcount == 1
