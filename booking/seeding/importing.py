"""Bringing a list of real members in: looked through as a whole first, then stored in chunks.

What is stored twice stays as it is, so an import that was interrupted is simply run again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import bindparam, delete, or_, select, update

from booking.audit.service import record
from booking.db import Database, Lane, ReadSession, WriteSession, insert
from booking.members.models import Card, Member, MemberCategory, Organisation
from booking.seeding.bulk import store
from booking.seeding.member_list import Entry, Judged, MemberListReport, judge, read_member_list, survey
from booking.seeding.member_rows import member_rows
from booking.seeding.rows import MemberRow
from booking.seeding.stored_members import stored_members

T = TypeVar("T")

ROWS_A_CHUNK = 1_000
_TOLD_EVERY = 1_000

Told = Callable[[int], None]
"""Hears how many rows are done."""


async def survey_list(database: Database, path: Path, told: Told) -> MemberListReport:
    """What an import of this file would do; stores nothing.

    Raises:
        FilesRefused: it is no CSV file, or its header cannot be used.
    """
    return await database.read(_survey, path, told)


async def import_list(database: Database, path: Path, told: Told) -> MemberListReport:
    """Store the rows of this file that are fit to be stored; the report says of each what became of it.

    Each chunk is judged once more in the transaction that stores it: what changed since the survey counts.

    Raises:
        FilesRefused: it is no CSV file, or its header cannot be used.
    """
    organisations = await database.read(_organisations)
    report = MemberListReport()
    with path.open("rb") as file, closing(read_member_list(file, path.name, organisations)) as entries:
        while chunk := list(islice(entries, ROWS_A_CHUNK)):
            for judged in await database.write_in(Lane.BULK, store_entries, chunk, organisations):
                report.count(judged)
            told(report.rows)
    return report


def _survey(tx: ReadSession, path: Path, told: Told) -> MemberListReport:
    with path.open("rb") as file, closing(read_member_list(file, path.name, _organisations(tx))) as entries:
        return survey(_counted(entries, told), stored_members(tx))


def _counted(items: Iterable[T], told: Told) -> Iterator[T]:
    for count, item in enumerate(items):
        if count % _TOLD_EVERY == 0:
            told(count)
        yield item


def _organisations(tx: ReadSession) -> Mapping[str, int]:
    return {row.code: row.id for row in tx.execute(select(Organisation.code, Organisation.id))}


def store_entries(
    tx: WriteSession, now: datetime, entries: Sequence[Entry], organisations: Mapping[str, int]
) -> list[Judged]:
    """Judge some lines of one file and store those that are fit; answers what became of each."""
    verdicts = list(judge(entries, stored_members(tx)))
    added = [judged.row for judged in verdicts if judged.outcome == "new" and judged.row]
    changed = [judged for judged in verdicts if judged.outcome == "changed"]
    for bulk in member_rows([(tx.ids.next(), row) for row in added], organisations, now):
        store(tx, bulk)
    _welcome_back(tx, [judged.row.number for judged in verdicts if judged.row])
    _change(tx, now, changed, organisations)
    if added or changed:
        detail = {"new": len(added), "changed": len(changed)}
        record(tx, now, actor="cli", action="members.imported", subject=f"list:{entries[0].file}", detail=detail)
    return verdicts


def _welcome_back(tx: WriteSession, numbers: Sequence[str]) -> None:
    """Whoever had left and is listed again is a member again."""
    tx.execute(update(Member).where(Member.number.in_(numbers), Member.left_at.is_not(None)).values(left_at=None))


def _change(tx: WriteSession, now: datetime, changed: Sequence[Judged], organisations: Mapping[str, int]) -> None:
    rows = {judged.row.number: judged.row for judged in changed if judged.row}
    ids = {row.number: row.id for row in tx.execute(select(Member.number, Member.id).where(Member.number.in_(rows)))}
    if not rows:
        return
    columns = ("name", "sex", "birth_year", "phone", "dues_paid_until", "joined_on")
    this = update(Member).where(Member.id == bindparam("member"))
    tx.execute(
        this.values({column: bindparam(f"new_{column}") for column in (*columns, "organisation_id")}),
        [
            {
                "member": ids[row.number],
                "new_organisation_id": organisations[row.organisation],
                **{f"new_{column}": getattr(row, column) for column in columns},
            }
            for row in rows.values()
        ],
    )
    for judged in changed:
        if judged.row is not None:
            _change_belongings(tx, now, ids[judged.row.number], judged.row, judged.changed)


def _change_belongings(tx: WriteSession, now: datetime, member_id: int, row: MemberRow, changed: Sequence[str]) -> None:
    if "card" in changed and row.card is not None:
        _give_card(tx, now, member_id, row.card)
    if "categories" in changed:
        _give_categories(tx, now, member_id, row.categories or ())
    tx.touch(f"member:{member_id}")


def _give_card(tx: WriteSession, now: datetime, member_id: int, number: str) -> None:
    """One card at a time: the others of the member are blocked."""
    others = update(Card).where(Card.member_id == member_id, Card.number != number, Card.blocked_at.is_(None))
    tx.execute(others.values(blocked_at=now))
    card = insert(tx, Card).values(number=number, member_id=member_id)
    again = card.on_conflict_do_update(index_elements=["number"], set_={"blocked_at": None})
    tx.execute(again)


def _give_categories(tx: WriteSession, now: datetime, member_id: int, categories: Sequence[str]) -> None:
    """These and no others, all verified: the federation's list says so."""
    mine = MemberCategory.member_id == member_id
    gone = or_(MemberCategory.category.not_in(categories), MemberCategory.verified_at.is_(None))
    tx.execute(delete(MemberCategory).where(mine, gone))
    for category in categories:
        row = insert(tx, MemberCategory).values(member_id=member_id, category=category, verified_at=now)
        tx.execute(row.on_conflict_do_nothing(index_elements=["member_id", "category"]))
