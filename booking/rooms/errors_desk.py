"""Why the front desk, housekeeping or the close of a day cannot do as asked."""

from booking.errors import Conflict, Invalid, NotFound
from booking.web.locale import N_


class StayRoomNotFound(NotFound):
    """No room of a stay has this id at this house."""

    code = "stay_room_not_found"
    text = N_("没有找到这间预订的房。请从到店、在住或离店名单里打开。")


class WrongRoomStatus(Conflict):
    """The room of a stay is in a state that does not allow this."""

    code = "wrong_room_status"
    text = N_("这间房现在是“{status}”，不能{action}。")


class ArrivesAnotherDay(Conflict):
    """The guest is not expected on this hotel day."""

    code = "arrives_another_day"
    text = N_("这次住宿订的是 {arrival} 到 {departure}，今天是 {today}，不能办理入住。请先改日期。")


class RoomNotReady(Conflict):
    """The room is not clean yet, or out of order; `alternatives` are rooms of the type that could be had at once."""

    code = "room_not_ready"
    text = N_("{room} 房现在是“{state}”，打扫好才能入住。同房型现在可以入住的有：{ready}。换到其中一间，或等打扫好。")


class NoRoomReady(Conflict):
    """The room is not clean yet, and no other of its type can be had at once."""

    code = "no_room_ready"
    text = N_("{room} 房现在是“{state}”，打扫好才能入住；同房型没有别的房现在可以入住。请让客房部先打扫 {room}。")


class DocumentMissing(Invalid):
    """The guest who answers for the room has shown no identity document."""

    code = "document_missing"
    text = N_("入住要先看 {name} 的身份证件，请登记证件种类和末四位。")


class NoSuchGuest(Invalid):
    """A document is for a guest whom the room does not have."""

    code = "no_such_guest"
    text = N_("这间房没有第 {number} 位住客，住客编号是 0 到 {last}。")


class FolioOpen(Conflict):
    """The guest still owes something, and no reason was given to let them go."""

    code = "folio_open"
    text = N_("还欠 {owed}，没有办理离店。请先收 {owed}，或者写明挂账的原因。")


class NothingToSettle(Conflict):
    """There is nothing to receive, or nothing to give back."""

    code = "nothing_to_settle"
    text = N_("账上没有要收或要退的钱，可能别的同事刚刚办过了。请刷新看看。")


class OtherType(Conflict):
    """A guest who has slept in the house cannot be given a room of another type for the same stay."""

    code = "other_room_type"
    text = N_("客人已经住了 {nights} 晚{type}，只能换同房型的房。要换房型，请办理离店，再按新房型办理入住。")


class SameRoom(Invalid):
    """The room to change to is the one that they have."""

    code = "same_room"
    text = N_("客人已经住在 {room} 房，请选另一间。")


class StillKept(Conflict):
    """The hour until which a room is kept for late guests has not come."""

    code = "still_kept"
    text = N_("房间要为客人留到 {until}，现在还不能记为没有到店。")


class WrongStep(Conflict):
    """Housekeeping does not go from the one state to the other."""

    code = "wrong_housekeeping_step"
    text = N_("{room} 房现在是“{state}”，不能直接改为“{asked}”。下一步可以是：{allowed}。")


class HousekeepingChanged(Conflict):
    """Someone else changed the state of the room first."""

    code = "housekeeping_changed"
    text = N_("{room} 房的状态刚刚有人改过，没有改动。请刷新再试。")


class OutageOver(Conflict):
    """Rooms are to go out of order for nights that are over."""

    code = "outage_over"
    text = N_("停用要从 {first} 或之后开始，您填的是 {asked}。")


class OutageTooLong(Invalid):
    """An outage without a night, or longer than one may be planned."""

    code = "outage_length"
    text = N_("停用至少一晚，最多 {most} 晚；您填的是 {asked} 晚。更久请分几次办理。")


class AlreadyOut(Conflict):
    """Some of the rooms are out of order on some of the nights already."""

    code = "already_out_of_order"
    text = N_("{rooms} 在这几晚已经有停用安排。请去掉这些房，或先撤销原来的停用。")


class CloseInOrder(Conflict):
    """Days are closed one after the other, each once."""

    code = "close_in_order"
    text = N_("要按顺序结账，每天一次：下一个该结的是 {next}，您选的是 {asked}。")


class DayNotOver(Conflict):
    """The day's guests may still come."""

    code = "day_not_over"
    text = N_("{day} 要到 {from_when} 之后才能结账：在那之前晚到的客人还可能入住。")


class ArrivalsUnresolved(Conflict):
    """Guests of the day neither came nor were marked as not having come."""

    code = "arrivals_unresolved"
    text = N_("{day} 还有 {count} 间没有处理：{guests}。请办理入住、取消，或者连同结账一起记为没有到店。")


class DeparturesUnresolved(Conflict):
    """Guests are in the house longer than they booked."""

    code = "departures_unresolved"
    text = N_("还有 {count} 间过了离店日：{guests}。请先办理离店或续住。")


class DayUnfit(Invalid):
    """A date that no house keeps books of."""

    code = "day_unfit"
    text = N_("日期要在 {first} 到 {last} 之间，您填的是 {asked}。")
