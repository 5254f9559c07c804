"""Refusals with money in them; each names its sums."""

from booking.errors import Conflict, Invalid


class WrongSum(Invalid):
    """A sum that nobody can pay."""

    code = "wrong_sum"
    text = "金额 {fen} 分不对：请填 1 分到 {largest} 分之间的整数。"


class Overpaid(Conflict):
    """More than the folio owes, and not meant as a deposit."""

    code = "overpaid"
    text = "这份账单还欠 {owed}，不能收 {asked}：请收 {owed} 以内，或者注明是押金。"


class RefundTooLarge(Conflict):
    """More than came in that way and has not gone back yet."""

    code = "refund_too_large"
    text = "这份账单用{method}收的钱还剩 {paid}，不能退 {asked}：最多可退 {paid}。"


class AlreadyReversed(Conflict):
    """The transaction was taken back before."""

    code = "already_reversed"
    text = "这笔 {asked} 的记录已经冲销过了，不能再冲一次。"


class NotReversible(Conflict):
    """A reversal cannot itself be taken back."""

    code = "not_reversible"
    text = "这笔 {asked} 本身就是冲销，不能再冲；请重新记一笔。"


class AlreadyRefunded(Conflict):
    """A payment of which money went back already."""

    code = "already_refunded"
    text = "这笔 {asked} 的{method}收款不能冲销：这份账单用{method}收的钱只剩 {paid}，其余已退回。请先冲销退款。"
