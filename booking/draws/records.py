"""Rules and units as rows: the bytes that are committed to. docs/draw-format.md says the same for other languages."""

import hashlib
from collections.abc import Iterator, Sequence

from booking.draws import rows
from booking.draws.errors import BadRules
from booking.draws.merkle import inner_hash
from booking.draws.rows import escaped, unescaped
from booking.draws.rules import VERSION, Cap, Choice, Guarantee, Level, Node, Policy, Rules
from booking.draws.sources import Source
from booking.draws.units import Kind, Need, Unit, Units

RULES, UNITS = "rules.csv", "units.csv"
SALT = 16
"""Bytes of a salt."""
Row = tuple[str, ...]


def rules_file(rules: Rules) -> bytes:
    """The rules as they are published; their hash is that of these bytes."""
    return rows.written(RULES, _rules(rules))


def rules_hash(rules: Rules) -> bytes:
    """What the commitment says about the rules."""
    return hashlib.sha256(rules_file(rules)).digest()


def read_rules(data: bytes) -> Rules:
    """The rules of a file.

    Raises:
        Unreadable: a row was changed.
        BadRules: the rows are sound, but no rules of this version.
    """
    kinds: dict[str, list[list[str]]] = {}
    for name, *fields in rows.read(RULES, data):
        kinds.setdefault(name, []).append([unescaped(field) for field in fields])
    try:
        rules = _rules_of(kinds)
    except (LookupError, TypeError, ValueError) as error:
        raise BadRules(detail=str(error)) from error
    if kinds["version"] != [[VERSION]] or rules_file(rules) != data:
        raise BadRules(detail=f"not as {VERSION} writes them")
    return rules


def record(unit: Unit) -> bytes:
    """The canonical record of a unit: what its leaf commits to."""
    return ",".join(_unit(unit)).encode()


def inner_hashes(units: Units, salts: bytes) -> bytes:
    """The inner hashes of all units, one behind the other; `salts` holds 16 random bytes for each of them."""
    return b"".join(
        inner_hash(salts[SALT * index : SALT * (index + 1)], record(unit)) for index, unit in enumerate(units)
    )


def units_file(units: Units, salts: bytes) -> bytes:
    """The full input, for a notary: with it anybody could tell who applied, so it is never published."""
    found = ((*_unit(unit), salts[SALT * i : SALT * (i + 1)].hex()) for i, unit in enumerate(units))
    return rows.written(UNITS, found)


def read_units(rules: Rules, data: bytes) -> tuple[Units, bytes]:
    """Units and salts of a notary's file.

    Raises:
        Unreadable: a row was changed.
        BadUnit: a unit that these rules cannot read.
        ValueError: a row of other fields.
    """
    found = rows.read(UNITS, data)
    units = Units.of(rules, (_unit_of(fields) for fields in found))
    return units, b"".join(bytes.fromhex(fields[8]) for fields in found)


def id_field(unit_id: int) -> str:
    """An id as it is written everywhere: 16 hexadecimal digits, which every language reads exactly."""
    return f"{unit_id:016x}"


def _rules(rules: Rules) -> Iterator[Row]:
    yield "version", VERSION
    yield "title", escaped(rules.title)
    yield "policy", rules.policy
    yield "bits", str(rules.bits)
    for source in rules.sources:
        yield "source", source.lottery, escaped(source.issue), escaped(source.day), escaped(source.fallback)
    for category in rules.categories:
        yield "category", escaped(category)
    for node in rules.nodes:
        yield "node", escaped(node.code), escaped(node.parent), str(int(node.level))
    for choice in rules.choices:
        numbers = (choice.rooms, choice.beds, choice.pool)
        yield "choice", escaped(choice.batch), escaped(choice.type), *map(str, numbers)
    for cap in rules.caps:
        yield "cap", str(cap.pool), escaped(cap.node), str(cap.heads)
    for one in rules.guarantees:
        yield "guarantee", str(one.choice), escaped(one.category), str(one.beds)


def _rules_of(kinds: dict[str, list[list[str]]]) -> Rules:
    return Rules(
        title=kinds["title"][0][0],
        choices=tuple(Choice(batch, of, *map(int, numbers)) for batch, of, *numbers in kinds.get("choice", ())),
        nodes=tuple(Node(code, parent, Level(int(level))) for code, parent, level in kinds.get("node", ())),
        caps=tuple(Cap(int(pool), node, int(heads)) for pool, node, heads in kinds.get("cap", ())),
        categories=tuple(name for (name,) in kinds.get("category", ())),
        guarantees=tuple(Guarantee(int(at), name, int(beds)) for at, name, beds in kinds.get("guarantee", ())),
        policy=Policy(kinds["policy"][0][0]),
        sources=tuple(Source(*fields) for fields in kinds.get("source", ())),
        bits=int(kinds["bits"][0][0]),
    )


def _unit(unit: Unit) -> Row:
    need, categories, members = unit.kind
    names = (_joined(map(escaped, categories)), _joined(map(escaped, members)), _joined(map(str, unit.choices)))
    return (id_field(unit.id), str(unit.weight), *map(str, need), *names)


def _joined(parts: Iterator[str]) -> str:
    return "+".join(parts)


def _parts(field: str) -> Sequence[str]:
    return [unescaped(part) for part in field.split("+")] if field else []


def _unit_of(fields: list[str]) -> Unit:
    unit_id, weight, rooms, men, women, categories, members, choices, _ = fields
    kind = Kind(Need(int(rooms), int(men), int(women)), tuple(_parts(categories)), tuple(_parts(members)))
    return Unit(int(unit_id, 16), int(weight), kind, tuple(map(int, _parts(choices))))
