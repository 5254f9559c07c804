"""What is in a room, and what its terms say, in words."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from booking.rooms.models import RoomType
from booking.rooms.rules.pricing import cancel_permille, permille_of
from booking.web.locale import N_

BEDS = {"single": N_("单人床"), "double": N_("双人床"), "bunk": N_("上下铺")}
FEATURES = {
    "wifi": N_("无线网络"),
    "air_conditioned": N_("有空调"),
    "roll_in_shower": N_("轮椅可进的淋浴"),
    "call_bell": N_("床边呼叫铃"),
    "balcony": N_("阳台"),
    "sea_view": N_("看海"),
    "hill_view": N_("看山"),
    "ground_floor": N_("一楼"),
}
PER = {
    "stay": N_("一次"),
    "night": N_("每间每晚"),
    "guest": N_("每人"),
    "guest_night": N_("每人每晚"),
}
"""What an extra's price is for."""
TOGETHER = {"": N_("不用"), "near": N_("尽量挨着"), "adjacent": N_("一定要相邻")}
NEEDS = {"accessible": N_("无障碍")} | FEATURES
WHY_NOT = {
    "closed_to_arrival": N_("到店那天不办理入住"),
    "closed_to_departure": N_("离店那天不办理离店"),
    "stay_too_short": N_("这几天要住得更久"),
    "stay_too_long": N_("这几天只能住得更短"),
    "rooms_full": N_("住满了"),
    "too_small": N_("一间住不下这么多人"),
    "not_accessible": N_("没有无障碍的房间"),
}
"""Why a type cannot be had on some nights, by the code of the refusal."""
WHY_REFUSED = {
    "rooms_full": N_("我们把还没到店的客人都重新排过一遍，还是腾不出房间。不收任何费用。"),
    "too_late": N_("到店那天过了，还没有排出来。很抱歉，不收任何费用。"),
}


class Step(NamedTuple):
    """Cancelling from one date to another, both included, costs so much; `last` None is until the arrival."""

    first: date | None
    last: date | None
    permille: int
    fen: int


def ladder(fees: Sequence[tuple[int, int]], arrival: date, fens: Sequence[int], today: date) -> list[Step]:
    """What cancelling rooms of these prices costs from today until the day of arrival; what is over is left out.

    Args:
        fees: the policy's (days before arrival, permille).
        arrival: the day of arrival.
        fens: the price of each room.
        today: the day on which it is asked.
    """
    turns = [arrival - timedelta(days=days) for days in sorted({days for days, _ in fees}, reverse=True)]
    begins: list[date | None] = [None, *turns]
    ends = [turn - timedelta(days=1) for turn in turns]
    steps = []
    for first, last in zip(begins, [*ends, None], strict=True):
        permille = 0 if first is None else cancel_permille(fees, (arrival - first).days)
        fen = sum(permille_of(one, permille) for one in fens)
        if last is None or last >= today:
            steps.append(Step(None if first is None else max(first, today), last, permille, fen))
    return steps


def beds_of(kind: RoomType) -> list[tuple[str, int]]:
    """What stands in a room of a type: (the bed, to be translated; how many)."""
    return [(BEDS.get(bed, bed), kind.beds.count(bed)) for bed in dict.fromkeys(kind.beds)]
