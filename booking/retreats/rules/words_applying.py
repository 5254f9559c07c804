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
EFFECT_NAMES = {
    "lost": N_("没有抽中，多一张签"),
    "withdrew": N_("抽中后在截止前放弃，签数不变"),
    "too_short": N_("没有抽中，志愿不到 3 个，签数不变"),
    "won": N_("抽中了，从 1 张签重新开始"),
    "absent": N_("确认了没有来，从 1 张签重新开始"),
    "declined_late": N_("确认后放弃，从 1 张签重新开始"),
}
REASON_NAMES = {
    "gathering": N_("截止时还有人没有答复邀请，或者房间住不下"),
    "category_needed": N_("封存时有成员的类别没有认定"),
    "organisation_kind_needed": N_("封存时有成员的单位不在这一季的范围里"),
    "dues_unpaid": N_("封存时有成员的会费没有缴到"),
    "rest_years": N_("封存时有成员离上次疗休养太近"),
    "member_left": N_("封存时有成员不在会员库里"),
}
"""Why an application took no part in the draw, by the code of the rule."""
