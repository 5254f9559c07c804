"""The words for what is stored as a code, where the console shows it."""

from booking.web.locale import N_

PLACE_KINDS = {
    "culture_centre": N_("职工文化中心"),
    "cultural_palace": N_("工人文化宫"),
    "plaza": N_("五一广场"),
    "sanatorium": N_("疗养院"),
}
BLOCK_KINDS = {
    "league": N_("专场"),
    "maintenance": N_("检修"),
    "closure": N_("停用"),
    "capacity": N_("减少名额"),
}
COURT_KINDS = {
    "court": N_("场地"),
    "full": N_("全场"),
    "half": N_("半场"),
    "table": N_("球台"),
}
"""Kinds of courts that have a word; others are shown as they are written."""
DAY_KINDS = {
    "weekday": N_("工作日"),
    "weekend": N_("周末"),
    "holiday": N_("节假日"),
    "any": N_("每天"),
}
CALENDAR_KINDS = {
    "holiday": N_("放假"),
    "workday": N_("调休上班"),
}
CHANGE_KINDS = {
    "venues.close_courts": N_("停用场地"),
    "venues.lower_capacity": N_("减少名额"),
    "rooms.take_offline": N_("停用客房"),
}
"""Kinds of change that have a word; one that a later feature teaches is shown by its name."""
CHANGE_STATES = {
    "drafted": N_("还没有执行"),
    "applied": N_("已执行"),
    "undone": N_("已撤销"),
}
LEDGER_KINDS = {
    "charge": N_("应收"),
    "payment": N_("收款"),
    "refund": N_("退款"),
    "reversal": N_("冲销"),
    "deposit": N_("收押金"),
    "deposit_applied": N_("押金抵用"),
    "deposit_returned": N_("退押金"),
    "subsidy": N_("补贴"),
}
ACTIONS = {
    "booking.held": N_("暂留了一个时段"),
    "booking.pending": N_("开始排一个时段"),
    "booking.refused": N_("没有排下"),
    "booking.confirmed": N_("确认了预约"),
    "booking.changed": N_("改了预约"),
    "booking.cancelled": N_("取消了预约"),
    "booking.restored": N_("恢复了预约"),
    "booking.at_counter": N_("在前台代约"),
    "booking.no_show": N_("记为没有到场"),
    "booking.came_after_all": N_("撤回了没有到场的记录"),
    "block.made": N_("留出了专场或检修"),
    "block.lifted": N_("解除了专场或检修"),
    "block.put_back": N_("恢复了专场或检修"),
    "change.applied": N_("执行了一项变更"),
    "change.undone": N_("撤销了一项变更"),
    "stay.held": N_("暂留了客房"),
    "stay.confirmed": N_("确认了住宿"),
    "stay.changed": N_("改了住宿日期"),
    "stay.cancelled": N_("取消了住宿"),
    "stay.restored": N_("恢复了住宿"),
    "stay.refused": N_("没有排下住宿"),
    "stay.displaced": N_("因停用取消了住宿"),
    "stay.arrived": N_("办理了入住"),
    "stay.documents_seen": N_("登记了证件"),
    "stay.expected_later": N_("记下了晚到"),
    "stay.room_changed": N_("换了房"),
    "stay.extended": N_("办理了续住"),
    "stay.departed": N_("办理了离店"),
    "stay.no_show": N_("记为没有到店"),
    "stay.no_show_taken_back": N_("撤回了没有到店的记录"),
    "room.housekeeping": N_("改了客房的打扫状态"),
    "rooms.day_closed": N_("结了一天的账"),
    "deposit.asked": N_("要求付押金"),
    "deposit.received": N_("收押金"),
    "deposit.returned": N_("退押金"),
    "payment.received": N_("收款"),
    "payment.refunded": N_("退款"),
    "payment.reversed": N_("冲销了一笔收款"),
    "refund.reversed": N_("冲销了一笔退款"),
    "charge.reversed": N_("冲销了一笔应收"),
    "phone.revealed": N_("看了完整的手机号"),
    "standing.annulled": N_("撤销了守约记录"),
    "code.issued": N_("当面发出了验证码"),
    "role.granted": N_("安排了岗位"),
    "role.revoked": N_("移除了岗位"),
    "gate.created": N_("新建了闸机"),
    "gate.edited": N_("改了闸机"),
    "gate.invited": N_("发了闸机的登记码"),
    "gate.revoked": N_("停用了闸机"),
    "gate.enrolled": N_("登记了闸机"),
    "gate.key_rolled": N_("更换了闸机的密钥"),
    "calendar": N_("改了日历"),
    "stay.room_moved": N_("在房态图上换了房"),
    "stay.room_moved_back": N_("把换的房换了回来"),
    "rooms.taken_out": N_("停用了客房"),
    "rooms.given_back": N_("恢复了停用的客房"),
    "rooms.allotment_moved": N_("在房源之间移了客房"),
    "rooms.allotment_released": N_("把没订出的客房放给了公众"),
    "rooms.restricted": N_("改了入住限制"),
    "rooms.over_limit": N_("改了超订上限"),
    "edited.place": N_("改了场馆资料"),
    "edited.place.retired": N_("停办了场馆"),
    "edited.zone": N_("改了区域"),
    "edited.zone.retired": N_("停用了区域"),
    "edited.facility": N_("改了场地资料"),
    "edited.facility.retired": N_("停用了整个场地"),
    "edited.court": N_("改了一片场地"),
    "edited.court.retired": N_("停用了一片场地"),
    "edited.opening": N_("改了开放时间"),
    "edited.policy": N_("改了预约规则"),
}
"""Acts of the audit log that have a sentence; others are shown by their name."""
