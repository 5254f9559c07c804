"""The words for what is stored as a code: the states of applications and invitations."""

from booking.web.locale import N_

APPLICATION_STATUSES = {
    "gathering": N_("还没齐"),
    "entered": N_("参加抽签"),
    "withdrawn": N_("已撤回"),
    "excluded": N_("没有参加抽签"),
}
INVITATION_STATUSES = {
    "open": N_("等答复"),
    "accepted": N_("已加入"),
    "declined": N_("不去"),
    "taken_back": N_("已收回"),
}
