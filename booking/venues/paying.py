"""What online payment needs to know of a booking: who may pay it, whether it stands, and what it is called."""

from datetime import datetime

from booking.db import ReadSession, WriteSession
from booking.payments.models import Folio, PaymentIntent
from booking.payments.payables import Bill, Payable, is_own
from booking.venues.catalogue import venues
from booking.venues.models import Booking
from booking.web.facts import Named

STANDING = ("held", "pending", "confirmed", "attended", "no_show")
"""States in which a booking may still owe money."""


def _bill(tx: ReadSession, now: datetime, folio: Folio) -> Bill | None:
    number = folio.subject.rpartition(":")[2]
    booking = tx.get(Booking, place_id=folio.place_id, id=int(number)) if number.isdecimal() else None
    if booking is None:
        return None
    facts = venues(tx).facilities.get((booking.place_id, booking.facility_id))
    title = (
        Named("预约", "Booking")
        if facts is None
        else Named(
            f"{facts.place.name} {facts.facility.name}", f"{facts.place.name_en} {facts.facility.name_en}".strip()
        )
    )
    return Bill(title, f"/bookings/{booking.place_id}/{booking.id}", stands=booking.status in STANDING)


def _paid(tx: WriteSession, now: datetime, folio: Folio, _intent: PaymentIntent) -> None:
    """A booking stands whether it is paid or not; open boards show the money."""
    number = folio.subject.rpartition(":")[2]
    booking = tx.get(Booking, place_id=folio.place_id, id=int(number)) if number.isdecimal() else None
    if booking is not None:
        tx.touch(f"facility:{booking.place_id}:{booking.facility_id}")


BOOKING = Payable("booking", _bill, is_own, _paid)
