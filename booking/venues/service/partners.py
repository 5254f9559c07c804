"""Naming more of those who play, after the booking was made."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from booking.audit.service import record
from booking.clock import half_hour_of, instant_of
from booking.db import WriteSession, insert
from booking.notices.service import tell
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.errors import AlreadyBegun, TooManyPartners, WrongStatus
from booking.venues.models import Booking, Partner
from booking.venues.queries.bookings import booking_view
from booking.venues.schemas import MOST_PARTNERS, BookingView, PartnerRequest
from booking.venues.service import people, terms
from booking.venues.service.booking import STATUS_NAMES, owned
from booking.venues.service.people import Player
from booking.web.facts import Hours, Money, Params
from booking.web.locale import N_
from booking.web.principal import Principal


def add_partners(
    tx: WriteSession, now: datetime, actor: Principal, place: int, booking_id: int, requested: Sequence[PartnerRequest]
) -> BookingView:
    """Name more partners of a booking of courts, each with a pass once it is confirmed; those named before stay once.

    Raises:
        BookingNotFound: no such booking of theirs.
        WrongStatus: it has ended.
        AlreadyBegun: its hours are over.
        TooManyPartners: more than one booking takes; in a pooled area, heads are booked instead.
        PartnerNotFound: a number and a name do not belong together.
    """
    booking = owned(tx, actor, place, booking_id)
    facts = venues(tx).facility(place, booking.facility_id)
    if booking.status not in ("held", "confirmed"):
        raise WrongStatus(status=STATUS_NAMES[booking.status], action=N_("加同伴"))
    if half_hour_of(now) >= booking.ends:
        raise AlreadyBegun(when=terms.hours_of(booking.starts, booking.ends))
    there = people.players(tx, booking)
    known = {player.member_id for player in there}
    added = [player for player in people.find_partners(tx, actor, requested) if _is_new(player, known)]
    asked, limit = len(there) - 1 + len(added), 0 if facts.pooled else MOST_PARTNERS
    if asked > limit:
        raise TooManyPartners(limit=limit, asked=asked, over=asked - limit)
    if added:
        _write(tx, now, booking, there, added)
        _welcome(tx, now, facts, booking, added)
        subject, names = f"booking:{place}:{booking_id}", [player.name for player in added]
        record(
            tx,
            now,
            actor=actor.actor,
            place_id=place,
            action="booking.joined",
            subject=subject,
            detail={"names": names},
        )
        tx.touch(f"member:{actor.member_id}")
    return booking_view(tx, now, place, booking_id, actor)


def _is_new(player: Player, known: set[int | None]) -> bool:
    return player.member_id is None or player.member_id not in known


def _write(
    tx: WriteSession, now: datetime, booking: Booking, there: Sequence[Partner], added: Sequence[Player]
) -> None:
    """Store who joins; a concurrent change of the booking is refused, lest two get one number.

    Raises:
        WrongStatus: the booking changed meanwhile.
    """
    changed = tx.execute(
        update(Booking)
        .where(Booking.place_id == booking.place_id, Booking.id == booking.id, Booking.sequence == booking.sequence)
        .values(party=max(booking.party, len(there) + len(added)), changed_at=now, sequence=Booking.sequence + 1)
    )
    if changed.rowcount != 1:
        raise WrongStatus(status=STATUS_NAMES[booking.status], action=N_("加同伴"))
    first = there[-1].number + 1 if there else 0
    rows = [
        {
            "place_id": booking.place_id,
            "booking_id": booking.id,
            "number": number,
            "member_id": player.member_id,
            "name": player.name,
        }
        for number, player in enumerate(added, first)
    ]
    tx.execute(insert(tx, Partner), rows)


def _welcome(tx: WriteSession, now: datetime, facts: FacilityFacts, booking: Booking, added: Sequence[Player]) -> None:
    """Give those who joined a confirmed booking their passes, and tell them."""
    if booking.status != "confirmed":
        return
    people.issue_passes(tx, now, facts, booking)
    hours = Hours(instant_of(booking.starts), instant_of(booking.ends))
    params: Params = {"facility": facts.name, "hours": hours, "fen": Money(booking.price_fen)}
    for player in added:
        if player.member_id is not None:
            link = f"/bookings/{booking.place_id}/{booking.id}"
            tell(tx, now, player.member_id, "booking.confirmed", params, link=link)
