"""Where one stands with a season: what its page says to whoever reads it."""

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from booking.db import ReadSession
from booking.errors import BookingError
from booking.retreats.errors import MemberLeft
from booking.retreats.models import Season
from booking.retreats.queries.applications import application_view, my_application, withdrawn_application
from booking.retreats.queries.invitations import asked_views
from booking.retreats.queries.seasons import facts_of
from booking.retreats.rules.applying import is_open
from booking.retreats.rules.eligibility import why_not
from booking.retreats.schemas_applying import ApplicationView, AskedView
from booking.web.facts import Named

Kind: TypeAlias = Literal[
    "signed_out", "not_yet", "not_eligible", "can_apply", "gathering", "entered", "excluded", "over", "cancelled"
]


class MyState(NamedTuple):
    """Where somebody stands.

    Attributes:
        kind: `not_yet` before applications are taken and `over` once they no longer are and one has none;
            `not_eligible` with the rule in `refusal`; otherwise what became of the application.
        application: the one that they are in; of `withdrawn` ones, the last that they made, while it can be restored.
        asked: invitations to answer.
    """

    kind: Kind
    refusal: BookingError | None = None
    application: ApplicationView | None = None
    withdrawn: ApplicationView | None = None
    asked: tuple[AskedView, ...] = ()


def my_state(tx: ReadSession, now: datetime, season: Season, member_id: int | None) -> MyState:
    """Where a member, or somebody who is not signed in (None), stands with a season."""
    if season.status == "cancelled":
        return MyState("cancelled")
    if member_id is None:
        return MyState("signed_out" if is_open(season, now) or now < season.opens_at else "over")
    mine = my_application(tx, season.id, member_id)
    if mine is not None:
        view = application_view(tx, now, season, mine, member_id)
        kinds: dict[str, Kind] = {"excluded": "excluded", "gathering": "gathering"}
        kind = kinds.get(mine.status, "entered")
        return MyState(kind, application=view, asked=tuple(asked_views(tx, now, season, member_id)))
    return _without(tx, now, season, member_id)


def refusal_of(tx: ReadSession, season: Season, member_id: int) -> BookingError | None:
    """Why a member may not apply, if so."""
    facts = facts_of(tx, season, [member_id]).get(member_id)
    return MemberLeft(title=Named(season.title, season.title_en)) if facts is None else why_not(season, facts)


def _without(tx: ReadSession, now: datetime, season: Season, member_id: int) -> MyState:
    refusal = refusal_of(tx, season, member_id)
    if not is_open(season, now):
        before = now < season.opens_at
        return MyState("not_yet" if before else "over", refusal if before else None)
    asked = tuple(asked_views(tx, now, season, member_id))
    if refusal is not None:
        return MyState("not_eligible", refusal, asked=asked)
    gone = withdrawn_application(tx, season.id, member_id)
    withdrawn = None if gone is None else application_view(tx, now, season, gone, member_id)
    return MyState("can_apply", withdrawn=withdrawn, asked=asked)
