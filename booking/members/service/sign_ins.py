"""Sign-ins: opened with a fresh token each time, noted while used, ended."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, delete, exists, func, literal, select, update

from booking.db import ReadSession, UTCDateTime, WriteSession, insert
from booking.members.errors import NoSuchSignIn, TooManyAttempts, TooManyTokens, WrongCredentials
from booking.members.models import Account, RoleGrant, SignIn
from booking.members.queries.account import Credentials
from booking.members.rules import sign_ins as rules
from booking.members.service import limits
from booking.members.service.access import Visit, log_access


class Device(NamedTuple):
    """What a sign-in is for: a browser (`cookie`) or an app (`bearer`), and what its owner knows it by.

    `replaces` is the hash of the token that the browser came with: it ends, whoever it belonged to, so that
    nobody goes on with a token that was planted or left behind.
    """

    kind: str
    label: str
    replaces: bytes | None = None


class Attempt(NamedTuple):
    """A try to sign in whose password has been checked.

    `who` and `network` are those of `admit_sign_in`; `found` is what the password was checked against, and must
    still be the account's; `rehashed` is the same password under today's parameters, when the stored hash is of
    older ones.
    """

    who: str
    network: str
    found: Credentials | None
    matched: bool
    rehashed: str | None = None


class Opened(NamedTuple):
    """A new sign-in; the only time that its token is known."""

    member_id: int
    sign_in_id: int
    token: str
    label: str
    expires_at: datetime


def admit_sign_in(tx: WriteSession, now: datetime, who: str, network: str) -> None:
    """Count a try to sign in before any work is spent on it.

    Raises:
        TooManyAttempts: too many for this number or phone, or from this network.
    """
    limits.take(tx, now, *sign_in_limits(who, network))


def sign_in_limits(who: str, network: str) -> tuple[tuple[limits.Limit, str], ...]:
    """What a try to sign in counts against."""
    return (limits.SIGN_INS_FROM_ONE, network), (limits.SIGN_INS_OF_ONE, who)


def conclude_sign_in(
    tx: WriteSession, now: datetime, attempt: Attempt, device: Device, visit: Visit
) -> Opened | WrongCredentials | TooManyAttempts:
    """Open a sign-in for a password that matched, or count a failure; both are stored."""
    if attempt.found is None:
        return WrongCredentials()
    member_id = attempt.found.member_id
    if attempt.matched and _is_welcome(tx, now, attempt.found, attempt.rehashed):
        limits.give_back(tx, *sign_in_limits(attempt.who, attempt.network))
        return open_sign_in(tx, now, member_id, device, visit, "signed_in")
    if _count_failure(tx, now, member_id, visit):
        return WrongCredentials()
    locked_until = tx.scalar(select(Account.locked_until).where(Account.member_id == member_id))
    return limits.used_up(rules.FAILURES_BEFORE_LOCK, rules.LOCKED_FOR, locked_until or now, now)


def _is_welcome(tx: WriteSession, now: datetime, found: Credentials, rehashed: str | None) -> bool:
    """Whether the account is open and the password still the one that was checked; failures are forgotten."""
    opened = tx.execute(
        update(Account)
        .where(_is_open(found.member_id, now), Account.password_hash == found.password_hash)
        .values(failed_attempts=0, locked_until=None, password_hash=rehashed or found.password_hash)
    )
    return opened.rowcount == 1


def _count_failure(tx: WriteSession, now: datetime, member_id: int, visit: Visit) -> bool:
    """Count a failure, lock at every tenth; False when the account is locked already."""
    failures = Account.failed_attempts + 1
    locks = failures % rules.FAILURES_BEFORE_LOCK == 0
    until = literal(now + rules.LOCKED_FOR, UTCDateTime())  # a bare datetime would be stored in another form
    counted = tx.scalar(
        update(Account)
        .where(_is_open(member_id, now))
        .values(failed_attempts=failures, locked_until=case((locks, until), else_=None))
        .returning(Account.failed_attempts)
    )
    if counted is None:
        return False
    log_access(tx, now, member_id, "sign_in_failed", visit)
    if counted % rules.FAILURES_BEFORE_LOCK == 0:
        log_access(tx, now, member_id, "locked", visit)
    return True


def _is_open(member_id: int, now: datetime) -> ColumnElement[bool]:
    locked = Account.locked_until.is_not(None) & (Account.locked_until > now)
    return (Account.member_id == member_id) & ~locked


def open_sign_in(tx: WriteSession, now: datetime, member_id: int, device: Device, visit: Visit, event: str) -> Opened:
    """Open a sign-in without asking for anything: the caller has seen proof of who it is."""
    expired = (SignIn.member_id == member_id) & (SignIn.expires_at <= now)
    tx.execute(delete(SignIn).where(expired | (SignIn.token_hash == (device.replaces or b""))))
    token = rules.TOKEN_PREFIXES[device.kind] + tx.tokens.url_safe(rules.TOKEN_BYTES)
    expires_at = rules.expiry(device.kind, now, now, staff=_is_staff(tx, member_id))
    sign_in_id = tx.ids.next()
    tx.execute(
        insert(tx, SignIn).values(
            token_hash=rules.token_hash(token),
            id=sign_in_id,
            member_id=member_id,
            kind=device.kind,
            label=device.label,
            created_at=now,
            seen_at=now,
            expires_at=expires_at,
        )
    )
    log_access(tx, now, member_id, event, visit)
    tx.touch(f"member:{member_id}")
    return Opened(member_id, sign_in_id, token, device.label, expires_at)


def make_token(tx: WriteSession, now: datetime, member_id: int, label: str, visit: Visit) -> Opened:
    """Make a named token for an app.

    Raises:
        TooManyTokens: the member has as many as one may have.
    """
    held = tx.scalar(
        select(func.count()).where(SignIn.member_id == member_id, SignIn.kind == "bearer", SignIn.expires_at > now)
    )
    if held >= rules.MOST_TOKENS:
        raise TooManyTokens(most=rules.MOST_TOKENS)
    return open_sign_in(tx, now, member_id, Device("bearer", label), visit, "token_made")


def see_sign_in(tx: WriteSession, now: datetime, sign_in_id: int, seen_at: datetime) -> None:
    """Note that a sign-in was used, which lets it live on."""
    row = tx.get(SignIn, id=sign_in_id)
    if row is None or row.seen_at >= seen_at:
        return
    expires_at = rules.expiry(row.kind, row.created_at, seen_at, staff=_is_staff(tx, row.member_id))
    tx.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=seen_at, expires_at=expires_at))


def shorten_sign_ins(tx: WriteSession, now: datetime, member_id: int) -> None:
    """Let a member's browsers live as those of staff do, who they have just become."""
    until = now + rules.STAFF_BROWSER.idle
    browsers = (SignIn.member_id == member_id) & (SignIn.kind == "cookie")
    tx.execute(update(SignIn).where(browsers, SignIn.expires_at > until).values(expires_at=until))


