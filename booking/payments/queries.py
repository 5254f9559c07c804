"""Where folios stand, and what a place took."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

import msgspec
from sqlalchemy import ColumnElement, Select, func, select

from booking.clock import local_instant
from booking.db import ReadSession, prepared
from booking.payments.models import Folio, FolioDeposit, FolioSubsidy, LedgerTransaction, Posting
from booking.payments.rules import DEPOSIT, DEPOSIT_KINDS, DISCOUNT, GUEST, REVENUE, TENDER, Balance, Entry, balance_of
from booking.payments.terms import Charged, Subsidy


class StatementLine(msgspec.Struct, frozen=True):
    """One event on a folio; `owed_after` is the balance once it happened."""

    transaction_id: int
    at: datetime
    kind: str
    method: str
    note: str
    actor: str
    reverses: int | None
    entries: tuple[Entry, ...]
    fen: int
    """The change of what the guest owes: a charge is positive, a payment negative."""
    owed_after: int


class Taking(msgspec.Struct, frozen=True):
    """What came in at a place one way on one day, in fen; `net` is what the till or the bank must show."""

    method: str
    received: int
    refunded: int
    corrected: int

    @property
    def net(self) -> int:
        """Received less what went back, corrections included."""
        return self.received - self.refunded + self.corrected


def folio_of(tx: ReadSession, place_id: int, subject: str) -> Folio | None:
    """The folio of a booking or stay, e.g. `booking:123`."""
    return tx.get(Folio, place_id=place_id, subject=subject)


def balance(tx: ReadSession, place_id: int, folio_id: int) -> Balance:
    """Where a folio stands; all zeros for one without any event."""
    return balance_of({account: int(fen) for account, fen in tx.execute(_summed(tx, place_id, folio_id))})


@prepared
def _summed(_: ReadSession, place: int, folio: int) -> Select[str, int]:
    return select(Posting.account, func.sum(Posting.fen)).where(*_of(place, folio)).group_by(Posting.account)


def _of(place: int, folio: int) -> list[ColumnElement[bool]]:
    """The postings of one folio. A join lets SQLite walk through all postings of the place."""
    events = select(LedgerTransaction.id).where(
        LedgerTransaction.place_id == place, LedgerTransaction.folio_id == folio
    )
    return [Posting.place_id == place, Posting.transaction_id.in_(events)]


def charged_by_night(tx: ReadSession, place_id: int, folio_id: int) -> list[Charged]:
    """What stands charged on a folio by kind of revenue and night, at the guest's own price."""
    found = tx.execute(
        select(Posting.account, Posting.night, func.sum(Posting.fen))
        .where(*_of(place_id, folio_id))
        .where(Posting.account.startswith(REVENUE) | Posting.account.startswith(DISCOUNT))
        .group_by(Posting.account, Posting.night)
    )
    sums: defaultdict[tuple[str, date | None], int] = defaultdict(int)
    for account, night, fen in found:
        sums[account.partition(":")[2], night] -= int(fen)
    return [Charged(what, night, fen) for (what, night), fen in sums.items() if fen]


def subsidy_of(tx: ReadSession, place_id: int, folio_id: int) -> Subsidy | None:
    """What the federation bears of a folio, or None."""
    row = tx.get(FolioSubsidy, place_id=place_id, folio_id=folio_id)
    if row is None:
        return None
    return Subsidy(
        cap_fen=row.cap_fen,
        per="night" if row.per == "night" else "stay",
        kinds=tuple(row.kinds),
        document=row.document,
        clause=row.clause,
    )


def deposit_paid(tx: ReadSession, place_id: int, folio_id: int) -> int:
    """What came as a deposit and was not given back, in fen, applied to charges or not."""
    return sum(deposit_moves(tx, place_id, folio_id).get(kind, 0) for kind in ("deposit", "deposit_returned"))


def deposit_due(tx: ReadSession, place_id: int, folio_id: int) -> int:
    """What is missing of the deposit that was asked, in fen.

    One that is a part of what is charged is no more than what is still to be paid; one that is larger secures more
    than that, and is asked whole, until it was given back with nothing left to pay.
    """
    asked = tx.get(FolioDeposit, place_id=place_id, folio_id=folio_id)
    if asked is None:
        return 0
    moves = deposit_moves(tx, place_id, folio_id)
    missing = max(0, asked.asked_fen - moves.get("deposit", 0) - moves.get("deposit_returned", 0))
    standing = balance(tx, place_id, folio_id)
    is_part = asked.asked_fen <= standing.charged or "deposit_returned" in moves
    return min(missing, standing.due) if is_part else missing


