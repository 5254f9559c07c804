"""Tickets and the order they make: bytes and integers only, so that every machine gets the same."""

import hashlib
from array import array

from booking.draws.units import Units

SIZE = 32
"""Bytes of a ticket."""


def ticket(seed: bytes, unit_id: int, weight: int) -> bytes:
    """The best of `weight` tickets: min over t of SHA-256("T" ‖ seed ‖ id ‖ t)."""
    sha256, start = hashlib.sha256, b"T" + seed + unit_id.to_bytes(8, "big")
    return min([sha256(start + bytes((t,))).digest() for t in range(weight)])


def tickets(seed: bytes, units: Units) -> bytes:
    """The tickets of all units, one behind the other in the units' order."""
    sha256, start = hashlib.sha256, b"T" + seed
    found = [sha256(start + unit_id.to_bytes(8, "big") + b"\0").digest() for unit_id in units.ids]
    for index, weight in enumerate(units.weights):
        if weight > 1:
            mine = start + units.ids[index].to_bytes(8, "big")
            found[index] = min(found[index], *[sha256(mine + bytes((t,))).digest() for t in range(1, weight)])
    return b"".join(found)


def order_of(found: bytes) -> "array[int]":
    """The units' indices by ticket, ascending. Units ascend by id, and sorting is stable: a tie goes to the lower."""
    keys = [found[start : start + SIZE] for start in range(0, len(found), SIZE)]
    return array("I", sorted(range(len(keys)), key=keys.__getitem__))
