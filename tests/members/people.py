"""Made-up people for tests of members."""

import re
from datetime import datetime

from sqlalchemy import select

from booking.db import ReadSession, WriteSession, insert
from booking.members import hashing
from booking.members.models import (
    Account,
    Card,
    Member,
    MemberCategory,
    Organisation,
    RoleGrant,
)
from booking.notices.models import OutboxEntry
from booking.places.models import Place

PASSWORD = "a quiet river in spring"
PASSWORD_HASH = hashing.hash_password(PASSWORD)
LIN, ZHOU, CHEN, ADMIN, OFFICER, GUARD = 1, 2, 3, 4, 5, 6
"""A worker with an account; one without; a venue manager; an administrator; an officer; a gate keeper."""
CITY, DISTRICT, TOWN, PLANT, OTHER_DISTRICT = 1, 12, 107, 5001, 13
HALL, PALACE = 31, 32
NAMES = {LIN: "林晓", ZHOU: "周敏", CHEN: "陈镇", ADMIN: "沈宁", OFFICER: "顾海", GUARD: "马力"}


def number_of(member_id: int) -> str:
    return f"3302{member_id:08d}"


def phone_of(member_id: int) -> str:
    return f"1380000{member_id:04d}"


def found_city(tx: WriteSession, now: datetime) -> None:
    """The tree, two places, and six people; all but Zhou have accounts with the same password."""
    nodes = [
        (CITY, None, "city", "宁波市", "Ningbo", "/1/"),
        (DISTRICT, CITY, "district", "镇海区", "Zhenhai", "/1/12/"),
        (OTHER_DISTRICT, CITY, "district", "北仑区", "Beilun", "/1/13/"),
        (TOWN, DISTRICT, "township", "骆驼街道", "Luotuo", "/1/12/107/"),
        (PLANT, TOWN, "enterprise", "东海电机厂", "Donghai Motors", "/1/12/107/5001/"),
    ]
    for node, parent, kind, name, name_en, path in nodes:
        values = {"parent_id": parent, "kind": kind, "name": name, "name_en": name_en, "path": path, "members": 0}
        tx.execute(insert(tx, Organisation).values(id=node, code=f"3302{node}", **values))
    for place, name in ((HALL, "镇海职工文化中心"), (PALACE, "北仑工人文化宫")):
        add_place(tx, place, name)
    for member_id in NAMES:
        add_member(tx, now, member_id, PLANT, active=member_id != ZHOU)
    tx.execute(insert(tx, MemberCategory).values(member_id=LIN, category="frontline", verified_at=now))
    tx.execute(insert(tx, MemberCategory).values(member_id=LIN, category="hardship", verified_at=None))
    tx.execute(insert(tx, Card).values(number="510900000001", member_id=LIN))
    add_role(tx, now, CHEN, "venue_manager", "place", HALL)
    add_role(tx, now, GUARD, "gate_keeper", "place", HALL)
    add_role(tx, now, OFFICER, "federation_officer", "organisation", DISTRICT)
    add_role(tx, now, ADMIN, "administrator", "all", 0)


def add_place(tx: WriteSession, place_id: int, name: str) -> None:
    tx.execute(
        insert(tx, Place).values(
            id=place_id,
            code=f"place-{place_id}",
            kind="culture_centre",
            name=name,
            name_en=f"Place {place_id}",
            district="330211",
            address="骆驼",
            latitude=29.97,
            longitude=121.57,
        )
    )


def add_member(tx: WriteSession, now: datetime, member_id: int, organisation_id: int, *, active: bool = False) -> None:
    tx.execute(
        insert(tx, Member).values(
            id=member_id,
            number=number_of(member_id),
            name=NAMES.get(member_id, f"职工{member_id}"),
            sex="female",
            phone=phone_of(member_id),
            organisation_id=organisation_id,
        )
    )
    if active:
        tx.execute(insert(tx, Account).values(member_id=member_id, password_hash=PASSWORD_HASH, activated_at=now))


def add_role(tx: WriteSession, now: datetime, member_id: int, role: str, kind: str, scope_id: int) -> None:
    tx.execute(
        insert(tx, RoleGrant).values(member_id=member_id, role=role, scope_kind=kind, scope_id=scope_id, granted_at=now)
    )


def texts(tx: ReadSession) -> list[str]:
    """The text messages in the outbox, oldest first."""
    rows = tx.execute(select(OutboxEntry.payload).where(OutboxEntry.topic == "sms").order_by(OutboxEntry.id))
    return [payload["text"] for (payload,) in rows]


def code_in(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text)
    assert found, text
    return found[0]
