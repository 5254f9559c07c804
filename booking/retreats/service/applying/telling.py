"""What members read about an application that they are in or are asked into."""

from collections.abc import Iterable
from datetime import datetime

from booking.db import WriteSession
from booking.draws.records import id_field
from booking.notices.messages import MessageText, register
from booking.notices.service import tell, tell_many
from booking.retreats.models import Application, Season
from booking.web.facts import Instant, Named, Params
from booking.web.locale import N_

register(
    "retreat.entered",
    MessageText(
        N_("疗休养报名好了"),
        N_("{season}的报名收到了，会参加抽签。{closes} 前都可以改、可以撤。回执请保存好，抽签后能自己核对。"),
    ),
)
register(
    "retreat.invited",
    MessageText(
        N_("{name} 请您一起去疗休养"),
        N_("{season}：{name} 想和您一起报名。去不去由您自己定，请在 {closes} 前答复；不答复，这份报名就不能参加抽签。"),
    ),
)
register(
    "retreat.unanswered",
    MessageText(
        N_("还没答复：{name} 请您一起去疗休养"),
        N_("{season}的报名 {closes} 截止。您还没有答复 {name} 的邀请，不答复，这份报名就不能参加抽签。"),
    ),
)
register(
    "retreat.gathering",
    MessageText(
        N_("报名还差一步"),
        N_("{season}的报名 {closes} 截止，您的报名现在还不能参加抽签：有人没有答复，或者房间住不下。请看看怎么改。"),
    ),
)
register(
    "retreat.accepted",
    MessageText(N_("{name} 答应一起去"), N_("{season}：{name} 加入了您的报名。")),
)
register(
    "retreat.declined",
    MessageText(N_("{name} 这次不去"), N_("{season}：{name} 没有加入。可以改邀别人，或者照现在的人数参加。")),
)
register(
    "retreat.left",
    MessageText(N_("{name} 退出了报名"), N_("{season}：{name} 退出了你们的报名，其他人照旧。请看看房间还合不合适。")),
)
register(
    "retreat.uninvited",
    MessageText(N_("邀请收回了"), N_("{season}：{name} 收回了一起报名的邀请，您不用答复了。想去可以自己报名。")),
)
register(
    "retreat.changed",
    MessageText(N_("你们的报名改过了"), N_("{season}：{name} 改了你们的志愿或房间，请看看合不合意。")),
)
register(
    "retreat.withdrawn",
    MessageText(N_("你们的报名撤回了"), N_("{season}：{name} 撤回了你们的报名。想去的话，{closes} 前可以自己报名。")),
)
register(
    "retreat.restored",
    MessageText(N_("你们的报名恢复了"), N_("{season}：{name} 恢复了你们的报名，您又在里面。不想去可以退出。")),
)


def page_of_application(season: Season) -> str:
    """Where a member sees the application that they are in."""
    return f"/retreats/{season.code}/mine"


def page_of_invitation(season: Season, application_id: int) -> str:
    """Where an invitation is answered."""
    return f"/retreats/{season.code}/invitations/{id_field(application_id)}"


def facts(season: Season, name: str = "") -> Params:
    """What every message about an application says; `name` is who did it."""
    return {"season": Named(season.title, season.title_en), "closes": Instant(season.closes_at), "name": name}


def tell_members(
    tx: WriteSession, now: datetime, season: Season, members: Iterable[int], kind: str, name: str = ""
) -> None:
    """Tell members of an application what `name` did to it."""
    letters = [(member_id, facts(season, name)) for member_id in sorted(members)]
    tell_many(tx, now, letters, kind, page_of_application(season))


def tell_invited(
    tx: WriteSession, now: datetime, season: Season, application: Application, member_id: int, kind: str, name: str
) -> None:
    """Tell a member about an invitation of `name`'s; the message leads to where it is answered."""
    tell(tx, now, member_id, kind, facts(season, name), link=page_of_invitation(season, application.id))
