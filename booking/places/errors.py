"""Why a place cannot be edited as asked."""

from booking.errors import Conflict, Invalid, NotFound
from booking.web.locale import N_


class ZoneNotFound(NotFound):
    """No zone has this id at this place."""

    code = "zone_not_found"
    text = N_("这个场馆没有这个区域。")


class CodeTaken(Conflict):
    """Another thing of the same kind has this code already."""

    code = "code_taken"
    text = N_("代号“{code}”已经用过了，请换一个。")


class BadCode(Invalid):
    """A code that could not stand in an address."""

    code = "bad_code"
    text = N_("代号只能用小写字母、数字和短横线，2 到 40 个字符，例如 zhenhai。您写的是“{given}”。")


class CodeReserved(Invalid):
    """A code whose address belongs to a page of the console."""

    code = "code_reserved"
    text = N_("代号“{given}”和管理台的页面地址重复，请换一个，例如 {instead}。")


class TooManyZones(Conflict):
    """A place has as many zones as a pass can name."""

    code = "too_many_zones"
    text = N_("一个场馆最多 {limit} 个区域，入场码里只放得下这么多。")


class StillInUse(Conflict):
    """Something still stands on what is to be retired."""

    code = "still_in_use"
    text = N_("还有 {count} 项在用（{what}），请先停用它们。")
