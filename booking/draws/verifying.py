"""Whether published files are what they must be: hashes, tickets, and with a notary's file the whole re-run."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from booking.draws import merkle, rows
from booking.draws.publishing import (
    COMMITMENT,
    MANIFEST,
    ORDER,
    ROLL,
    SEED,
    at_freeze,
    check_sources,
    published,
)
from booking.draws.records import RULES, UNITS, read_rules, units_file
from booking.draws.replaying import results_of, season_of
from booking.draws.rows import Fault, Unreadable, first_difference, unescaped
from booking.draws.sources import key_of, seed_of
from booking.draws.tickets import ticket
from booking.errors import BookingError

NEEDED = (RULES, ROLL, COMMITMENT, MANIFEST)
SHOWN = 3
"""Faults that one step reports: the first says enough, a few more show the pattern."""
Files = Mapping[str, bytes]
Tables = Mapping[str, list[list[str]]]


@dataclass
class Report:
    """What was found wrong, and what was checked."""

    faults: list[Fault] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)


def verify(files: Files) -> Report:
    """Check published files by name: those of a freeze, those of a draw, and with `units.csv` the whole re-run.

    A damaged file is reported with the row that was changed, and then nothing that stands on it is checked.
    """
    report = Report()
    tables = _read_all(files, report)
    report.faults += [Fault(name, 0, "the file is missing") for name in NEEDED if name not in files]
    if report.faults:
        return report
    for name, file, needs, step in STEPS:
        if needs not in files:
            continue
        before = len(report.faults)
        try:
            report.faults += islice(step(files, tables), SHOWN)
        except (BookingError, ArithmeticError, LookupError, ValueError) as error:
            report.faults.append(Fault(file, 0, f"cannot be read: {error}"))
        if len(report.faults) == before:
            report.checked.append(name)
    return report


def _read_all(files: Files, report: Report) -> Tables:
    tables = {}
    for name, data in sorted(files.items()):
        try:
            tables[name] = rows.read(name, data)
        except Unreadable as error:
            report.faults.append(error.fault)
    return tables


def _manifest(files: Files, tables: Tables) -> Iterator[Fault]:
    named = {name for name, *_ in tables[MANIFEST]}
    for number, (name, count, digest) in enumerate(tables[MANIFEST], 1):
        if name not in files:
            yield Fault(MANIFEST, number, f"{name} is missing")
        elif hashlib.sha256(files[name]).hexdigest() != digest or str(len(tables[name])) != count:
            yield Fault(MANIFEST, number, f"{name} is another file than this row says")
    for name in files:
        if name not in named | {MANIFEST, UNITS}:
            yield Fault(name, 0, "the manifest does not name this file")


def _commitment(files: Files, tables: Tables) -> Iterator[Fault]:
    facts = {name: (number, value) for number, (name, value) in enumerate(tables[COMMITMENT], 1)}
    leaves, before = [], -1
    for number, (unit_id, weight, inner) in enumerate(tables[ROLL], 1):
        if int(unit_id, 16) <= before or len(unit_id) != 16:
            yield Fault(ROLL, number, "ids do not ascend")
        before = int(unit_id, 16)
        leaves.append(merkle.leaf(before, int(weight), bytes.fromhex(inner)))
    found = {
        "root": merkle.root(leaves).hex(),
        "units": str(len(leaves)),
        "rules": hashlib.sha256(files[RULES]).hexdigest(),
    }
    for name, value in found.items():
        number, said = facts[name]
        if said != value:
            yield Fault(COMMITMENT, number, f"{name} is {said}, recomputed it is {value}")


def _seed(files: Files, tables: Tables) -> Iterator[Fault]:
    facts = dict(tables[COMMITMENT])
    results = results_of(tables[SEED])
    check_sources(read_rules(files[RULES]), results)
    key = key_of(results)
    seed = seed_of(bytes.fromhex(facts["root"]), bytes.fromhex(facts["rules"]), key)
    for number, expected in enumerate((["key", key], ["seed", seed.hex()]), len(results) + 1):
        if tables[SEED][number - 1] != expected:
            yield Fault(SEED, number, f"recomputed, this row is {','.join(expected)}")


def _order(_: Files, tables: Tables) -> Iterator[Fault]:
    seed = bytes.fromhex(tables[SEED][-1][1])
    weights = {unit_id: int(weight) for unit_id, weight, _ in tables[ROLL]}
    before = ("", "")
    for number, (position, unit_id, shown) in enumerate(tables[ORDER], 1):
        weight = weights.pop(unit_id, 0)
        if not weight:
            yield Fault(ORDER, number, f"{unit_id} is not on the roll, or comes twice")
            return
        if position != str(number) or shown != ticket(seed, int(unit_id, 16), weight).hex():
            yield Fault(ORDER, number, f"the ticket of {unit_id} or its position is another")
        if (shown, unit_id) <= before:
            yield Fault(ORDER, number, "tickets do not ascend")
        before = (shown, unit_id)
    if weights:
        yield Fault(ORDER, len(tables[ORDER]) + 1, f"{min(weights)} is on the roll and has no position")


def _results(files: Files, tables: Tables) -> Iterator[Fault]:
    rules = read_rules(files[RULES])
    beds: dict[tuple[str, ...], int] = {
        (choice.batch, choice.type): choice.rooms * choice.beds for choice in rules.choices
    }
    for name in sorted(files):
        if name.startswith(("result-", "kept-")):
            yield from _places(name, tables, dict(beds))


def _places(name: str, tables: Tables, beds: dict[tuple[str, ...], int]) -> Iterator[Fault]:
    order, before = tables[ORDER], 0
    for number, (position, unit_id, *choice) in enumerate(tables[name], 1):
        at, named = int(position), tuple(map(unescaped, choice))
        if not before < at <= len(order) or order[at - 1][1] != unit_id:
            yield Fault(name, number, f"{unit_id} is not at position {position}")
        if choice and beds.get(named, 0) < 1:
            yield Fault(name, number, "the rules have no such choice, or no bed of it is left")
        beds[named] = beds.get(named, 0) - 1
        before = at


def _rerun(files: Files, tables: Tables) -> Iterator[Fault]:
    season = season_of(files)
    fault = first_difference(UNITS, units_file(season.units, season.salts), files[UNITS])
    if fault is not None:
        yield fault
        return
    inners = season.inners
    for number, fields in enumerate(tables[ROLL], 1):
        if len(season.units) < number or fields[2] != inners[32 * (number - 1) : 32 * number].hex():
            yield Fault(UNITS, number, "the record is another than the roll commits to")
            return
    expected = published(season) if SEED in files else at_freeze(season)
    for name in sorted(expected.keys() | files.keys() - {UNITS}):
        fault = first_difference(name, expected.get(name, b""), files.get(name, b""))
        if fault is not None:
            yield fault


STEPS: tuple[tuple[str, str, str, Callable[[Files, Tables], Iterator[Fault]]], ...] = (
    ("every file is the one that the manifest names", MANIFEST, MANIFEST, _manifest),
    ("the roll leads to the published root, the rules to their hash", COMMITMENT, COMMITMENT, _commitment),
    ("the named public draws lead to the seed", SEED, SEED, _seed),
    ("every ticket is right, and so is the order", ORDER, SEED, _order),
    ("every place belongs to the unit at its position", RULES, SEED, _results),
    ("the full re-run gives the published files, byte by byte", UNITS, UNITS, _rerun),
)
"""What is checked, the file that is blamed where a step cannot read on, the file it needs, and how."""
