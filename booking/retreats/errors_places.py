"""Why a place that was won cannot be confirmed, given up or taken back."""

from booking.errors import Conflict, NotFound
from booking.web.locale import N_


class PlaceNotFound(NotFound):
    """The application has won no place in this season, or there is no application."""

    code = "place_not_found"
    text = N_("这一季您没有抽中的名额。抽签结果和原因在“我的报名”里。")


class PlaceOver(Conflict):
    """The place was given up, or nobody answered in time."""

    code = "place_over"
    text = N_("这个名额现在是“{status}”，不能再{action}。名额不转给别人，放出来的在下一轮重新抽。")


class ConfirmTimeOver(Conflict):
    """The deadline has passed."""

    code = "confirm_time_over"
    text = N_("确认到 {until} 截止，已经过了，名额放回下一轮重新抽。下次请在截止前答复。")


class PlaceChanged(Conflict):
    """Somebody else of the application, or the deadline, was first."""

    code = "place_changed"
    text = N_("这个名额刚刚变了（同行的人办理过，或者到了截止时间），这次没有改动。请看看现在的情况。")


class NoRoomForPlace(Conflict):
    """The house has no room for a place that the draw gave, e.g. because of a closure; it stays theirs."""

    code = "no_room_for_place"
    text = N_("{type}从 {arrival} 到 {departure} 暂时排不出房间，名额给您留着。请打电话给疗养院（{phone}）安排。")


class GuestsCame(Conflict):
    """Somebody of the application has moved in, or the day of arrival is over."""

    code = "guests_came"
    text = N_("{arrival} 已经到店或者过了到店的日子，不能再放弃名额。要提前走，请到疗养院前台办理离店。")


class UndoOver(Conflict):
    """A place that was given up is taken back only until its deadline, and before the next stage."""

    code = "undo_over"
    text = N_("放弃以后，在 {until} 之前、下一轮抽签之前可以恢复；现在名额已经放出去了，不能恢复。")


class NothingToRemind(Conflict):
    """Everybody has answered, or was reminded a short while ago."""

    code = "nothing_to_remind"
    text = N_("没有要提醒的人：{open} 份还没有答复，都在 {hours} 小时之内提醒过了。")


class NothingToCollect(Conflict):
    """The bill of a place owes nothing."""

    code = "nothing_to_collect"
    text = N_("这份账单没有要收的钱。")


class FairnessNotReady(Conflict):
    """The draws that chance is measured by are still being made."""

    code = "fairness_not_ready"
    text = N_("公平账还在算：同样的报名要再抽 {redraws} 次来对照，算好就会出现在这一页。")
