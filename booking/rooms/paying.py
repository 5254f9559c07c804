"""What online payment needs to know of a stay: who may pay it, whether it stands, and what it is called."""

from datetime import datetime

from booking.db import ReadSession, WriteSession
from booking.payments.models import Folio, PaymentIntent
from booking.payments.payables import Bill, Payable, is_own
from booking.rooms.catalogue import houses
from booking.rooms.models import Stay
from booking.rooms.rules.nights import date_of
from booking.web.facts import Named


def _bill(tx: ReadSession, now: datetime, folio: Folio) -> Bill | None:
    """What a folio is for; what is owed for a stay that ended, such as a fee, can still be paid."""
    number = folio.subject.rpartition(":")[2]
    stay = tx.get(Stay, place_id=folio.place_id, id=int(number)) if number.isdecimal() else None
    house = houses(tx).by_id.get(folio.place_id)
    if stay is None or house is None:
        return None
    first, last = date_of(stay.arrival), date_of(stay.departure)
    title = Named(f"{house.place.name} {first} 至 {last}", f"{house.place.name_en}, {first} to {last}")
    return Bill(title, f"/stays/{stay.place_id}/{stay.id}", stands=stay.price_fen > 0)


def _paid(tx: WriteSession, now: datetime, folio: Folio, _intent: PaymentIntent) -> None:
    """A stay stands whether it is paid or not; open pages hear of the money."""
    tx.touch(f"rooms:{folio.place_id}")


STAY = Payable("stay", _bill, is_own, _paid)
