"""What somebody has filled in so far: kept in a signed cookie of their own browser, for these pages alone.

So every step is an address that can be opened, left and come back to; nothing typed is lost, and no name ends up in an
address.
"""

import base64
import binascii
import hashlib
import hmac
import zlib
from typing import Any, Literal, TypeAlias, cast

import msgspec
from litestar import Request
from litestar.datastructures import Cookie
from litestar.response import Response

from booking.retreats.rules.applying import Wish
from booking.retreats.schemas_applying import (
    ApplicationRequest,
    ApplicationView,
    InviteRequest,
    WishRequest,
)
from booking.web.principal import Principal

COOKIE = "retreat-draft"
KEPT_SECONDS = 7 * 24 * 3600
LARGEST = 3500
"""Bytes of the cookie's value: browsers take 4,096 with everything around it."""
_SIGNATURE = 16
_LARGEST_BODY = 20_000

How: TypeAlias = Literal["", "sharing", "alone", "together"]
HOW: tuple[How, ...] = ("sharing", "alone", "together")


class Draft(msgspec.Struct, frozen=True):
    """A form that is filled in over three pages.

    Attributes:
        how: alone in a shared room, alone in a whole one, or together; "" while it is not chosen. What was typed for
            `together` is kept when another is chosen.
        invite: (member number, name) of those who will be asked.
        sequence: that of the application which is changed; None for a new one.
    """

    member: int
    wishes: tuple[Wish, ...] = ()
    how: How = ""
    rooms: int = 1
    companions: tuple[str, ...] = ()
    invite: tuple[tuple[str, str], ...] = ()
    sequence: int | None = None

    @property
    def whole_rooms(self) -> int:
        """Whole rooms that it asks for."""
        return {"sharing": 0, "together": self.rooms}.get(self.how, 1)

    def request(self) -> ApplicationRequest:
        """What it applies for."""
        together = self.how == "together"
        invited = [InviteRequest(number, name) for number, name in self.invite if number and name]
        return ApplicationRequest(
            wishes=[WishRequest(batch, kind) for batch, kind in self.wishes],
            rooms=self.whole_rooms,
            companions=list(self.companions) if together else [],
            invite=invited if together else [],
            sequence=self.sequence,
        )


def begun(member: Principal, stored: ApplicationView | None) -> Draft:
    """A new form, or one filled in as an application is."""
    if stored is None:
        return Draft(member.member_id)
    others = stored.companions or len(stored.members) > 1 or any(one.status == "open" for one in stored.invitations)
    return Draft(
        member.member_id,
        tuple((wish.batch, wish.type) for wish in stored.wishes),
        "sharing" if stored.rooms == 0 else "together" if others else "alone",
        max(1, stored.rooms),
        tuple(stored.companions),
        (),
        stored.sequence,
    )


def read_draft(request: Request[Any, Any, Any], code: str, member: Principal, stored: ApplicationView | None) -> Draft:
    """The form as this browser has it, if it is of this member and still of use."""
    kept = _unpack(request.cookies.get(COOKIE, ""), _key(request, code))
    if kept is None or kept.member != member.member_id or (kept.sequence is None and stored is not None):
        return begun(member, stored)
    return kept if stored is not None else msgspec.structs.replace(kept, sequence=None)


def keep_draft(request: Request[Any, Any, Any], code: str, answer: Response[Any], draft: Draft) -> None:
    """Leave the form in the browser; what is too long for it is left out from the end."""
    value = _pack(draft, _key(request, code))
    while len(value) > LARGEST and (draft.companions or draft.invite):
        draft = msgspec.structs.replace(draft, companions=draft.companions[:-1], invite=draft.invite[:-1])
        value = _pack(draft, _key(request, code))
    _set(request, code, answer, value, KEPT_SECONDS)


def drop_draft(request: Request[Any, Any, Any], code: str, answer: Response[Any]) -> None:
    """Take the form out of the browser once it has been sent."""
    _set(request, code, answer, "", 0)


def _set(request: Request[Any, Any, Any], code: str, answer: Response[Any], value: str, seconds: int) -> None:
    secure = request.app.state.settings.secure
    answer.set_cookie(
        Cookie(
            COOKIE,
            value=value,
            path=f"/retreats/{code}",
            max_age=seconds,
            secure=secure,
            httponly=True,
            samesite="lax",
        )
    )


def _key(request: Request[Any, Any, Any], code: str) -> bytes:
    return cast(bytes, request.app.state.settings.key("retreat draft")) + code.encode()


def _pack(draft: Draft, key: bytes) -> str:
    body = zlib.compress(msgspec.json.encode(draft))
    return base64.urlsafe_b64encode(_sign(body, key) + body).decode()


def _unpack(value: str, key: bytes) -> Draft | None:
    try:
        raw = base64.urlsafe_b64decode(value)
        if not hmac.compare_digest(raw[:_SIGNATURE], _sign(raw[_SIGNATURE:], key)):
            return None
        return msgspec.json.decode(zlib.decompressobj().decompress(raw[_SIGNATURE:], _LARGEST_BODY), type=Draft)
    except (binascii.Error, ValueError, zlib.error):
        return None


def _sign(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).digest()[:_SIGNATURE]
