"""The commitment: one hash that fixes every application before anybody knows the seed (the tree of RFC 6962)."""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()


def inner_hash(salt: bytes, record: bytes) -> bytes:
    """What is published of an application. The salt (16 random bytes) keeps anybody from trying out records."""
    return hashlib.sha256(salt + record).digest()


def leaf(unit_id: int, weight: int, inner: bytes) -> bytes:
    """A leaf of the tree: SHA-256(0x00 ‖ id ‖ weight ‖ inner hash)."""
    return hashlib.sha256(b"\0" + unit_id.to_bytes(8, "big") + bytes((weight,)) + inner).digest()


def leaves(ids: Sequence[int], weights: bytes, inners: bytes) -> list[bytes]:
    """The leaves of a roll; `inners` holds the inner hashes one behind the other."""
    sha256 = hashlib.sha256
    return [
        sha256(b"\0" + unit_id.to_bytes(8, "big") + weights[i : i + 1] + inners[32 * i : 32 * i + 32]).digest()
        for i, unit_id in enumerate(ids)
    ]


def levels(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """The whole tree from the leaves up. One left over at the end of a level rises as it is: RFC 6962's shape."""
    found = [list(hashes) or [EMPTY]]
    while len(found[-1]) > 1:
        found.append(_above(found[-1]))
    return found


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over some leaves."""
    level = list(hashes) or [EMPTY]
    while len(level) > 1:
        level = _above(level)
    return level[0]


def proof(tree: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    """The inclusion proof of a leaf (RFC 6962, 2.1.1) out of the `levels` of its tree: its siblings from the bottom."""
    paths = [(level, (index >> height) ^ 1) for height, level in enumerate(tree)]
    return [level[sibling] for level, sibling in paths[:-1] if sibling < len(level)]


def is_included(hashed: bytes, index: int, size: int, siblings: Iterable[bytes], expected: bytes) -> bool:
    """Whether a proof leads from a leaf to the root of a tree of `size` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    last = size - 1
    for sibling in siblings:
        if last == 0:
            return False
        if index & 1 or index == last:
            hashed = _node(sibling, hashed)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            hashed = _node(hashed, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and hashed == expected


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _above(level: list[bytes]) -> list[bytes]:
    sha256 = hashlib.sha256
    pairs = zip(level[::2], level[1::2], strict=False)
    above = [sha256(b"\1" + left + right).digest() for left, right in pairs]
    return above if len(level) % 2 == 0 else [*above, level[-1]]
