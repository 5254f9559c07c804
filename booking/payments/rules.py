"""Double entry in integer fen: every event with money in it is postings that add up to nothing.

Debits are positive, credits negative. Accounts of a folio:

- `guest`: what the guest owes; negative is a credit in their favour.
- `deposit`: what is held for the guest, and not yet meant for any charge; credited, so negative.
- `federation`: what the federation owes, because a subsidy of its own bears it.
- `revenue:<what>`: earned with one of `REVENUE_KINDS`, at the usual price; credited, so negative.
- `discount:<what>`: by how much the member's price is lower than the usual one.
- `tender:<way>`: money in the till, with the bank or with the provider, by how it came.

Hence owed = charged - subsidy - (paid - deposit), always.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, TypeAlias

import msgspec

from booking.web.facts import Named

GUEST = "guest"
DEPOSIT = "deposit"
FEDERATION = "federation"
REVENUE = "revenue:"
DISCOUNT = "discount:"
TENDER = "tender:"
LARGEST_FEN = 1_000_000_000
"""Ten million yuan: more in one event is a slip of the keyboard."""

Method: TypeAlias = Literal["cash", "card", "wechat", "alipay"]
Way: TypeAlias = Literal["cash", "card", "wechat", "alipay", "online"]
Kind: TypeAlias = Literal[
    "charge", "payment", "refund", "reversal", "deposit", "deposit_applied", "deposit_returned", "subsidy"
]
METHODS: Mapping[Method, Named] = {
    "cash": Named("现金", "cash"),
    "card": Named("银行卡", "card"),
    "wechat": Named("微信", "WeChat Pay"),
    "alipay": Named("支付宝", "Alipay"),
}
"""Ways to pay at the desk."""
ONLINE: Way = "online"
WAYS: Mapping[Way, Named] = dict[Way, Named](METHODS.items()) | {"online": Named("网上支付", "online payment")}
"""All ways that money comes and goes: those of the desk, and the provider."""
REVENUE_KINDS: Mapping[str, Named] = {
    "court": Named("场地费", "court"),
    "pool": Named("入场费", "admission"),
    "room": Named("房费", "room"),
    "meal_plan": Named("餐费", "meals"),
    "checkup_package": Named("体检套餐", "check-up package"),
    "shuttle": Named("班车费", "shuttle"),
    "cancellation_fee": Named("取消费", "cancellation fee"),
    "other": Named("其他", "other"),
}
"""What a place earns with; a charge of another kind is shown as `other`."""
DEPOSIT_KINDS: tuple[Kind, ...] = ("deposit", "deposit_applied", "deposit_returned")
IN_KINDS: tuple[Kind, ...] = ("payment", "deposit")
"""Events by which money comes in."""


class Line(msgspec.Struct, frozen=True):
    """One thing that is charged.

    Attributes:
        what: names the revenue account: one of `REVENUE_KINDS`.
        fen: what this guest is asked for it: the member's price where there is one.
        usual_fen: what others are asked; None when it is the same.
        night: the night or day that it is for, by which a subsidy per night is counted.
    """

    what: str
    fen: int
    usual_fen: int | None = None
    night: date | None = None


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One posting to come."""

    account: str
    fen: int
    night: date | None = None


class Balance(msgspec.Struct, frozen=True):
    """Where a folio stands, in fen.

    Attributes:
        charged: what its charges come to, at the guest's own price.
        paid: what was received and not given back, by way; deposits included.
        owed: what the guest still owes; negative when they have money to get back.
        deposit: what is held and not yet applied to any charge.
        subsidy: what the federation bears.
    """

    charged: int
    paid: dict[str, int]
    owed: int
    deposit: int = 0
    subsidy: int = 0

    @property
    def paid_in_all(self) -> int:
        """What was received and not given back."""
        return sum(self.paid.values())

    @property
    def due(self) -> int:
        """What is still to be paid: what is held pays for charges first. Never negative."""
        return max(0, self.owed - max(0, self.deposit))


class Unbalanced(ValueError):
    """Postings that do not add up, or that move nothing: a mistake of the program, never of a clerk."""


def charging(lines: Sequence[Line]) -> list[Entry]:
    """The guest owes more, and revenue is earned, less what a member's price leaves off."""
    entries = [Entry(GUEST, sum(line.fen for line in lines))]
    for line in lines:
        usual = line.fen if line.usual_fen is None else line.usual_fen
        entries.append(Entry(REVENUE + line.what, -usual, line.night))
        if usual != line.fen:
            entries.append(Entry(DISCOUNT + line.what, usual - line.fen, line.night))
    return checked(entries)


def paying(way: Way, fen: int) -> list[Entry]:
    """Money comes in, and the guest owes less."""
    return checked([Entry(TENDER + way, fen), Entry(GUEST, -fen)])


def refunding(way: Way, fen: int) -> list[Entry]:
    """Money goes back the way it came."""
    return reversing(paying(way, fen))


def depositing(way: Way, fen: int) -> list[Entry]:
    """Money comes in and is held; what the guest owes stays."""
    return checked([Entry(TENDER + way, fen), Entry(DEPOSIT, -fen)])


def applying(fen: int) -> list[Entry]:
    """Money that was held pays for charges."""
    return checked([Entry(DEPOSIT, fen), Entry(GUEST, -fen)])


def returning(way: Way, fen: int) -> list[Entry]:
    """Money that was held goes back the way it came."""
    return reversing(depositing(way, fen))


def bearing(fen: int) -> list[Entry]:
    """The federation owes what the guest then does not; negative takes that back."""
    return checked([Entry(FEDERATION, fen), Entry(GUEST, -fen)])


def reversing(entries: Iterable[Entry]) -> list[Entry]:
    """The same postings with the opposite sign: the event is taken back, and both stay in the books."""
    return checked([Entry(entry.account, -entry.fen, entry.night) for entry in entries])


def checked(entries: list[Entry]) -> list[Entry]:
    """Entries that add up to nothing, each of them something.

    Raises:
        Unbalanced: otherwise.
    """
    if sum(entry.fen for entry in entries) != 0 or not entries or any(entry.fen == 0 for entry in entries):
        raise Unbalanced(entries)
    return entries


def balance_of(sums: Mapping[str, int]) -> Balance:
    """Where a folio stands, from the sum of the postings of each of its accounts."""
    return Balance(
        charged=-sum(fen for account, fen in sums.items() if account.startswith((REVENUE, DISCOUNT))),
        paid={a.removeprefix(TENDER): fen for a, fen in sums.items() if a.startswith(TENDER) and fen},
        owed=sums.get(GUEST, 0),
        deposit=-sums.get(DEPOSIT, 0),
        subsidy=sums.get(FEDERATION, 0),
    )


def ways_back(credit: int, paid: Mapping[str, int]) -> dict[Way, int]:
    """How a credit goes back over the ways it came, in the order of `WAYS`; never more than came each way."""
    back: dict[Way, int] = {}
    for way in WAYS:
        share = min(credit, paid.get(way, 0))
        if share > 0:
            back[way] = share
            credit -= share
    return back
