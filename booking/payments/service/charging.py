"""Opening folios, charging them, and taking charges back."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Select, select

from booking.db import ReadSession, WriteSession, insert, prepared
from booking.errors import NotFound
from booking.payments.errors import (
    AlreadyRefunded,
    AlreadyReversed,
    DepositUsed,
    FollowsRules,
    NotReversible,
    WentThroughProvider,
    WrongSum,
)
from booking.payments.models import Folio, LedgerTransaction
from booking.payments.queries import balance, entries_of
from booking.payments.rules import IN_KINDS, LARGEST_FEN, ONLINE, TENDER, WAYS, Entry, Line, Way, charging, reversing
from booking.payments.service.ledger import audit, check_sum, lock, post
from booking.payments.service.subsidies import follow
from booking.web.facts import Money, Named


def open_folio(tx: WriteSession, now: datetime, *, place_id: int, subject: str, member_id: int | None) -> int:
    """Open the account of a booking or stay, e.g. subject `booking:123`; answers its id."""
    folio_id = tx.ids.next()
    row = {"place_id": place_id, "id": folio_id, "subject": subject, "member_id": member_id, "opened_at": now}
    tx.execute(insert(tx, Folio), row)
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
    """Charge a folio; answers the transaction's id. A subsidy of the folio bears its part at once.

    Raises:
        WrongSum: there is no line, one of less than 1 fen, or one dearer than it usually is.
    """
    for fen in [line.fen for line in lines] or [0]:
        check_sum(fen)
    for line in lines:
        if line.usual_fen is not None and not line.fen <= line.usual_fen <= LARGEST_FEN:
            raise WrongSum(fen=line.fen, largest=min(line.usual_fen, LARGEST_FEN))
    done = post(tx, now, place_id, folio_id, charging(lines), kind="charge", actor=actor, note=note)
    follow(tx, now, place_id, folio_id, actor)
    return done


def reverse(tx: WriteSession, now: datetime, *, place_id: int, transaction_id: int, actor: str, note: str = "") -> int:
    """Take a charge, or money that moved at the desk, back as a whole; both stay in the books.

    Answers the reversal's id.

    Raises:
        NotFound: there is no such transaction at this place.
        NotReversible: it is a reversal itself.
        FollowsRules: it is a subsidy, which follows the charges.
        WentThroughProvider: the money moved through the provider, which a note of ours does not undo.
        AlreadyReversed: it was taken back before.
        AlreadyRefunded: the money of the payment went back already.
        DepositUsed: the money of the deposit was used or went back already.
    """
    found = tx.get(LedgerTransaction, place_id=place_id, id=transaction_id)
    if found is None:
        raise NotFound(what=Named("这笔账", "this entry"))
    lock(tx, place_id, found.folio_id)
    entries = entries_of(tx, place_id, transaction_id)
    asked = Money(sum(entry.fen for entry in entries if entry.fen > 0))
    if found.kind == "reversal":
        raise NotReversible(asked=asked)
    if found.kind == "subsidy":
        raise FollowsRules(asked=asked, source=found.note)
    if found.method == ONLINE:
        raise WentThroughProvider(asked=asked)
    if _reversal_of(tx, place_id, transaction_id):
        raise AlreadyReversed(asked=asked)
    _check_still_there(tx, found, entries, asked)
    return take_back(tx, now, found, entries, actor=actor, reason=note)


def take_back(
    tx: WriteSession, now: datetime, found: LedgerTransaction, entries: list[Entry], *, actor: str, reason: str
) -> int:
    """Write the reversal of an event that may be taken back; answers its id."""
    done = post(
        tx,
        now,
        found.place_id,
        found.folio_id,
        reversing(entries),
        kind="reversal",
        method=found.method,
        actor=actor,
        note=reason,
        reverses=found.id,
    )
    audit(tx, now, f"{found.kind}.reversed", found.place_id, found.folio_id, actor, transaction=found.id)
    if found.kind == "charge":
        follow(tx, now, found.place_id, found.folio_id, actor)
    return done


def reverse_charges(
    tx: WriteSession, now: datetime, *, place_id: int, folio_id: int, actor: str, note: str = ""
) -> int:
    """Take back every charge of a folio that still stands, e.g. when a booking is cancelled.

    Answers the credit that the guest then has, in fen: what `refund_due` gives back.

    Raises:
        NotFound: there is no such folio.
    """
    lock(tx, place_id, folio_id)
    rows = sorted(tx.execute(_events(tx, place_id, folio_id)), key=lambda row: row.id)
    taken_back = {row.reverses for row in rows}
    for row in rows:
        if row.kind == "charge" and row.id not in taken_back:
            reverse(tx, now, place_id=place_id, transaction_id=row.id, actor=actor, note=note)
    return max(0, -balance(tx, place_id, folio_id).owed)


@prepared
def _events(_: ReadSession, place: int, folio: int) -> Select[int, str, int | None]:
    row = LedgerTransaction
    return select(row.id, row.kind, row.reverses).where(row.place_id == place, row.folio_id == folio)


def _reversal_of(tx: ReadSession, place_id: int, transaction_id: int) -> bool:
    return tx.get(LedgerTransaction, place_id=place_id, reverses=transaction_id) is not None


def _check_still_there(tx: ReadSession, found: LedgerTransaction, entries: list[Entry], asked: Money) -> None:
    """Money that came in can only be taken back while none of it has gone on."""
    if found.kind not in IN_KINDS:
        return
    standing = balance(tx, found.place_id, found.folio_id)
    came = sum(entry.fen for entry in entries if entry.account.startswith(TENDER))
    if found.kind == "deposit" and standing.deposit < came:
        raise DepositUsed(asked=asked, held=Money(standing.deposit))
    paid = standing.paid.get(found.method, 0)
    if paid < came:
        raise AlreadyRefunded(asked=asked, method=WAYS[cast(Way, found.method)], paid=Money(paid))
