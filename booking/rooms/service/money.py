"""A stay in the books: whenever it changes, its charges are taken back and what it comes to now is charged."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update

from booking.clock import local_instant
from booking.db import WriteSession
from booking.payments.rules import Line
from booking.payments.service import apply_deposit, ask_deposit, charge, open_folio, reverse_charges
from booking.rooms.catalogue import House
from booking.rooms.models import Stay, StayRoom
from booking.rooms.queries.quoting import LIVE, extras_of
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.rules.pricing import permille_of

DEPOSIT_WITHIN = timedelta(hours=24)
"""How long after the confirmation a deposit is due, but not after the arrival."""


def open_books(
    tx: WriteSession, now: datetime, house: House, stay: Stay, rooms: Sequence[StayRoom], actor: str
) -> None:
    """Open a stay's folio, charge it, and ask for the deposit; nothing for a stay that is free."""
    if stay.price_fen == 0:
        return
    subject = f"stay:{stay.place_id}:{stay.id}"
    folio_id = open_folio(tx, now, place_id=stay.place_id, subject=subject, member_id=stay.member_id)
    mine = (Stay.place_id == stay.place_id, Stay.id == stay.id)
    tx.execute(update(Stay).where(*mine).values(folio_id=folio_id))
    _charge(tx, now, house, stay, rooms, folio_id, actor)
    deposit = permille_of(stay.price_fen, house.policy.deposit_permille)
    if deposit:
        due_at = min(now + DEPOSIT_WITHIN, local_instant(date_of(stay.arrival), house.policy.arrive_from))
        ask_deposit(tx, now, place_id=stay.place_id, folio_id=folio_id, fen=deposit, due_at=due_at, actor=actor)


def settle(tx: WriteSession, now: datetime, house: House, stay: Stay, rooms: Sequence[StayRoom], actor: str) -> None:
    """Bring the books of a changed stay in line with its rooms; once none stands, its deposit pays for the fees."""
    if stay.folio_id is None:
        if stay.status == "confirmed":
            open_books(tx, now, house, stay, rooms, actor)
        return
    reverse_charges(tx, now, place_id=stay.place_id, folio_id=stay.folio_id, actor=actor)
    _charge(tx, now, house, stay, rooms, stay.folio_id, actor)
    if not any(room.status in LIVE for room in rooms):
        apply_deposit(tx, now, place_id=stay.place_id, folio_id=stay.folio_id, actor=actor)


def _charge(
    tx: WriteSession,
    now: datetime,
    house: House,
    stay: Stay,
    rooms: Sequence[StayRoom],
    folio_id: int,
    actor: str,
) -> None:
    lines = _lines(house, stay, rooms)
    if lines:
        charge(tx, now, place_id=stay.place_id, folio_id=folio_id, lines=lines, actor=actor)


def _lines(house: House, stay: Stay, rooms: Sequence[StayRoom]) -> list[Line]:
    """Every night of every room that stands, every fee, and the extras; nothing that is free."""
    standing = [room for room in rooms if room.status in LIVE]
    nights = [
        Line("room", fen, night=date_of(night))
        for room in standing
        for night, fen in zip(Nights(room.arrival, room.departure), room.night_fen, strict=True)
    ]
    fees = [Line("cancellation_fee", room.fee_fen) for room in rooms]
    extras = [Line(house.extras[one.code].kind, one.fen) for one in extras_of(house, stay, standing)]
    return [line for line in (*nights, *fees, *extras) if line.fen]
