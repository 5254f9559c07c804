"""Those who lose their place to a change: what is found and kept for them, what they get back, and the way back."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import select, update

from booking.clock import half_hour_of, instant_of
from booking.db import ReadSession, WriteSession
from booking.notices.messages import MessageText, register
from booking.payments.queries import balance
from booking.rehearsal.errors import TakenMeanwhile
from booking.rehearsal.rules import Effect, Outcome
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.models import Booking
from booking.venues.queries.alternatives import nearest
from booking.venues.rules.opening import Span
from booking.venues.service import people, terms
from booking.venues.service.claims import Cell, cells_of, claim, claimed, take_heads, take_of_limit
from booking.venues.service.ending import end_booking, revive
from booking.venues.service.taking import Wanted, store_booking, take_place
from booking.venues.views import Alternative
from booking.web.facts import Money, Named, Param
from booking.web.locale import N_

OFFER_KEPT = timedelta(hours=24)
"""How long an offer waits for its answer."""
OFFER_ENDS_BEFORE = timedelta(hours=1)
"""An offer is open again to everyone at the latest so long before it starts."""
NO_LIMIT = 1 << 30

register(
    "venues.moved",
    MessageText(
        N_("您的场地换了一片"), N_("{facility}，{hours}：原来的{court}因{reason}停用，已换到{other}，时间不变。")
    ),
)
register("venues.moved_back", MessageText(N_("您的场地换回来了"), N_("{facility}，{hours}：您又回到{court}。")))
register(
    "venues.displaced_offered",
    MessageText(
        N_("您的预约受影响，已为您留好另一处"),
        N_("{facility}，{hours} 因{reason}不能用，已付 {fen} 全退。为您留了{offer_at}，{offer_hours}。"),
    ),
)
register(
    "venues.displaced_refunded",
    MessageText(
        N_("您的预约因场馆调整取消"),
        N_("{facility}，{hours} 因{reason}不能用，已付 {fen} 全退，不占预约次数。附近暂无空位，很抱歉。"),
    ),
)
register(
    "venues.brought_back",
    MessageText(N_("您的预约恢复了"), N_("{facility}，{hours} 又可以使用，您的预约照旧，入场码仍然有效。")),
)


class Offer(msgspec.Struct, frozen=True):
    """A place kept for someone who lost theirs."""

    from_place: int
    booking: int
    place: int
    facility: int
    court_kind: str | None
    starts: int
    ends: int


def bookings(tx: ReadSession, place: int, ids: Iterable[int]) -> dict[int, Booking]:
    """Bookings of a place by id."""
    chosen = sorted(set(ids))
    if not chosen:
        return {}
    found = tx.all(select(Booking).where(Booking.place_id == place, Booking.id.in_(chosen)).order_by(Booking.id))
    return {booking.id: booking for booking in found}


def promise(tx: ReadSession, now: datetime, facts: FacilityFacts, displaced: Sequence[Booking]) -> dict[int, Offer]:
    """The nearest other place for each member who loses theirs, no place promised to two of them.

    Earlier bookings choose first. Guests without a member number are called by the desk instead.
    """
    promised: dict[int, Offer] = {}
    for booking in sorted(displaced, key=lambda one: one.id):
        if booking.status != "confirmed" or booking.member_id is None:
            continue
        choices = nearest(
            tx,
            now,
            facts,
            court_kind=booking.court_kind,
            starts=instant_of(booking.starts),
            ends=instant_of(booking.ends),
            heads=booking.party,
        )
        for choice in choices:
            offer = _offer(booking, choice)
            elsewhere = (offer.place, offer.facility) != facts.key
            left = choice.free - sum(_compete(offer, other, booking.party) for other in promised.values())
            if elsewhere and left >= (booking.party if booking.court_kind is None else 1):
                promised[booking.id] = offer
                break
    return promised


def _offer(booking: Booking, choice: Alternative) -> Offer:
    return Offer(
        from_place=booking.place_id,
        booking=booking.id,
        place=choice.place,
        facility=choice.facility,
        court_kind=choice.court_kind,
        starts=half_hour_of(choice.starts),
        ends=half_hour_of(choice.ends),
    )


def _compete(one: Offer, other: Offer, heads: int) -> int:
    """How much of the room at one offer another may take: counted as if each took as much as the one who asks."""
    same = (one.place, one.facility) == (other.place, other.facility)
    return (
        (heads if one.court_kind is None else 1) if same and one.starts < other.ends and other.starts < one.ends else 0
    )


def effect(tx: ReadSession, facts: FacilityFacts, booking: Booking, reason: str, offer: Offer | None) -> Effect:
    """What losing a place means for one booking: what is kept for it, what it gets back."""
    refund = _paid(tx, booking)
    outcome: Outcome = "offered" if offer else "refunded"
    after: dict[str, Param] = {}
    params: dict[str, Param] = {"reason": reason, "fen": Money(refund)}
    if offer:
        there = venues(tx).facility(offer.place, offer.facility)
        hours = terms.hours_of(offer.starts, offer.ends)
        after = {"place": there.name, "hours": hours}
        params |= {"offer_at": there.name, "offer_hours": hours}
    before: dict[str, Param] = {"place": facts.name, "hours": terms.hours_of(booking.starts, booking.ends)}
    told = booking.status == "confirmed"
    messages = (f"venues.displaced_{outcome}", "venues.brought_back") if told else ("", "")
    found = described(tx, facts, booking, outcome, before=before, after=after, messages=messages, params=params)
    return msgspec.structs.replace(found, refund_fen=refund)


def described(
    tx: ReadSession,
    facts: FacilityFacts,
    booking: Booking,
    outcome: Outcome,
    *,
    before: dict[str, Param],
    after: dict[str, Param],
    messages: tuple[str, str],
    params: dict[str, Param],
) -> Effect:
    """An effect with what every message about a booking names; `messages` are the one now and the one undone."""
    readers = {player.member_id for player in people.players(tx, booking) if player.member_id is not None}
    always: dict[str, Param] = {"facility": facts.name, "hours": terms.hours_of(booking.starts, booking.ends)}
    return Effect(
        subject=f"booking:{booking.place_id}:{booking.id}",
        member_id=booking.member_id,
        name=booking.contact_name,
        party=booking.party,
        outcome=outcome,
        before=before,
        after=after,
        readers=tuple(sorted(readers)),
        phone=booking.contact_phone if booking.member_id is None else "",
        message=messages[0],
        params=always | params,
        undone_message=messages[1],
        link="/bookings" if outcome == "offered" else f"/bookings/{booking.place_id}/{booking.id}",
    )


def kept(tx: ReadSession, facts: FacilityFacts, booking: Booking) -> Effect:
    """Somebody who plays already: nothing changes for them, and nobody is told."""
    before: dict[str, Param] = {"place": facts.name, "hours": terms.hours_of(booking.starts, booking.ends)}
    return described(tx, facts, booking, "kept", before=before, after={}, messages=("", ""), params={})


def _paid(tx: ReadSession, booking: Booking) -> int:
    if booking.folio_id is None:
        return 0
    return sum(balance(tx, booking.place_id, booking.folio_id).paid.values())


def displace(
    tx: WriteSession, now: datetime, facts: FacilityFacts, booking: Booking, *, reason: str, actor: str
) -> None:
    """End a booking because its place goes away: nothing is kept of its limits and its price.

    Raises:
        WrongStatus: it changed since the plan was made.
    """
    status = "displaced" if booking.status == "confirmed" else "expired"
    end_booking(tx, now, facts, booking, status=status, actor=actor, reason=reason, tell=False)


def hold_offers(tx: WriteSession, now: datetime, offers: Sequence[Offer]) -> tuple[tuple[int, int], ...]:
    """Keep every promised place as a hold of the one who lost theirs; (place, hold) of each.

    Raises:
        SlotTaken, PoolFull: a promised place was taken meanwhile.
    """
    return tuple(_hold(tx, now, offer) for offer in offers)


def _hold(tx: WriteSession, now: datetime, offer: Offer) -> tuple[int, int]:
    known = venues(tx)
    there = known.facility(offer.place, offer.facility)
    lost = tx.execute(
        select(Booking.place_id, Booking.member_id, Booking.contact_name, Booking.party).where(
            Booking.id == offer.booking
        )
    ).one()
    span = Span(offer.starts, offer.ends)
    wanted = Wanted(offer.court_kind, None, span, lost.party)
    hold = tx.ids.next()
    court = take_place(tx, now, there, hold, wanted)
    quote = terms.price(known, there, span, people.categories_of(tx, lost.member_id), lost.party)
    expires = min(now + OFFER_KEPT, instant_of(offer.starts) - OFFER_ENDS_BEFORE)
    store_booking(
        tx,
        now,
        there,
        hold,
        wanted,
        status="held",
        member_id=lost.member_id,
        contact_name=lost.contact_name,
        court_id=court,
        price_fen=quote.fen,
        quote=quote,
        limits=[],
        source="offer",
        hold_expires_at=max(expires, now + timedelta(minutes=there.policy.hold_minutes)),
    )
    original = Booking(place_id=lost.place_id, id=offer.booking)
    booker, *partners = [people.Player(one.member_id, one.name) for one in people.players(tx, original)]
    people.write_partners(tx, offer.place, hold, booker, partners)
    tx.touch(there.topic)
    return offer.place, hold


def end_offers(tx: WriteSession, now: datetime, offers: Sequence[tuple[int, int]], *, actor: str) -> None:
    """Take back the offers that nobody has answered.

    Raises:
        TakenMeanwhile: somebody accepted one, and would have two places.
    """
    for place, hold_id in offers:
        hold = bookings(tx, place, [hold_id])[hold_id]
        facts = venues(tx).facility(place, hold.facility_id)
        if hold.status == "confirmed":
            hours = terms.hours_of(hold.starts, hold.ends)
            by = Named(f"已接受替代安排的{hold.contact_name}", f"{hold.contact_name}, who accepted the offer")
            raise TakenMeanwhile(hours=hours, place=facts.name, by=by)
        if hold.status == "held":
            end_booking(tx, now, facts, hold, status="expired", actor=actor, tell=False)


def bring_back(tx: WriteSession, now: datetime, facts: FacilityFacts, booking: Booking, *, actor: str) -> None:
    """Give a displaced booking the place it had, its passes and its price again.

    Raises:
        TakenMeanwhile: something else has the place.
    """
    if booking.status != "displaced":
        return
    if not _take_again(tx, facts, booking):
        hours = terms.hours_of(booking.starts, booking.ends)
        raise TakenMeanwhile(hours=hours, place=facts.name, by=Named("别的预约", "another booking"))
    for rule, period, amount in booking.limits:
        if booking.member_id is not None:
            take_of_limit(tx, booking.member_id, rule, period, amount, NO_LIMIT)
    values: dict[str, Any] = {"status": "confirmed", "changed_at": now, "sequence": Booking.sequence + 1}
    mine = (Booking.place_id == booking.place_id, Booking.id == booking.id)
    tx.execute(update(Booking).where(*mine).values(values | {"ended_reason": ""}))
    revive(tx, now, facts, booking, actor=actor)


def _take_again(tx: WriteSession, facts: FacilityFacts, booking: Booking) -> bool:
    place, facility = facts.key
    if booking.court_id is not None:
        cells = cells_of(facts.court(booking.court_id).units, booking.starts, booking.ends)
        return claim(tx, place, facility, cells, holder="booking_id", holder_id=booking.id)
    slots = range(booking.starts, booking.ends, facts.facility.slot_half_hours)
    return take_heads(tx, place, facility, slots, booking.party, facts.facility.capacity) is None


def kept_cells(tx: ReadSession, now: datetime, facts: FacilityFacts, span: Span) -> set[Cell]:
    """The cells of leagues, maintenance and other closures, and of those who play already."""
    taken = claimed(tx, *facts.key, *span)
    holders = bookings(tx, facts.key[0], {cell.booking_id for cell in taken if cell.booking_id is not None})
    begun = {booking.id for booking in holders.values() if instant_of(booking.starts) <= now}
    return {Cell(cell.half_hour, cell.unit) for cell in taken if cell.block_id is not None or cell.booking_id in begun}
