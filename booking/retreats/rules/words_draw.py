"""The words for the steps of a draw, for what closed a choice, and for what is to be done."""

from booking.retreats.rules.drawing import Task
from booking.web.locale import N_

STEP_NAMES = {
    "opened": N_("公布这一季，开始报名"),
    "frozen": N_("封存报名，公布承诺"),
    "postponed": N_("记录一期开奖顺延"),
    "results_entered": N_("填写开奖号码"),
    "results_confirmed": N_("另一位干部核对号码一致"),
    "drawn": N_("计算抽签"),
    "published": N_("公布抽签结果"),
    "rerun": N_("从头重算一遍"),
    "second_stage": N_("公布第二轮结果"),
    "last_stage": N_("公布最后一轮结果"),
    "cancelled": N_("取消这一季"),
}
REASON_NAMES = {
    "rooms": N_("房间满了"),
    "guarantee": N_("剩下的床留给有保证名额的人员"),
}
TASK_NAMES = {
    Task.PUBLISH: N_("公布这一季"),
    Task.FREEZE: N_("封存报名"),
    Task.ENTER: N_("填写开奖号码"),
    Task.CONFIRM: N_("另一位干部核对号码"),
    Task.DRAW: N_("抽签并公布结果"),
    Task.SECOND_STAGE: N_("第二轮：分配退回的名额"),
    Task.LAST_STAGE: N_("最后一轮"),
}
"""Everything that is to be done, in its order."""
LEFT_OUT_NAMES = {
    "category_needed": N_("类别没有认定"),
    "dues_unpaid": N_("会费没有缴到期"),
    "gathering": N_("还有人没答复"),
    "member_left": N_("不再是会员"),
    "organisation_kind_needed": N_("单位不在范围里"),
    "rest_years": N_("离上次疗休养太近"),
}
"""Why applications were left out of the draw, by the code of the rule."""
