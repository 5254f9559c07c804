"""To apply, and to change what one applied for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update

from booking.db import WriteSession, insert
from booking.draws.records import SALT
from booking.retreats.models import Application, Season
from booking.retreats.queries.applications import Offered, asked_of, live_application, offered
from booking.retreats.rules.applying import Party, check_party, check_wishes
from booking.retreats.schemas_applying import ApplicationRequest, ApplicationView
from booking.retreats.service.applying.holding import (
    check_eligible,
    check_lead,
    enrol,
    everybody,
    note,
    open_season,
    seen,
    settle,
    take_hold,
)
from booking.retreats.service.applying.inviting import ask, find_members
from booking.retreats.service.applying.telling import tell_members
from booking.web.principal import Principal


def save(tx: WriteSession, now: datetime, member: Principal, code: str, request: ApplicationRequest) -> ApplicationView:
    """Apply, or change the application that was read with the request's sequence.

    Raises:
        BookingError: those of `apply` or of `edit`.
    """
    return apply(tx, now, member, code, request) if request.sequence is None else edit(tx, now, member, code, request)


def apply(
    tx: WriteSession, now: datetime, member: Principal, code: str, request: ApplicationRequest
) -> ApplicationView:
    """Make an application; it takes part at once, or when everybody invited has joined or declined.

    Raises:
        SeasonNotFound: there is no such season.
        NotOpenYet, ApplicationsClosed, SeasonCancelled: applications are not taken now.
        CategoryNeeded, OrganisationKindNeeded, DuesUnpaid, RestYears, MemberLeft: the member may not apply.
        NoWishes, TooManyWishes, WishTwice, UnknownChoice: see `rules.applying.check_wishes`.
        TooManyTogether, SharesAlone, NotShared, TooManyRoomsTogether, RoomTooSmall: see `check_party`.
        InviteeNotFound, InvitedThemselves, AlreadyInvited: somebody invited is not who they should be.
        AlreadyApplied: the member is in an application already.
    """
    season = open_season(tx, now, code)
    check_eligible(tx, season, member.member_id)
    invited = find_members(tx, member, request.invite)
    _check(season, offered(tx, season), request, 1 + len(invited))
    application = _store(tx, now, season, member, request)
    for who in invited:
        ask(tx, now, season, application, member, who)
    if settle(tx, season, application):
        tell_members(tx, now, season, [member.member_id], "retreat.entered")
    note(tx, now, member, season, application.id, "applied")
    return seen(tx, now, season, member)


def edit(tx: WriteSession, now: datetime, member: Principal, code: str, request: ApplicationRequest) -> ApplicationView:
    """Change wishes, rooms and companions, and invite more; refused, everything stays as it was.

    Raises:
        ApplicationNotFound: the member has none.
        NotTheLead: somebody else made it.
        ApplicationChanged: it has another sequence by now.
        BookingError: those of `apply`, but for `AlreadyApplied`.
    """
    season = open_season(tx, now, code)
    before = live_application(tx, season.id, member.member_id)
    check_lead(tx, before, member)
    check_eligible(tx, season, member.member_id)
    application = take_hold(tx, now, season, before.id, sequence=request.sequence)
    invited = find_members(tx, member, request.invite)
    others = everybody(tx, application, but=[member.member_id])
    waiting = asked_of(tx, season.id, application.id, "open")
    together = 1 + len(others) + len(waiting) + len(invited)
    _check(season, offered(tx, season), request, together)
    values = _asked_for(request)
    this = (Application.season_id == season.id, Application.id == application.id)
    tx.execute(update(Application).where(*this).values(**values))
    for who in invited:
        ask(tx, now, season, application, member, who)
    changed = any(getattr(before, name) != value for name, value in values.items())
    if others and changed:
        tell_members(tx, now, season, others, "retreat.changed", member.name)
    after = live_application(tx, season.id, member.member_id)
    if settle(tx, season, after):
        tell_members(tx, now, season, [member.member_id, *others], "retreat.entered")
    note(tx, now, member, season, application.id, "application_changed")
    return seen(tx, now, season, member)


def _check(season: Season, known: Offered, request: ApplicationRequest, members: int) -> None:
    check_wishes(season, known.offers, request.wished)
    party = Party(members, len(request.companions), request.rooms)
    check_party(season, known.of(request.wished), party)


def _asked_for(request: ApplicationRequest) -> dict[str, Any]:
    """What of a request is stored as it comes; wishes as the lists that JSON makes of them."""
    wishes: Sequence[Sequence[int]] = [list(wish) for wish in request.wished]
    return {"rooms": request.rooms, "companions": [name.strip() for name in request.companions], "wishes": wishes}


def _store(
    tx: WriteSession, now: datetime, season: Season, member: Principal, request: ApplicationRequest
) -> Application:
    made = int.from_bytes(tx.tokens.bytes(8), "big") >> 1
    row = {
        "season_id": season.id,
        "id": made,
        "status": "gathering",
        "salt": tx.tokens.bytes(SALT),
        "weight": None,
        "position": None,
        "reason": "",
        "created_at": now,
        "changed_at": now,
        "sequence": 0,
    }
    tx.execute(insert(tx, Application), row | _asked_for(request))
    enrol(tx, now, season, made, member.member_id, 0)
    return live_application(tx, season.id, member.member_id)
