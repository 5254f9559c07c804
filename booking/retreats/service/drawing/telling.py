"""What members read of a draw in which they do not take part, or win nothing."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from sqlalchemy import select

from booking.db import WriteSession
from booking.errors import BookingError
from booking.members.models import Member
from booking.notices.messages import MessageText, register
from booking.notices.service import tell_many
from booking.retreats.errors import CategoryNeeded, DuesUnpaid, MemberLeft, OrganisationKindNeeded, RestYears
from booking.retreats.models import Season
from booking.retreats.queries.losers import Loser, losers
from booking.retreats.rules.freezing import Excluded
from booking.retreats.rules.pasts import next_tickets
from booking.retreats.rules.places import STAGES, deadline
from booking.retreats.service.telling_places import page_of
from booking.web.facts import Instant, Named, Param, Params
from booking.web.locale import ENGLISH, N_, Translator

LEFT_OUT = N_("您的疗休养申请没有进入抽签")
GATHERING, WITH_OTHERS = "retreat.left_out.gathering", "retreat.left_out.with_others"
RULES: tuple[type[BookingError], ...] = (CategoryNeeded, DuesUnpaid, MemberLeft, OrganisationKindNeeded, RestYears)
"""What the freeze asks once more; whoever it concerns reads the rule's own sentence."""

register(
    GATHERING,
    MessageText(
        LEFT_OUT, N_("{season}的报名截止时，还有受邀的人没有答复，所以这份申请没有进入抽签。机会不会因此减少。")
    ),
)
register(
    WITH_OTHERS,
    MessageText(
        LEFT_OUT, N_("{season}封存时核对资格，{name} 不再符合条件，同一份申请都没有进入抽签。机会不会因此减少。")
    ),
)
LOST, LOST_LAST = "retreat.lost", "retreat.lost_last"
register(
    LOST,
    MessageText(
        N_("抽签结果出来了：这一轮没有抽中"),
        N_(
            "{season}：{of} 份申请里，您的排在第 {position} 位，轮到的时候，您填的志愿已经没有适合的名额。"
            "{second} 以后，别人放弃的名额按同样的顺序再分，您的申请照旧算数，不用再办什么。"
            "每个志愿为什么没有抽中，里面有数字。"
        ),
    ),
)
register(
    LOST_LAST,
    MessageText(
        N_("名额分完了：这一季没有抽中"),
        N_(
            "{season}的最后一轮也分完了。{of} 份申请里，您的排在第 {position} 位，"
            "每一轮轮到的时候，您填的志愿都没有适合的名额。下一季您有 {tickets} 张签。"
            "每个志愿为什么没有抽中，里面有数字。"
        ),
    ),
)
for _rule in RULES:
    register(f"retreat.left_out.{_rule.code}", MessageText(LEFT_OUT, _rule.text))


def tell_left_out(tx: WriteSession, now: datetime, season: Season, excluded: Iterable[Excluded]) -> None:
    """Tell every member of applications that take no part; which rule it was, only the one whom it concerns."""
    letters: dict[str, list[tuple[int, Params]]] = {}
    out = list(excluded)
    names = _names(tx, [one.member_id for one in out if one.member_id is not None])
    title = {"season": Named(season.title, season.title_en)}
    for one in out:
        for member_id in one.entry.members:
            if one.reason is None:
                letters.setdefault(GATHERING, []).append((member_id, title))
            elif member_id == one.member_id:
                letters.setdefault(f"retreat.left_out.{one.code}", []).append((member_id, _params(one.reason)))
            else:
                named = title | {"name": names[one.member_id or 0]}
                letters.setdefault(WITH_OTHERS, []).append((member_id, named))
    for kind, readers in sorted(letters.items()):
        tell_many(tx, now, readers, kind, page_of(season))


def tell_lost(tx: WriteSession, now: datetime, season: Season, stage: int, units: int) -> None:
    """Tell everybody who has won nothing that a stage is out, what comes next, and where they read why.

    `units` took part in the draw. After the second stage nobody is told: the last one comes soon, and settles it.
    """
    known: dict[str, Param] = {"season": Named(season.title, season.title_en), "of": units}
    if stage == 1:
        known["second"] = Instant(deadline(season, stage, now))
        tell_many(tx, now, [_lost(one, known) for one in losers(tx, season.id)], LOST, page_of(season))
    elif stage == len(STAGES):
        found = [(one, {"tickets": next_tickets(one.tickets, one.ranked, None)}) for one in losers(tx, season.id)]
        tell_many(tx, now, [_lost(one, known | next_one) for one, next_one in found], LOST_LAST, page_of(season))


def _lost(loser: Loser, known: Params) -> tuple[int, Params]:
    return loser.member_id, {**known, "position": loser.position}


def _names(tx: WriteSession, member_ids: list[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(member_ids), 5000):
        these = select(Member.id, Member.name).where(Member.id.in_(member_ids[start : start + 5000]))
        found |= {row.id: row.name for row in tx.execute(these)}
    return found


def _params(reason: BookingError) -> dict[str, Param]:
    """The facts of a refusal as a message keeps them: lists of words become one fact with both languages."""
    return {name: _words(param) if isinstance(param, list) else param for name, param in reason.params.items()}


def _words(words: list[str]) -> Named:
    return Named("、".join(words), ", ".join(map(_english, words)))


@cache
def _english(text: str) -> str:
    return Translator.load().gettext(text, ENGLISH)
