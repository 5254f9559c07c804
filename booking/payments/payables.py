"""Who may pay which folio, and what happens then: taught by the features whose bookings and stays the folios are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from booking.db import ReadSession, WriteSession
from booking.payments.models import Folio, PaymentIntent
from booking.web.facts import Named
from booking.web.principal import Principal


class Bill(NamedTuple):
    """A folio as those who pay it know it.

    Attributes:
        title: what it is for, e.g. the court and the place.
        link: the page of the booking or stay.
        stands: whether that still stands; money that comes for one that does not goes back by itself.
        until: when paying is of no more use, e.g. the end of a hold; None for no such hour.
    """

    title: Named
    link: str
    stands: bool = True
    until: datetime | None = None


@dataclass(frozen=True)
class Payable:
    """What a feature teaches about its folios.

    Attributes:
        subject: the first part of their subjects, e.g. `booking` of `booking:3:17`.
        bill: what the folio is for; None when there is no such thing any more.
        may_pay: whether this member may see and pay it.
        paid: what follows when an online payment came for one that stands, e.g. the stay is confirmed; runs in the
            payment's own transaction and must not refuse.
    """

    subject: str
    bill: Callable[[ReadSession, datetime, Folio], Bill | None]
    may_pay: Callable[[ReadSession, Folio, Principal], bool]
    paid: Callable[[WriteSession, datetime, Folio, PaymentIntent], None]


_PAYABLES: dict[str, Payable] = {}


def register(payable: Payable) -> None:
    """Teach about the folios of a feature; done once, where the application is made.

    Raises:
        ValueError: another feature has the subject.
    """
    if _PAYABLES.setdefault(payable.subject, payable) is not payable:
        raise ValueError(f"two features have folios of {payable.subject!r}")


def payable_of(folio: Folio) -> Payable:
    """What is known about a folio; where no feature taught anything, it is its own member's."""
    return _PAYABLES.get(folio.subject.partition(":")[0], OWN)


def is_own(_tx: ReadSession, folio: Folio, who: Principal) -> bool:
    """Whether the folio was opened for this member."""
    return folio.member_id == who.member_id


def _plain(_tx: ReadSession, now: datetime, _folio: Folio) -> Bill:
    return Bill(Named("账单", "Bill"), "/bookings")


def _nothing(_tx: WriteSession, now: datetime, _folio: Folio, _intent: PaymentIntent) -> None:
    """Nothing follows."""


OWN = Payable("", _plain, is_own, _nothing)
