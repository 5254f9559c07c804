"""Guests who were marked as not having come, by mistake or too soon."""

from datetime import datetime

from booking.db import WriteSession
from booking.members.queries.standing import standing_of
from booking.members.service.standing import annul_points
from booking.rooms.catalogue import houses
from booking.rooms.errors import NightsOver, NotStaff, WrongStayStatus
from booking.rooms.models import Stay
from booking.rooms.queries.stays import is_staff, stay_view
from booking.rooms.rules.desk import hotel_night
from booking.rooms.rules.nights import date_of
from booking.rooms.schemas import StayView
from booking.rooms.service import guests
from booking.rooms.service.ending import revive
from booking.rooms.service.expiry import expire_due
from booking.rooms.service.stays import STATUS_NAMES, again, note, owned, reckon, turn
from booking.rooms.service.taking import rooms_of
from booking.web.facts import Day
from booking.web.locale import N_
from booking.web.principal import Principal


def take_back_no_show(tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_id: int) -> StayView:
    """Expect guests again who were marked as not having come: their nights from tonight on, no fee and no points.

    The nights that are over were kept for them and stay owed at their price. A closed day's figures do not change:
    nobody slept there. Others who may move make room.

    Raises:
        NotStaff: the actor is none.
        StayNotFound: there is no such stay.
        WrongStayStatus: none of its rooms was marked.
        NightsOver: all their nights are.
        RoomsFull, RoomsCutUp, RoomTaken: others have the rooms by now, with what would fit.
        StillSeeking: whether there are any takes longer to find out than a request.
    """
    if not is_staff(actor, place_id):
        raise NotStaff
    house = houses(tx).house(place_id)
    stay = owned(tx, actor, place_id, stay_id)
    expire_due(tx, now, house, {room.type_id for room in rooms_of(tx, place_id, stay_id)})
    marked = [room for room in rooms_of(tx, place_id, stay_id) if room.status == "no_show"]
    if not marked:
        raise WrongStayStatus(status=STATUS_NAMES[stay.status], action=N_("撤回没有到店的记录"))
    tonight = hotel_night(now)
    back = [room for room in marked if room.departure > tonight]
    if not back:
        raise NightsOver(departure=Day(date_of(max(room.departure for room in marked))))
    turn(tx, now, stay, status="confirmed", ended_reason="")
    revive(tx, now, house, stay, back, first=tonight)
    _annul(tx, now, actor, stay)
    restored = reckon(tx, now, house, again(tx, stay), actor.actor)
    guests.tell_all(tx, now, house, restored, back, "stay.no_show_taken_back")
    note(tx, now, actor.actor, house, restored, "stay.no_show_taken_back", rooms=[room.number for room in back])
    return stay_view(tx, now, place_id, stay_id, actor)


def _annul(tx: WriteSession, now: datetime, actor: Principal, stay: Stay) -> None:
    """Take back the points that the booker was given for this stay."""
    if stay.member_id is None:
        return
    subject = f"stay:{stay.place_id}:{stay.id}"
    for entry in standing_of(tx, stay.member_id, now):
        if entry.subject == subject and entry.points > 0:
            whose, place = stay.member_id, stay.place_id
            annul_points(tx, now, whose, entry.id, actor=actor.actor, place_id=place, why="came after all")
