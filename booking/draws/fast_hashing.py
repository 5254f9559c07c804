"""Tickets, their order and the commitment of a whole city. Needs numpy; the bytes are those of the plain functions.

Messages are laid out as rows of one array, so that a hash costs a slice and no concatenation.
"""

import hashlib
from array import array

import numpy as np
import numpy.typing as npt

from booking.draws import merkle, tickets
from booking.draws.tickets import SIZE
from booking.draws.units import Units

CHUNK = 1 << 15
"""Messages laid out at once: they fit into a processor's cache."""

Octets = npt.NDArray[np.uint8]


def all_tickets(seed: bytes, units: Units) -> bytes:
    """What `tickets.tickets` promises."""
    ids, weights = _ids(units), np.frombuffer(units.weights, dtype=np.uint8)
    return b"".join(
        _tickets(seed, ids[start : start + CHUNK], weights[start : start + CHUNK])
        for start in range(0, len(units), CHUNK)
    )


def order_of(found: bytes) -> "array[int]":
    """What `tickets.order_of` promises; by the first 8 bytes, unless two of a million million million are equal."""
    if not found:
        return array("I")
    firsts = np.frombuffer(found, dtype=">u8")[:: SIZE // 8].astype(np.uint64)
    order = np.argsort(firsts, kind="stable")
    ranked = firsts[order]
    if bool((ranked[1:] == ranked[:-1]).any()):
        return tickets.order_of(found)
    return array("I", order.astype(np.uint32).tobytes())


def root(units: Units, inners: bytes) -> bytes:
    """The root over a roll: what `merkle.root(merkle.leaves(…))` promises."""
    if not len(units):
        return merkle.EMPTY
    level = _leaves(units, np.frombuffer(inners, dtype=np.uint8).reshape(-1, SIZE))
    while len(level) > SIZE:
        even = len(level) // (2 * SIZE) * 2 * SIZE
        level = _nodes(np.frombuffer(level, dtype=np.uint8, count=even).reshape(-1, 2 * SIZE)) + level[even:]
    return level


def _tickets(seed: bytes, ids: Octets, weights: Octets) -> bytes:
    rows = np.empty((len(ids), 1 + len(seed) + 8 + 1), dtype=np.uint8)
    rows[:, : 1 + len(seed)] = np.frombuffer(b"T" + seed, dtype=np.uint8)
    rows[:, -9:-1] = ids
    rows[:, -1] = 0
    best = _hashes(rows)
    for t in range(1, int(weights.max(initial=1))):
        heavy = np.flatnonzero(weights > t)
        rows[heavy, -1] = t
        for index, one in zip(heavy.tolist(), _hashes(rows[heavy]), strict=True):
            best[index] = min(best[index], one)
    return b"".join(best)


def _leaves(units: Units, inners: Octets) -> bytes:
    ids, weights, found = _ids(units), np.frombuffer(units.weights, dtype=np.uint8), []
    for start in range(0, len(units), CHUNK):
        end = min(start + CHUNK, len(units))
        rows = np.empty((end - start, 1 + 8 + 1 + SIZE), dtype=np.uint8)
        rows[:, 0] = 0
        rows[:, 1:9] = ids[start:end]
        rows[:, 9] = weights[start:end]
        rows[:, 10:] = inners[start:end]
        found.append(b"".join(_hashes(rows)))
    return b"".join(found)


def _nodes(pairs: Octets) -> bytes:
    found = []
    for start in range(0, len(pairs), CHUNK):
        rows = np.empty((min(CHUNK, len(pairs) - start), 1 + 2 * SIZE), dtype=np.uint8)
        rows[:, 0] = 1
        rows[:, 1:] = pairs[start : start + CHUNK]
        found.append(b"".join(_hashes(rows)))
    return b"".join(found)


def _hashes(rows: Octets) -> list[bytes]:
    sha256, width, data = hashlib.sha256, rows.shape[1], rows.tobytes()
    return [sha256(data[start : start + width]).digest() for start in range(0, len(data), width)]


def _ids(units: Units) -> Octets:
    """The ids as rows of 8 bytes, big-endian."""
    return np.frombuffer(units.ids, dtype=np.uint64).astype(">u8").view(np.uint8).reshape(-1, 8)
