"""Why rooms cannot be had as asked: each refusal names its rule, the numbers and what would have worked."""

from booking.errors import Conflict, Denied, Invalid, NotFound
from booking.web.locale import N_


class StayNotFound(NotFound):
    """No such stay, or it is someone else's."""

    code = "stay_not_found"
    text = N_("没有找到这次住宿。可以在“我的预约”里查看您的全部住宿。")


class RoomsFull(Conflict):
    """On some nights all rooms of the type are given, however the guests are seated."""

    code = "rooms_full"
    text = N_("{type}在 {nights} 已经住满：要 {wanted} 间，只有 {possible} 间。可以换日期或房型，见下面的建议。")


class RoomsCutUp(Conflict):
    """Each night has a room, but no arrangement gives this stay one of its own for all of them."""

    code = "rooms_cut_up"
    text = N_(
        "{type}从 {arrival} 到 {departure} 每晚都有空房，但没有一间能连住："
        "其中 {fixed} 处住宿或检修不能挪动。可以分开订，或换日期。"
    )


class RoomTaken(Conflict):
    """The chosen room is taken by someone who cannot move."""

    code = "room_taken"
    text = N_("{room} 房从 {arrival} 到 {departure} 有人选定了。可以换一间，或者让我们替您安排。")


class DatesCross(Invalid):
    """A stay that ends before it begins."""

    code = "dates_cross"
    text = N_("离店日 {departure} 要在到店日 {arrival} 之后，至少住一晚。")


class NotOnSale(Conflict):
    """Nights that are over, or beyond the horizon."""

    code = "not_on_sale"
    text = N_("现在可以订 {first} 到 {last} 之间的住宿（{clause}），您选的是 {arrival} 到 {departure}。")


class TooManyNights(Conflict):
    """More nights than one stay may have."""

    code = "too_many_nights"
    text = N_("一次最多住 {most} 晚（{clause}），您选了 {asked} 晚。")


class TooManyRooms(Conflict):
    """More rooms than a member may book at once."""

    code = "too_many_rooms"
    text = N_("一次最多订 {most} 间（{clause}），您选了 {asked} 间。更多请联系疗养院前台。")


class TooManyHeads(Conflict):
    """More people than a room sleeps."""

    code = "too_many_heads"
    text = N_("{type}最多住 {most} 人（含加床 {extra}），您填了 {asked} 人。请换更大的房型，或者多订一间。")


class StayTooShort(Conflict):
    """The calendar asks for a longer stay from this day."""

    code = "stay_too_short"
    text = N_("{day} 到店要至少住 {least} 晚，您选了 {asked} 晚。")


class StayTooLong(Conflict):
    """The calendar allows only a shorter stay from this day."""

    code = "stay_too_long"
    text = N_("{day} 到店最多住 {most} 晚，您选了 {asked} 晚。")


class ClosedToArrival(Conflict):
    """Nobody arrives on this day."""

    code = "closed_to_arrival"
    text = N_("{day} 不办理入住，请换一天到店。")


class ClosedToDeparture(Conflict):
    """Nobody leaves on this day."""

    code = "closed_to_departure"
    text = N_("{day} 不办理离店，请提前或推后一天离店。")


class GuestNotFound(Invalid):
    """A guest's member number and name do not belong together."""

    code = "guest_not_found"
    text = N_("没有找到住客“{name}”（会员号 {number}）。请核对会员号和姓名。")


class GuestsUnnamed(Invalid):
    """A room without a named guest."""

    code = "guests_unnamed"
    text = N_("第 {number} 间房要写至少一位住客的真实姓名。")


class StayHoldExpired(Conflict):
    """The hold ended before it was confirmed."""

    code = "stay_hold_expired"
    text = N_("为您保留的时间到 {at} 为止，房间已经放出来了。请再选一次。")


class WrongStayStatus(Conflict):
    """The stay is in a state that does not allow this."""

    code = "wrong_stay_status"
    text = N_("这次住宿现在是“{status}”，不能{action}。")


class StayChanged(Conflict):
    """A concurrent request changed the stay first."""

    code = "stay_changed"
    text = N_("这次住宿刚刚变了，没有改动。请刷新看看再试。")


