"""Passes: features issue them for what was booked, move them along with it, and end them.

A feature names its pass by (place, issuer, subject): `venues` and the id of a booking, say. A pass is not signed
here: its token says nothing that its row does not, and is signed where it is shown, outside any transaction.
"""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any, Literal

from sqlalchemy import ColumnElement, Insert, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from booking.checkin.codes import MANUAL_BODY_DIGITS, manual_code
from booking.checkin.errors import PartyTooLarge
from booking.checkin.models import Pass, PassUse
from booking.checkin.tokens import MAX_ZONE
from booking.db import ReadSession, WriteSession, insert, prepared

PassStatus = Literal["issued", "unpaid", "blocked", "canceled", "revoked"]

LARGEST_PARTY = 255
_ENDED: tuple[PassStatus, ...] = ("canceled", "revoked")


def issue_pass(  # noqa: PLR0913 - all that a pass says, each by its name
    tx: WriteSession,
    now: datetime,
    *,
    place_id: int,
    issuer: str,
    subject_id: int,
    member_id: int | None,
    holder: str,
    title: str,
    title_en: str,
    zones: Sequence[int],
    valid_from: datetime,
    valid_until: datetime,
    party: int,
    status: PassStatus = "issued",
    daily_from: time | None = None,
    daily_until: time | None = None,
    product: int = 0,
    single_entry: bool = False,
) -> int:
    """Give someone the right to enter zones of a place; returns the id of the pass.

    `member_id` is None for a guest, who comes with a link or on paper. Zones are numbers from 0 to 23, hours are
    half-open whole minutes before the zone's early and late ones, and a party is 1 to 255 heads. With `daily_from`
    and `daily_until`, on quarter hours in Shanghai, the pass admits between these each day (an end not after the
    beginning is on the next day); `single_entry` lets each head enter once, whatever the zone says about re-entry.

    Raises:
        PartyTooLarge: more heads than one pass can carry.
        ValueError: a zone or the hours are out of range.
    """
    if party > LARGEST_PARTY:
        raise PartyTooLarge(most=LARGEST_PARTY, asked=party)
    _check_zones(zones)
    if party < 1 or valid_from >= valid_until:
        raise ValueError("a pass admits someone, for some time")
    row = {
        "place_id": place_id,
        "issuer": issuer,
        "subject_id": subject_id,
        "member_id": member_id,
        "holder": holder,
        "title": title,
        "title_en": title_en,
        "zones": sorted(set(zones)),
        "valid_from": valid_from,
        "valid_until": valid_until,
        "daily_from": daily_from,
        "daily_until": daily_until,
        "party": party,
        "product": product,
        "single_entry": single_entry,
        "status": status,
        "issued_at": now,
        "changed_at": now,
    }
    return _store(tx, row)


def reschedule_passes_of(
    tx: WriteSession,
    now: datetime,
    *,
    place_id: int,
    issuer: str,
    subject_id: int,
    zones: Sequence[int],
    valid_from: datetime,
    valid_until: datetime,
) -> int:
    """Let the living passes of a booking follow it to other zones or hours; returns how many did."""
    _check_zones(zones)
    changes = {"zones": sorted(set(zones)), "valid_from": valid_from, "valid_until": valid_until}
    return _change(tx, now, _of(place_id, issuer, subject_id), Pass.status.not_in(_ENDED), changes)


def end_passes_of(
    tx: WriteSession, now: datetime, *, place_id: int, issuer: str, subject_id: int, status: PassStatus
) -> int:
    """Let the living passes of a booking open nothing any more, and say why; returns how many ended."""
    rows = tx.execute(_ended_of(tx, now, place_id, issuer, subject_id, status)).all()
    for place, pass_id in rows:
        tx.touch(f"pass:{place}:{pass_id}")
    return len(rows)


