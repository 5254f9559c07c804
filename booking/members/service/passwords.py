"""Passwords set: for the first time, anew with a ticket, or changed by their owner. Hashes are made outside."""

from datetime import datetime

from sqlalchemy import delete, update

from booking.db import WriteSession, insert
from booking.members.errors import TicketExpired, WrongPassword
from booking.members.models import Account, SignIn
from booking.members.rules import sign_ins as rules
from booking.members.service import limits
from booking.members.service.access import Visit, log_access
from booking.members.service.codes import Ticket, use_ticket
from booking.members.service.sign_ins import Device, Opened, open_sign_in


def set_password(
    tx: WriteSession,
    now: datetime,
    purpose: str,
    ticket: Ticket,
    password_hash: str,
    device: Device,
    visit: Visit,
    *,
    locale: str,
) -> Opened:
    """Activate an account, or reset its password; every earlier sign-in ends and a new one is opened.

    Raises:
        TicketExpired: the ticket was used before, or came too late.
    """
    if not use_ticket(tx, now, ticket.member_id, purpose, ticket.token):
        raise TicketExpired(minutes=rules.TICKET_LIVES.seconds // 60)
    fresh = {"password_hash": password_hash, "failed_attempts": 0, "locked_until": None}
    tx.execute(
        insert(tx, Account)
        .values(member_id=ticket.member_id, activated_at=now, locale=locale, **fresh)
        .on_conflict_do_update(index_elements=["member_id"], set_=fresh)
    )
    tx.execute(delete(SignIn).where(SignIn.member_id == ticket.member_id))
    event = "activated" if purpose == "activation" else "password_reset"
    return open_sign_in(tx, now, ticket.member_id, device, visit, event)


def admit_password_change(tx: WriteSession, now: datetime, member_id: int) -> None:
    """Count a try to change the password, so that an open browser is no place to guess the old one.

    Raises:
        TooManyAttempts: too many.
    """
    limits.take(tx, now, (limits.PASSWORD_CHANGES, str(member_id)))


def change_password(
    tx: WriteSession,
    now: datetime,
    member_id: int,
    sign_in_id: int,
    proven: str,
    password_hash: str,
    visit: Visit,
) -> int:
    """Replace the password and end every sign-in but the one in use; answers how many ended.

    Args:
        tx: the transaction.
        now: when the command began.
        member_id: whose password.
        sign_in_id: the sign-in that stays.
        proven: the hash that the old password was checked against; it must still be the account's.
        password_hash: of the new password.
        visit: from where.

    Raises:
        WrongPassword: the password was changed meanwhile.
    """
    changed = tx.execute(
        update(Account)
        .where(Account.member_id == member_id, Account.password_hash == proven)
        .values(password_hash=password_hash)
    )
    if changed.rowcount == 0:
        raise WrongPassword
    ended = tx.execute(delete(SignIn).where(SignIn.member_id == member_id, SignIn.id != sign_in_id)).rowcount
    limits.give_back(tx, (limits.PASSWORD_CHANGES, str(member_id)))
    log_access(tx, now, member_id, "password_changed", visit)
    tx.touch(f"member:{member_id}")
    return ended


def set_language(tx: WriteSession, now: datetime, member_id: int, locale: str) -> None:
    """Keep in which language messages to this member are written."""
    tx.execute(update(Account).where(Account.member_id == member_id).values(locale=locale))
