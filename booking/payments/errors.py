"""Refusals with money in them; each names its sums."""

from booking.errors import BookingError, Conflict, Invalid, NotFound, Unauthenticated


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


class FollowsRules(Conflict):
    """A subsidy is reckoned from the charges and its cap, and cannot be taken back by itself."""

    code = "follows_rules"
    text = "这笔 {asked} 的补贴按规定（{source}）随应收自动计算，不能单独冲销：请改应收，或者撤销补贴。"


class WentThroughProvider(Conflict):
    """Money that moved through the payment provider comes back through it, by a refund."""

    code = "went_through_provider"
    text = "这笔 {asked} 是网上支付的，不能冲销：请用退款，钱会原路退回。"


class DepositUsed(Conflict):
    """The deposit was applied to charges or returned."""

    code = "deposit_used"
    text = "这笔 {asked} 的押金不能冲销：押金只剩 {held}，其余已抵用或退回。请先冲销抵用或退回的那一笔。"


class DepositTooSmall(Conflict):
    """Less is held than is to go back."""

    code = "deposit_too_small"
    text = "这份账单的押金还剩 {held}，不能退 {asked}：最多可退 {held}。"


class FolioNotFound(NotFound):
    """There is no such folio, or it is not for them to see."""

    code = "folio_not_found"
    text = "没有找到这份账单。请从“我的预约”里打开。"


class IntentNotFound(NotFound):
    """There is no such online payment of this folio."""

    code = "payment_not_found"
    text = "没有找到这次网上支付。请从账单里重新付款。"


class NothingToPay(Conflict):
    """The folio owes nothing, or no deposit is asked."""

    code = "nothing_to_pay"
    text = "这份账单现在还欠 {owed}，没有需要支付的钱。"


class NoLongerPayable(Conflict):
    """What the folio is for was cancelled or is over."""

    code = "no_longer_payable"
    text = "这份账单对应的预约已经取消，不用再付 {owed}。"


class NoProvider(Conflict):
    """Online payment is not set up here."""

    code = "no_online_payment"
    text = "这里还没有开通网上支付，请到前台付款：现金、银行卡、微信、支付宝都可以。"


class ProviderUnavailable(BookingError):
    """The payment provider did not answer in time; nothing was paid."""

    code = "payment_provider_unavailable"
    status = 503
    text = "支付平台暂时没有回应，没有扣款。请过 {retry_after} 秒再试一次，也可以到前台付款。"


class NotSigned(Unauthenticated):
    """The message does not carry a fresh signature of the provider."""

    code = "not_signed"
    text = "签名不对，或者已超过 {minutes} 分钟。请用双方约定的密钥对时间和正文签名。"


class NotAnEvent(Invalid):
    """A signed message that is not in the documented form."""

    code = "not_an_event"
    text = "这条支付通知的格式不对：{detail}。"
