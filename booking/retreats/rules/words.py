"""The words for what is stored as a code: the states of a season, kinds of organisations, what a guarantee means."""

from booking.web.locale import N_

SEASON_STATUSES = {
    "draft": N_("草稿"),
    "open": N_("报名中"),
    "frozen": N_("报名已封存，等待开奖"),
    "drawn": N_("结果已公布"),
    "second": N_("第二轮结果已公布"),
    "settled": N_("已经结束"),
    "cancelled": N_("已取消"),
}
ORGANISATION_KINDS = {
    "city": N_("市总工会"),
    "district": N_("区县总工会"),
    "park": N_("园区工会"),
    "township": N_("乡镇（街道）工会"),
    "village": N_("村工会"),
    "community": N_("社区工会"),
    "enterprise": N_("企业工会"),
}
LOTTERY_NAMES = {
    "kl8": N_("快乐8"),
    "ssq": N_("双色球"),
    "dlt": N_("大乐透"),
    "3d": N_("福彩3D"),
    "pl5": N_("排列5"),
}
POLICY_NAMES = {
    "minimum": N_("至少这么多：这类人员凭普通名额中签的也算在内"),
    "over": N_("另外加这么多：这类人员先和大家一起抽，再用保留的床位"),
}
"""What a guarantee means."""
