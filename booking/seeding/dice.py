"""Draws from a seed and a number, the same on every machine: `random` keeps no such promise, and it is banned."""

import hashlib
import struct

Draws = tuple[int, int, int, int, int, int, int, int]

_EIGHT_WORDS = struct.Struct("<8I").unpack


class Dice:
    """Numbers for each index that depend on nothing that was asked before."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._hash = hashlib.blake2b(key=f"{seed} {purpose}".encode()[:64], digest_size=32)

    def roll(self, index: int) -> Draws:
        """Eight independent 32-bit numbers."""
        hashed = self._hash.copy()
        hashed.update(index.to_bytes(8, "little"))
        draws: Draws = _EIGHT_WORDS(hashed.digest())
        return draws


def below(draw: int, limit: int) -> int:
    """A 32-bit draw brought into 0 … limit − 1, even to within `limit / 2**32`."""
    return draw * limit >> 32


def apportion(total: int, weights: list[int]) -> list[int]:
    """Shares of a whole by weight that add up to it exactly: largest remainders first, ties in order."""
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares
