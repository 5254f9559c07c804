"""Why a booking cannot be made, changed or cancelled: each names its rule, the numbers and what would have worked."""

from booking.errors import Conflict, Denied, Invalid, NotFound
from booking.web.locale import N_


class BookingNotFound(NotFound):
    """No such booking, or it is someone else's."""

    code = "booking_not_found"
    text = N_("没有找到这个预约。可以在“我的预约”里查看您的全部预约。")


class SlotTaken(Conflict):
    """Every court of the kind is taken at these hours, however the others are seated."""

    code = "slot_taken"
    text = N_("{facility} {when} 已经约满：这个时段要 {wanted} 片，最多只有 {possible} 片。")


class CourtTaken(Conflict):
    """The chosen court is taken; another of its kind may be free."""

    code = "court_taken"
    text = N_("{court} {when} 已经有人了。可以换一片，或者让我们替您安排。")


class PoolFull(Conflict):
    """A pooled area has no room for so many at this hour."""

    code = "pool_full"
    text = N_("{facility} {when} 名额不够：您要 {heads} 位，还剩 {left} 位，总共 {capacity} 位。")


class NotOpenThen(Invalid):
    """The facility is closed at some of these hours."""

    code = "not_open"
    text = N_("{facility} {when} 不开放，当天开放时间是 {hours}。")


class OffGrid(Invalid):
    """The hours do not lie on the facility's grid of slots."""

    code = "off_grid"
    text = N_("{facility} 按 {minutes} 分钟一段预约，请从整段开始、按整段结束。")


class WrongLength(Invalid):
    """Shorter or longer than the policy lets one booking be."""

    code = "wrong_length"
    text = N_("一次可以约 {least} 到 {most} 小时，您选了 {asked} 小时（{clause}）。改成 {nearest} 小时就可以约。")


class NotYetBookable(Conflict):
    """Booking for that day has not opened."""

    code = "not_yet_bookable"
    text = N_("{day} 的场次 {opens} 开放预约：提前 {days} 天，{clause}。现在可以约到 {last}。")


class AlreadyBegun(Conflict):
    """The hours have begun or are over."""

    code = "already_begun"
    text = N_("{when} 已经开始了，不能再预约或改动。")


class NotEligible(Denied):
    """The facility is for certain categories of members."""

    code = "not_eligible"
    text = N_("{facility} 只对这些会员开放：{categories}（{clause}）。")


class StandingTooLow(Denied):
    """Too many no-show points to book ahead."""

    code = "standing_too_low"
    text = N_("您有 {points} 分未到场记录，满 {limit} 分暂停预约（{clause}）。最早的 {until} 到期。")


class LimitReached(Conflict):
    """The member's limit for a day or a week across a sport is used up."""

    code = "limit_reached"
    text = N_(
        "{sport}{period}最多 {limit}{unit}，您已约 {taken}{unit}，这次要 {asked}{unit}（{clause}）。可以：{instead}。"
    )


class HoldExpired(Conflict):
    """The hold ended before it was confirmed."""

    code = "hold_expired"
    text = N_("为您保留的时间到 {at} 为止，已经放出来了。请再选一次。")


class WrongStatus(Conflict):
    """The booking is in a state that does not allow this."""

    code = "wrong_status"
    text = N_("这个预约现在是“{status}”，不能{action}。")


class TooManyPartners(Invalid):
    """More partners than the facility takes on one booking."""

    code = "too_many_partners"
    text = N_("同伴最多 {limit} 位，您填了 {asked} 位，请去掉 {over} 位。")


class PartnerNotFound(Invalid):
    """A partner's member number and name do not belong together."""

    code = "partner_not_found"
    text = N_("没有找到同伴“{name}”（会员号 {number}）。请核对会员号和姓名。")


class StillPlanning(Conflict):
    """Neither a seating nor a proof that there is none was found in the time of one request."""

    code = "still_planning"
    text = N_("{when} 很紧，一次请求的时间里没有算出能不能排下，没有改动。请换一个时段，或者过几分钟再试。")


class BlockedBy(Conflict):
    """Courts that are to be kept are taken by others at some of the hours."""

    code = "blocked_by"
    text = N_("{when} 起有 {count} 个预约或占用，没有改动任何安排。要腾出场地，请用“停用场地”先看影响。")


class ByChange(Conflict):
    """A block that a rehearsed change made, and that only undoing the change takes away."""

    code = "by_change"
    text = N_("“{title}”是一项变更（编号 {change}）带来的，请到那项变更里撤销，受影响的人才会一起恢复。")


class WeeksUnclear(Invalid):
    """A weekly series that ends before it begins, or goes on too long."""

    code = "weeks_unclear"
    text = N_("每周重复的最后一天要在第一次之后，最多 {weeks} 周。")


class UnknownCode(Invalid):
    """A code that names nothing."""

    code = "unknown_code"
    text = N_("没有代号为“{given}”的{what}。现有的是：{known}。")


class BookingsAhead(Conflict):
    """What is to be retired or shortened has bookings ahead: rehearse a closure first, so that nobody is dropped."""

    code = "bookings_ahead"
    text = N_("{when} 起还有 {count} 个预约会受影响，没有改动。请先用“停用场地”看清每个人怎么安排。")


class BookedWhenClosed(Conflict):
    """Opening hours that would leave bookings before a closed door."""

    code = "booked_when_closed"
    text = N_("{count} 个预约会落在不开放的时间里，没有改动。请先给他们改时间或者取消，再改开放时间：{bookings}。")


class HoursCross(Invalid):
    """Opening hours that end before they begin, or lie off the half-hour grid."""

    code = "hours_cross"
    text = N_("开放时间 {opens}–{closes} 不对：结束要晚于开始，都在整点或半点。")


class PriceGap(Invalid):
    """Some hour has no price for every member."""

    code = "price_gap"
    text = N_("价格表缺了{day} {hour} 对所有会员（member）的价格，请补上，免费就写 0。")


class LengthsCross(Invalid):
    """The shortest booking is longer than the longest."""

    code = "lengths_cross"
    text = N_("最短 {least} 个半小时比最长 {most} 个还长，请改其中一个。")


class DayTooFar(Invalid):
    """A day that the calendar does not reach."""

    code = "day_too_far"
    text = N_("只能查 {first} 到 {last} 之间的日期。")


class CursorUnknown(Invalid):
    """A cursor that none of our pages gave."""

    code = "cursor_unknown"
    text = N_("翻页的位置不对，请从第一页重新开始。")
