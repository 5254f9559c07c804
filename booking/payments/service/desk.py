"""Money in and money back, whichever way it goes.

A retry is made safe by the caller's idempotency key. Whoever moves money first locks the folio's row, so that two
clerks cannot give the same money back twice (SQLite has one writer, and needs no lock).
"""

from datetime import datetime

from booking.db import WriteSession
from booking.payments.errors import Overpaid, RefundTooLarge
from booking.payments.queries import balance
from booking.payments.rules import ONLINE, WAYS, Method, Way, paying, refunding, ways_back
from booking.payments.service.ledger import audit, check_sum, lock, post
from booking.payments.service.refunds import refund_online
from booking.web.facts import Money


def take_payment(
    tx: WriteSession,
    now: datetime,
    *,
    place_id: int,
    folio_id: int,
    method: Method,
    fen: int,
    actor: str,
    note: str = "",
    deposit: bool = False,
) -> int:
    """Receive money at the desk; `actor` is who took it. Answers the transaction's id.

    Raises:
        NotFound: there is no such folio.
        WrongSum: not a sum.
        Overpaid: more than is owed, and not in advance (`deposit`; what is held apart is `take_deposit`'s).
    """
    check_sum(fen)
    lock(tx, place_id, folio_id)
    owed = balance(tx, place_id, folio_id).owed
    if fen > owed and not deposit:
        raise Overpaid(owed=Money(max(owed, 0)), asked=Money(fen))
    return receive(tx, now, place_id=place_id, folio_id=folio_id, way=method, fen=fen, actor=actor, reason=note)


def receive(
    tx: WriteSession, now: datetime, *, place_id: int, folio_id: int, way: Way, fen: int, actor: str, reason: str = ""
) -> int:
    """Write down money that is there, be it owed or not; answers the transaction's id."""
    entries = paying(way, fen)
    done = post(tx, now, place_id, folio_id, entries, kind="payment", method=way, actor=actor, note=reason)
    audit(tx, now, "payment.received", place_id, folio_id, actor, method=way, fen=fen)
    return done


def refund(
    tx: WriteSession,
    now: datetime,
    *,
    place_id: int,
    folio_id: int,
    method: Way,
    fen: int,
    actor: str,
    note: str = "",
) -> int:
    """Give money back the way it came; answers the transaction's id, the last one where there are several.

    Through the provider it goes in the background; in the books it is gone at once.

    Raises:
        NotFound: there is no such folio.
        WrongSum: not a sum.
        RefundTooLarge: more than came in that way and has not gone back yet.
    """
    check_sum(fen)
    lock(tx, place_id, folio_id)
    paid = balance(tx, place_id, folio_id).paid.get(method, 0)
    if fen > paid:
        raise RefundTooLarge(method=WAYS[method], paid=Money(paid), asked=Money(fen))
    return _give_back(tx, now, place_id, folio_id, method, fen, actor, note)


def refund_due(
    tx: WriteSession, now: datetime, *, place_id: int, folio_id: int, actor: str, note: str = ""
) -> dict[str, int]:
    """Give back all that a folio has in the guest's favour, the ways it came; answers the fen of each way.

    Deposits that are held are not meant: those are `return_deposit`'s.

    Raises:
        NotFound: there is no such folio.
    """
    lock(tx, place_id, folio_id)
    standing = balance(tx, place_id, folio_id)
    back = ways_back(-standing.owed, standing.paid)
    for way, fen in back.items():
        _give_back(tx, now, place_id, folio_id, way, fen, actor, note)
    return {str(way): fen for way, fen in back.items()}


def _give_back(
    tx: WriteSession, now: datetime, place_id: int, folio_id: int, way: Way, fen: int, actor: str, reason: str
) -> int:
    if way == ONLINE:
        done = refund_online(tx, now, place_id, folio_id, fen, kind="refund", actor=actor, reason=reason)
    else:
        entries = refunding(way, fen)
        done = post(tx, now, place_id, folio_id, entries, kind="refund", method=way, actor=actor, note=reason)
    audit(tx, now, "payment.refunded", place_id, folio_id, actor, method=way, fen=fen)
    return done
