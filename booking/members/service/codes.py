"""One-time codes: sent to the phone that the union knows, or handed out at a counter, and given in for a ticket.

The code proves who it is; the ticket it is exchanged for carries that proof to the page where the password is
set. A request for a code is answered alike whether or not the number and the name belong together.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, exists, select, update

from booking.audit import service as audit
from booking.db import ReadSession, WriteSession, insert
from booking.members.errors import CodeWrong, NoSuchMember, StaffCodeRefused, StaffOnly
from booking.members.models import Account, Member, OneTimeCode, RoleGrant
from booking.members.queries.lookup import within_reach
from booking.members.queries.signed_in import belonging
from booking.members.rules import sign_ins as rules
from booking.members.rules.identity import same_name
from booking.members.rules.roles import counter_of, is_administrator, reach
from booking.members.service import limits
from booking.members.service.access import NOT_A_VISIT, Visit, log_access
from booking.notices.service import TEXT_MESSAGE, enqueue
from booking.web.principal import Principal, Scope

TEXTS = {
    "activation": "【甬工预约】{code} 是您开通账号的验证码，{minutes} 分钟内有效。工作人员不会向您要它。",
    "reset": "【甬工预约】{code} 是您重设密码的验证码，{minutes} 分钟内有效。工作人员不会向您要它。",
    "already_active": "【甬工预约】您的账号已经开通，可以直接登录。忘了密码，请在登录页选“忘了密码”。",
    "not_active": "【甬工预约】您的账号还没有开通。请在登录页选“第一次来，开通账号”。",
    "counter": "【甬工预约】前台工作人员刚为您发出一个验证码。如果您不在前台，请拨 12351。",
}
"""Text messages are in Chinese, as the phones of the city expect; the pages around them speak both languages."""


class IssuedCode(NamedTuple):
    """A code handed out at a counter, to be told to the member who stands there."""

    member_id: int
    code: str
    purpose: str
    expires_at: datetime


class Ticket(NamedTuple):
    """Proof that a code was right; good once, for setting a password."""

    member_id: int
    token: str


def admit_code_request(tx: WriteSession, now: datetime, number: str, network: str) -> None:
    """Count a request for a code.

    Raises:
        TooManyAttempts: too many for this number, too soon after the last, or too many from this network.
    """
    limits.take(
        tx,
        now,
        (limits.CODES_FROM_ONE, network),
        (limits.CODES_OF_ONE, number),
        (limits.CODE_PAUSE, number),
    )


def send_code(tx: WriteSession, now: datetime, key: bytes, purpose: str, number: str, name: str, visit: Visit) -> None:
    """Send a code to the member with this number and name, or do nothing at all.

    Args:
        tx: the transaction.
        now: when the command began.
        key: under which codes are hashed.
        purpose: `activation` or `reset`.
        number: the member number, normalised.
        name: as typed.
        visit: from where it was asked for.
    """
    member = tx.get(Member, number=number)
    if member is None or member.left_at is not None or member.phone is None or not same_name(member.name, name):
        return
    active = _has_account(tx, member.id)
    if active != (purpose == "reset"):
        _send(tx, now, member.id, member.phone, TEXTS["already_active" if active else "not_active"])
        return
    code = _issue(tx, now, key, member.id, purpose)
    minutes = rules.CODE_LIVES.seconds // 60
    _send(tx, now, member.id, member.phone, TEXTS[purpose].format(code=code, minutes=minutes))
    log_access(tx, now, member.id, "code_sent", visit)


def issue_code_at_counter(
    tx: WriteSession, now: datetime, key: bytes, by: Principal | None, member_id: int
) -> IssuedCode:
    """Hand out a code face to face, to a member whose identity the staff have checked.

    `by` is None on the command line. The member is told by text message, the audit log of the counter's place
    keeps who did it, and a code for someone who holds a role themselves takes an administrator.

    Raises:
        StaffOnly: the asker holds no role of a counter.
        NoSuchMember: there is none, or not within the asker's reach.
        StaffCodeRefused: the member holds a role, and the asker is no administrator.
    """
    scopes = belonging(tx, by.member_id)[1] if by else (Scope("administrator", "all", 0),)
    member = _before_the_counter(tx, scopes, member_id)
    purpose = "reset" if _has_account(tx, member_id) else "activation"
    code = _issue(tx, now, key, member_id, purpose)
    audit.record(
        tx,
        now,
        actor=by.actor if by else "cli",
        place_id=counter_of(scopes) or audit.FEDERATION,
        action="code.issued",
        subject=f"member:{member_id}",
        detail={"purpose": purpose},
    )
    log_access(tx, now, member_id, "code_at_counter", NOT_A_VISIT)
    if member.phone is not None:
        _send(tx, now, member_id, member.phone, TEXTS["counter"])
    return IssuedCode(member_id, code, purpose, now + rules.CODE_LIVES)


def _send(tx: WriteSession, now: datetime, member_id: int, phone: str, text: str) -> None:
    enqueue(tx, now, TEXT_MESSAGE, f"member:{member_id}", {"phone": phone, "text": text})


def _before_the_counter(tx: ReadSession, scopes: Sequence[Scope], member_id: int) -> Member:
    allowed = reach(scopes)
    if not allowed.anyone:
        raise StaffOnly
    member = tx.get(Member, id=member_id)
    if member is None or member.left_at is not None or not within_reach(tx, allowed, member.organisation_id):
        raise NoSuchMember
    if _holds_role(tx, member_id) and not is_administrator(scopes):
        raise StaffCodeRefused
    return member


def admit_code_try(tx: WriteSession, now: datetime, number: str, network: str) -> None:
    """Count a try to give in a code.

    Raises:
        TooManyAttempts: too many for this number, or from this network.
    """
    limits.take(tx, now, (limits.CODE_TRIES_FROM_ONE, network), (limits.CODE_TRIES_OF_ONE, number))


def exchange_code(
    tx: WriteSession, now: datetime, key: bytes, purpose: str, number: str, code: str
) -> Ticket | CodeWrong:
    """Give in a code for a ticket; a wrong one is counted against the code, which falls at the fifth."""
    member_id = tx.scalar(select(Member.id).where(Member.number == number, Member.left_at.is_(None)))
    stored = tx.scalar(
        update(OneTimeCode)
        .where(
            OneTimeCode.member_id == (member_id or 0),
            OneTimeCode.purpose == purpose,
            OneTimeCode.expires_at > now,
            OneTimeCode.attempts < rules.CODE_ATTEMPTS,
        )
        .values(attempts=OneTimeCode.attempts + 1)
        .returning(OneTimeCode.code_hash)
    )
    if stored is None or stored != rules.code_hash(key, member_id, purpose, code):
        return CodeWrong(minutes=rules.CODE_LIVES.seconds // 60, most=rules.CODE_ATTEMPTS)
    tx.execute(delete(OneTimeCode).where(OneTimeCode.member_id == member_id, OneTimeCode.purpose == purpose))
    token = tx.tokens.url_safe(rules.TOKEN_BYTES)
    _store(tx, now, member_id, f"{purpose}-ticket", rules.token_hash(token), now + rules.TICKET_LIVES)
    return Ticket(member_id, token)


def use_ticket(tx: WriteSession, now: datetime, member_id: int, purpose: str, token: str) -> bool:
    """Whether this ticket was good; it is not any more."""
    used = tx.execute(
        delete(OneTimeCode).where(
            OneTimeCode.member_id == member_id,
            OneTimeCode.purpose == f"{purpose}-ticket",
            OneTimeCode.code_hash == rules.token_hash(token),
            OneTimeCode.expires_at > now,
        )
    )
    return used.rowcount == 1


def _issue(tx: WriteSession, now: datetime, key: bytes, member_id: int, purpose: str) -> str:
    code = tx.tokens.digits(rules.CODE_DIGITS)
    _store(tx, now, member_id, purpose, rules.code_hash(key, member_id, purpose, code), now + rules.CODE_LIVES)
    return code


def _store(tx: WriteSession, now: datetime, member_id: int, purpose: str, stored: bytes, expires_at: datetime) -> None:
    values = {"code_hash": stored, "expires_at": expires_at, "attempts": 0, "sent_at": now}
    tx.execute(
        insert(tx, OneTimeCode)
        .values(member_id=member_id, purpose=purpose, **values)
        .on_conflict_do_update(index_elements=["member_id", "purpose"], set_=values)
    )


def _has_account(tx: ReadSession, member_id: int) -> bool:
    return bool(tx.scalar(select(exists().where(Account.member_id == member_id))))


def _holds_role(tx: ReadSession, member_id: int) -> bool:
    return bool(tx.scalar(select(exists().where(RoleGrant.member_id == member_id))))
