"""What a draw refuses before it begins."""

from booking.errors import Conflict, Invalid


class BadRules(Invalid):
    """Rules that contradict themselves."""

    code = "draw_rules"
    text = "抽签规则自相矛盾：{detail}。请改正后再公布。"


class BadUnit(Invalid):
    """An application that the rules cannot read."""

    code = "draw_unit"
    text = "申请 {id} 和抽签规则对不上：{detail}。"


class TooLittleEntropy(Invalid):
    """The named public draws together could be run through beforehand."""

    code = "draw_entropy"
    text = "公开开奖的随机性不够：{each}，合计 {found} 比特，至少要 {needed} 比特。请再加一期，例如快乐8（61.6 比特）。"


class BadResult(Invalid):
    """Numbers that this lottery cannot have drawn."""

    code = "draw_numbers"
    text = "{lottery} {issue} 期不可能开出 {numbers}。请对照开奖公告再填一次。"


class WrongSource(Conflict):
    """The announced numbers are of another draw than the rules name."""

    code = "draw_source"
    text = "规则约定的开奖是 {expected}，填入的是 {found}。只能用事先公布的那一期，或者事先公布的顺延期。"
