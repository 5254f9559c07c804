"""Money for a place over the counter: whoever works at the house, or an officer, receives what its bill still owes."""

from datetime import datetime

from booking.db import WriteSession
from booking.payments.queries import balance
from booking.payments.rules import Method
from booking.payments.service import take_payment
from booking.retreats.errors import NotAnOfficer
from booking.retreats.errors_places import NothingToCollect
from booking.retreats.models import Season
from booking.retreats.queries.placed import placed
from booking.rooms.queries.stays import is_staff
from booking.web.principal import Principal


def require_arrivals(who: Principal, place_id: int) -> None:
    """Refuse whoever may not see who comes to a house.

    Raises:
        NotAnOfficer: they neither work there nor are an officer of the whole federation.
    """
    if not who.holds("federation_officer") and not is_staff(who, place_id):
        raise NotAnOfficer


def require_officer(who: Principal) -> None:
    """Refuse whoever is no officer of the whole federation.

    Raises:
        NotAnOfficer: they are not.
    """
    if not who.holds("federation_officer"):
        raise NotAnOfficer


def collect(tx: WriteSession, now: datetime, by: Principal, season: Season, application_id: int, method: Method) -> int:
    """Receive all that the bill of a place owes; answers the fen.

    Raises:
        NotAnOfficer: not theirs to do.
        PlaceNotFound: the application has no place.
        NothingToCollect: its bill owes nothing.
    """
    require_arrivals(by, season.place_id)
    folio = placed(tx, season, application_id).place.folio_id
    owed = 0 if folio is None else balance(tx, season.place_id, folio).due
    if folio is None or owed <= 0:
        raise NothingToCollect
    take_payment(tx, now, place_id=season.place_id, folio_id=folio, method=method, fen=owed, actor=by.actor)
    tx.touch(f"retreat:{season.id}")
    return owed
