"""Why something about retreats cannot be done: each refusal names its rule, the numbers and what would have worked."""

from booking.errors import Conflict, Denied, Invalid, NotFound
from booking.web.locale import N_

# ---------------------------------------------------------------------------------- seasons, and who may apply


class SeasonNotFound(NotFound):
    """No season has this code, or it is still a draft."""

    code = "season_not_found"
    text = N_("没有找到这一季疗休养。可以在“疗休养”里查看现在的各季。")


class NotAnOfficer(Denied):
    """Only officers of the whole federation draft and draw seasons."""

    code = "not_an_officer"
    text = N_("这件事由市总工会的工会干部办理。")


class WrongSeasonStatus(Conflict):
    """The season is in a state that does not allow this."""

    code = "wrong_season_status"
    text = N_("这一季现在是“{status}”，不能{action}。")


class SeasonChanged(Conflict):
    """Another officer changed the season first."""

    code = "season_changed"
    text = N_("{title}刚被别人改过，您的改动没有保存。请看看现在的内容，再改一次。")


class CategoryNeeded(Conflict):
    """The season is for members with one of some verified categories."""

    code = "category_needed"
    text = N_("{title}面向{categories}（{document}{clause}），您还没有通过认定。在 {until} 前请单位工会认定就可以。")


class OrganisationKindNeeded(Conflict):
    """The season is for members of some kinds of organisations."""

    code = "organisation_kind_needed"
    text = N_("{title}面向{kinds}的会员（{document}{clause}），您属于{kind}。工作单位有变动的，请先到单位工会更新。")


class DuesUnpaid(Conflict):
    """Dues are not paid until the day on which applications close."""

    code = "dues_unpaid"
    text = N_("会费要缴到 {needed}（{document}{clause}），您缴到 {paid}。补缴以后就可以报名。")


class RestYears(Conflict):
    """The last retreat is too recent."""

    code = "rest_years"
    text = N_("两次疗休养之间要隔 {needed} 个整年（{document}{clause}），您上次在 {year} 年。{again} 年可以再报。")


class MemberLeft(Conflict):
    """The applicant is a member no longer."""

    code = "member_left"
    text = N_("{title}面向在册会员，会员库里已经没有这位会员。请联系单位工会核对。")


class UnknownChoice(Invalid):
    """A batch does not have this room type."""

    code = "unknown_choice"
    text = N_("第 {batch} 批没有这种房型。请从列出的批次和房型里选。")
