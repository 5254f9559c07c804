"""Why those who manage a house cannot move guests to a room, or lift an outage, as asked."""

from booking.errors import Conflict, Invalid
from booking.web.locale import N_


class GuestsHere(Conflict):
    """Guests in the house never move on the chart: keys, cleaning and passes go with them."""

    code = "guests_in_house"
    text = N_("{name} 已经住进 {room} 房，图上不能拖动。请当面办理换房：要换钥匙卡，原来的房要打扫。")


class RoomHeld(Conflict):
    """Somebody who may not move has the room on some of the nights."""

    code = "room_held"
    text = N_("{room} 房 {arrival} 到 {departure} 已经给了 {by}（{state}），不能再换。请选另一间。")


class RoomOut(Conflict):
    """The room is out of order on some of the nights."""

    code = "room_out_of_order"
    text = N_("{room} 房 {first} 到 {until} 停用：{reason}。请选另一间，或先撤销停用。")


class RoomTooSmall(Conflict):
    """More guests than the room sleeps."""

    code = "room_too_small"
    text = N_("{room} 房是{type}，最多住 {most} 人，这间订的是 {heads} 人。请选大一些的房。")


class RoomLacks(Conflict):
    """The room has not what its guests asked for."""

    code = "room_lacks"
    text = N_("客人对房间有要求（如无障碍、看海），{room} 房不符合。请选另一间。")


class RoomsParted(Conflict):
    """Rooms that were promised to be next to each other would not be."""

    code = "rooms_parted"
    text = N_("这次住宿的 {count} 间房答应了挨着住，换到 {room} 房就分开了。请选旁边的房。")


class OutageByChange(Conflict):
    """An outage that a rehearsed change made, and that only undoing the change takes away."""

    code = "outage_by_change"
    text = N_("“{reason}”是一项变更（编号 {change}）带来的，请到那项变更里撤销，受影响的客人才会一起恢复。")


class NoRoomChosen(Invalid):
    """Rooms are to go out of order, and none is named."""

    code = "no_room_chosen"
    text = N_("还没有选房间。请勾选楼层或房间，或者写上房号。")


class RoomsUnknown(Invalid):
    """Numbers that are on no door."""

    code = "rooms_unknown"
    text = N_("没有这些房号：{numbers}。请核对后再写。")


class GroundsChanged(Conflict):
    """Something changed between the look at a plan's grounds and the lock on them."""

    code = "grounds_changed"
    text = N_("就在刚才又有预订或付款变了，没有执行。请再点一次。")
