"""The ways in, as the API and the pages share them.

Each goes the same way: a short command counts the try, argon2 works in a thread, and a second command decides
with what is stored by then. Between the two nothing is held open.
"""

from typing import Any, NamedTuple, TypeVar

from litestar import Request

from booking.db import Database
from booking.errors import BookingError
from booking.members import hashing
from booking.members.authentication import cookie_name
from booking.members.errors import WrongPassword
from booking.members.queries import account
from booking.members.rules import identity
from booking.members.rules.passwords import LONGEST, check_password
from booking.members.rules.sign_ins import token_hash
from booking.members.service import codes, passwords, sign_ins
from booking.members.service.access import LONGEST_AGENT, Visit
from booking.members.service.codes import Ticket
from booking.members.service.sign_ins import Attempt, Device, Opened
from booking.settings import Settings
from booking.web.language import language_of

T = TypeVar("T")


class Door(NamedTuple):
    """Where someone knocks: the database, the key of one-time codes, and from where they come."""

    database: Database
    key: bytes
    visit: Visit
    network: str
    locale: str
    device: str
    presented: bytes | None
    """The hash of the cookie that the browser came with; whatever it was, it ends when a new one is given."""


def code_key(settings: Settings) -> bytes:
    """What one-time codes are hashed under."""
    return settings.key("one-time-code")


def door(request: Request[Any, Any, Any]) -> Door:
    """The door of this request."""
    state = request.app.state
    agent = identity.printable(request.headers.get("user-agent", ""), LONGEST_AGENT)
    address = request.client.host if request.client else ""
    cookie = request.cookies.get(cookie_name(state.settings))
    return Door(
        database=state.database,
        key=code_key(state.settings),
        visit=Visit(agent, address),
        network=identity.network_of(address),
        locale=language_of(request),
        device=identity.device_name(agent),
        presented=token_hash(cookie) if cookie else None,
    )


async def sign_in(at: Door, who: str, password: str, kind: str, label: str = "") -> Opened:
    """Sign in with a number or phone and the password.

    Raises:
        TooManyAttempts: too many tries, or the account is locked for a while.
        WrongCredentials: they do not belong together, or there is no such account; the work is the same.
        Busy: too many sign in at once.
    """
    counted_as = identity.normalised_phone(who) or identity.normalised_number(who)
    await at.database.write(sign_ins.admit_sign_in, counted_as, at.network)
    found = await at.database.read(account.credentials_of, who)
    stored = None if found is None else found.password_hash
    matched, rehashed = await hashing.verify_in_thread(stored, password[: LONGEST + 1])
    attempt = Attempt(counted_as, at.network, found, matched, rehashed)
    device = Device(kind, label or at.device, at.presented if kind == "cookie" else None)
    return accepted(await at.database.write(sign_ins.conclude_sign_in, attempt, device, at.visit))


async def request_code(at: Door, purpose: str, number: str, name: str) -> None:
    """Ask for a one-time code; what comes back is the same whether or not it was sent.

    Raises:
        TooManyAttempts: too many requests.
    """
    known_as = identity.normalised_number(number)
    await at.database.write(codes.admit_code_request, known_as, at.network)
    await at.database.write(codes.send_code, at.key, purpose, known_as, name, at.visit)


async def give_in_code(at: Door, purpose: str, number: str, code: str) -> Ticket:
    """Exchange a code for the ticket that lets its holder set a password.

    Raises:
        TooManyAttempts: too many tries.
        CodeWrong: wrong, used up, expired or never sent.
    """
    known_as = identity.normalised_number(number)
    digits = identity.normalised_number(code).replace("-", "")
    await at.database.write(codes.admit_code_try, known_as, at.network)
    return accepted(await at.database.write(codes.exchange_code, at.key, purpose, known_as, digits))


async def set_password(at: Door, purpose: str, ticket: Ticket, password: str, kind: str, label: str = "") -> Opened:
    """Activate the account or reset its password, and sign in.

    Raises:
        TicketExpired: the ticket was used before, or came too late.
        Invalid: the password breaks a rule, which the error names.
    """
    check_password(password, await at.database.read(account.personal_words, ticket.member_id))
    password_hash = await hashing.hash_in_thread(password)
    device = Device(kind, label or at.device, at.presented if kind == "cookie" else None)
    return await at.database.write(
        passwords.set_password, purpose, ticket, password_hash, device, at.visit, locale=at.locale
    )


async def change_password(at: Door, member_id: int, sign_in_id: int, old: str, new: str) -> int:
    """Replace one's own password; answers how many other sign-ins ended.

    Raises:
        TooManyAttempts: too many tries.
        WrongPassword: the old password is wrong.
        Invalid: the new password breaks a rule, which the error names.
    """
    check_password(new, await at.database.read(account.personal_words, member_id))
    await at.database.write(passwords.admit_password_change, member_id)
    stored = await at.database.read(account.password_hash_of, member_id)
    matched, _ = await hashing.verify_in_thread(stored, old[: LONGEST + 1])
    if stored is None or not matched:
        raise WrongPassword
    return await at.database.write(
        passwords.change_password, member_id, sign_in_id, stored, await hashing.hash_in_thread(new), at.visit
    )


def accepted(outcome: T | BookingError) -> T:
    """What a command answered, or the refusal that it stored."""
    if isinstance(outcome, BookingError):
        raise outcome
    return outcome
