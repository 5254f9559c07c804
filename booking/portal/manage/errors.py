"""Refusals of the managers' console that no feature beneath it has."""

from booking.errors import Conflict, Invalid, NotFound
from booking.web.locale import N_


class PolicyNotFound(NotFound):
    """No policy has this code."""

    code = "policy_not_found"
    text = N_("没有这套预约规则。可以在规则列表里选一套，或者新建。")


class BlockNotFound(NotFound):
    """No block has this id at this place."""

    code = "block_not_found"
    text = N_("没有找到这段专场或停用。可以在看板上重新选。")


class NothingOwed(Conflict):
    """A booking with nothing to pay, or nothing to give back."""

    code = "nothing_owed"
    text = N_("这个预约现在没有要收的，也没有要退的。")


class MemberUnknown(Invalid):
    """No member has this number, phone or card."""

    code = "member_unknown"
    text = N_("没有找到“{given}”。请核对会员号、手机号或卡号；不是会员，就留空，写上姓名。")


class NameNeeded(Invalid):
    """A guest without a name."""

    code = "name_needed"
    text = N_("不是会员的客人，请写上姓名，叫号和入场证上要用。")


class WayUnknown(Invalid):
    """A way to pay that the desk does not have."""

    code = "way_unknown"
    text = N_("请选一种收款方式：现金、银行卡、微信或支付宝。")
