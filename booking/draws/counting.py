"""Heads that applied and that won, by township, with small numbers put together: ghosts would show, persons do not."""

from collections import Counter
from collections.abc import Iterator

from booking.draws.engine import Draw
from booking.draws.outcome import Outcome
from booking.draws.records import Row
from booking.draws.rows import escaped
from booking.draws.rules import Level, Rules

REST = "*"
"""Ends the code of a row that puts small ones together: of a district, or alone of the city."""


def counted(done: Draw, outcome: Outcome, smallest: int) -> Iterator[Row]:
    """A row for each township, or for several: code, heads that applied, heads that have a place.

    Every head is in exactly one row, so nothing can be found by subtracting; and no row has fewer than `smallest`
    heads, unless all that applied are fewer.
    """
    applied, won = _heads(done, outcome)
    merged = _merged(done.rules, applied, smallest)
    rows: Counter[str] = Counter()
    wins: Counter[str] = Counter()
    for node, heads in applied.items():
        rows[merged[node]] += heads
        wins[merged[node]] += won[node]
    for code, heads in sorted(rows.items()):
        yield code, str(heads), str(wins[code])


def _heads(done: Draw, outcome: Outcome) -> tuple[Counter[str], Counter[str]]:
    """Heads by township; whoever belongs to something higher counts there."""
    places = {code: _township(done.rules, code) for code in done.rules.ancestry}
    applied: Counter[str] = Counter()
    won: Counter[str] = Counter()
    tallied = Counter(zip(done.units.kind, (place >= 0 for place in outcome.places), strict=True))
    for (kind, has_place), number in tallied.items():
        for member in done.units.kinds[kind].members:
            applied[places[member]] += number
            won[places[member]] += number * has_place
    return applied, won


def _township(rules: Rules, code: str) -> str:
    path = rules.ancestry[code]
    return next((node for node in path if rules.levels[node] <= Level.TOWNSHIP), path[-1])


def _district(rules: Rules, code: str) -> str:
    return next((node for node in rules.ancestry[code] if rules.levels[node] <= Level.DISTRICT), code)


def _merged(rules: Rules, applied: Counter[str], smallest: int) -> dict[str, str]:
    """The row of each township: its own, its district's rest, or the city's."""
    row = {node: escaped(node) for node in applied}
    districts: dict[str, list[str]] = {}
    for node in applied:
        districts.setdefault(_district(rules, node), []).append(node)
    for district, nodes in districts.items():
        rest = _too_small({node: applied[node] for node in nodes}, smallest)
        row |= dict.fromkeys(rest, escaped(district) + REST)
    sums: Counter[str] = Counter()
    for node, code in row.items():
        sums[code] += applied[node]
    city = _too_small(dict(sums), smallest)
    return {node: REST if code in city else code for node, code in row.items()}


def _too_small(heads: dict[str, int], smallest: int) -> list[str]:
    """Those with too few heads, and then the smallest of the others until together they have enough."""
    ranked = sorted(heads, key=lambda code: (heads[code], code))
    found: list[str] = []
    together = 0
    for code in ranked:
        if heads[code] >= smallest and (not found or together >= smallest):
            break
        found.append(code)
        together += heads[code]
    return found
