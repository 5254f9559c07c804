"""Receipts: an application as it is committed to, with the proof that it is under the published root."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select

from booking.db import ReadSession
from booking.draws import rows
from booking.draws.merkle import leaf, levels, proof
from booking.draws.publishing import ROLL
from booking.members.models import Member, Organisation
from booking.retreats.errors_applying import NoReceipt
from booking.retreats.models import Applicant, Application, Season
from booking.retreats.queries.applications import LIVE, offered, wishes_of
from booking.retreats.queries.pasts import tickets_of
from booking.retreats.queries.seasons import choice_index, facts_of
from booking.retreats.queries.steps import draw_file, files_of
from booking.retreats.rules.building import guaranteed_categories
from booking.retreats.rules.receipts import Head, Inclusion, receipt_of, unit_of
from booking.retreats.rules.weights import FIRST_TIME, weight_of_group
from booking.retreats.schemas_applying import Receipt

HASH = 32


class Hashes(Sequence[bytes]):
    """Hashes one behind the other: a roll of a million as objects would take five times the room."""

    def __init__(self, level: Sequence[bytes]) -> None:
        self._joined = b"".join(level)

    def __len__(self) -> int:
        return len(self._joined) // HASH

    def __getitem__(self, index: Any) -> Any:
        return self._joined[HASH * index : HASH * (index + 1)]


class Roll(NamedTuple):
    """The published roll as a tree; `ids` ascend."""

    ids: tuple[int, ...]
    tree: tuple[Hashes, ...]


def receipt(tx: ReadSession, season: Season, application: Application) -> Receipt:
    """The receipt of an application: as it was frozen, or as it would be frozen now.

    Raises:
        NoReceipt: it does not take part.
    """
    frozen = application.weight is not None
    if application.status not in (LIVE if not frozen else ("entered",)):
        raise NoReceipt
    known = offered(tx, season).choices
    members = _frozen_heads(tx, application) if frozen else _heads(tx, season, application)
    unit = unit_of(
        application.id,
        application.weight or _weight(tx, application),
        application.rooms,
        members,
        wishes_of(application),
        choice_index(known),
        guaranteed_categories(known),
    )
    return receipt_of(season.code, unit, application.salt, _inclusion(tx, season, application) if frozen else None)


def _heads(tx: ReadSession, season: Season, application: Application) -> list[Head]:
    found = facts_of(tx, season, _member_ids(tx, application))
    return [Head(one.sex, one.organisation, one.categories) for _, one in sorted(found.items())]


def _frozen_heads(tx: ReadSession, application: Application) -> list[Head]:
    row = Applicant
    here = (row.season_id == application.season_id, row.application_id == application.id)
    frozen = (
        select(Member.sex, Organisation.code, row.categories)
        .join(Member, Member.id == row.member_id)
        .join(Organisation, Organisation.id == func.coalesce(row.organisation_id, Member.organisation_id))
    )
    return [Head(sex, code, tuple(categories or ())) for sex, code, categories in tx.execute(frozen.where(*here))]


def _weight(tx: ReadSession, application: Application) -> int:
    ids = _member_ids(tx, application)
    known = tickets_of(tx, ids)
    return weight_of_group(known.get(member_id, FIRST_TIME) for member_id in ids)


def _member_ids(tx: ReadSession, application: Application) -> list[int]:
    row = Applicant
    here = (row.season_id == application.season_id, row.application_id == application.id)
    return [member_id for (member_id,) in tx.execute(select(row.member_id).where(*here).order_by(row.number))]


def _inclusion(tx: ReadSession, season: Season, application: Application) -> Inclusion:
    roll = roll_of(tx, season.id)
    index = _index(roll.ids, application.id)
    return Inclusion(index, len(roll.ids), tuple(proof(roll.tree, index)), roll.tree[-1][0])


def roll_of(tx: ReadSession, season_id: int) -> Roll:
    """The roll that was published at the freeze; each process reads it once.

    Raises:
        NoReceipt: nothing was published yet.
    """
    published = next((one for one in files_of(tx, season_id) if one.name == ROLL), None)
    if published is None:
        raise NoReceipt
    return tx.remembered(f"retreat roll {season_id}", int(published.sha256[:15], 16), lambda: _load(tx, season_id))


def _load(tx: ReadSession, season_id: int) -> Roll:
    found = draw_file(tx, season_id, ROLL)
    fields = [] if found is None else rows.read(ROLL, found.data)
    ids = tuple(int(unit_id, 16) for unit_id, *_ in fields)
    leaves = [leaf(int(unit_id, 16), int(weight), bytes.fromhex(inner)) for unit_id, weight, inner in fields]
    return Roll(ids, tuple(map(Hashes, levels(leaves))))


def _index(ids: Sequence[int], application_id: int) -> int:
    at = bisect_left(ids, application_id)
    if at == len(ids) or ids[at] != application_id:
        raise NoReceipt
    return at
