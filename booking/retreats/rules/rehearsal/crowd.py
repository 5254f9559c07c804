"""Applications that nobody made: the same ones from the same seed, spread over the tree as its members are.

What people are and wish for are assumptions, each of them a constant here: how many are men, come as couples, belong
to a category, or have lost before. They are for trying rules out, not for predicting who applies.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from booking.draws.units import Need
from booking.retreats.rules.building import ChoiceFacts, Organisation
from booking.retreats.rules.rehearsal.question import Question, Tried

PERMILLE = 1000
MEN = 580
COUPLES, ALONE_WITH_COMPANION, GROUPS = 180, 120, 30
"""Two members, a member with somebody who is none, and three members or more; all others come alone."""
SAME_ENTERPRISE = 500
FRONTLINE = {"enterprise": 550}
FRONTLINE_ELSEWHERE = 300
REGISTERS = (("sci_tech_talent", 12), ("hardship", 5), ("model_worker", 2))
LOST = (700, 200, 70)
"""How many have one ticket, two, three; the others have four."""
FEWEST_WISHES, USUAL_WISHES = 1, 6
_WORD = 1 << 32
_WORDS = 16


class _Dice:
    """Thirty-two bits at a time, from a seed and the number of an application."""

    def __init__(self, seed: int, number: int) -> None:
        drawn = hashlib.blake2b(f"{seed} {number}".encode(), digest_size=4 * _WORDS).digest()
        self._words = [int.from_bytes(drawn[at : at + 4], "big") for at in range(0, len(drawn), 4)]
        self.id = int.from_bytes(hashlib.blake2b(drawn, digest_size=8).digest(), "big") >> 1

    def below(self, end: int) -> int:
        """A number from 0, evenly among `end`; the last word is used again and again."""
        word = self._words.pop() if len(self._words) > 1 else self._words[0]
        return word * end >> 32


class _Homes(NamedTuple):
    """Organisations that members may apply from, with the sum of members up to each."""

    organisations: Sequence[Organisation]
    ends: Sequence[int]

    def any(self, dice: _Dice) -> Organisation:
        return self.organisations[bisect_right(self.ends, dice.below(self.ends[-1]))]


def made_up(question: Question) -> Iterator[Tried]:
    """The applications of a question that brings none of its own."""
    allowed = question.terms.organisation_kinds
    homes = [one for one in question.tree if one.members > 0 and (not allowed or one.kind in allowed)]
    if not homes or not question.choices:
        return
    known = _Homes(homes, list(accumulate(one.members for one in homes)))
    tastes = _Tastes.of(question.choices)
    for number in range(question.applications):
        yield _application(question, known, tastes, _Dice(question.seed, number))


def _application(question: Question, homes: _Homes, tastes: "_Tastes", dice: _Dice) -> Tried:
    home = homes.any(dice)
    need, heads = _party(dice, question.terms.most_together)
    members = [home.code]
    while len(members) < heads:
        members.append(home.code if dice.below(PERMILLE) < SAME_ENTERPRISE else homes.any(dice).code)
    most = min(question.terms.most_choices, len(question.choices))
    wishes = min(most, FEWEST_WISHES + dice.below(USUAL_WISHES))
    return Tried(
        id=dice.id,
        weight=_weight(dice),
        need=need,
        categories=_categories(dice, home.kind, question.terms.categories),
        members=tuple(sorted(members)),
        choices=tastes.ranked(dice, wishes, alone=need.rooms == 0),
    )


def _party(dice: _Dice, most_together: int) -> tuple[Need, int]:
    """What they need, and how many of them are members."""
    how = dice.below(PERMILLE)
    if how < COUPLES and most_together > 1:
        return Need(rooms=1), 2
    if how < COUPLES + ALONE_WITH_COMPANION:
        return Need(rooms=1), 1
    if how < COUPLES + ALONE_WITH_COMPANION + GROUPS and most_together > 2:
        heads = min(most_together, 3 + dice.below(2))
        return Need(rooms=(heads + 1) // 2), heads
    return (Need(men=1) if dice.below(PERMILLE) < MEN else Need(women=1)), 1


def _weight(dice: _Dice) -> int:
    return 1 + bisect_right(list(accumulate(LOST)), dice.below(PERMILLE))


def _categories(dice: _Dice, kind: str, needed: Sequence[str]) -> tuple[str, ...]:
    """What they belong to; where the season asks for a category, they have one of those."""
    found = {"frontline"} if dice.below(PERMILLE) < FRONTLINE.get(kind, FRONTLINE_ELSEWHERE) else set()
    drawn, passed = dice.below(PERMILLE), 0
    for category, permille in REGISTERS:
        if passed <= drawn < passed + permille:
            found.add(category)
        passed += permille
    if needed and not found & set(needed):
        found.add(needed[dice.below(len(needed))])
    return tuple(sorted(found))


class _Tastes(NamedTuple):
    """Choices as people look at them: by batch, shared rooms and whole ones apart."""

    batches: Sequence[Sequence[int]]
    shared: frozenset[int]

    @classmethod
    def of(cls, choices: Sequence[ChoiceFacts]) -> "_Tastes":
        batches: dict[int, list[int]] = {}
        for index, one in enumerate(choices):
            batches.setdefault(one.batch, []).append(index)
        return cls(list(batches.values()), frozenset(index for index, one in enumerate(choices) if one.beds > 1))

    def ranked(self, dice: _Dice, wishes: int, *, alone: bool) -> tuple[int, ...]:
        """The favourite batch, then those nearest to it. Earlier ones are liked more; whoever comes alone shares."""
        count = len(self.batches)
        favourite = min(dice.below(count), dice.below(count))
        found: list[int] = []
        for batch in sorted(range(count), key=lambda one: (abs(one - favourite), one)):
            there = sorted(self.batches[batch], key=lambda one: ((one in self.shared) != alone, one))
            found += there
            if len(found) >= wishes:
                break
        return tuple(found[:wishes])
