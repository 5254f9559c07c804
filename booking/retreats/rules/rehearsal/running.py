"""Running a rehearsal: the rules of the season, some draws with other seeds, and what they come to."""

import hashlib
from collections import Counter
from collections.abc import Iterable

from booking.draws.engine import draw, next_stage
from booking.draws.rules import Rules
from booking.draws.units import Kind, Unit, Units
from booking.retreats.rules.building import rules_of
from booking.retreats.rules.rehearsal.counting import Figures, Tally
from booking.retreats.rules.rehearsal.crowd import made_up
from booking.retreats.rules.rehearsal.question import DRAWN_AT_MOST, MOST_DRAWS, Question, Tried


def rehearse(question: Question) -> Figures:
    """Draw a season that was not published, several times where there are few applications.

    Raises:
        BadRules: the season's rules contradict themselves.
    """
    crowd = {tried.id: tried for tried in question.applied or made_up(question)}
    heads = Counter(code for tried in crowd.values() for code in tried.members)
    rules = rules_of(question.terms, question.choices, question.tree, heads, question.overrides)
    units = Units.of(rules, _units(rules, crowd.values()))
    tally = Tally(rules, question.tree, crowd)
    for number in range(draws_of(len(crowd))):
        done = draw(rules, units, _seed(question.seed, number))
        kept = {units.ids[index] for index, place in enumerate(done.first.places) if place >= 0}
        tally.add(done, next_stage(done, done.first, kept))
    return tally.figures()


def draws_of(applications: int) -> int:
    """How many draws are averaged: the fewer, the more applications there are."""
    return max(1, min(MOST_DRAWS, DRAWN_AT_MOST // max(1, applications)))


def _units(rules: Rules, crowd: Iterable[Tried]) -> Iterable[Unit]:
    known = set(rules.categories)
    for tried in crowd:
        guaranteed = tuple(category for category in tried.categories if category in known)
        yield Unit(tried.id, tried.weight, Kind(tried.need, guaranteed, tried.members), tried.choices)


def _seed(seed: int, number: int) -> bytes:
    return hashlib.sha256(f"rehearsal {seed} {number}".encode()).digest()
