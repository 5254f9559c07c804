"""The commands of folios at the desk; those of online payment are in `intents`, `events` and `refunds`."""

from booking.payments.service.cancelling import Cancelled, cancel_charges
from booking.payments.service.charging import charge, open_folio, reverse, reverse_charges
from booking.payments.service.crediting import Credit, credit_of, recall_unsent, return_credit
from booking.payments.service.deposits import apply_deposit, ask_deposit, return_deposit, take_deposit
from booking.payments.service.desk import refund, refund_due, take_payment
from booking.payments.service.subsidies import grant_subsidy, withdraw_subsidy

__all__ = [
    "Cancelled",
    "Credit",
    "apply_deposit",
    "ask_deposit",
    "cancel_charges",
    "charge",
    "credit_of",
    "grant_subsidy",
    "open_folio",
    "recall_unsent",
    "refund",
    "refund_due",
    "return_credit",
    "return_deposit",
    "reverse",
    "reverse_charges",
    "take_deposit",
    "take_payment",
    "withdraw_subsidy",
]
