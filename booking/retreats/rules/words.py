"""The words for what is stored as a code: the states of a season, kinds of organisations, what a guarantee means."""

from booking.web.locale import N_

SEASON_STATUSES = {
    "draft": N_("草稿"),
    "open": N_("报名"),
    "frozen": N_("报名封存，等待开奖"),
    "drawn": N_("抽签结果公布"),
    "second": N_("第二轮结果公布"),
    "settled": N_("全部结束"),
    "cancelled": N_("取消"),
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
