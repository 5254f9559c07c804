"""A season of any size for benchmarks: four room types in fifty batches, a city's tree, five wishes each."""

from array import array

import numpy as np

from booking.draws.rules import Cap, Choice, Guarantee, Level, Node, Rules
from booking.draws.units import Kind, Need, Units

BATCHES, TYPES, WISHES = 50, 4, 5
DISTRICTS, TOWNSHIPS, ENTERPRISES = 10, 156, 4886
"""As many as the city has."""
APPLICANTS_A_ROOM = 50
NEEDS = (Need(rooms=1), Need(men=1), Need(women=1))
SHARE_OF_CATEGORIES = (0.75, 0.18, 0.05, 0.02)
SHARE_OF_WEIGHTS = (0.4, 0.3, 0.2, 0.1)
CAPPED_AT = {Level.CITY: 1.0, Level.DISTRICT: 0.14, Level.TOWNSHIP: 0.01, Level.ENTERPRISE: 0.002}
"""Of all beds."""


def season(number: int, seed: int = 7) -> tuple[Rules, Units, bytes]:
    """Rules for so many units, the units, and their inner hashes. Rooms grow with the units: one for fifty."""
    rules = _rules(max(4, number // (APPLICANTS_A_ROOM * BATCHES * TYPES)))
    dice = np.random.default_rng(seed)
    ids = np.unique(dice.integers(0, 2**64, number, dtype=np.uint64))
    number = len(ids)
    shapes = len(NEEDS) * len(SHARE_OF_CATEGORIES)
    kind = dice.integers(0, ENTERPRISES, number) * shapes + dice.integers(0, len(NEEDS), number) * len(
        SHARE_OF_CATEGORIES
    )
    kind += dice.choice(len(SHARE_OF_CATEGORIES), number, p=SHARE_OF_CATEGORIES)
    present, kind = np.unique(kind, return_inverse=True)
    choices = len(rules.choices)
    step = dice.integers(1, choices // WISHES, (number, 1))
    flat = (dice.integers(0, choices, (number, 1)) + step * np.arange(WISHES)) % choices
    units = Units(
        ids=array("Q", ids.tobytes()),
        weights=(dice.choice(4, number, p=SHARE_OF_WEIGHTS) + 1).astype(np.uint8).tobytes(),
        kinds=tuple(_kind(rules, int(code)) for code in present),
        kind=array("I", kind.astype(np.uint32).tobytes()),
        starts=array("Q", (np.arange(number + 1, dtype=np.uint64) * WISHES).tobytes()),
        flat=array("H", flat.astype(np.uint16).tobytes()),
    )
    return rules, units, dice.bytes(32 * number)


def _rules(rooms: int) -> Rules:
    nodes = (
        Node("c", "", Level.CITY),
        *(Node(f"d{d}", "c", Level.DISTRICT) for d in range(DISTRICTS)),
        *(Node(f"t{t}", f"d{t % DISTRICTS}", Level.TOWNSHIP) for t in range(TOWNSHIPS)),
        *(Node(f"e{e}", f"t{e % TOWNSHIPS}", Level.ENTERPRISE) for e in range(ENTERPRISES)),
    )
    choices = tuple(Choice(f"b{b}", f"t{t}", rooms) for b in range(BATCHES) for t in range(TYPES))
    beds = sum(choice.rooms * choice.beds for choice in choices)
    caps = tuple(Cap(0, node.code, max(2, int(beds * CAPPED_AT[node.level]))) for node in nodes)
    kept = (("frontline", rooms // 2), ("talent", rooms // 5))
    guarantees = tuple(Guarantee(index, name, number) for index in range(len(choices)) for name, number in kept)
    return Rules("bench", choices, nodes, caps, ("frontline", "talent"), guarantees)


def _kind(rules: Rules, code: int) -> Kind:
    rest, categories = divmod(code, len(SHARE_OF_CATEGORIES))
    enterprise, need = divmod(rest, len(NEEDS))
    heads = 2 if NEEDS[need].rooms else 1
    return Kind(NEEDS[need], rules.names(categories), (f"e{enterprise}",) * heads)
