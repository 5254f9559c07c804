"""Who takes part: units of one person or a group, with one ticket each, kept in columns.

A million units as objects would take a gigabyte; as columns they take thirty bytes each. What many units have in
common (the need, the categories, the path of the organisation) is a `Kind`, kept once.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from booking.draws.errors import BadUnit
from booking.draws.rules import Rules

HEAVIEST = 4
LARGEST_ID = 2**64 - 1


class Need(NamedTuple):
    """What a unit takes of whatever it gets: whole rooms, and halves of rooms that it shares with strangers."""

    rooms: int = 0
    men: int = 0
    women: int = 0


class Kind(NamedTuple):
    """Units of one kind are alike to every rule: none of them may envy a later ticket of the same kind.

    Attributes:
        categories: sorted; of a group, those that all its members have.
        members: one organisation a head, sorted; a companion who belongs to none is left out.
    """

    need: Need
    categories: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """An application: one person, or a group that gets a place together or not at all.

    Attributes:
        id: random, 8 bytes: nothing about the applicant can be read from it.
        weight: tickets, 1 to 4; of a group, the smallest of its members'.
        choices: indices into the choices of the rules, the dearest first.
    """

    id: int
    weight: int
    kind: Kind
    choices: tuple[int, ...]


def group_weight(weights: Iterable[int]) -> int:
    """A group has as many tickets as the member who has fewest."""
    return min(weights)


def group_categories(categories: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """A group has the categories that every member has."""
    sets = [frozenset(each) for each in categories]
    return tuple(sorted(frozenset.intersection(*sets))) if sets else ()


@dataclass(frozen=True)
class Units:
    """The units of a draw, ascending by id, in columns.

    Attributes:
        kind: for each unit, the index into `kinds`.
        flat: all wish lists, one behind the other; that of unit `i` is `flat[starts[i]:starts[i + 1]]`.
    """

    ids: "array[int]"
    weights: bytes
    kinds: tuple[Kind, ...]
    kind: "array[int]"
    starts: "array[int]"
    flat: "array[int]"

    @classmethod
    def of(cls, rules: Rules, units: Iterable[Unit]) -> "Units":
        """Columns of some units, whatever their order.

        Raises:
            BadUnit: an id twice, a weight that is not 1 to 4, a choice or organisation that the rules do not have.
        """
        ordered = sorted(units, key=lambda unit: unit.id)
        kinds = tuple(sorted({unit.kind for unit in ordered}))
        for before, unit in zip([None, *ordered], ordered, strict=False):
            _check(rules, unit, before)
        for kind in kinds:
            _check_kind(rules, kind)
        number = {kind: index for index, kind in enumerate(kinds)}
        starts = array("Q", [0])
        flat = array("H")
        for unit in ordered:
            flat.extend(unit.choices)
            starts.append(len(flat))
        return cls(
            ids=array("Q", [unit.id for unit in ordered]),
            weights=bytes(unit.weight for unit in ordered),
            kinds=kinds,
            kind=array("I", [number[unit.kind] for unit in ordered]),
            starts=starts,
            flat=flat,
        )

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Unit]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, index: int) -> Unit:
        return Unit(self.ids[index], self.weights[index], self.kinds[self.kind[index]], tuple(self.choices(index)))

    def choices(self, index: int) -> "array[int]":
        """The wish list of a unit."""
        return self.flat[self.starts[index] : self.starts[index + 1]]


def _check(rules: Rules, unit: Unit, before: Unit | None) -> None:
    fault = None
    if not 0 <= unit.id <= LARGEST_ID:
        fault = "id"
    elif before is not None and before.id == unit.id:
        fault = "id twice"
    elif not 1 <= unit.weight <= HEAVIEST:
        fault = "weight"
    elif len(set(unit.choices)) < len(unit.choices) or not _within(unit.choices, len(rules.choices)):
        fault = "choices"
    if fault is not None:
        raise BadUnit(id=f"{unit.id:016x}", detail=fault)


def _within(numbers: Sequence[int], end: int) -> bool:
    return all(0 <= number < end for number in numbers)


def _check_kind(rules: Rules, kind: Kind) -> None:
    if min(kind.need) < 0 or max(kind.need) == 0:
        raise BadUnit(id=str(kind), detail="need")
    if list(kind.categories) != sorted(set(kind.categories)) or list(kind.members) != sorted(kind.members):
        raise BadUnit(id=str(kind), detail="not sorted")
    unknown = set(kind.members) - rules.ancestry.keys() | set(kind.categories) - set(rules.categories)
    if unknown:
        raise BadUnit(id=str(kind), detail=", ".join(sorted(unknown)))
