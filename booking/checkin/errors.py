"""Refusals about passes and gates, other than a gate's own verdicts."""

from booking.errors import Conflict, Denied, Invalid, NotFound, Unauthenticated


class PartyTooLarge(Invalid):
    """More heads than one pass can carry."""

    code = "party_too_large"
    text = "一张凭证最多 {most} 人，这次是 {asked} 人。请分成几张。"


class PassNotFound(NotFound):
    """No such pass, or it is someone else's."""

    code = "pass_not_found"
    text = "没有找到这张凭证。可以从“我的预约”里打开。"


class NoSuchGate(NotFound):
    """No such gate at this place."""

    code = "gate_not_found"
    text = "这个场馆没有这台闸机。"


class NoSuchScan(NotFound):
    """This device has sent no scan with this id."""

    code = "scan_not_found"
    text = "这台设备没有编号为 {scan_id} 的扫码记录。"


class WrongWay(Invalid):
    """The gate does not turn the way that was asked for."""

    code = "wrong_way"
    text = "这台闸机不能按“{direction}”方向通行。请去掉 direction，或改闸机的方向。"


class UnknownZone(Invalid):
    """A gate leads into zones of its own place only."""

    code = "unknown_zone"
    text = "这个场馆没有编号为 {zone} 的区域。"


class GateCodeTaken(Conflict):
    """Another gate of the place has this code."""

    code = "gate_code_taken"
    text = "这个场馆已有编号为 {code} 的闸机。请换一个编号。"


class GateRevoked(Conflict):
    """The gate was revoked for good."""

    code = "gate_revoked"
    text = "这台闸机已停用，不能恢复。请新建一台。"


class EnrolmentRefused(NotFound):
    """The enrolment code is wrong, used or too old."""

    code = "enrolment_refused"
    text = "登记码不对、已用过或已过期。请场馆管理员重新生成一个。"


class DeviceUnknown(Unauthenticated):
    """The request has no gate's API key, or one that was replaced."""

    code = "device_unknown"
    text = "这台设备还没有登记，或密钥已更换。请用登记码重新登记。"


class DeviceRevoked(Denied):
    """The gate's key was taken back for good."""

    code = "device_revoked"
    text = "这台闸机已停用。请走旁边的通道。"