class NothingToCancel(Conflict):
    """None of the rooms waits for its guests."""

    code = "nothing_to_cancel"
    text = N_("这几间房已经退了，或者客人已经入住，没有可退的。")


class StayGranted(Conflict):
    """A stay that was won in a draw: it is given up where it was won, and keeps the dates of its batch."""

    code = "stay_granted"
    text = N_("这次住宿是疗休养的名额，日期随批次走。要放弃，请打开“疗休养”里您的那一季办理。")


class StillExpected(Conflict):
    """The day on which guests may come is not over."""

    code = "still_expected"
    text = N_("{day} 还没有过完，客人可能还会来。过了当天再记为没有到店。")


class NightsOver(Conflict):
    """The last night of guests who were marked as not having come is over."""

    code = "nights_over"
    text = N_("这次住宿订到 {departure} 离店，夜晚都过了，不能再恢复。要住请另办入住；费用有出入，请在账单上调整。")


class StillSeeking(Conflict):
    """Neither a room nor a proof that there is none was found in the time of one request."""

    code = "still_seeking"
    text = N_("这几晚很紧，还没有算出能不能排下，原来的安排没有变。请换一个日期，或者过几分钟再试。")


class PoolShort(Conflict):
    """A pool has fewer free rooms on some night than are to be moved away."""

    code = "pool_short"
    text = N_("{pool} 在 {night} 只剩 {free} 间没有订出，不能移走 {asked} 间。最多可移 {free} 间。")


class SamePool(Invalid):
    """A pool and the one it should give to are the same."""

    code = "same_pool"
    text = N_("移出和移入的是同一类房源，请选两类不同的。")


class LimitsCross(Invalid):
    """The shortest stay is longer than the longest."""

    code = "stay_limits_cross"
    text = N_("最少 {least} 晚比最多 {most} 晚还多，请改其中一个。")


class OverLimitBelow(Conflict):
    """Fewer overbooked rooms are to be allowed than are sold."""

    code = "over_limit_below"
    text = N_("{night} 已经超订 {taken} 间，上限不能降到 {asked} 间。请先安排好这些客人。")


class RoomsInUse(Conflict):
    """Rooms cannot go out of order before those who live in them have others."""

    code = "rooms_in_use"
    text = N_("{night} 起有 {count} 间住着或订给了不能换房的客人，没有停用。请先看影响，再停用。")


class OutageNotFound(NotFound):
    """No such outage, or it was lifted."""

    code = "outage_not_found"
    text = N_("没有找到这次停用，或者已经恢复使用了。")


class NoNightsLeft(Conflict):
    """Fewer rooms than are sold would be left."""

    code = "no_nights_left"
    text = N_("{type}在 {night} 停用后就不够已经订出的房间了，没有停用。请先看影响，再停用。")


class NotStaff(Denied):
    """Only the house's own staff may do this."""

    code = "not_house_staff"
    text = N_("这件事由疗养院前台或管理员办理。")


class StayCursorUnknown(Invalid):
    """A cursor that none of our pages gave."""

    code = "stay_cursor_unknown"
    text = N_("翻页的位置不对，请从第一页重新开始。")


class RoomsLeft(Conflict):
    """Nobody has to wait: there are rooms to be booked."""

    code = "rooms_left"
    text = N_("{type}这几晚还有空房，不用排队，现在就可以订。")


class AlreadyWaiting(Conflict):
    """A member waits for the same dates already."""

    code = "already_waiting"
    text = N_("{arrival} 到 {departure} 您已经在排队了，同样的日子只排一处。要换房型，请先退出原来的排队。")


class TooManyWaits(Conflict):
    """A member is on as many lists as one may be."""

    code = "too_many_waits"
    text = N_("同时最多排 {most} 处，您已经排满了。退出一处，就能再排一处。")


class WaitNotFound(NotFound):
    """No such place on a waiting list, or it is someone else's."""

    code = "wait_not_found"
    text = N_("没有找到这次排队。可以在“我的预约”里查看您正在排的队。")


class WaitOver(Conflict):
    """Nothing is offered, or the wait has ended."""

    code = "wait_over"
    text = N_("这次排队现在是“{status}”，不能这样办理。请刷新看看。")
