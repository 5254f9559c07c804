"""Writing events into the ledger: the one place that does."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from booking.audit.service import record
from booking.db import ReadSession, WriteSession, insert, prepared
from booking.errors import NotFound
from booking.payments.errors import WrongSum
from booking.payments.models import Folio, LedgerTransaction, Posting
from booking.payments.rules import LARGEST_FEN, Entry, Kind
from booking.web.facts import Named


def check_sum(fen: int) -> None:
    """A sum that somebody can pay.

    Raises:
        WrongSum: it is less than 1 fen or more than ten million yuan.
    """
    if not 1 <= fen <= LARGEST_FEN:
        raise WrongSum(fen=fen, largest=LARGEST_FEN)


def lock(tx: WriteSession, place_id: int, folio_id: int) -> None:
    """Let nobody else move this folio's money until this transaction ends.

    Raises:
        NotFound: there is no such folio.
    """
    if tx.scalar(_locked(tx, place_id, folio_id)) is None:
        raise NotFound(what=Named("这份账单", "this bill"))


@prepared
def _locked(_: ReadSession, place: int, folio: int) -> Select[int]:
    found = select(Folio.id).where(Folio.place_id == place, Folio.id == folio)
    # not the row's key, which events that were written a moment ago already hold through their foreign key
    return found.with_for_update(key_share=True)


def post(
    tx: WriteSession,
    now: datetime,
    place_id: int,
    folio_id: int,
    entries: list[Entry],
    *,
    kind: Kind,
    actor: str,
    note: str = "",
    method: str = "",
    reverses: int | None = None,
) -> int:
    """Write one event with its postings; answers the transaction's id."""
    transaction_id = tx.ids.next()
    row: dict[str, Any] = {"place_id": place_id, "id": transaction_id, "folio_id": folio_id, "kind": kind}
    row |= {"method": method, "reverses": reverses, "note": note, "actor": actor, "at": now}
    tx.execute(insert(tx, LedgerTransaction), row)
    rows = [
        {
            "place_id": place_id,
            "transaction_id": transaction_id,
            "line": line,
            "account": entry.account,
            "fen": entry.fen,
            "night": entry.night,
        }
        for line, entry in enumerate(entries, 1)
    ]
    tx.execute(insert(tx, Posting), rows)
    tx.touch(f"folio:{place_id}:{folio_id}")
    return transaction_id


def audit(
    tx: WriteSession, now: datetime, action: str, place_id: int, folio_id: int, actor: str, **detail: int | str
) -> None:
    """Say in the audit log who moved money."""
    record(tx, now, actor=actor, place_id=place_id, action=action, subject=f"folio:{folio_id}", detail=detail)
