"""Double entry in integer fen: every event with money in it is postings that add up to nothing.

Debits are positive, credits negative. Accounts of a folio:

- `guest`: what the guest owes; negative is a credit in their favour.
- `revenue:<what>`: earned with `court`, `room`, `meals` …; credited, so negative.
- `tender:<method>`: money in the till or with the bank, by how it came.

Hence owed = charged - paid, always.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec

from booking.web.facts import Named

GUEST = "guest"
REVENUE = "revenue:"
TENDER = "tender:"
LARGEST_FEN = 1_000_000_000
"""Ten million yuan: more in one event is a slip of the keyboard."""

Method: TypeAlias = Literal["cash", "card", "wechat", "alipay"]
METHODS: Mapping[Method, Named] = {
    "cash": Named("现金", "cash"),
    "card": Named("银行卡", "card"),
    "wechat": Named("微信", "WeChat Pay"),
    "alipay": Named("支付宝", "Alipay"),
}
"""Ways to pay at the desk."""


class Line(msgspec.Struct, frozen=True):
    """One thing that is charged: `what` names the revenue account, e.g. `court`."""

    what: str
    fen: int


class Entry(msgspec.Struct, frozen=True):
    """One posting to come."""

    account: str
    fen: int


class Balance(msgspec.Struct, frozen=True):
    """Where a folio stands, in fen.

    Attributes:
        charged: what its charges come to.
        paid: what was received and not given back, by method.
        owed: charged less paid; negative when the guest has money to get back.
    """

    charged: int
    paid: dict[str, int]
    owed: int

    @property
    def paid_in_all(self) -> int:
        """What was received and not given back."""
        return sum(self.paid.values())


class Unbalanced(ValueError):
    """Postings that do not add up, or that move nothing: a mistake of the program, never of a clerk."""


def charging(lines: Sequence[Line]) -> list[Entry]:
    """The guest owes more, and revenue is earned."""
    return checked([Entry(GUEST, sum(line.fen for line in lines)), *(Entry(REVENUE + x.what, -x.fen) for x in lines)])


def paying(method: Method, fen: int) -> list[Entry]:
    """Money comes in, and the guest owes less."""
    return checked([Entry(TENDER + method, fen), Entry(GUEST, -fen)])


def refunding(method: Method, fen: int) -> list[Entry]:
    """Money goes back the way it came."""
    return reversing(paying(method, fen))


def reversing(entries: Iterable[Entry]) -> list[Entry]:
    """The same postings with the opposite sign: the event is taken back, and both stay in the books."""
    return checked([Entry(entry.account, -entry.fen) for entry in entries])


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
        charged=-sum(fen for account, fen in sums.items() if account.startswith(REVENUE)),
        paid={a.removeprefix(TENDER): fen for a, fen in sums.items() if a.startswith(TENDER) and fen},
        owed=sums.get(GUEST, 0),
    )


def ways_back(credit: int, paid: Mapping[str, int]) -> dict[str, int]:
    """How a credit goes back over the ways it came, in the order of `METHODS`; never more than came each way."""
    back: dict[str, int] = {}
    for method in METHODS:
        share = min(credit, paid.get(method, 0))
        if share > 0:
            back[method] = share
            credit -= share
    return back
