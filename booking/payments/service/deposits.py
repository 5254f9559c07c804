"""Deposits: asked for, paid, applied to charges, returned. What is held stays apart from what was paid."""

from datetime import datetime

from booking.db import WriteSession, insert
from booking.payments.errors import DepositTooSmall
from booking.payments.models import FolioDeposit
from booking.payments.queries import balance
from booking.payments.rules import ONLINE, Method, Way, applying, depositing, returning, ways_back
from booking.payments.service.ledger import audit, check_sum, lock, post
from booking.payments.service.refunds import refund_online
from booking.web.facts import Money


def ask_deposit(
    tx: WriteSession, now: datetime, *, place_id: int, folio_id: int, fen: int, due_at: datetime, actor: str
) -> None:
    """Ask for a deposit on a folio, in place of one that was asked for before.

    Raises:
        NotFound: there is no such folio.
        WrongSum: not a sum.
    """
    check_sum(fen)
    lock(tx, place_id, folio_id)
    values = {"asked_fen": fen, "due_at": due_at}
    tx.execute(
        insert(tx, FolioDeposit)
        .values(place_id=place_id, folio_id=folio_id, **values)
        .on_conflict_do_update(index_elements=["place_id", "folio_id"], set_=values)
    )
    audit(tx, now, "deposit.asked", place_id, folio_id, actor, fen=fen)
    tx.touch(f"folio:{place_id}:{folio_id}")


def take_deposit(
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
    """Receive a deposit at the desk, asked for or not; answers the transaction's id.

    Raises:
        NotFound: there is no such folio.
        WrongSum: not a sum.
    """
    check_sum(fen)
    lock(tx, place_id, folio_id)
    return hold(tx, now, place_id=place_id, folio_id=folio_id, way=method, fen=fen, actor=actor, reason=note)


def hold(
    tx: WriteSession, now: datetime, *, place_id: int, folio_id: int, way: Way, fen: int, actor: str, reason: str = ""
) -> int:
    """Write down a deposit that is there; answers the transaction's id."""
    entries = depositing(way, fen)
    done = post(tx, now, place_id, folio_id, entries, kind="deposit", method=way, actor=actor, note=reason)
    audit(tx, now, "deposit.received", place_id, folio_id, actor, method=way, fen=fen)
    return done


def apply_deposit(tx: WriteSession, now: datetime, *, place_id: int, folio_id: int, actor: str, note: str = "") -> int:
    """Pay what is owed from what is held; answers the fen of it, 0 where nothing is held or owed.

    Raises:
        NotFound: there is no such folio.
    """
    lock(tx, place_id, folio_id)
    standing = balance(tx, place_id, folio_id)
    fen = min(standing.deposit, standing.owed)
    if fen <= 0:
        return 0
    post(tx, now, place_id, folio_id, applying(fen), kind="deposit_applied", actor=actor, note=note)
    return fen


def return_deposit(
    tx: WriteSession,
    now: datetime,
    *,
    place_id: int,
    folio_id: int,
    actor: str,
    fen: int | None = None,
    note: str = "",
) -> dict[str, int]:
    """Give back what is held, or a part of it, the ways it came; answers the fen of each way.

    Raises:
        NotFound: there is no such folio.
        WrongSum: not a sum.
        DepositTooSmall: less is held, or less has come that has not gone back yet.
    """
    lock(tx, place_id, folio_id)
    standing = balance(tx, place_id, folio_id)
    most = min(standing.deposit, standing.paid_in_all)
    if fen is None and most <= 0:
        return {}
    asked = most if fen is None else fen
    check_sum(asked)
    if asked > most:
        raise DepositTooSmall(held=Money(most), asked=Money(asked))
    back = ways_back(asked, standing.paid)
    for way, share in back.items():
        _give_back(tx, now, place_id, folio_id, way, share, actor, note)
    return {str(way): share for way, share in back.items()}


def _give_back(
    tx: WriteSession, now: datetime, place_id: int, folio_id: int, way: Way, fen: int, actor: str, reason: str
) -> None:
    if way == ONLINE:
        refund_online(tx, now, place_id, folio_id, fen, kind="deposit_returned", actor=actor, reason=reason)
    else:
        post(
            tx,
            now,
            place_id,
            folio_id,
            returning(way, fen),
            kind="deposit_returned",
            method=way,
            actor=actor,
            note=reason,
        )
    audit(tx, now, "deposit.returned", place_id, folio_id, actor, method=way, fen=fen)
