"""Which groups a member counts to, and the question about a season that its files and its members lead to."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from booking.draws.publishing import Season
from booking.draws.records import rules_hash
from booking.draws.replaying import season_of
from booking.draws.sources import key_of, seed_of
from booking.retreats.rules.fairness import REDRAWS, Fairness, Part, Question, measure, size_of

KINDS = ("district", "category", "size", "sex")
NO_CATEGORY = "none"
"""Of members without any verified category."""
OTHER_SIZE = "other"
"""Of members who belong to no enterprise."""


@dataclass(frozen=True, slots=True)
class HeadFacts:
    """A member of an application that took part in a draw, as they were frozen.

    Attributes:
        application_id: their application: the unit of the draw.
        district: the code of the district or park above their organisation; empty: they belong to the city itself.
        organisation_kind, organisation_members: of their own organisation.
        weight: their own tickets, which tell how often they lost before: 4 are three times or more.
    """

    application_id: int
    district: str
    categories: tuple[str, ...]
    organisation_kind: str
    organisation_members: int
    sex: str
    weight: int


def groups_of(head: HeadFacts) -> list[tuple[str, str]]:
    """The (kind, code) of each group that a member counts to."""
    is_enterprise = head.organisation_kind == "enterprise"
    return [
        ("district", head.district),
        *(("category", category) for category in head.categories or (NO_CATEGORY,)),
        ("size", size_of(head.organisation_members) if is_enterprise else OTHER_SIZE),
        ("sex", head.sex),
    ]


def question(season: Season, heads: Iterable[HeadFacts], won: Collection[int]) -> Question:
    """The question about a season that was drawn; `won` are the applications that were given a place at first."""
    counted: dict[int, dict[tuple[str, str], list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for head in heads:
        for group in groups_of(head):
            mine = counted[head.application_id][group]
            mine[0] += 1
            mine[1] += head.weight - 1
    found = {group for each in counted.values() for group in each}
    groups = tuple(sorted(found, key=lambda group: (KINDS.index(group[0]), group[1])))
    at = {group: index for index, group in enumerate(groups)}
    parts: Sequence[tuple[Part, ...]] = [
        tuple(Part(at[group], *sums) for group, sums in sorted(counted[unit_id].items())) if unit_id in counted else ()
        for unit_id in season.units.ids
    ]
    seed = seed_of(season.root, rules_hash(season.rules), key_of(season.results))
    return Question(season.rules, season.units, seed, groups, parts, frozenset(won))


def measure_files(
    files: Mapping[str, bytes], heads: Sequence[HeadFacts], won: Collection[int], redraws: int = REDRAWS
) -> list[Fairness]:
    """What a published draw was for each group: all of the work, for a process of its own."""
    return measure(question(season_of(files), heads, won), redraws)
