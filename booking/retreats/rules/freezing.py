"""The freeze: who takes part, with what weight and for which organisation, as units of a draw.

All of it follows from what was read at one instant, so it can be computed beside the database and stored afterwards if
nothing has changed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from booking.draws.publishing import Season as DrawSeason
from booking.draws.publishing import at_freeze
from booking.draws.records import UNITS, units_file
from booking.draws.rules import Rules
from booking.draws.units import Unit, Units
from booking.errors import BookingError
from booking.retreats.rules import receipts
from booking.retreats.rules.building import ChoiceFacts, Organisation, Terms, rules_of
from booking.retreats.rules.eligibility import Conditions, Facts, why_not
from booking.retreats.rules.weights import FIRST_TIME, Tickets, weight_of_group

GATHERING = "gathering"
"""Why an application is left out in which somebody invited has not answered."""


class Season(Terms, Conditions, Protocol):
    """As much of a season as the freeze depends on."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An application as it stands at the freeze.

    Attributes:
        sequence: how often it was changed: it is frozen only if nobody changes it meanwhile.
        wishes: (batch, room type), the dearest first.
        members: their ids, the one who answers for it first.
    """

    id: int
    status: str
    sequence: int
    rooms: int
    wishes: tuple[tuple[int, int], ...]
    salt: bytes
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Excluded:
    """An application that takes no part: because of whom, and by which rule; nobody and no rule if it is gathering."""

    entry: Entry
    member_id: int | None = None
    reason: BookingError | None = None

    @property
    def code(self) -> str:
        """The code of the rule."""
        return GATHERING if self.reason is None else self.reason.code


@dataclass(frozen=True, slots=True)
class Head:
    """A member who takes part, as the draw sees them."""

    member_id: int
    organisation_id: int
    categories: tuple[str, ...]
    weight: int


@dataclass(frozen=True)
class Frozen:
    """What is stored and published: the draw's input, and what became of each application.

    Attributes:
        entries: those that take part, with their weights, ascending by id.
        files: what everybody may read.
        notary: what the notary alone is handed.
    """

    season: DrawSeason
    entries: tuple[tuple[Entry, int], ...]
    heads: tuple[Head, ...]
    excluded: tuple[Excluded, ...]
    files: Mapping[str, bytes]
    notary: Mapping[str, bytes]


@dataclass(frozen=True)
class Gathered:
    """Everything that the freeze follows from, read at one instant."""

    season: Season
    choices: Sequence[ChoiceFacts]
    tree: Sequence[Organisation]
    overrides: Mapping[str, int]
    entries: Sequence[Entry]
    facts: Mapping[int, Facts]
    tickets: Mapping[int, Tickets]


def frozen(gathered: Gathered, at: str) -> Frozen:
    """The draw's input; `at` is the instant as it is published.

    Raises:
        BadRules: the season contradicts itself.
    """
    excluded = tuple(one for entry in gathered.entries if (one := _why_left_out(gathered, entry)) is not None)
    out = {one.entry.id for one in excluded}
    entries = sorted((entry for entry in gathered.entries if entry.id not in out), key=lambda entry: entry.id)
    heads = [_head(gathered, member_id) for entry in entries for member_id in entry.members]
    counted = Counter(gathered.facts[head.member_id].organisation for head in heads)
    rules = rules_of(gathered.season, gathered.choices, gathered.tree, counted, gathered.overrides)
    number = {(one.batch, one.type_id): at for at, one in enumerate(gathered.choices)}
    weights = [weight_of_group(gathered.tickets.get(one, FIRST_TIME) for one in entry.members) for entry in entries]
    weighed = tuple(zip(entries, weights, strict=True))
    units = Units.of(rules, (_unit(gathered, entry, weight, rules, number) for entry, weight in weighed))
    salts = b"".join(entry.salt for entry in entries)
    season = DrawSeason(rules, units, salts, at)
    notary = {UNITS: units_file(units, salts)}
    return Frozen(season, weighed, tuple(heads), excluded, at_freeze(season), notary)


def _why_left_out(gathered: Gathered, entry: Entry) -> Excluded | None:
    if entry.status == GATHERING:
        return Excluded(entry)
    for member_id in entry.members:
        reason = why_not(gathered.season, gathered.facts[member_id])
        if reason is not None:
            return Excluded(entry, member_id, reason)
    return None


def _head(gathered: Gathered, member_id: int) -> Head:
    facts = gathered.facts[member_id]
    weight = gathered.tickets.get(member_id, FIRST_TIME).weight
    return Head(member_id, facts.organisation_id, facts.categories, weight)


def _unit(gathered: Gathered, entry: Entry, weight: int, rules: Rules, number: Mapping[tuple[int, int], int]) -> Unit:
    found = (gathered.facts[member_id] for member_id in entry.members)
    heads = [receipts.Head(one.sex, one.organisation, one.categories) for one in found]
    return receipts.unit_of(entry.id, weight, entry.rooms, heads, entry.wishes, number, rules.categories)
