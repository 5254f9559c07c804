"""A place and a folio to charge."""

from datetime import datetime

from booking.db import WriteSession, insert
from booking.payments.rules import Line
from booking.payments.service import charge, open_folio
from booking.places.models import Place

PLACE = 1
CLERK = "member:9"


def new_folio(tx: WriteSession, now: datetime, *fen: int, subject: str = "bill:1", member_id: int = 7) -> int:
    """A folio at a place, with one charge for each sum."""
    tx.execute(
        insert(tx, Place)
        .values(
            id=PLACE,
            code="zhenhai",
            kind="centre",
            name="镇海职工文化中心",
            name_en="Zhenhai",
            district="镇海",
            address="骆驼街道",
            latitude=29.97,
            longitude=121.6,
        )
        .on_conflict_do_nothing()
    )
    folio_id = open_folio(tx, now, place_id=PLACE, subject=subject, member_id=member_id)
    for one in fen:
        charge(tx, now, place_id=PLACE, folio_id=folio_id, lines=[Line("court", one)], actor=CLERK)
    return folio_id
