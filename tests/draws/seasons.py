"""Small random seasons: few rooms, tight quotas, overlapping categories, groups; every rule bites in some of them."""

import random
from dataclasses import replace

from booking.draws.publishing import Season, run
from booking.draws.records import SALT
from booking.draws.rules import Cap, Choice, Guarantee, Level, Node, Policy, Rules
from booking.draws.sources import DrawnNumbers, Source
from booking.draws.units import Kind, Need, Unit, Units

NEEDS = (Need(rooms=1), Need(men=1), Need(women=1), Need(men=1), Need(women=1), Need(rooms=2), Need(rooms=1, men=1))
SOURCES = (Source("kl8", "2026301", "2026-11-08", "2026302"), Source("ssq", "2026130", "2026-11-10"))
FROZEN = "2026-11-01T16:00:00Z"


def tree() -> tuple[Node, ...]:
    """A city, two districts, four townships, eight enterprises; one enterprise more hangs below a district."""
    nodes = [Node("c", "", Level.CITY)]
    for district in ("a", "b"):
        nodes.append(Node(district, "c", Level.DISTRICT))
        for township in (f"{district}1", f"{district}2"):
            nodes.append(Node(township, district, Level.TOWNSHIP))
            nodes += [Node(f"{township}{name}", township, Level.ENTERPRISE) for name in "xy"]
    return (*nodes, Node("az", "a", Level.ENTERPRISE))


def random_rules(dice: random.Random) -> Rules:
    batches = dice.randint(1, 2)
    choices = tuple(
        Choice(
            f"第{batch}批",
            f"t{kind}",
            dice.choice((0, 1, 2, 2, 3, 3, 4)),
            dice.choice((1, 2, 2, 2, 3)),
            dice.choice((0, 0, batch)),
        )
        for batch in range(batches)
        for kind in range(dice.randint(1, 2))
    )
    nodes, categories = tree(), tuple("pqr"[: dice.randint(0, 3)])
    caps = tuple(
        Cap(pool, node.code, dice.randint(0 if dice.random() < 0.1 else 1, (14, 9, 6, 4)[node.level]))
        for pool in sorted({choice.pool for choice in choices})
        for node in nodes
        if dice.random() < 0.25
    )
    guarantees = []
    for index, choice in enumerate(choices):
        left = choice.rooms * choice.beds * 2 // 3
        for category in categories:
            beds = dice.randint(0, left)
            left -= beds
            guarantees += [Guarantee(index, category, beds)] if dice.random() < 0.6 else []
    policy = dice.choice(tuple(Policy))
    return Rules("疗休养", choices, nodes, caps, categories, tuple(guarantees), policy, SOURCES)


def random_kind(dice: random.Random, rules: Rules) -> Kind:
    need = dice.choice(NEEDS)
    leaves = [node.code for node in rules.nodes if node.level is Level.ENTERPRISE]
    members = tuple(sorted(dice.choice(leaves) for _ in range(dice.randint(1, 2 * need.rooms + need.men + need.women))))
    return Kind(need, tuple(category for category in rules.categories if dice.random() < 0.4), members)


def random_instance(seed: int, most: int = 20) -> tuple[Rules, list[Unit]]:
    """Rules, and up to `most` units of a few kinds."""
    dice = random.Random(seed)
    rules = random_rules(dice)
    kinds = [random_kind(dice, rules) for _ in range(dice.randint(1, 8))]
    units = []
    for _ in range(dice.randint(0 if dice.random() < 0.02 else most // 3, most)):
        wishes = dice.sample(
            range(len(rules.choices)), dice.randint(0 if dice.random() < 0.1 else 1, len(rules.choices))
        )
        units.append(Unit(dice.randrange(2**64), dice.randint(1, 4), dice.choice(kinds), tuple(wishes)))
    return rules, units


def random_season(seed: int, most: int = 20, stages: int = 3) -> Season:
    """A season with some stages, of whose winners about two thirds keep their places each time."""
    dice = random.Random(f"season {seed}")
    rules, units = random_instance(seed, most)
    balls = tuple(dice.sample(range(1, 81), 20))
    double = (*dice.sample(range(1, 34), 6), dice.randint(1, 16))
    results = (DrawnNumbers("kl8", dice.choice(("2026301", "2026302")), balls), DrawnNumbers("ssq", "2026130", double))
    season = Season(rules, Units.of(rules, units), dice.randbytes(SALT * len(units)), FROZEN, results)
    for _ in range(stages - 1):
        last = run(season, plain=True)[1][-1]
        held = [season.units.ids[index] for index, place in enumerate(last.places) if place >= 0]
        season = replace(season, kept=(*season.kept, frozenset(one for one in held if dice.random() < 0.7)))
    return season