def end_sign_in(tx: WriteSession, now: datetime, member_id: int, sign_in_id: int, visit: Visit) -> None:
    """End one of a member's sign-ins, of a browser or of an app.

    Raises:
        NoSuchSignIn: it ended already, or is someone else's.
    """
    kind = tx.scalar(
        delete(SignIn).where(SignIn.member_id == member_id, SignIn.id == sign_in_id).returning(SignIn.kind)
    )
    if kind is None:
        raise NoSuchSignIn
    log_access(tx, now, member_id, "token_ended" if kind == "bearer" else "sign_in_ended", visit)
    tx.touch(f"member:{member_id}")


def sign_out(tx: WriteSession, now: datetime, member_id: int, sign_in_id: int, which: str, visit: Visit) -> int:
    """End `this` sign-in, the `others`, or `all`; answers how many ended."""
    chosen: dict[str, ColumnElement[bool]] = {
        "this": SignIn.id == sign_in_id,
        "others": SignIn.id != sign_in_id,
        "all": SignIn.member_id == member_id,
    }
    events = {"this": "signed_out", "others": "others_ended", "all": "all_ended"}
    ended = tx.execute(delete(SignIn).where(SignIn.member_id == member_id, chosen[which])).rowcount
    if ended:
        log_access(tx, now, member_id, events[which], visit)
        tx.touch(f"member:{member_id}")
    return ended


def forget_sign_ins(tx: WriteSession, now: datetime) -> int:
    """Drop the sign-ins that ended by themselves; answers how many. For a background loop."""
    return tx.execute(delete(SignIn).where(SignIn.expires_at <= now)).rowcount


def _is_staff(tx: ReadSession, member_id: int) -> bool:
    return bool(tx.scalar(select(exists().where(RoleGrant.member_id == member_id))))
