"""Made-up members: the same ones from the same seed, however many are asked for and wherever one begins.

Rates and dates are assumptions, but for the 5·1 cards (1.41 of 3.55 million) and the sizes of the organisations.
Telephone numbers begin with 154, a prefix that no operator was ever given.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate
from math import gcd
from typing import TypeVar

from booking.seeding.dice import Dice, apportion, below
from booking.seeding.names import GENERATIONS, SURNAMES
from booking.seeding.rows import Category, MemberRow, OrganisationRow, Sex

T = TypeVar("T")

MOST_MEMBERS = 9_999_999
"""Member numbers have room for a serial of seven digits."""

_WORD = 1 << 32
_CARDHOLDERS = 141 * _WORD // 355
_MEN = 58 * _WORD // 100
_FRONTLINE_IN_ENTERPRISES = 55 * _WORD // 100
_FRONTLINE_ELSEWHERE = 30 * _WORD // 100
_LAST_DAY_JOINED = date(2026, 6, 30).toordinal()

# Primes, so that steps of any size visit every serial once. The serials above are for the demo accounts.
_PHONES = 89_999_999
_CARDS = 899_999_963


def _table(weights: Mapping[T, int]) -> list[T]:
    """65,536 entries in proportion to the weights, to be looked up with sixteen random bits."""
    shares = apportion(1 << 16, list(weights.values()))
    return [value for value, share in zip(weights, shares, strict=True) for _ in range(share)]


_SURNAMES = _table(SURNAMES)
_BIRTH_YEARS = _table(
    dict.fromkeys(range(1954, 1964), 2)  # retired, still members
    | {year: year - 1959 for year in range(1964, 1990)}
    | dict.fromkeys(range(1990, 2000), 30)
    | {year: 2 * (2009 - year) for year in range(2000, 2009)}
)
_COMING_OF_AGE = {year: date(year + 18, 1, 1).toordinal() for year in range(1954, 2009)}
_END_OF_YEAR = date(2026, 12, 31)
_DUES = _table({_END_OF_YEAR: 92, date(2025, 12, 31): 5, date(2027, 12, 31): 2, date(2024, 12, 31): 1})
_REGISTER_SHARES: Mapping[Category | None, int] = {None: 982, "sci_tech_talent": 12, "hardship": 5, "model_worker": 1}
_REGISTERS = _table(_REGISTER_SHARES)


def _taste(sex: Sex, year: int) -> tuple[int, str, str]:
    generation = next(generation for generation in GENERATIONS if year <= generation.until)
    return generation.single, *generation.characters[sex]


_SEXES: tuple[Sex, Sex] = ("male", "female")
_TASTES = {(sex, year): _taste(sex, year) for sex in _SEXES for year in _COMING_OF_AGE}


class _Homes:
    """Which organisation each member belongs to.

    A step near the golden section, coprime to the number of places, walks over all of them: a few members
    are spread over the whole city, and as many as there are places fill each organisation exactly.
    """

    def __init__(self, organisations: Sequence[OrganisationRow]) -> None:
        self._organisations = organisations
        self._ends = list(accumulate(organisation.members for organisation in organisations))
        self._places = self._ends[-1] if self._ends else 0
        if self._places == 0:
            raise ValueError("no organisation has members")
        self._step = next(
            step for step in range(self._places * 618 // 1000, 2 * self._places + 2) if gcd(step, self._places) == 1
        )

    def of(self, serial: int) -> OrganisationRow:
        return self._organisations[bisect_right(self._ends, serial * self._step % self._places)]


def member_number(serial: int) -> str:
    """The number with this serial: 3302, seven digits, and the two check digits of ISO/IEC 7064, MOD 97-10."""
    digits = (33_020_000_000 + serial) * 100
    return str(digits + 98 - digits % 97)


def generate_members(
    seed: int, count: int, organisations: Sequence[OrganisationRow], first: int = 1
) -> Iterator[MemberRow]:
    """So many members, one at a time, from serial `first` on.

    Raises:
        ValueError: more than `MOST_MEMBERS`, or no organisation that has members.
    """
    if first < 1 or first + count - 1 > MOST_MEMBERS:
        raise ValueError(f"serials run from 1 to {MOST_MEMBERS}")
    homes, dice = _Homes(organisations), Dice(seed, "members")
    return (_member(serial, homes.of(serial), dice) for serial in range(first, first + count))


def _member(serial: int, home: OrganisationRow, dice: Dice) -> MemberRow:
    named, called, born, joined, paid, carded, work, register = dice.roll(serial)
    sex: Sex = "male" if named < _MEN else "female"
    birth_year = _BIRTH_YEARS[born >> 16]
    joined_on, dues_paid_until = _joined(birth_year, joined), _DUES[paid >> 16]
    return MemberRow(
        number=member_number(serial),
        name=_SURNAMES[called >> 16] + _given_name(sex, birth_year, called & 0xFFFF, born & 0xFFFF),
        sex=sex,
        birth_year=birth_year,
        phone=f"154{serial * 55_622_719 % _PHONES:08}",
        organisation=home.code,
        categories=_categories(home.kind, work, register),
        card=f"51{serial * 556_227_199 % _CARDS:010}" if carded < _CARDHOLDERS else None,
        dues_paid_until=dues_paid_until if dues_paid_until > joined_on else _END_OF_YEAR,
        joined_on=joined_on,
    )


def _given_name(sex: Sex, birth_year: int, draw: int, other: int) -> str:
    """One or two characters in the taste of the year of birth, from two draws of 16 bits."""
    single, firsts, lasts = _TASTES[sex, birth_year]
    last = lasts[(other & 0xFF) * len(lasts) >> 8]
    if (other >> 8) * 100 >> 8 < single:
        return last
    return firsts[draw * len(firsts) >> 16] + last


def _joined(birth_year: int, draw: int) -> date:
    """Some day between coming of age and the middle of 2026."""
    earliest = _COMING_OF_AGE[birth_year]
    return date.fromordinal(earliest + below(draw, _LAST_DAY_JOINED - earliest + 1))


def _categories(kind: str, work: int, register: int) -> tuple[Category, ...]:
    limit = _FRONTLINE_IN_ENTERPRISES if kind == "enterprise" else _FRONTLINE_ELSEWHERE
    kept = _REGISTERS[register >> 16]
    if work < limit:
        return ("frontline", kept) if kept else ("frontline",)
    return (kept,) if kept else ()
