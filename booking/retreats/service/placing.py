"""What becomes of places that were won: offered, confirmed with everything that belongs to it, given up, taken back.

Places never pass between people: what is given up goes into the next stage, and only whoever gave it up may take it
back, as long as that stage has not come.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import update

from booking.audit.service import record
from booking.db import WriteSession, insert
from booking.draws.records import id_field
from booking.errors import BookingError
from booking.notices.service import tell_many
from booking.retreats.errors_places import (
    ConfirmTimeOver,
    GuestsCame,
    NoRoomForPlace,
    PlaceChanged,
    PlaceOver,
    UndoOver,
)
from booking.retreats.models import RetreatPlace, Season
from booking.retreats.queries.placed import Placed, kinds_of, members_by_application, my_place, placed
from booking.retreats.queries.seasons import batches, season_of
from booking.retreats.rules.places import GONE, STAGES, STATUS_NAMES, deadline, rooms_for
from booking.retreats.service import sharing
from booking.retreats.service.pasts import rewrite_pasts
from booking.retreats.service.places_money import open_bill, reverse_bill
from booking.retreats.service.telling_places import facts, page_of, tell_place
from booking.rooms.catalogue import houses
from booking.rooms.errors import RoomsCutUp, RoomsFull, RoomTaken, TooManyHeads, WrongStayStatus
from booking.rooms.models import Stay
from booking.rooms.rules.nights import date_of
from booking.rooms.service.granting import Grant, end_grant, grant_stay, lock
from booking.rooms.service.guests import Sleeper
from booking.rooms.service.inventory import tonight
from booking.web.facts import Day, Instant
from booking.web.locale import N_
from booking.web.principal import Principal

NO_ROOM: tuple[type[BookingError], ...] = (RoomsFull, RoomsCutUp, RoomTaken, TooManyHeads)


def offer_places(
    tx: WriteSession, now: datetime, season: Season, stage: int, places: Iterable[tuple[int, int, int]]
) -> int:
    """Give places of a stage to their winners, who are told until when to answer; answers how many.

    `places` are (application, batch, room type). A few statements, however many they are; the unique index of live
    places refuses a second one for an application.
    """
    won = sorted(places)
    until = deadline(season, stage, now)
    offered: dict[str, Any] = {"season_id": season.id, "stage": stage, "status": "offered", "confirm_by": until}
    offered |= dict.fromkeys(("reminded_at", "decided_at", "stay_id", "folio_id"))
    rows = [
        offered | {"application_id": application, "batch": batch, "type_id": kind} for application, batch, kind in won
    ]
    if not rows:
        return 0
    tx.execute(insert(tx, RetreatPlace), rows)
    known = {batch.number: batch for batch in batches(tx, season.id)}
    kinds = kinds_of(tx, season.place_id)
    members = members_by_application(tx, ((season.id, application) for application, _, _ in won))
    letters = [
        (member, facts(season, known[batch], kinds[kind], until))
        for application, batch, kind in won
        for member in members.get((season.id, application), ())
    ]
    tell_many(tx, now, letters, "place.offered", page_of(season))
    return len(rows)


def confirm_place(tx: WriteSession, now: datetime, member: Principal, code: str) -> int:
    """Come: the stay with its rooms and passes, and the bill with its subsidy, are made at once; twice changes nothing.

    Any member of the application may, and all are told. Answers the application.

    Raises:
        SeasonNotFound, PlaceNotFound: there is no place of theirs.
        PlaceOver: it was given up, or lapsed.
        ConfirmTimeOver: the deadline, or the day of arrival, has passed.
        PlaceChanged: another member was first.
        NoRoomForPlace: the house has no room for it; the place stays offered.
    """
    one = _locked(tx, now, my_place(tx, season_of(tx, code), member.member_id))
    if one.place.status == "confirmed":
        return one.application.id
    _check_offered(one, now, N_("确认"))
    _turn(tx, now, one, "confirmed", RetreatPlace.confirm_by > now)
    stay_id, folio_id = _house(tx, now, member, one), open_bill(tx, now, one, member.actor)
    tx.execute(update(RetreatPlace).where(*_this(one)).values(stay_id=stay_id, folio_id=folio_id))
    tell_place(tx, now, one, "place.confirmed")
    _note(tx, now, member.actor, one, "confirmed", stay=stay_id, folio=folio_id)
    return one.application.id


def decline_place(tx: WriteSession, now: datetime, member: Principal, code: str) -> int:
    """Give a place up, for the next stage; after a confirmation its stay ends and its bill is reversed.

    Any member of the application may, and all are told. Twice changes nothing. Answers the application.

    Raises:
        SeasonNotFound, PlaceNotFound: there is no place of theirs.
        PlaceOver: it lapsed.
        ConfirmTimeOver: it was never confirmed, and the deadline has passed.
        GuestsCame: somebody has moved in, or they did not come.
        PlaceChanged: another member was first.
    """
    one = _locked(tx, now, my_place(tx, season_of(tx, code), member.member_id))
    if one.place.status in GONE:
        return one.application.id
    if one.place.status == "confirmed":
        _turn(tx, now, one, "declined_late")
        _end_stay(tx, now, member, one)
        reverse_bill(tx, now, one, member.actor)
        tx.execute(update(RetreatPlace).where(*_this(one)).values(stay_id=None))
        rewrite_pasts(tx, now, one.season, [one.application.id])
        became = "declined_late"
    else:
        _check_offered(one, now, N_("放弃"))
        _turn(tx, now, one, "declined", RetreatPlace.confirm_by > now)
        became = "declined"
    tell_place(tx, now, one, f"place.{became}", name=member.name)
    _note(tx, now, member.actor, one, became)
    return one.application.id


def restore_place(tx: WriteSession, now: datetime, member: Principal, code: str) -> int:
    """Take a place back that was given up, to be answered anew; answers the application.

    Only until its deadline and before the next stage: a stage that is being computed then finds the season changed.

    Raises:
        SeasonNotFound, PlaceNotFound: there is no place of theirs.
        PlaceOver: it was not given up.
        UndoOver: the deadline has passed, or the next stage has come.
        PlaceChanged: another member was first.
    """
    one = _locked(tx, now, my_place(tx, season_of(tx, code), member.member_id))
    if one.place.status == "offered":
        return one.application.id
    if one.place.status not in GONE:
        raise PlaceOver(status=STATUS_NAMES[one.place.status], action=N_("恢复"))
    still = (Season.id == one.season.id, Season.status == STAGES[one.place.stage])
    unchanged = tx.execute(update(Season).where(*still).values(version=Season.version + 1)).rowcount == 1
    if not unchanged or one.place.confirm_by <= now:
        raise UndoOver(until=Instant(one.place.confirm_by))
    _turn(tx, now, one, "offered")
    tx.execute(update(RetreatPlace).where(*_this(one)).values(decided_at=None))
    tell_place(tx, now, one, "place.restored", name=member.name)
    _note(tx, now, member.actor, one, "restored")
    return one.application.id


def seat_again(tx: WriteSession, now: datetime, by: Principal, season: Season, application_id: int) -> int:
    """Look once more for rooms of a confirmed place whose stay the house could not keep; answers the stay.

    Raises:
        PlaceNotFound: the application has no place.
        PlaceOver: it is not confirmed, or its stay stands.
        NoRoomForPlace: there still is no room.
    """
    one = _locked(tx, now, placed(tx, season, application_id))
    stay = tx.get(Stay, place_id=season.place_id, id=one.place.stay_id or 0)
    if one.place.status != "confirmed" or (stay is not None and stay.status not in ("refused", "displaced")):
        raise PlaceOver(status=STATUS_NAMES[one.place.status], action=N_("重新排房"))
    sharing.forget_room(tx, one)
    stay_id = _house(tx, now, by, one)
    tx.execute(update(RetreatPlace).where(*_this(one)).values(stay_id=stay_id))
    tell_place(tx, now, one, "place.seated")
    _note(tx, now, by.actor, one, "seated", stay=stay_id)
    return stay_id


def _locked(tx: WriteSession, now: datetime, seen: Placed) -> Placed:
    """A place as it is once nobody else can take or give back rooms of its type."""
    lock(tx, now, seen.season.place_id, seen.place.type_id)
    return placed(tx, seen.season, seen.application.id)


def _check_offered(one: Placed, now: datetime, action: str) -> None:
    if one.place.status != "offered":
        raise PlaceOver(status=STATUS_NAMES[one.place.status], action=action)
    if one.place.confirm_by <= now or one.batch.arrival < tonight(now):
        raise ConfirmTimeOver(until=Instant(one.place.confirm_by))


def _this(one: Placed) -> list[Any]:
    row, place = RetreatPlace, one.place
    return [row.season_id == place.season_id, row.application_id == place.application_id, row.stage == place.stage]


def _turn(tx: WriteSession, now: datetime, one: Placed, status: str, *conditions: Any) -> None:
    """Change the state of a place if it still is as it was read: the row count says who was first."""
    unchanged = (*_this(one), RetreatPlace.status == one.place.status, *conditions)
    turned = update(RetreatPlace).where(*unchanged).values(status=status, decided_at=now)
    if tx.execute(turned).rowcount != 1:
        raise PlaceChanged


def _house(tx: WriteSession, now: datetime, by: Principal, one: Placed) -> int:
    """The stay of a place: rooms of its own, or a bed in a room with a stranger.

    Raises:
        NoRoomForPlace: there is no room.
    """
    try:
        if one.is_shared:
            return sharing.take_bed(tx, now, by, one)
        rooms = [
            [Sleeper(person.member_id, person.name, pays=person.member_id is None) for person in room]
            for room in rooms_for(one.people, one.application.rooms)
        ]
        lead, pool = one.people[0], one.season.allotment_id or 0
        kind, nights = one.place.type_id, one.nights
        grant = Grant(one.season.place_id, pool, kind, nights, rooms, lead.member_id, lead.phone)
        return grant_stay(tx, now, by, grant).stay.id
    except NO_ROOM as full:
        raise _no_room(tx, one) from full


def _no_room(tx: WriteSession, one: Placed) -> NoRoomForPlace:
    dates = {"arrival": Day(date_of(one.batch.arrival)), "departure": Day(date_of(one.batch.departure))}
    phone = houses(tx).house(one.season.place_id).place.phone
    return NoRoomForPlace(type=one.type_name, phone=phone, **dates)


def _end_stay(tx: WriteSession, now: datetime, member: Principal, one: Placed) -> None:
    """End the stay of a place, or leave the room that is shared.

    Raises:
        GuestsCame: somebody has moved in, or nobody came.
    """
    place_id, stay_id = one.season.place_id, one.place.stay_id or 0
    stay = tx.get(Stay, place_id=place_id, id=stay_id)
    if stay is None or stay.status in ("refused", "displaced"):
        sharing.forget_room(tx, one)
        return
    came = GuestsCame(arrival=Day(date_of(one.batch.arrival)))
    if stay.status not in ("pending", "confirmed"):
        raise came
    try:
        if one.is_shared:
            sharing.leave_bed(tx, now, member, one)
        else:
            end_grant(tx, now, member.actor, place_id, stay_id)
    except WrongStayStatus as here:
        raise came from here


def _note(tx: WriteSession, now: datetime, actor: str, one: Placed, action: str, **detail: object) -> None:
    subject = f"retreat:{one.season.code}:{id_field(one.application.id)}"
    known = {"stage": one.place.stage, "batch": one.place.batch, "type": one.place.type_id}
    place = one.season.place_id
    record(tx, now, actor=actor, place_id=place, action=f"place.{action}", subject=subject, detail=known | detail)
    tx.touch(f"retreat:{one.season.id}")
