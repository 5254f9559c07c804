"""The page that makes a gate of a phone, a tablet or a computer with a scanner."""

from typing import Any

from litestar import Request, Response, get

from booking.checkin.facts import Reason
from booking.web.locale import N_
from booking.web.pages import page

WORDS = {
    Reason.INVALID: N_("不认识"),
    Reason.UNPAID: N_("未付款"),
    Reason.UNAPPROVED: N_("待批准"),
    Reason.BLOCKED: N_("已暂停"),
    Reason.CANCELED: N_("已取消"),
    Reason.REVOKED: N_("已作废"),
    Reason.INVALID_TIME: N_("时间不对"),
    Reason.ALREADY_REDEEMED: N_("已用过"),
    Reason.PRODUCT: N_("不适用"),
    Reason.RULES: N_("不能通过"),
    Reason.AMBIGUOUS: N_("选一张"),
    Reason.ERROR: N_("请找人帮忙"),
    Reason.WRONG_ZONE: N_("走错入口"),
    Reason.ZONE_FULL: N_("人满了"),
    Reason.CODE_EXPIRED: N_("码已过期"),
    Reason.CLOCK_UNTRUSTED: N_("时钟不准"),
    Reason.OFFLINE_LEASE_EXPIRED: N_("断网太久"),
    Reason.NEEDS_ONLINE: N_("需要联网"),
    Reason.DEVICE_REVOKED: N_("闸机停用"),
}
"""One word for each refusal, large enough to be read at three metres."""


@get("/gate")
async def gate_page(request: Request[Any, Any, Any]) -> Response[str]:
    """A gate in the browser; who it is, only its key in this browser says."""
    return page(request, "checkin/gate.html", words={reason.value: word for reason, word in WORDS.items()})


handlers = [gate_page]
