"""Why a change cannot be applied or undone as asked."""

from booking.errors import Conflict, Invalid
from booking.rehearsal.rules import Plan, headline


class UnknownKind(Invalid):
    """No feature knows this kind of change."""

    code = "unknown_change"
    text = "没有“{kind}”这种变更；可以用的有：{known}。"


class PlanChanged(Conflict):
    """Since the plan was shown, something happened that makes it another plan; `plan` is the one of now."""

    code = "plan_changed"
    text = (
        "您看过方案之后情况变了：那时影响 {affected_then} 单、保不住 {displaced_then} 单，"
        "现在影响 {affected} 单、保不住 {displaced} 单。请看过新方案再确认。"
    )

    def __init__(self, *, shown: Plan, plan: Plan) -> None:
        then, now = headline(shown), headline(plan)
        super().__init__(
            affected_then=then.affected,
            displaced_then=then.displaced,
            affected=now.affected,
            displaced=now.displaced,
        )
        self.plan = plan


class NotDrafted(Conflict):
    """The change was applied or undone before."""

    code = "change_not_drafted"
    text = "这项变更已经执行过了，不能再执行一次；要再来一次，请重新预演。"


class NotApplied(Conflict):
    """Only what was applied, and not undone since, can be undone."""

    code = "change_not_applied"
    text = "这项变更现在没有生效，没有什么可撤销的。"


class TakenMeanwhile(Conflict):
    """Something else took the place that undoing would give back."""

    code = "taken_meanwhile"
    text = "撤销不了：{hours} 的{place}已经给了{by}。请先和对方协调，或者另做一项变更。"
