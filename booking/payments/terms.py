"""What a folio's charges are reduced by or kept from: the federation's subsidy, and the fee of a late cancellation.

Pure, and data: both come from a document of the federation or of the place, which is named with them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple, TypeAlias

import msgspec

Per: TypeAlias = Literal["stay", "night"]


class Subsidy(msgspec.Struct, frozen=True, kw_only=True):
    """What the federation bears of a stay; whatever is above the cap stays with the guest.

    Attributes:
        cap_fen: the most that it bears, per stay or per night.
        per: which of them. Per night, each night is capped by itself, and charges without a night are not covered.
        kinds: the kinds of revenue that it covers.
        document: where it is written.
        clause: which clause of it.
    """

    cap_fen: int
    per: Per
    document: str
    clause: str
    kinds: tuple[str, ...] = ("room", "meal_plan", "checkup_package")


class Charged(NamedTuple):
    """What stands charged for one kind of revenue on one night, in fen."""

    what: str
    night: date | None
    fen: int


def borne(subsidy: Subsidy, charges: Iterable[Charged]) -> int:
    """The fen that the federation bears of these charges: never more than they come to, nor than the cap."""
    covered = [one for one in charges if one.what in subsidy.kinds]
    if subsidy.per == "stay":
        return min(subsidy.cap_fen, sum(one.fen for one in covered))
    nights = {one.night for one in covered} - {None}
    return sum(min(subsidy.cap_fen, sum(one.fen for one in covered if one.night == night)) for night in nights)


class FeeStep(msgspec.Struct, frozen=True):
    """Cancelled less than so long before the start, so many hundredths of the price are kept."""

    less_than: timedelta
    percent: int


class CancellationTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a price when it is cancelled late, and where that is written."""

    steps: tuple[FeeStep, ...]
    document: str
    clause: str


def cancellation_fee(steps: Sequence[FeeStep], left: timedelta, fen: int) -> int:
    """What is kept of a price of `fen` when it is cancelled with so much time left; halves are rounded down.

    Of the steps that apply, the one nearest to the start counts; after the start the same one does.
    """
    applying = [step for step in steps if left < step.less_than]
    if not applying:
        return 0
    return fen * min(applying, key=lambda step: step.less_than).percent // 100
