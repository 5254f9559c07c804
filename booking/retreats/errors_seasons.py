"""Why a season cannot be drafted, published or cancelled as asked."""

from booking.errors import BookingError, Conflict, Invalid
from booking.web.locale import N_


class CalendarCrosses(Invalid):
    """A date of the calendar is not after the one before it."""

    code = "calendar_crosses"
    text = N_("{later}（{at}）要在{earlier}（{before}）之后。请改其中一个。")


class DateOutside(Invalid):
    """A date that no season can have."""

    code = "date_outside"
    text = N_("日期要在 {first} 年到 {last} 年之间，请检查年份。")


class ClosesInPast(Invalid):
    """Applications would close before anybody could apply."""

    code = "closes_in_past"
    text = N_("报名截止 {closes} 已经过了，没有人报得上。请改到以后。")


class NoBatches(Invalid):
    """There is nothing to apply for."""

    code = "no_batches"
    text = N_("还没有批次。至少要有一批，每批至少有一间房。")


class BatchWithoutRooms(Invalid):
    """A batch has no rooms at all."""

    code = "batch_without_rooms"
    text = N_("{batch}还没有房间。请填房型和间数，或者删掉这一批。")


class BatchTwice(Invalid):
    """A batch lists a room type twice."""

    code = "room_type_twice"
    text = N_("{batch}里同一种房型写了两次，请合成一行。")


class MoreBedsThanSleep(Invalid):
    """More strangers would share a room than it sleeps."""

    code = "more_beds_than_sleep"
    text = N_("{type}最多睡 {sleeps} 人，不能按 {beds} 人合住。")


class MoreRoomsThanThere(Invalid):
    """A batch has more rooms of a type than the house."""

    code = "more_rooms_than_there_are"
    text = N_("{batch}要 {rooms} 间{type}，全院只有 {all} 间。")


class GuaranteesTooMany(Invalid):
    """More beds are kept for categories than there are."""

    code = "guarantees_too_many"
    text = N_("{batch}的{type}有 {beds} 张床，却保留了 {kept} 张。最多保留 {beds} 张。")


class SourceUnnamed(Invalid):
    """A public draw without its issue, or without the one that counts if it is postponed."""

    code = "source_unnamed"
    text = N_("{lottery}（{day}）要写明期号和顺延期号，公布以后不能再选。")


class SourceTwice(Invalid):
    """The same public draw twice, or as its own fallback."""

    code = "source_twice"
    text = N_("{lottery}第 {issue} 期写了两次。每一期只能用一次，顺延期也要另写一期。")


class SourceDayOutside(Invalid):
    """A public draw that has drawn before the freeze, or has not when the result is to be out."""

    code = "source_day_outside"
    text = N_("{lottery}第 {issue} 期 {day} 开奖，要在报名封存（{freezes}）之后、公布结果（{publishes}）之前的日子。")


class SubsidyUnsourced(Invalid):
    """A subsidy without the document and clause that it comes from."""

    code = "subsidy_unsourced"
    text = N_("有补贴就要写明依据的文件和条款。")


class ReasonNeeded(Invalid):
    """A published season is cancelled without a reason."""

    code = "reason_needed"
    text = N_("请写明取消的原因，已经报名的人会看到。")


class QuotaOfTheCity(Invalid):
    """The whole city's places are the rooms that there are."""

    code = "quota_of_the_city"
    text = N_("全市的名额就是房间能住下的人数，改批次里的房间数就可以。")


class NotDiscarded(Conflict):
    """Only a draft that was discarded can be brought back."""

    code = "not_discarded"
    text = N_("只有删掉的草稿可以恢复，公布过再取消的一季不能。可以照它再拟一季。")


class SeasonCursorUnknown(Invalid):
    """A cursor that none of our pages gave."""

    code = "season_cursor_unknown"
    text = N_("翻页的位置不对，请从第一页重新开始。")


class RehearsalRunning(BookingError):
    """A rehearsal is still being computed; the same request may be sent again after `retry_after` seconds."""

    code = "rehearsal_running"
    status = 503
    text = N_("预演还在算，请 {retry_after} 秒后再取。")
