"""Words for what the desk's pages show as a state, each with the shape that it has."""

from collections.abc import Mapping
from typing import NamedTuple

from booking.web.locale import N_


class Word(NamedTuple):
    """A word, and the kind of badge that gives it its shape."""

    text: str
    kind: str = "neutral"


STATES: Mapping[str, Word] = {
    "expected": Word(N_("未到店")),
    "late": Word(N_("晚到"), "wait"),
    "arrived": Word(N_("已入住"), "good"),
    "no_room": Word(N_("还没有房间"), "bad"),
    "pending": Word(N_("正在排房"), "wait"),
    "overbooked": Word(N_("超订"), "bad"),
    "no_show": Word(N_("没有到店"), "warn"),
    "in_house": Word(N_("在住"), "good"),
    "due": Word(N_("今天离店"), "accent"),
    "overdue": Word(N_("过了离店时间"), "warn"),
    "left": Word(N_("已离店")),
}
ROOM_STATES: Mapping[str, Word] = {
    "dirty": Word(N_("待打扫"), "warn"),
    "cleaning": Word(N_("打扫中"), "wait"),
    "clean": Word(N_("已打扫"), "info"),
    "inspected": Word(N_("已检查"), "good"),
    "out": Word(N_("停用"), "bad"),
}
STEPS: Mapping[str, str] = {
    "dirty": N_("要打扫"),
    "cleaning": N_("开始打扫"),
    "clean": N_("打扫好了"),
    "inspected": N_("检查通过"),
}
"""What is done to bring a room into a state."""
PRIORITIES: Mapping[int, str] = {
    1: N_("空房，今天有人到"),
    2: N_("今天换客人"),
    3: N_("空房"),
    4: N_("客人在住"),
}
"""Why a room is on the list of those to clean, by its urgency."""
DOCUMENTS: Mapping[str, str] = {
    "id": N_("身份证"),
    "passport": N_("护照"),
    "permit": N_("通行证"),
    "household": N_("户口本"),
}
LEDGER: Mapping[str, str] = {
    "charge": N_("应收"),
    "payment": N_("收款"),
    "refund": N_("退款"),
    "reversal": N_("冲销"),
    "deposit": N_("收押金"),
    "deposit_applied": N_("押金抵用"),
    "deposit_returned": N_("退押金"),
    "subsidy": N_("补贴"),
}
REASONS = (N_("设备坏了"), N_("太吵"), N_("想离同伴近一些"), N_("行动不便"))
"""Why guests change rooms: those that are offered; any other may be typed."""
