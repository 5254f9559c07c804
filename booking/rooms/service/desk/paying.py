"""Money over the front desk's counter, for a stay as a whole: the deposit, what is owed, what goes back."""

from datetime import datetime

from booking.db import WriteSession
from booking.errors import NotFound
from booking.payments.models import FolioDeposit, LedgerTransaction
from booking.payments.queries import balance, deposit_paid
from booking.payments.rules import Method
from booking.payments.service import refund_due, return_deposit, reverse, take_deposit, take_payment
from booking.rooms.catalogue import houses
from booking.rooms.errors import NotStaff
from booking.rooms.errors_desk import NothingToSettle
from booking.rooms.models import Stay
from booking.rooms.queries.stays import is_staff
from booking.rooms.schemas_desk import MoneyMoved
from booking.rooms.service.stays import owned
from booking.web.facts import Named
from booking.web.principal import Principal


def take_deposit_due(tx: WriteSession, now: datetime, stay: Stay, method: Method, actor: str) -> MoneyMoved | None:
    """Receive what is missing of the deposit that was asked for; nothing where none is."""
    if stay.folio_id is None:
        return None
    asked = tx.get(FolioDeposit, place_id=stay.place_id, folio_id=stay.folio_id)
    missing = 0 if asked is None else asked.asked_fen - deposit_paid(tx, stay.place_id, stay.folio_id)
    if missing <= 0:
        return None
    done = take_deposit(
        tx, now, place_id=stay.place_id, folio_id=stay.folio_id, method=method, fen=missing, actor=actor
    )
    return MoneyMoved(done, missing)


def pay_deposit(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_id: int, method: Method
) -> MoneyMoved:
    """Receive the deposit that is still missing.

    Raises:
        NotStaff, StayNotFound: not theirs to do, or not there.
        NothingToSettle: nothing is missing.
    """
    stay = _of_desk(tx, actor, place_id, stay_id)
    moved = take_deposit_due(tx, now, stay, method, actor.actor)
    if moved is None:
        raise NothingToSettle
    tx.touch(houses(tx).house(place_id).topic)
    return moved


def pay(tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_id: int, method: Method) -> MoneyMoved:
    """Receive what a stay owes beyond the deposit that is held for it.

    Raises:
        NotStaff, StayNotFound: not theirs to do, or not there.
        NothingToSettle: the deposit covers it.
    """
    stay = _of_desk(tx, actor, place_id, stay_id)
    standing = None if stay.folio_id is None else balance(tx, place_id, stay.folio_id)
    fen = 0 if standing is None else standing.owed - standing.deposit
    if fen <= 0 or stay.folio_id is None:
        raise NothingToSettle
    done = take_payment(tx, now, place_id=place_id, folio_id=stay.folio_id, method=method, fen=fen, actor=actor.actor)
    tx.touch(houses(tx).house(place_id).topic)
    return MoneyMoved(done, fen)


def give_back(tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_id: int) -> MoneyMoved:
    """Give back what a stay has in its guest's favour, the ways it came; once it is over, what is held as well.

    Raises:
        NotStaff, StayNotFound: not theirs to do, or not there.
        NothingToSettle: there is nothing to give back.
    """
    stay = _of_desk(tx, actor, place_id, stay_id)
    if stay.folio_id is None:
        raise NothingToSettle
    folio = stay.folio_id
    back = sum(refund_due(tx, now, place_id=place_id, folio_id=folio, actor=actor.actor).values())
    if stay.status != "confirmed" and balance(tx, place_id, folio).owed <= 0:
        back += sum(return_deposit(tx, now, place_id=place_id, folio_id=folio, actor=actor.actor).values())
    if not back:
        raise NothingToSettle
    tx.touch(houses(tx).house(place_id).topic)
    return MoneyMoved(0, back)


def take_back(
    tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_id: int, transaction: int
) -> MoneyMoved:
    """Take a payment, deposit or refund of a stay back as a whole, because it was keyed in by mistake.

    Raises:
        NotStaff, StayNotFound: not theirs to do, or not there.
        NotFound, NotReversible, AlreadyReversed, AlreadyRefunded, DepositUsed: of the ledger.
    """
    stay = _of_desk(tx, actor, place_id, stay_id)
    folio = stay.folio_id or 0
    if tx.get(LedgerTransaction, place_id=place_id, id=transaction, folio_id=folio) is None:
        raise NotFound(what=Named("这笔账", "this entry"))
    done = reverse(tx, now, place_id=place_id, transaction_id=transaction, actor=actor.actor)
    tx.touch(houses(tx).house(place_id).topic)
    return MoneyMoved(done, 0)


def _of_desk(tx: WriteSession, actor: Principal, place_id: int, stay_id: int) -> Stay:
    if not is_staff(actor, place_id):
        raise NotStaff
    return owned(tx, actor, place_id, stay_id)
