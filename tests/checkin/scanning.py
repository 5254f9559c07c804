"""A scan as the route carries it out, without the route."""

from datetime import datetime
from typing import Any

from booking.checkin import enrolment
from booking.checkin.models import Pass
from booking.checkin.presented import read
from booking.checkin.queries.devices import device
from booking.checkin.schemas import ScanRequest
from booking.checkin.service import keys
from booking.checkin.service.redeem import redeem
from booking.checkin.showing import day_keys, show
from booking.db import WriteSession
from booking.places.catalogue import places
from tests.venues.city import CENTRE

SEALING, CODES = b"s" * 32, b"c" * 32


def digits_of(tx: WriteSession, now: datetime, pass_id: int) -> str:
    row = tx.get(Pass, place_id=CENTRE, id=pass_id)
    assert row is not None
    return show(row, places(tx).zones, keys.ensure_key(tx, now, SEALING), CODES, now).digits


def scan(tx: WriteSession, now: datetime, /, key: str, digits: str, scan_id: str = "s1", **said: Any) -> Any:
    """What the route does, in one transaction."""
    found = device(tx, enrolment.key_hash(key), SEALING)
    assert found is not None
    ring = found.ring.keys if found.ring else {}
    request = ScanRequest(scan_id=scan_id, code=digits, **said)
    reading = read(digits, ring, int(now.timestamp()))
    return redeem(tx, now, found.gate, request, reading, day_keys(CODES, CENTRE, now))