@prepared
def _ended_of(
    _: ReadSession, now: datetime, place: int, issuer: str, subject: int, status: PassStatus
) -> ReturningUpdate[int, int]:
    alive = update(Pass).where(*_of(place, issuer, subject), Pass.status.not_in(_ENDED))
    return alive.values(status=status, changed_at=now).returning(Pass.place_id, Pass.id)


def end_pass(tx: WriteSession, now: datetime, *, place_id: int, pass_id: int, status: PassStatus) -> bool:
    """Let one pass of a booking open nothing any more, and say why; returns whether it was alive."""
    return _change(tx, now, [_is(place_id, pass_id)], Pass.status.not_in(_ENDED), {"status": status}) == 1


def revive_passes_of(tx: WriteSession, now: datetime, *, place_id: int, issuer: str, subject_id: int) -> int:
    """Undo an end: the same passes live again, with what was used of them. Revoked ones stay revoked."""
    of_subject = _of(place_id, issuer, subject_id)
    return _change(tx, now, of_subject, Pass.status.not_in(("issued", "revoked")), {"status": "issued"})


def revoke_pass(tx: WriteSession, now: datetime, *, place_id: int, pass_id: int) -> bool:
    """Let one pass open nothing, for good; returns whether it was alive."""
    return _change(tx, now, [_is(place_id, pass_id)], Pass.status != "revoked", {"status": "revoked"}) == 1


def reissue_pass(tx: WriteSession, now: datetime, *, place_id: int, pass_id: int) -> int | None:
    """Revoke a pass that was lost or copied, and issue another with what is left of it.

    Returns:
        The id of the new pass, or None when the old one no longer lives.
    """
    old = tx.get(Pass, place_id=place_id, id=pass_id)
    if old is None or old.status in _ENDED:
        return None
    if not _change(tx, now, [_is(place_id, pass_id)], Pass.status == old.status, {"status": "revoked"}):
        return None
    kept = {column.key: getattr(old, column.key) for column in Pass.__table__.columns}
    new_id = _store(tx, kept | {"issued_at": now, "changed_at": now})
    tx.execute(update(Pass).where(_is(place_id, pass_id)).values(replaced_by=new_id))
    for use in tx.all(select(PassUse).where(PassUse.place_id == place_id, PassUse.pass_id == pass_id)):
        used = {column.key: getattr(use, column.key) for column in PassUse.__table__.columns}
        tx.execute(insert(tx, PassUse).values(used | {"pass_id": new_id}))
    return new_id


def _store(tx: WriteSession, row: dict[str, Any]) -> int:
    """Insert a pass under an id and a manual code of its own."""
    pass_id = tx.ids.next()
    while True:
        named = {"id": pass_id, "manual_code": manual_code(tx.tokens.digits(MANUAL_BODY_DIGITS))}
        if tx.execute(_stored(tx), row | named).rowcount == 1:
            return pass_id


@prepared
def _stored(tx: ReadSession) -> Insert:
    return insert(tx, Pass).on_conflict_do_nothing(index_elements=["place_id", "manual_code"])


def _change(
    tx: WriteSession,
    now: datetime,
    which: Sequence[ColumnElement[bool]],
    only: ColumnElement[bool],
    changes: dict[str, Any],
) -> int:
    changed = update(Pass).where(*which, only).values(changes | {"changed_at": now})
    rows = tx.execute(changed.returning(Pass.place_id, Pass.id)).all()
    for place_id, pass_id in rows:
        tx.touch(f"pass:{place_id}:{pass_id}")
    return len(rows)


def _of(place_id: int, issuer: str, subject_id: int) -> list[ColumnElement[bool]]:
    return [Pass.place_id == place_id, Pass.issuer == issuer, Pass.subject_id == subject_id]


def _is(place_id: int, pass_id: int) -> ColumnElement[bool]:
    return (Pass.place_id == place_id) & (Pass.id == pass_id)


def _check_zones(zones: Sequence[int]) -> None:
    if not zones or not all(0 <= zone <= MAX_ZONE for zone in zones):
        raise ValueError(f"a pass opens zones from 0 to {MAX_ZONE}, at least one")
