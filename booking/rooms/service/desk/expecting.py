"""Guests who call to say that they come later."""

from datetime import datetime, time

from sqlalchemy import update

from booking.db import WriteSession
from booking.rooms.catalogue import houses
from booking.rooms.errors import NotStaff, WrongStayStatus
from booking.rooms.models import Stay
from booking.rooms.queries.stays import is_staff
from booking.rooms.schemas_desk import LateView
from booking.rooms.service.stays import STATUS_NAMES, note, owned, turn
from booking.web.locale import N_
from booking.web.principal import Principal


def expect_later(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_id: int, arrive_at: time | None
) -> LateView:
    """Write down when the guests of a stay mean to come, so that nobody takes them for missing before; None: unknown.

    Raises:
        NotStaff, StayNotFound: not theirs to do, or not there.
        WrongStayStatus: the stay is not agreed, or over.
        StayChanged: a concurrent request changed it first.
    """
    if not is_staff(actor, place_id):
        raise NotStaff
    stay = owned(tx, actor, place_id, stay_id)
    if stay.status != "confirmed":
        raise WrongStayStatus(status=STATUS_NAMES[stay.status], action=N_("登记晚到"))
    turn(tx, now, stay)
    mine = (Stay.place_id == place_id, Stay.id == stay_id)
    tx.execute(update(Stay).where(*mine).values(arrive_at=arrive_at))
    said = "" if arrive_at is None else f"{arrive_at:%H:%M}"
    note(tx, now, actor.actor, houses(tx).house(place_id), stay, "stay.expected_later", at=said)
    return LateView(stay_id, arrive_at)