def deposit_moves(tx: ReadSession, place_id: int, folio_id: int) -> dict[str, int]:
    """What each kind of event did to what is held, in fen: what came is positive, what was used or returned negative.

    An event that was taken back does not count, and neither does its reversal.
    """
    undone = select(LedgerTransaction.reverses).where(
        LedgerTransaction.place_id == place_id,
        LedgerTransaction.folio_id == folio_id,
        LedgerTransaction.reverses.is_not(None),
    )
    found = tx.execute(
        select(LedgerTransaction.kind, func.sum(Posting.fen))
        .join(Posting, _same_transaction())
        .where(LedgerTransaction.place_id == place_id, LedgerTransaction.folio_id == folio_id)
        .where(*_of(place_id, folio_id), Posting.account == DEPOSIT, LedgerTransaction.kind.in_(DEPOSIT_KINDS))
        .where(LedgerTransaction.id.not_in(undone))
        .group_by(LedgerTransaction.kind)
    )
    return {kind: -int(fen) for kind, fen in found}


def entries_of(tx: ReadSession, place_id: int, transaction_id: int) -> list[Entry]:
    """The postings of one event."""
    return [Entry(*row) for row in tx.execute(_entries(tx, place_id, transaction_id))]


@prepared
def _entries(_: ReadSession, place: int, transaction: int) -> Select[str, int, date | None]:
    found = select(Posting.account, Posting.fen, Posting.night)
    return found.where(Posting.place_id == place, Posting.transaction_id == transaction).order_by(Posting.line)


def statement(tx: ReadSession, place_id: int, folio_id: int) -> list[StatementLine]:
    """Everything that happened on a folio, in order."""
    events = tx.all(
        select(LedgerTransaction)
        .where(LedgerTransaction.place_id == place_id, LedgerTransaction.folio_id == folio_id)
        .order_by(LedgerTransaction.id)
    )
    posted = tx.execute(
        select(Posting.transaction_id, Posting.account, Posting.fen, Posting.night)
        .where(*_of(place_id, folio_id))
        .order_by(Posting.transaction_id, Posting.line)
    )
    entries: defaultdict[int, list[Entry]] = defaultdict(list)
    for transaction_id, account, fen, night in posted:
        entries[transaction_id].append(Entry(account, fen, night))
    lines: list[StatementLine] = []
    owed = 0
    for event in events:
        change = sum(entry.fen for entry in entries[event.id] if entry.account == GUEST)
        owed += change
        lines.append(
            StatementLine(
                transaction_id=event.id,
                at=event.at,
                kind=event.kind,
                method=event.method,
                note=event.note,
                actor=event.actor,
                reverses=event.reverses,
                entries=tuple(entries[event.id]),
                fen=change,
                owed_after=owed,
            )
        )
    return lines


def takings(tx: ReadSession, place_id: int, day: date, actor: str | None = None) -> list[Taking]:
    """What a place took on a day in Shanghai, by method; of one clerk when `actor` is given."""
    begins, ends = local_instant(day, time()), local_instant(day + timedelta(days=1), time())
    wanted = (
        select(LedgerTransaction.method, LedgerTransaction.kind, func.sum(Posting.fen))
        .join(Posting, _same_transaction())
        .where(
            LedgerTransaction.place_id == place_id,
            LedgerTransaction.at >= begins,
            LedgerTransaction.at < ends,
            Posting.account.startswith(TENDER, autoescape=True),
        )
        .group_by(LedgerTransaction.method, LedgerTransaction.kind)
    )
    if actor is not None:
        wanted = wanted.where(LedgerTransaction.actor == actor)
    sums: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for method, kind, fen in tx.execute(wanted):
        sums[method][kind] = int(fen)
    return [
        Taking(
            method,
            received=kinds["payment"] + kinds["deposit"],
            refunded=-kinds["refund"] - kinds["deposit_returned"],
            corrected=kinds["reversal"],
        )
        for method, kinds in sorted(sums.items())
    ]


def _same_transaction() -> ColumnElement[bool]:
    return (Posting.place_id == LedgerTransaction.place_id) & (Posting.transaction_id == LedgerTransaction.id)
