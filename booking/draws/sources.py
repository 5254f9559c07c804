"""Named public draws, and the seed that follows from them: nobody can choose it, anybody can recompute it."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from booking.draws.errors import BadResult, TooLittleEntropy

HASH_NAME = "SHA-256"


@dataclass(frozen=True, slots=True)
class Balls:
    """`drawn` balls out of `of`, without their order."""

    drawn: int
    of: int

    @property
    def outcomes(self) -> int:
        """How many results there are."""
        return math.comb(self.of, self.drawn)


@dataclass(frozen=True, slots=True)
class Digits:
    """So many digits whose order counts."""

    drawn: int

    @property
    def outcomes(self) -> int:
        """How many results there are."""
        return int(10**self.drawn)


LOTTERIES: Mapping[str, tuple[str, tuple[Balls | Digits, ...]]] = {
    "kl8": ("快乐8", (Balls(20, 80),)),
    "ssq": ("双色球", (Balls(6, 33), Balls(1, 16))),
    "dlt": ("大乐透", (Balls(5, 35), Balls(2, 12))),
    "3d": ("福彩3D", (Digits(3),)),
    "pl5": ("排列5", (Digits(5),)),
}
"""By code: the name, and the parts of one result, in the order in which the lottery announces them."""


@dataclass(frozen=True, slots=True)
class Source:
    """A draw that has not happened yet: which, its issue, the day, and the issue that counts if it is postponed."""

    lottery: str
    issue: str
    day: str
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class DrawnNumbers:
    """What a source came out as: all numbers in the order announced; `issue` is the source's or its fallback."""

    lottery: str
    issue: str
    numbers: tuple[int, ...]


def bits(lottery: str) -> float:
    """The entropy of one draw of a lottery."""
    return math.log2(math.prod(part.outcomes for part in LOTTERIES[lottery][1]))


def check_entropy(sources: Sequence[Source], least: int) -> None:
    """Refuse sources that somebody could run through beforehand.

    Raises:
        TooLittleEntropy: with the bits of each source, their sum and what is needed.
    """
    outcomes = math.prod(part.outcomes for source in sources for part in LOTTERIES[source.lottery][1])
    if outcomes < 2**least:
        each = "、".join(f"{LOTTERIES[source.lottery][0]} {bits(source.lottery):.1f}" for source in sources)
        raise TooLittleEntropy(each=each or "0", found=f"{math.log2(outcomes):.1f}", needed=least)


def rfc3797_key(sources: Iterable[Sequence[int]]) -> str:
    """The key string of RFC 3797, section 4.3: each source's numbers ascending, each with ".", then "/"."""
    return "".join("".join(f"{number}." for number in sorted(numbers)) + "/" for numbers in sources)


def key_of(results: Sequence[DrawnNumbers]) -> str:
    """The key of announced numbers: ball sets are sorted, ordered digits become one integer.

    Raises:
        BadResult: numbers that this lottery cannot have drawn.
    """
    return rfc3797_key(numbers for result in results for numbers in _parts(result))


def seed_of(root: bytes, rules_hash: bytes, key: str) -> bytes:
    """The seed: 32 bytes, from the commitment, the rules and the key; the hash's name is in the text that is hashed."""
    return hashlib.sha256(f"RETREAT1|{HASH_NAME}|{root.hex()}|{rules_hash.hex()}|{key}".encode()).digest()


def _parts(result: DrawnNumbers) -> list[tuple[int, ...]]:
    parts, numbers, found = LOTTERIES[result.lottery][1], result.numbers, []
    if len(numbers) != sum(part.drawn for part in parts):
        raise _bad(result)
    for part in parts:
        mine, numbers = numbers[: part.drawn], numbers[part.drawn :]
        if isinstance(part, Digits):
            if not all(0 <= digit <= 9 for digit in mine):
                raise _bad(result)
            mine = (int("".join(map(str, mine))),)
        elif len(set(mine)) < part.drawn or not all(1 <= ball <= part.of for ball in mine):
            raise _bad(result)
        found.append(mine)
    return found


def _bad(result: DrawnNumbers) -> BadResult:
    return BadResult(
        lottery=LOTTERIES[result.lottery][0], issue=result.issue, numbers=" ".join(map(str, result.numbers))
    )
