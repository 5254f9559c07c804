"""Opening folios, charging them, and moving money at the desk.

A retry is made safe by the caller's idempotency key. Whoever moves money first locks the folio's row, so that two
clerks cannot give the same money back twice (SQLite has one writer, and needs no lock).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import select

from booking.audit.service import record
from booking.db import WriteSession, insert
from booking.errors import NotFound
from booking.payments.errors import (
    AlreadyRefunded,
    AlreadyReversed,
    NotReversible,
    Overpaid,
    RefundTooLarge,
    WrongSum,
)
from booking.payments.models import Folio, LedgerTransaction, Posting
from booking.payments.queries import balance, entries_of
from booking.payments.rules import (
    GUEST,
    LARGEST_FEN,
    METHODS,
    Entry,
    Line,
    Method,
    charging,
    paying,
    refunding,
    reversing,
    ways_back,
)
from booking.web.facts import Money, Named


def open_folio(tx: WriteSession, now: datetime, *, place_id: int, subject: str, member_id: int | None) -> int:
    """Open the account of a booking or stay, e.g. subject `booking:123`; answers its id."""
    folio_id = tx.ids.next()
    tx.execute(
        insert(tx, Folio).values(place_id=place_id, id=folio_id, subject=subject, member_id=member_id, opened_at=now)
    )
    return folio_id


def charge(
    tx: WriteSession,
    now: datetime,
    *,
    place_id: int,
    folio_id: int,
    lines: Sequence[Line],
    actor: str,
    note: str = "",
) -> int:
    """Charge a folio; answers the transaction's id.

    Raises:
        WrongSum: there is no line, or one of less than 1 fen.
    """
    for fen in [line.fen for line in lines] or [0]:
        _check_sum(fen)
    return _post(tx, now, place_id, folio_id, charging(lines), kind="charge", actor=actor, note=note)


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
        Overpaid: more than is owed, and not a deposit.
    """
    _check_sum(fen)
    _lock(tx, place_id, folio_id)
    owed = balance(tx, place_id, folio_id).owed
    if fen > owed and not deposit:
        raise Overpaid(owed=Money(max(owed, 0)), asked=Money(fen))
    entries = paying(method, fen)
    done = _post(tx, now, place_id, folio_id, entries, kind="payment", method=method, actor=actor, note=note)
    _note(tx, now, "payment.received", place_id, folio_id, actor, method=method, fen=fen)
    return done


def refund(
    tx: WriteSession,
    now: datetime,
    *,
    place_id: int,
    folio_id: int,
    method: Method,
    fen: int,
    actor: str,
    note: str = "",
) -> int:
    """Give money back the way it came; answers the transaction's id.

    Raises:
        NotFound: there is no such folio.
        WrongSum: not a sum.
        RefundTooLarge: more than came in that way and has not gone back yet.
    """
    _check_sum(fen)
    _lock(tx, place_id, folio_id)
    paid = balance(tx, place_id, folio_id).paid.get(method, 0)
    if fen > paid:
        raise RefundTooLarge(method=METHODS[method], paid=Money(paid), asked=Money(fen))
    entries = refunding(method, fen)
    done = _post(tx, now, place_id, folio_id, entries, kind="refund", method=method, actor=actor, note=note)
    _note(tx, now, "payment.refunded", place_id, folio_id, actor, method=method, fen=fen)
    return done


def reverse(tx: WriteSession, now: datetime, *, place_id: int, transaction_id: int, actor: str, note: str = "") -> int:
    """Take a charge, payment or refund back as a whole; both stay in the books. Answers the reversal's id.

    Raises:
        NotFound: there is no such transaction at this place.
        NotReversible: it is a reversal itself.
        AlreadyReversed: it was taken back before.
        AlreadyRefunded: the money of the payment went back already.
    """
    found = tx.get(LedgerTransaction, place_id=place_id, id=transaction_id)
    if found is None:
        raise NotFound(what=Named("这笔账", "this entry"))
    _lock(tx, place_id, found.folio_id)
    entries = entries_of(tx, place_id, transaction_id)
    asked = Money(sum(entry.fen for entry in entries if entry.fen > 0))
    if found.kind == "reversal":
        raise NotReversible(asked=asked)
    if _reversal_of(tx, place_id, transaction_id):
        raise AlreadyReversed(asked=asked)
    if found.kind == "payment":
        _check_still_paid(tx, found, entries, asked)
    done = _post(
        tx,
        now,
        place_id,
        found.folio_id,
        reversing(entries),
        kind="reversal",
        method=found.method,
        actor=actor,
        note=note,
        reverses=transaction_id,
    )
    _note(tx, now, f"{found.kind}.reversed", place_id, found.folio_id, actor, transaction=transaction_id)
    return done


def reverse_charges(
    tx: WriteSession, now: datetime, *, place_id: int, folio_id: int, actor: str, note: str = ""
) -> int:
    """Take back every charge of a folio that still stands, e.g. when a booking is cancelled.

    Answers the credit that the guest then has, in fen: what `refund_due` gives back.
    """
    _lock(tx, place_id, folio_id)
    events = select(LedgerTransaction.id, LedgerTransaction.kind, LedgerTransaction.reverses).where(
        LedgerTransaction.place_id == place_id, LedgerTransaction.folio_id == folio_id
    )
    rows = tx.execute(events.order_by(LedgerTransaction.id)).all()
    taken_back = {row.reverses for row in rows}
    for row in rows:
        if row.kind == "charge" and row.id not in taken_back:
            reverse(tx, now, place_id=place_id, transaction_id=row.id, actor=actor, note=note)
    return max(0, -balance(tx, place_id, folio_id).owed)


def refund_due(
    tx: WriteSession, now: datetime, *, place_id: int, folio_id: int, actor: str, note: str = ""
) -> dict[str, int]:
    """Give back all that a folio has in the guest's favour, the ways it came; answers the fen of each method."""
    _lock(tx, place_id, folio_id)
    standing = balance(tx, place_id, folio_id)
    back = ways_back(-standing.owed, standing.paid)
    for method, fen in back.items():
        refund(
            tx,
            now,
            place_id=place_id,
            folio_id=folio_id,
            method=cast(Method, method),
            fen=fen,
            actor=actor,
            note=note,
        )
    return back


def _check_sum(fen: int) -> None:
    if not 1 <= fen <= LARGEST_FEN:
        raise WrongSum(fen=fen, largest=LARGEST_FEN)


def _lock(tx: WriteSession, place_id: int, folio_id: int) -> None:
    folio = select(Folio.id).where(Folio.place_id == place_id, Folio.id == folio_id).with_for_update()
    if tx.scalar(folio) is None:
        raise NotFound(what=Named("这份账单", "this bill"))


def _reversal_of(tx: WriteSession, place_id: int, transaction_id: int) -> bool:
    return tx.get(LedgerTransaction, place_id=place_id, reverses=transaction_id) is not None


def _check_still_paid(tx: WriteSession, found: LedgerTransaction, entries: list[Entry], asked: Money) -> None:
    paid = balance(tx, found.place_id, found.folio_id).paid.get(found.method, 0)
    if paid < -sum(entry.fen for entry in entries if entry.account == GUEST):
        raise AlreadyRefunded(asked=asked, method=METHODS[cast(Method, found.method)], paid=Money(paid))


def _post(
    tx: WriteSession,
    now: datetime,
    place_id: int,
    folio_id: int,
    entries: list[Entry],
    *,
    kind: str,
    actor: str,
    note: str,
    method: str = "",
    reverses: int | None = None,
) -> int:
    transaction_id = tx.ids.next()
    tx.execute(
        insert(tx, LedgerTransaction).values(
            place_id=place_id,
            id=transaction_id,
            folio_id=folio_id,
            kind=kind,
            method=method,
            reverses=reverses,
            note=note,
            actor=actor,
            at=now,
        )
    )
    tx.execute(
        insert(tx, Posting).values(
            [
                {
                    "place_id": place_id,
                    "transaction_id": transaction_id,
                    "line": line,
                    "account": entry.account,
                    "fen": entry.fen,
                }
                for line, entry in enumerate(entries, 1)
            ]
        )
    )
    tx.touch(f"folio:{place_id}:{folio_id}")
    return transaction_id


def _note(
    tx: WriteSession, now: datetime, action: str, place_id: int, folio_id: int, actor: str, **detail: int | str
) -> None:
    record(tx, now, actor=actor, place_id=place_id, action=action, subject=f"folio:{folio_id}", detail=detail)
