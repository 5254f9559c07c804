"""What a booking costs, in the books: a folio when it is confirmed, its charges taken back when it ends early."""

from datetime import datetime

from sqlalchemy import update

from booking.db import WriteSession
from booking.payments.rules import Line
from booking.payments.service import charge as charge_folio
from booking.payments.service import open_folio, reverse_charges
from booking.venues.catalogue import FacilityFacts
from booking.venues.models import Booking


def charge(tx: WriteSession, now: datetime, facts: FacilityFacts, booking: Booking, *, actor: str) -> None:
    """Charge a booking's price to its folio, which is opened if there is none; nothing for a free one."""
    if booking.price_fen == 0:
        return
    folio_id = booking.folio_id or _open(tx, now, booking)
    lines = [Line(what="pool" if facts.pooled else "court", fen=booking.price_fen)]
    charge_folio(tx, now, place_id=booking.place_id, folio_id=folio_id, lines=lines, actor=actor)


def reverse(tx: WriteSession, now: datetime, booking: Booking, *, actor: str) -> int:
    """Take back what a booking was charged; the fen that its guest has paid and is owed back."""
    if booking.folio_id is None:
        return 0
    return reverse_charges(tx, now, place_id=booking.place_id, folio_id=booking.folio_id, actor=actor)


def recharge(
    tx: WriteSession, now: datetime, facts: FacilityFacts, before: Booking, after: Booking, *, actor: str
) -> None:
    """Charge a changed booking's new price instead of the old one."""
    if before.price_fen != after.price_fen:
        reverse(tx, now, before, actor=actor)
        charge(tx, now, facts, after, actor=actor)


def _open(tx: WriteSession, now: datetime, booking: Booking) -> int:
    subject = f"booking:{booking.place_id}:{booking.id}"
    folio_id = open_folio(tx, now, place_id=booking.place_id, subject=subject, member_id=booking.member_id)
    mine = (Booking.place_id == booking.place_id, Booking.id == booking.id)
    tx.execute(update(Booking).where(*mine).values(folio_id=folio_id))
    return folio_id
