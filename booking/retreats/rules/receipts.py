"""A receipt: the bytes of an application that the commitment fixes, and the proof that they are under its root.

What a unit is, byte by byte, stands in docs/draw-format.md; how to check a receipt too, under "Receipts".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from booking.draws.merkle import inner_hash, is_included, leaf
from booking.draws.records import id_field, record
from booking.draws.units import Kind, Need, Unit, group_categories
from booking.retreats.rules.applying import Wish
from booking.retreats.schemas_applying import Receipt


@dataclass(frozen=True, slots=True)
class Head:
    """A member as the draw sees them: `organisation` is a code, `categories` are the verified ones."""

    sex: str
    organisation: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Where a leaf is in the tree that was committed to."""

    index: int
    units: int
    siblings: tuple[bytes, ...]
    root: bytes


def unit_of(
    application_id: int,
    weight: int,
    rooms: int,
    heads: Sequence[Head],
    wishes: Iterable[Wish],
    number: Mapping[Wish, int],
    guaranteed: Iterable[str],
) -> Unit:
    """An application as a unit of the draw.

    Args:
        application_id: its id.
        weight: tickets.
        rooms: whole rooms; 0: its one member shares one.
        heads: its members; companions are none.
        wishes: the dearest first.
        number: of each choice in the draw.
        guaranteed: categories with a bed kept for them anywhere: no other matters to the draw.
    """
    known = set(guaranteed)
    categories = group_categories(known.intersection(one.categories) for one in heads)
    organisations = tuple(sorted(one.organisation for one in heads))
    choices = tuple(dict.fromkeys(number[wish] for wish in wishes if wish in number))
    return Unit(application_id, weight, Kind(_need(rooms, heads), categories, organisations), choices)


def receipt_of(season: str, unit: Unit, salt: bytes, inclusion: Inclusion | None = None) -> Receipt:
    """The receipt of a unit; with its inclusion once it is frozen."""
    written = record(unit)
    inner = inner_hash(salt, written)
    receipt = Receipt(
        season=season,
        id=id_field(unit.id),
        weight=unit.weight,
        record=written.decode(),
        salt=salt.hex(),
        inner=inner.hex(),
        leaf=leaf(unit.id, unit.weight, inner).hex(),
        frozen=inclusion is not None,
        index=inclusion.index if inclusion else None,
        units=inclusion.units if inclusion else None,
        proof=[one.hex() for one in inclusion.siblings] if inclusion else [],
        root=inclusion.root.hex() if inclusion else "",
        holds=False,
    )
    return msgspec.structs.replace(receipt, holds=holds(receipt))


def holds(receipt: Receipt) -> bool:
    """Whether a receipt proves what it says: record and salt lead to the leaf, and the leaf to the root.

    It asks nothing of us: whoever has the receipt and the published root can do the same.
    """
    try:
        return receipt.index is not None and receipt.units is not None and _leads_up(receipt)
    except ValueError:  # digits that are none
        return False


def _leads_up(receipt: Receipt) -> bool:
    inner = sha256(bytes.fromhex(receipt.salt) + receipt.record.encode()).digest()
    hashed = leaf(int(receipt.id, 16), receipt.weight, inner)
    says_so = receipt.record.startswith(f"{receipt.id},{receipt.weight},")
    computed = (receipt.inner, receipt.leaf) == (inner.hex(), hashed.hex())
    siblings, root = map(bytes.fromhex, receipt.proof), bytes.fromhex(receipt.root)
    return says_so and computed and is_included(hashed, receipt.index or 0, receipt.units or 0, siblings, root)


def _need(rooms: int, heads: Sequence[Head]) -> Need:
    if rooms:
        return Need(rooms=rooms)
    return Need(men=1) if heads[0].sex == "male" else Need(women=1)
