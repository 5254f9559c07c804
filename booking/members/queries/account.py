"""What the account page and the ways in read."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from booking.db import ReadSession
from booking.members.models import AccessLogEntry, Account, Member, SignIn
from booking.members.queries.lookup import member_id_of
from booking.members.rules.sign_ins import CODE_LIVES
from booking.members.schemas import AccessView
from booking.notices.models import OutboxEntry
from booking.notices.service import TEXT_MESSAGE


class Credentials(NamedTuple):
    """What a password is checked against, outside of any transaction."""

    member_id: int
    password_hash: str


class SignInRow(NamedTuple):
    """A browser or an app that is signed in."""

    id: int
    kind: str
    label: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


def credentials_of(tx: ReadSession, who: str) -> Credentials | None:
    """What to check a password against, for a member number or a phone; None when there is no account."""
    row = tx.execute(
        select(Account.member_id, Account.password_hash).where(Account.member_id == (member_id_of(tx, who) or 0))
    ).first()
    return None if row is None else Credentials(*row)


def password_hash_of(tx: ReadSession, member_id: int) -> str | None:
    """The hash of a member's password; None without an account."""
    found: str | None = tx.scalar(select(Account.password_hash).where(Account.member_id == member_id))
    return found


def personal_words(tx: ReadSession, member_id: int) -> tuple[str, ...]:
    """What others know of a member, and their password must not contain."""
    row = tx.execute(select(Member.number, Member.name, Member.phone).where(Member.id == member_id)).first()
    return tuple(word for word in row or () if word)


def sign_ins_of(tx: ReadSession, member_id: int, kind: str, now: datetime) -> list[SignInRow]:
    """A member's sign-ins of a kind that are still good, the last used first."""
    rows = tx.execute(
        select(SignIn.id, SignIn.kind, SignIn.label, SignIn.created_at, SignIn.seen_at, SignIn.expires_at)
        .where(SignIn.member_id == member_id, SignIn.kind == kind, SignIn.expires_at > now)
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    )
    return [SignInRow(*row) for row in rows]


def access_log(tx: ReadSession, member_id: int, before: int | None, limit: int) -> list[AccessView]:
    """Lines of a member's access log, newest first, beginning below an id."""
    query = select(
        AccessLogEntry.id, AccessLogEntry.at, AccessLogEntry.event, AccessLogEntry.agent, AccessLogEntry.address
    ).where(AccessLogEntry.member_id == member_id)
    if before is not None:
        query = query.where(AccessLogEntry.id < before)
    return [AccessView(**row._mapping) for row in tx.execute(query.order_by(AccessLogEntry.id.desc()).limit(limit))]


def demo_text(tx: ReadSession, number: str, now: datetime) -> str | None:
    """The last text message to a member, for the demo city, where no phone would ever receive it."""
    member_id = tx.scalar(select(Member.id).where(Member.number == number))
    payload = tx.scalar(
        select(OutboxEntry.payload)
        .where(OutboxEntry.topic == TEXT_MESSAGE, OutboxEntry.key == f"member:{member_id}")
        .where(OutboxEntry.created_at >= now - CODE_LIVES)
        .order_by(OutboxEntry.id.desc())
        .limit(1)
    )
    return None if payload is None else str(payload.get("text", ""))
