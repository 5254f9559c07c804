"""The files of a draw: what is published at the freeze, after the draw, and after each later stage.

Nothing here names an enterprise or a category of a unit. Closings and counts are made coarse, so that they do not
either: the position at which a quota closed would be that of a unit from there.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from booking.draws import engine, rows
from booking.draws.counting import counted
from booking.draws.engine import Draw
from booking.draws.errors import WrongSource
from booking.draws.outcome import KindFacts, Outcome
from booking.draws.records import RULES, Row, id_field, inner_hashes, rules_file, rules_hash
from booking.draws.rows import escaped
from booking.draws.rules import SECOND, Constraints, Level, Rules
from booking.draws.sources import LOTTERIES, DrawnNumbers, check_entropy, key_of, seed_of
from booking.draws.units import Units

ROLL, COMMITMENT, SEED, ORDER, MANIFEST = "roll.csv", "commitment.csv", "seed.csv", "order.csv", "manifest.csv"
STEP = 100
"""Closing positions are published as multiples of this: "between 41,000 and 41,099"."""
SMALLEST = 10
"""Counts below this are published only together with others."""


@dataclass(frozen=True)
class Season:
    """A season as it was drawn: everything that its published files follow from.

    Attributes:
        salts: 16 random bytes for each unit, one behind the other in the units' order.
        frozen: the instant of the freeze, as it was published.
        results: what the sources of the rules came out as.
        kept: for each later stage, the ids that keep the place they had before it.
    """

    rules: Rules
    units: Units
    salts: bytes
    frozen: str
    results: tuple[DrawnNumbers, ...] = ()
    kept: tuple[frozenset[int], ...] = ()

    @cached_property
    def inners(self) -> bytes:
        """The inner hashes, one behind the other."""
        return inner_hashes(self.units, self.salts)

    @cached_property
    def root(self) -> bytes:
        """The root that is published at the freeze."""
        return engine.root_of(self.units, self.inners)


def passes_of(stage: int) -> Sequence[Constraints]:
    """What the stages after the first release: the second everything in turn, the last nothing."""
    return SECOND if stage == 2 else engine.LAST


def frozen_files(season: Season) -> dict[str, bytes]:
    """Rules, roll and commitment."""
    units, inners = season.units, season.inners
    roll = (
        (id_field(unit_id), str(units.weights[index]), inners[32 * index : 32 * (index + 1)].hex())
        for index, unit_id in enumerate(units.ids)
    )
    facts = {
        "root": season.root.hex(),
        "units": str(len(units)),
        "rules": rules_hash(season.rules).hex(),
        "frozen": escaped(season.frozen),
    }
    return {
        RULES: rules_file(season.rules),
        ROLL: rows.written(ROLL, roll),
        COMMITMENT: rows.written(COMMITMENT, facts.items()),
    }


def at_freeze(season: Season) -> dict[str, bytes]:
    """The public files of a season whose seed nobody knows yet."""
    files = frozen_files(season)
    return files | {MANIFEST: manifest(files)}


def check_sources(rules: Rules, results: Sequence[DrawnNumbers]) -> None:
    """Refuse numbers of other draws than the rules name, and draws that are too small.

    Raises:
        WrongSource: an issue that is neither the one named nor its fallback.
        TooLittleEntropy: see `check_entropy`.
    """
    check_entropy(rules.sources, rules.bits)
    named = [(one.lottery, one.issue, one.fallback) for one in rules.sources]
    expected = "、".join(f"{LOTTERIES[lottery][0]} {issue}" for lottery, issue, _ in named)
    found = "、".join(f"{LOTTERIES[one.lottery][0]} {one.issue}" for one in results)
    fits = len(named) == len(results) and all(
        one.lottery == lottery and one.issue and one.issue in {issue, fallback}
        for one, (lottery, issue, fallback) in zip(results, named, strict=True)
    )
    if not fits:
        raise WrongSource(expected=expected, found=found)


def run(season: Season, *, plain: bool = False) -> tuple[Draw, list[Outcome]]:
    """The draw, and the outcome of each stage."""
    seed = seed_of(season.root, rules_hash(season.rules), key_of(season.results))
    done = engine.draw(season.rules, season.units, seed, plain=plain)
    stages = [done.first]
    for number, kept in enumerate(season.kept, 2):
        stages.append(engine.next_stage(done, stages[-1], kept, passes_of(number), plain=plain))
    return done, stages


def published(season: Season, *, plain: bool = False) -> dict[str, bytes]:
    """Every public file of a season that was drawn, the manifest last.

    Raises:
        WrongSource, TooLittleEntropy, BadResult: see `check_sources` and `key_of`.
    """
    check_sources(season.rules, season.results)
    return files_of(season, *run(season, plain=plain))


def files_of(season: Season, done: Draw, stages: Sequence[Outcome]) -> dict[str, bytes]:
    """Every public file of a season whose stages were run, the manifest last."""
    files = frozen_files(season)
    files[SEED] = rows.written(SEED, _seed(season, done))
    files[ORDER] = rows.written(ORDER, _order(done))
    for number, outcome in enumerate(stages, 1):
        if number > 1:
            name = f"kept-{number}.csv"
            files[name] = rows.written(name, _kept(done, season.kept[number - 2]))
        for stem, found in _stage(done, outcome, number).items():
            name = f"{stem}-{number}.csv"
            files[name] = rows.written(name, found)
    return files | {MANIFEST: manifest(files)}


def manifest(files: Mapping[str, bytes]) -> bytes:
    """Names, rows and hashes of some files."""
    return rows.written(
        MANIFEST,
        ((name, str(data.count(b"\n")), hashlib.sha256(data).hexdigest()) for name, data in sorted(files.items())),
    )


def _seed(season: Season, done: Draw) -> Iterator[Row]:
    for one in season.results:
        yield "result", one.lottery, escaped(one.issue), "+".join(map(str, one.numbers))
    yield "key", key_of(season.results)
    yield "seed", done.seed.hex()


def _order(done: Draw) -> Iterator[Row]:
    for position, index in enumerate(done.order, 1):
        ticket = done.tickets[32 * index : 32 * (index + 1)]
        yield str(position), id_field(done.units.ids[index]), ticket.hex()


def _stage(done: Draw, outcome: Outcome, number: int) -> dict[str, Iterator[Row]]:
    found = {"result": _result(done, outcome), "counts": counted(done, outcome, SMALLEST)}
    if number == 1:
        found |= {"closing": _closing(done, outcome), "quota": _quota(done, outcome)}
    return found


def _result(done: Draw, outcome: Outcome) -> Iterator[Row]:
    names = [(escaped(choice.batch), escaped(choice.type)) for choice in done.rules.choices]
    for position, index in enumerate(done.order, 1):
        if outcome.places[index] >= 0:
            yield str(position), id_field(done.units.ids[index]), *names[outcome.places[index]]


def _kept(done: Draw, kept: frozenset[int]) -> Iterator[Row]:
    for position, index in enumerate(done.order, 1):
        if done.units.ids[index] in kept:
            yield str(position), id_field(done.units.ids[index])


def _closing(done: Draw, outcome: Outcome) -> Iterator[Row]:
    """When choices closed for shapes that enough units have."""
    facts, often = KindFacts.of(done.rules, done.units), Counter[tuple[int, ...]]()
    kinds = Counter(done.units.kind)
    for kind, number in kinds.items():
        often[*facts.shapes[kind].need, facts.shapes[kind].categories] += number
    for (choice, (need, categories)), closed in sorted(outcome.cells.items()):
        if often[*need, categories] >= SMALLEST:
            one = done.rules.choices[choice]
            named = "+".join(map(escaped, done.rules.names(categories)))
            yield (
                *(escaped(one.batch), escaped(one.type), *map(str, need), named),
                *(str(_coarse(closed.position)), closed.reason),
            )


def _quota(done: Draw, outcome: Outcome) -> Iterator[Row]:
    """When quotas closed, of townships and above, for numbers of heads that enough units have there."""
    facts, often = KindFacts.of(done.rules, done.units), Counter[tuple[str, int]]()
    for kind, number in Counter(done.units.kind).items():
        for node, heads in facts.heads[kind]:
            often[node, heads] += number
    for (pool, node, heads), position in sorted(outcome.quotas.items()):
        if done.rules.levels[node] < Level.ENTERPRISE and often[node, heads] >= SMALLEST:
            yield str(pool), escaped(node), str(heads), str(_coarse(position))


def _coarse(position: int) -> int:
    return position // STEP * STEP
