"""The words for the groups of the fairness ledger."""

from booking.members.rules.words import CATEGORY_NAMES
from booking.retreats.rules.fairness_groups import NO_CATEGORY, OTHER_SIZE
from booking.web.locale import N_

KIND_NAMES = {
    "district": N_("区县"),
    "category": N_("人员类别"),
    "size": N_("单位规模"),
    "sex": N_("性别"),
}
GROUP_NAMES = {
    "category": CATEGORY_NAMES | {NO_CATEGORY: N_("没有认定类别")},
    "size": {
        "large": N_("1000 人及以上"),
        "medium": N_("300 到 999 人"),
        "small": N_("20 到 299 人"),
        "micro": N_("不到 20 人"),
        OTHER_SIZE: N_("不在企业"),
    },
    "sex": {"female": N_("女"), "male": N_("男")},
}
"""Of districts, their own names are said."""
CITY_ITSELF = N_("市直属")
"""Of members whose organisation belongs to no district."""
