"""Why a step of a draw cannot be done, or a file cannot be had."""

from booking.errors import Conflict, Denied, NotFound
from booking.web.locale import N_


class FreezeTooEarly(Conflict):
    """Categories may still be verified."""

    code = "freeze_too_early"
    text = N_("{until} 才能封存：在那之前单位工会还可以认定人员类别。")


class ApplicationsMoved(Conflict):
    """An application or the season changed while the freeze was computed; nothing was stored."""

    code = "applications_moved"
    text = N_("封存的时候有申请正在变动，什么都没有保存。请再封存一次。")


class SourceNotDrawn(Conflict):
    """The day of a named public draw has not come."""

    code = "source_not_drawn"
    text = N_("{lottery}第 {issue} 期 {day} 才开奖，现在不会有号码。")


class NoFallback(Conflict):
    """No issue was published to count instead of this one."""

    code = "no_fallback"
    text = N_("封存的规则里没有给{lottery}第 {issue} 期约定顺延期，只能等这一期开奖。")


class AlreadyPostponed(Conflict):
    """The fallback counts already."""

    code = "already_postponed"
    text = N_("{lottery}已经记录为顺延，现在算第 {issue} 期。")


class NumbersEntered(Conflict):
    """Whoever knows the numbers of an issue cannot say any more that it was postponed."""

    code = "numbers_entered"
    text = N_("{lottery}第 {issue} 期的号码已经填过了，不能再记录顺延。号码由另一位干部核对。")


class ResultsMissing(Conflict):
    """The numbers were not entered, or nobody confirmed them."""

    code = "results_missing"
    text = N_("开奖号码还没有经两位干部核对一致。先填写，再由另一位干部核对。")


class ResultsNotEntered(Conflict):
    """There is nothing to confirm."""

    code = "results_not_entered"
    text = N_("还没有人填过开奖号码，请先填写。")


class ResultsFinal(Conflict):
    """Two officers agreed on the numbers."""

    code = "results_final"
    text = N_("开奖号码已经核对一致，不能再改。")


class SameOfficer(Denied):
    """Whoever entered the numbers cannot confirm them."""

    code = "same_officer"
    text = N_("号码是您填的，要由另一位干部对照开奖公告再填一遍。")


class ResultsDiffer(Conflict):
    """The second officer read other numbers."""

    code = "results_differ"
    text = N_(
        "{lottery}第 {issue} 期对不上：先填的是 {entered}，您填的是 {found}。"
        "请两位一起对照开奖公告；先填的错了，就重新填写，再核对。"
    )


class OffersOpen(Conflict):
    """Winners may still answer."""

    code = "offers_open"
    text = N_("还有 {open} 份申请没有答复，可以等到 {until}。全部答复或者过了时间，才能进行下一轮。")


class DrawDiffers(Conflict):
    """Computed again, a file is another than the one that was published: nothing may be stored on top of that."""

    code = "draw_differs"
    text = N_("重新计算的结果和已经公布的不一样：{file} 第 {row} 行，{detail}。请停下来，先查清原因。")


class StageChanged(Conflict):
    """A confirmed place was given up while the stage was computed; nothing was stored."""

    code = "stage_changed"
    text = N_("计算的时候有人退了名额，什么都没有保存。请再运行一次。")


class DrawFileNotFound(NotFound):
    """No such file was published with this draw."""

    code = "draw_file_not_found"
    text = N_("没有公布过这个文件。可以在抽签公示页查看已经公布的文件。")


class NotaryOnly(Denied):
    """The full input tells who applied from where."""

    code = "notary_only"
    text = N_("这个文件含有每份申请的单位和类别，只交给公证人员，由市总工会的工会干部领取。")
