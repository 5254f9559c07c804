"""The end of a booking or stay that was cancelled, in its books."""

from datetime import datetime, timedelta

import msgspec

from booking.db import WriteSession
from booking.payments.queries import balance
from booking.payments.rules import Line
from booking.payments.service.charging import charge, reverse_charges
from booking.payments.service.deposits import apply_deposit
from booking.payments.service.ledger import lock
from booking.payments.terms import CancellationTerms, cancellation_fee


class Cancelled(msgspec.Struct, frozen=True):
    """What a cancellation left on a folio, in fen: the fee, what `refund_due` and `return_deposit` may give back."""

    fee: int
    credit: int
    deposit: int
    owed: int


def cancel_charges(
    tx: WriteSession,
    now: datetime,
    *,
    place_id: int,
    folio_id: int,
    left: timedelta,
    terms: CancellationTerms | None,
    actor: str,
    note: str = "",
) -> Cancelled:
    """Take all charges back and charge the fee of a cancellation with so much time left; deposits pay for it first.

    The federation bears no fee: it is reckoned on what was charged before any subsidy, and stays with the guest.

    Raises:
        NotFound: there is no such folio.
    """
    where = {"place_id": place_id, "folio_id": folio_id}
    lock(tx, **where)
    charged = balance(tx, **where).charged
    reverse_charges(tx, now, place_id=place_id, folio_id=folio_id, actor=actor, note=note)
    fee = 0 if terms is None else cancellation_fee(terms.steps, left, charged)
    if terms is not None and fee:
        source = f"{terms.document} {terms.clause}".strip()
        charge(tx, now, lines=[Line("cancellation_fee", fee)], actor=actor, note=source, **where)
    apply_deposit(tx, now, place_id=place_id, folio_id=folio_id, actor=actor)
    standing = balance(tx, **where)
    return Cancelled(fee, max(0, -standing.owed), standing.deposit, max(0, standing.owed))
