"""What members read about a place that they won: until when, what they pay, and what became of it."""

from collections.abc import Iterable
from datetime import datetime

from booking.db import WriteSession
from booking.notices.messages import MessageText, register
from booking.notices.service import tell_many
from booking.retreats.models import Batch, Season
from booking.retreats.queries.placed import Placed
from booking.rooms.models import RoomType
from booking.rooms.rules.nights import date_of
from booking.web.facts import Day, Instant, Money, Named, Params
from booking.web.locale import N_

register(
    "place.offered",
    MessageText(
        N_("抽中了，请在 {until} 前确认"),
        N_(
            "{season}：{batch}，{arrival} 到 {departure}，{type}。去不去都请在 {until} 前答复；不答复，名额放回下一轮。"
        ),
    ),
)
register(
    "place.reminded",
    MessageText(
        N_("还没有答复：疗休养名额 {until} 截止"),
        N_("{season}：{batch}，{arrival} 到 {departure}，{type}。去或者不去都请答复；过了截止时间，名额放回下一轮。"),
    ),
)
register(
    "place.confirmed",
    MessageText(
        N_("名额确认了，等您来"),
        N_("{season}：{batch}，{arrival} 到 {departure}，{type}。你们自己付 {own}，工会补贴 {borne}。"),
    ),
)
register(
    "place.declined",
    MessageText(
        N_("名额放弃了"),
        N_("{season}：{name} 放弃了{batch}的名额，{arrival} 到 {departure}。{until} 之前、下一轮抽签之前可以恢复。"),
    ),
)
register(
    "place.declined_late",
    MessageText(
        N_("名额放弃了，住宿取消"),
        N_("{season}：{name} 在确认以后放弃了{batch}的名额，{arrival} 到 {departure}。住宿取消，付过的钱退回。"),
    ),
)
register(
    "place.restored",
    MessageText(
        N_("名额恢复了，请确认"),
        N_("{season}：{name} 恢复了{batch}的名额，{arrival} 到 {departure}，{type}。请在 {until} 前确认。"),
    ),
)
register(
    "place.lapsed",
    MessageText(
        N_("名额到期没有确认"),
        N_("{season}：{batch}，{arrival} 到 {departure} 的名额，到 {until} 没有等到答复，放回下一轮了。"),
    ),
)
register(
    "place.moved",
    MessageText(
        N_("换了一位同屋"),
        N_("{season}：{batch}，{arrival} 到 {departure} 日期和房型不变，同屋的人换了。请用新的住客码，旧的不能用了。"),
    ),
)
register(
    "place.seated",
    MessageText(N_("房间重新排好了"), N_("{season}：{batch}，{arrival} 到 {departure}，{type}。请用新的住客码。")),
)


def page_of(season: Season) -> str:
    """Where a member reads, and answers, what came of their application."""
    return f"/retreats/{season.code}/mine"


def facts(season: Season, batch: Batch, kind: RoomType, until: datetime) -> dict[str, Named | Day | Instant]:
    """What every message about a place says."""
    return {
        "season": Named(season.title, season.title_en),
        "batch": Named(batch.name, batch.name_en),
        "arrival": Day(date_of(batch.arrival)),
        "departure": Day(date_of(batch.departure)),
        "type": Named(kind.name, kind.name_en),
        "until": Instant(until),
    }


def tell_place(
    tx: WriteSession,
    now: datetime,
    one: Placed,
    kind: str,
    *,
    name: str = "",
    members: Iterable[int] | None = None,
) -> None:
    """Tell the members of an application what became of its place, and who of them did it."""
    params: Params = {
        **facts(one.season, one.batch, one.kind, one.place.confirm_by),
        "own": Money(sum(share.own for share in one.shares)),
        "borne": Money(sum(share.borne for share in one.shares)),
        "name": name,
    }
    readers = one.members if members is None else members
    tell_many(tx, now, [(member, params) for member in readers], kind, page_of(one.season))
