"""A season out of its files: what was published, with a notary's `units.csv`, is all that a draw follows from."""

from collections.abc import Mapping, Sequence

from booking.draws import rows
from booking.draws.publishing import COMMITMENT, SEED, Season
from booking.draws.records import RULES, UNITS, read_rules, read_units
from booking.draws.rows import unescaped
from booking.draws.sources import DrawnNumbers


def season_of(files: Mapping[str, bytes]) -> Season:
    """The season of these files; before the draw it has no results.

    Raises:
        Unreadable: a row was changed.
        BadRules, BadUnit, LookupError, ValueError: the rows are sound, but not those of a season.
    """
    rules = read_rules(files[RULES])
    units, salts = read_units(rules, files[UNITS])
    frozen = unescaped(dict(rows.read(COMMITMENT, files[COMMITMENT]))["frozen"])
    results = results_of(rows.read(SEED, files[SEED])) if SEED in files else ()
    kept = [rows.read(name, data) for name, data in sorted(files.items()) if name.startswith("kept-")]
    staying = tuple(frozenset(int(unit_id, 16) for _, unit_id in one) for one in kept)
    return Season(rules, units, salts, frozen, results, staying)


def results_of(seeding: Sequence[Sequence[str]]) -> tuple[DrawnNumbers, ...]:
    """The announced numbers in the rows of `seed.csv`."""
    found = [fields[1:] for fields in seeding if fields[0] == "result"]
    return tuple(
        DrawnNumbers(lottery, unescaped(issue), tuple(map(int, numbers.split("+"))))
        for lottery, issue, numbers in found
    )
