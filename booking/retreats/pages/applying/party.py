"""Who comes along, as the form of the second step has it."""

from typing import Any

from litestar.datastructures import FormMultiDict
from msgspec.structs import replace

from booking.db import ReadSession
from booking.errors import BookingError
from booking.retreats import errors_applying
from booking.retreats.pages.applying.draft import HOW, Draft
from booking.retreats.pages.applying.seeing import Seen
from booking.retreats.rules.applying import Party, check_party
from booking.retreats.schemas_applying import MOST_COMPANIONS, MOST_INVITED, MOST_ROOMS
from booking.retreats.service.applying.inviting import find_members
from booking.web.principal import Principal

LONGEST_NAME = 30
"""Letters of a real name, spaces included."""
SPARE = 2
"""Empty lines for more names than are there."""


def read_party(form: FormMultiDict, draft: Draft) -> Draft:
    """The form as it was sent; what nobody could have chosen counts as not chosen."""

    def text(name: str, longest: int) -> str:
        value = form.get(name, "")
        return "".join(sign for sign in value if sign.isprintable()).strip()[:longest] if isinstance(value, str) else ""

    how = next((one for one in HOW if one == text("how", 20)), "")
    rooms = text("rooms", 2)
    asked = [(text(f"number_{at}", 20), text(f"name_{at}", LONGEST_NAME)) for at in range(1, MOST_INVITED + 1)]
    others = [text(f"companion_{at}", LONGEST_NAME) for at in range(1, MOST_COMPANIONS + 1)]
    return replace(
        draft,
        how=how,
        rooms=int(rooms) if rooms.isascii() and rooms.isdecimal() and 1 <= int(rooms) <= MOST_ROOMS else 1,
        invite=tuple(one for one in asked if any(one)),
        companions=tuple(one for one in others if one),
    )


def check_named(tx: ReadSession, seen: Seen, draft: Draft, member: Principal) -> None:
    """Refuse what would be refused at the end, while the field is still at hand.

    Raises:
        NobodyNamed: they come together with nobody.
        NameMissing: somebody is named by half.
        InviteeNotFound, InvitedThemselves, AlreadyInvited: see `find_members`.
        TooManyTogether, SharesAlone, NotShared, TooManyRoomsTogether, RoomTooSmall: see `check_party`.
    """
    if not draft.how or (draft.how == "together" and not _anybody(seen, draft)):
        raise errors_applying.NobodyNamed
    if draft.how == "together":
        for at, (number, name) in enumerate(draft.invite, 1):
            if not number or not name:
                raise errors_applying.NameMissing(at=at)
    request = draft.request()
    invited = find_members(tx, member, request.invite)
    party = Party(_members(seen) + len(invited), len(request.companions), request.rooms)
    check_party(seen.season, [seen.offers[wish] for wish in draft.wishes if wish in seen.offers], party)


def party_fields(seen: Seen, draft: Draft) -> dict[str, Any]:
    """What the form shows: how many lines, who is in it already, and whether one can share a room."""
    offers = [seen.offers[wish] for wish in draft.wishes if wish in seen.offers]
    spare = seen.season.most_together - _members(seen)
    largest = max((offer.sleeps for offer in offers), default=1)
    return {
        "members": [] if seen.stored is None else [one for one in seen.stored.members if not one.me],
        "asked": [] if seen.stored is None else [one for one in seen.stored.invitations if one.status == "open"],
        "invite_lines": max(len(draft.invite), min(spare, len(draft.invite) + SPARE)),
        "companion_lines": max(len(draft.companions), min(MOST_COMPANIONS, len(draft.companions) + SPARE)),
        "most_rooms": seen.season.most_together,
        "largest": largest,
        "unshared": [one for one in seen.chosen(draft.wishes) if one.beds < 2],
    }


def beside(error: BookingError, draft: Draft) -> str:
    """The field at which a refusal is shown; most stand above the form."""
    match error:
        case errors_applying.InviteeNotFound():
            numbers = [number for number, _ in draft.invite]
            number = error.params.get("number")
            return f"number_{numbers.index(number) + 1}" if number in numbers else ""
        case errors_applying.NameMissing():
            return f"number_{error.params['at']}"
        case errors_applying.NobodyNamed() | errors_applying.SharesAlone() | errors_applying.NotShared():
            return "how"
        case errors_applying.TooManyRoomsTogether():
            return "rooms"
        case _:
            return ""


def _members(seen: Seen) -> int:
    """Who is in the application or asked already; oneself at least."""
    if seen.stored is None:
        return 1
    return len(seen.stored.members) + sum(one.status == "open" for one in seen.stored.invitations)


def _anybody(seen: Seen, draft: Draft) -> bool:
    return bool(draft.invite or draft.companions) or _members(seen) > 1
