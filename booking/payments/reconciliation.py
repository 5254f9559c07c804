"""Comparing the provider's list with ours: whatever one side has and the other has otherwise, or not at all."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import msgspec
from sqlalchemy import select

from booking.db import Database, ReadSession
from booking.payments.models import PaymentIntent, ProviderRefund
from booking.payments.provider import Provider
from booking.payments.wire import our_reference

Side: TypeAlias = Literal["payment", "refund"]
EDGE = timedelta(minutes=10)
"""The two clocks differ a little: what lies so near the edge of the period is looked for beyond it, too."""
_MONEY: dict[Side, frozenset[str]] = {
    "payment": frozenset({"paid"}),
    "refund": frozenset({"succeeded"}),
}


class Record(msgspec.Struct, frozen=True):
    """A payment or refund as one side has it; `money` is whether it moved."""

    side: Side
    merchant_reference: str
    reference: str
    fen: int
    money: bool
    status: str


class Difference(msgspec.Struct, frozen=True):
    """Where the two lists part; `ours` or `theirs` is None where that side has nothing."""

    side: Side
    merchant_reference: str
    ours: Record | None
    theirs: Record | None

    def __str__(self) -> str:
        return f"{self.side} {self.merchant_reference}: ours {_said(self.ours)}, theirs {_said(self.theirs)}"


def differences(ours: Iterable[Record], theirs: Iterable[Record]) -> list[Difference]:
    """Every payment and refund in which the sides differ by sum or by whether money moved, by reference.

    What never moved money on either side is no difference, whether the other side knows of it or not.
    """
    mine = {(one.side, one.merchant_reference): one for one in ours}
    yours: dict[tuple[Side, str], list[Record]] = {}
    for one in theirs:
        yours.setdefault((one.side, one.merchant_reference), []).append(one)
    found = []
    for key in sorted(mine.keys() | yours.keys()):
        our = mine.get(key)
        same: list[Record | None] = [*yours.get(key, ())]
        found += [Difference(*key, our, their) for their in same or [None] if not _agree(our, their)]
    return found


async def reconcile(database: Database, provider: Provider, since: datetime, until: datetime) -> list[Difference]:
    """What differs among the payments opened, and refunds asked, from `since` until before `until`.

    Raises:
        ProviderError: the provider cannot be asked.
    """
    wide = (since - EDGE, until + EDGE)
    theirs = [
        Record("payment", one.merchant_reference, one.id, one.amount, one.status in _MONEY["payment"], one.status)
        async for one in provider.payments(*wide)
    ]
    theirs += [
        Record("refund", one.merchant_reference, one.id, one.amount, one.status in _MONEY["refund"], one.status)
        async for one in provider.refunds(*wide)
    ]
    ours = await database.read(recorded, since - 2 * EDGE, until + 2 * EDGE)
    inside = await database.read(recorded, since, until)
    named = {(one.side, one.merchant_reference) for one in inside}
    known = {(one.side, one.merchant_reference) for one in ours}
    shown = [one for one in theirs if (key := (one.side, one.merchant_reference)) in named or key not in known]
    return differences(inside, shown)


def recorded(tx: ReadSession, since: datetime, until: datetime) -> list[Record]:
    """Our payments and refunds of a period."""
    intents = select(PaymentIntent).where(PaymentIntent.created_at >= since, PaymentIntent.created_at < until)
    refunds = select(ProviderRefund).where(ProviderRefund.created_at >= since, ProviderRefund.created_at < until)
    return [
        Record(
            "payment",
            our_reference(one.place_id, one.id),
            one.reference or "",
            one.fen,
            one.status in ("paid", "refunded"),
            one.status,
        )
        for one in tx.all(intents)
    ] + [
        Record(
            "refund",
            our_reference(one.place_id, one.id),
            one.reference or "",
            one.fen,
            one.status == "done",
            one.status,
        )
        for one in tx.all(refunds)
    ]


def _agree(ours: Record | None, theirs: Record | None) -> bool:
    if ours is None or theirs is None:
        alone = ours or theirs
        return alone is None or not alone.money
    if not ours.money and not theirs.money:
        return True
    same = ours.fen == theirs.fen and ours.reference in ("", theirs.reference)
    return same and ours.money == theirs.money


def _said(one: Record | None) -> str:
    return "nothing" if one is None else f"{one.status} {one.fen} fen ({one.reference or 'no reference'})"
