"""A stay in the books: whenever it changes, its charges are taken back and what it comes to now is charged."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, update

from booking.clock import local_instant
from booking.db import ReadSession, WriteSession, prepared
from booking.notices.messages import MessageText, register
from booking.notices.service import tell
from booking.payments.rules import Line
from booking.payments.service import (
    apply_deposit,
    ask_deposit,
    charge,
    credit_of,
    open_folio,
    recall_unsent,
    return_credit,
    reverse_charges,
)
from booking.rooms.catalogue import House
from booking.rooms.models import Stay, StayRoom
from booking.rooms.queries.quoting import LIVE, extras_of
from booking.rooms.rules.nights import Nights, date_of
from booking.rooms.rules.pricing import permille_of
from booking.rooms.rules.settling import RESTORE_WITHIN
from booking.web.facts import Money, Params
from booking.web.locale import N_

register(
    "stay.refund_sent",
    MessageText(N_("钱正在退给您"), N_("{house}：{fen} 按原路退回，一般 1 到 3 个工作日到账，不用您做什么。")),
)
register(
    "stay.credit",
    MessageText(N_("有一笔钱可以退"), N_("{house}：您在前台付过的 {fen}，凭身份证到前台退，也可以留着抵以后的费用。")),
)
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
    tx.execute(_billed(tx, stay.place_id, stay.id, folio_id))
    _charge(tx, now, house, stay, rooms, folio_id, actor)
    deposit = permille_of(stay.price_fen, house.policy.deposit_permille)
    if deposit:
        due_at = min(now + DEPOSIT_WITHIN, local_instant(date_of(stay.arrival), house.policy.arrive_from))
        ask_deposit(tx, now, place_id=stay.place_id, folio_id=folio_id, fen=deposit, due_at=due_at, actor=actor)


@prepared
def _billed(_: ReadSession, place: int, stay: int, folio: int) -> Update:
    return update(Stay).where(Stay.place_id == place, Stay.id == stay).values(folio_id=folio)


def settle(tx: WriteSession, now: datetime, house: House, stay: Stay, rooms: Sequence[StayRoom], actor: str) -> None:
    """Bring the books of a changed stay in line with its rooms; once none stands, its deposit pays for the fees.

    What was paid online beyond that goes back by itself, once it cannot be taken back any more (`RESTORE_WITHIN`).
    """
    if stay.folio_id is None:
        if stay.status == "confirmed":
            open_books(tx, now, house, stay, rooms, actor)
        return
    where: dict[str, Any] = {"place_id": stay.place_id, "folio_id": stay.folio_id}
    recall_unsent(tx, now, **where, actor=actor)
    reverse_charges(tx, now, **where, actor=actor)
    _charge(tx, now, house, stay, rooms, stay.folio_id, actor)
    over = is_over(rooms)
    if over:
        apply_deposit(tx, now, **where, actor=actor)
    return_credit(tx, now, **where, actor=actor, after=RESTORE_WITHIN, deposit=over)


def is_over(rooms: Iterable[StayRoom]) -> bool:
    """Whether no room of a stay is paid for night by night any more."""
    return not any(room.status in LIVE for room in rooms)


def tell_credit(tx: WriteSession, now: datetime, house: House, stay: Stay, rooms: Sequence[StayRoom]) -> None:
    """Tell the booker what they get back: what comes by itself, and what waits for them at the desk."""
    if stay.folio_id is None or stay.member_id is None:
        return
    credit = credit_of(tx, stay.place_id, stay.folio_id, deposit=is_over(rooms))
    link = f"/stays/{stay.place_id}/{stay.id}"
    if credit.sent:
        params: Params = {"house": house.name, "fen": Money(credit.sent)}
        tell(tx, now, stay.member_id, "stay.refund_sent", params, link=link)
    if credit.at_desk:
        params = {"house": house.name, "fen": Money(credit.at_desk)}
        tell(tx, now, stay.member_id, "stay.credit", params, link=link)


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
