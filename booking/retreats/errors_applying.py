"""Why one cannot apply as asked, or join, or leave: each refusal names its rule, the numbers and what would do."""

from booking.errors import Conflict, Denied, Invalid, NotFound
from booking.web.locale import N_


class NotOpenYet(Conflict):
    """Applications are not taken yet."""

    code = "applications_not_open_yet"
    text = N_("{title}从 {opens} 开始报名，到 {closes} 截止。到时候再来就行，先来后到不影响抽签。")


class ApplicationsClosed(Conflict):
    """Applications are not taken any more, nor changed or withdrawn."""

    code = "applications_closed"
    text = N_("{title}的报名在 {closes} 截止了，报名都封存起来等抽签，不能再报、再改或者再撤。")


class SeasonCancelled(Conflict):
    """The season was cancelled."""

    code = "season_cancelled"
    text = N_("{title}取消了，不再接受报名。")


class NoWishes(Invalid):
    """Nothing is wished for."""

    code = "no_wishes"
    text = N_("请至少选 1 个志愿，最多 {most} 个。选满 3 个没有抽中，下一季多一张签。")


class TooManyWishes(Invalid):
    """More wishes than the season allows."""

    code = "too_many_wishes"
    text = N_("最多选 {most} 个志愿（{document}{clause}），您选了 {asked} 个。请去掉 {over} 个。")


class WishTwice(Invalid):
    """The same batch and room type twice."""

    code = "wish_twice"
    text = N_("{batch}的{type}选了两次。同一个志愿选一次就够了。")


class TooManyTogether(Conflict):
    """More members in one application than the season allows."""

    code = "too_many_together"
    text = N_(
        "一份报名最多 {most} 位会员（{document}{clause}），现在有 {asked} 位。请少邀请 {over} 位，或者分成两份报名。"
    )


class SharesAlone(Invalid):
    """Only somebody who comes alone shares a room with a stranger."""

    code = "shares_alone"
    text = N_("只有一个人来才和别的会员合住一间。您有 {others} 位同行，请改选整间。")


class NotShared(Conflict):
    """Nobody shares rooms of this type."""

    code = "not_shared"
    text = N_("{batch}的{type}不安排合住。请从志愿里去掉它，或者改选整间。")


class RoomTooSmall(Conflict):
    """More people than the rooms sleep."""

    code = "room_too_small"
    text = N_(
        "{type}每间最多住 {sleeps} 人（含加床），{rooms} 间住不下 {heads} 人。请去掉这个志愿，或者少带 {over} 人。"
    )


class TooManyRoomsTogether(Conflict):
    """More rooms than members."""

    code = "too_many_rooms_together"
    text = N_("最多要 {most} 间：一位会员一间，家属和会员同住。您要了 {asked} 间。")


class AlreadyApplied(Conflict):
    """A member takes part in one application a season."""

    code = "already_applied"
    text = N_("每位会员每季只能在 1 份报名里，您已经在另一份里了。想换一份，请先在“我的报名”里撤回或者退出。")


class ApplicationNotFound(NotFound):
    """The member has no application in this season."""

    code = "application_not_found"
    text = N_("您在这一季还没有报名。")


class ApplicationChanged(Conflict):
    """Somebody changed the application since it was read."""

    code = "application_changed"
    text = N_("这份报名刚刚变了（有人答复了邀请，或者您在别处改过），这次没有保存。请看看现在的内容，再改一次。")


class NotTheLead(Denied):
    """Only who made the application changes it."""

    code = "not_the_lead"
    text = N_("这份报名由 {name} 发起，由他修改。您可以退出，然后自己报名。")


class LeadCannotLeave(Conflict):
    """Who made the application withdraws it instead of leaving."""

    code = "lead_cannot_leave"
    text = N_("这份报名是您发起的，不能退出。要放弃请撤回报名，同行的人会收到通知。")


class InviteeNotFound(Invalid):
    """The number and the name of somebody invited do not belong together."""

    code = "invitee_not_found"
    text = N_("没有找到会员“{name}”（会员号 {number}）。请核对会员号和姓名，两样都要对上。")


class InvitedThemselves(Invalid):
    """Somebody invites themselves."""

    code = "invited_themselves"
    text = N_("您自己已经在报名里了，不用邀请。请填同行会员的会员号。")


class AlreadyInvited(Conflict):
    """They were invited already, or have joined."""

    code = "already_invited"
    text = N_("{name} 已经在邀请名单里了，不用再邀请一次。")


class InvitationNotFound(NotFound):
    """There is no such invitation, or it is somebody else's."""

    code = "invitation_not_found"
    text = N_("没有找到这份邀请。")


class InvitationOver(Conflict):
    """The invitation cannot be answered any more."""

    code = "invitation_over"
    text = N_("这份邀请现在是“{status}”，不能再{action}。需要的话，请 {name} 再邀请一次。")


class NothingToTakeBack(Conflict):
    """There is no withdrawal that could be taken back."""

    code = "nothing_to_take_back"
    text = N_("没有可以恢复的报名。想参加的话，重新报一次就行。")


class NoReceipt(NotFound):
    """A receipt is written from a whole application."""

    code = "no_receipt"
    text = N_("这份报名没有参加抽签，没有回执。")


class NobodyNamed(Invalid):
    """Somebody comes with others, but names nobody."""

    code = "nobody_named"
    text = N_("选了“和别人一起”，请至少写 1 位同行的会员或者家属；一个人来，请选上面两项之一。")


class NameMissing(Invalid):
    """A member number without its name, or the other way round."""

    code = "invitee_half_named"
    text = N_("第 {at} 位同行会员要同时写会员号和姓名，两样都对上才能邀请。")
