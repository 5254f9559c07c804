"""From what a scanner read or a person typed to what it is: a token, a manual code, or something foreign.

    227 digits            a token without rotating digits (printed, or in a calendar)
    235 digits            a token and its eight rotating digits
    12 or 20 digits       a manual code, the latter with rotating digits, if its check digits fit
    up to 64 characters   a card number or barcode of someone else's: known, if at all, to the server alone
    anything else         unreadable

All numbers of digits are counted after white space and grouping dashes are taken away. One in 97 foreign
numbers of 12 or 20 digits passes for a manual code; whoever finds no pass for it should try it as a card.
"""

from collections.abc import Mapping
from typing import NamedTuple

from booking.checkin.codes import CODE_DIGITS, MANUAL_DIGITS, read_manual_code
from booking.checkin.facts import Pass, PassState, Presented
from booking.checkin.tokens import TOKEN_DIGITS, Fault, PassKey, Token, is_digits, tidy, verify

LONGEST_CARD = 64

_PRESENTED_FOR = {
    Fault.NOT_A_TOKEN: Presented.UNREADABLE,
    Fault.UNKNOWN_VERSION: Presented.UNVERIFIABLE,
    Fault.UNKNOWN_KEY: Presented.UNVERIFIABLE,
    Fault.RETIRED_KEY: Presented.RETIRED_KEY,
    Fault.FORGED: Presented.FORGED,
    Fault.MALFORMED: Presented.FORGED,
}


class Reading(NamedTuple):
    """What was presented, taken apart but not yet looked up."""

    presented: Presented
    token: Token | None = None
    manual_code: str = ""
    """Twelve digits when a manual code was presented."""
    rotating: str = ""
    """The rotating digits that came with it, unchecked, or ""."""
    card: str = ""
    """A foreign number or barcode; for a manual code the same digits, should no pass know them."""


def read(text: str, ring: Mapping[int, PassKey], at: int) -> Reading:
    """Tell what a text is; tokens are verified against the ring as of the Unix second `at`. Never raises."""
    digits = tidy(text)
    if is_digits(digits):
        if len(digits) in (TOKEN_DIGITS, TOKEN_DIGITS + CODE_DIGITS):
            return _read_token(digits, ring, at)
        if len(digits) in (MANUAL_DIGITS, MANUAL_DIGITS + CODE_DIGITS):
            manual = read_manual_code(digits[:MANUAL_DIGITS])
            if manual is not None:
                return Reading(Presented.MANUAL, None, manual, digits[MANUAL_DIGITS:], card=digits)
    card = digits if is_digits(digits) else text.strip()
    if 0 < len(card) <= LONGEST_CARD and card.isprintable():
        return Reading(Presented.CARD, card=card)
    return Reading(Presented.UNREADABLE)


def pass_of(token: Token) -> Pass:
    """The facts of a pass as its token states them: all that a gate knows of one that is not in its manifest."""
    return Pass(
        place_id=token.place_id,
        zones=token.zones,
        opens=token.opens,
        closes=token.closes,
        party=token.party,
        state=PassState.ISSUED,
        daily_from=token.daily_from,
        daily_until=token.daily_until,
        product=token.product,
        static_code=token.static_code,
        single_entry=token.single_entry,
    )


def _read_token(digits: str, ring: Mapping[int, PassKey], at: int) -> Reading:
    token = verify(digits[:TOKEN_DIGITS], ring, at)
    if isinstance(token, Fault):
        return Reading(_PRESENTED_FOR[token])
    return Reading(Presented.QR, token=token, rotating=digits[TOKEN_DIGITS:])
