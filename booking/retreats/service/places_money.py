"""A place in the books: one folio an application, each head at the price of the batch, the federation's part borne.

The stay itself is free: what its guests pay for the retreat stands on `retreat:{season}:{application}`, and only what
they have beside it, such as further nights, on the stay's own folio.
"""

from datetime import datetime
from typing import Any

from booking.db import WriteSession
from booking.draws.records import id_field
from booking.payments.queries import folio_of
from booking.payments.rules import Line
from booking.payments.service import (
    apply_deposit,
    charge,
    grant_subsidy,
    open_folio,
    recall_unsent,
    return_credit,
    reverse_charges,
    withdraw_subsidy,
)
from booking.payments.terms import Subsidy
from booking.retreats.queries.placed import Placed
from booking.retreats.rules.places import borne_in_all
from booking.rooms.rules.settling import RESTORE_WITHIN

SUBJECT = "retreat"
"""The first part of the subjects of these folios."""
KIND = "room"
"""What is charged, and what the subsidy bears: the batch as a whole, nights and all that belongs to it."""


def subject_of(season_id: int, application_id: int) -> str:
    """The subject of an application's folio."""
    return f"{SUBJECT}:{season_id}:{id_field(application_id)}"


def open_bill(tx: WriteSession, now: datetime, one: Placed, actor: str) -> int | None:
    """Charge what each person costs, with the subsidy up to its cap; the folio, or None where all of it is free.

    The folio is the lead's; any member of the application may see and pay it (`paying.RETREAT`).
    """
    if one.rooms.price_fen == 0:
        return None
    place_id, subject = one.season.place_id, subject_of(one.season.id, one.application.id)
    found = folio_of(tx, place_id, subject)
    folio_id = found.id if found else open_folio(tx, now, place_id=place_id, subject=subject, member_id=one.members[0])
    where: dict[str, Any] = {"place_id": place_id, "folio_id": folio_id, "actor": actor}
    if found:  # it was given up and taken back: what was on its way back to the guest stays
        recall_unsent(tx, now, **where)
    for share in one.shares:
        charge(tx, now, **where, lines=[Line(KIND, share.fen)], note=share.name)
    borne = borne_in_all(one.shares)
    if borne:
        source = {"document": one.season.subsidy_document, "clause": one.season.subsidy_clause}
        grant_subsidy(tx, now, **where, subsidy=Subsidy(cap_fen=borne, per="stay", kinds=(KIND,), **source))
    return folio_id


def reverse_bill(tx: WriteSession, now: datetime, one: Placed, actor: str) -> None:
    """Take every charge and the subsidy back; what was paid online goes back by itself, the rest waits at the desk."""
    if one.place.folio_id is None:
        return
    where: dict[str, Any] = {"place_id": one.season.place_id, "folio_id": one.place.folio_id, "actor": actor}
    recall_unsent(tx, now, **where)
    reverse_charges(tx, now, **where, note="declined")
    withdraw_subsidy(tx, now, **where)
    apply_deposit(tx, now, **where)
    return_credit(tx, now, **where, after=RESTORE_WITHIN, deposit=True)
