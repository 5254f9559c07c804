"""The money of a day, event by event, as the till or the bank shows it."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import and_, func, select

from booking.clock import local_instant
from booking.db import ReadSession
from booking.members.models import Member
from booking.payments.models import Folio, LedgerTransaction, Posting
from booking.payments.rules import TENDER


class MoneyMoved(NamedTuple):
    """Money that came in (positive) or went back, in fen; `actor` is as the ledger has it."""

    at: datetime
    kind: str
    method: str
    fen: int
    subject: str
    actor: str
    note: str

    @property
    def booking(self) -> int | None:
        """The booking that it was for, if it was one."""
        kind, _, number = self.subject.rpartition(":")
        return int(number) if kind.startswith("booking") and number.isdecimal() else None


def money_of_day(tx: ReadSession, place: int, day: date) -> list[MoneyMoved]:
    """Everything that came in or went back at a place on a day in Shanghai, in order."""
    begins, ends = local_instant(day, time()), local_instant(day + timedelta(days=1), time())
    same = and_(Posting.place_id == LedgerTransaction.place_id, Posting.transaction_id == LedgerTransaction.id)
    of_folio = and_(Folio.place_id == LedgerTransaction.place_id, Folio.id == LedgerTransaction.folio_id)
    key = (
        LedgerTransaction.id,
        LedgerTransaction.at,
        LedgerTransaction.kind,
        LedgerTransaction.method,
        Folio.subject,
        LedgerTransaction.actor,
        LedgerTransaction.note,
    )
    rows = tx.execute(
        select(*key, func.sum(Posting.fen).label("fen"))
        .join(Posting, same)
        .join(Folio, of_folio)
        .where(LedgerTransaction.place_id == place, LedgerTransaction.at >= begins, LedgerTransaction.at < ends)
        .where(Posting.account.startswith(TENDER, autoescape=True))
        .group_by(*key)
        .order_by(LedgerTransaction.id)
    )
    return [MoneyMoved(row.at, row.kind, row.method, int(row.fen), row.subject, row.actor, row.note) for row in rows]


def actor_names(tx: ReadSession, actors: Collection[str]) -> dict[str, str]:
    """The names of the members among those who acted, by how the log names them."""
    ids = {int(number) for actor in actors if (number := actor.removeprefix("member:")).isdecimal()}
    if not ids:
        return {}
    found = tx.execute(select(Member.id, Member.name).where(Member.id.in_(sorted(ids))))
    return {f"member:{row.id}": row.name for row in found}
