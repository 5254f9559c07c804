"""How venues are named on pages, and the addresses of what is shown."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Request

from booking.clock import SHANGHAI
from booking.venues.queries.days import FURTHEST
from booking.web.locale import N_

KIND_NAMES = {
    "court": N_("场地"),
    "full": N_("全场"),
    "half": N_("半场"),
    "table": N_("球台"),
    "snooker": N_("斯诺克台"),
    "room": N_("房间"),
    "hall": N_("厅"),
}
PLACE_KINDS = {
    "culture_centre": N_("职工文化中心"),
    "cultural_palace": N_("工人文化宫"),
    "plaza": N_("五一广场"),
    "sanatorium": N_("工人疗养院"),
}
FEATURES = {
    "pvc_floor": N_("塑胶地面"),
    "wood_floor": N_("木地板"),
    "air_conditioned": N_("有空调"),
    "spectator_seats": N_("有看台"),
    "projector": N_("有投影"),
    "sound_proof": N_("隔音"),
    "mirror": N_("有镜子"),
    "stage": N_("有舞台"),
    "piano": N_("有钢琴"),
    "sound_system": N_("有音响"),
    "computers": N_("有电脑"),
    "outdoor": N_("室外"),
    "floodlit": N_("晚上有灯"),
    "drums": N_("有架子鼓"),
    "ball_machine": N_("有发球机"),
    "tools": N_("有工具"),
    "long_tables": N_("有长桌"),
    "ovens": N_("有烤箱"),
}


def here(request: Request[Any, Any, Any]) -> str:
    """The address of the page with what was asked, to come back to."""
    query = str(request.url.query or "")
    return f"{request.url.path}?{query}" if query else request.url.path


def address(path: str, **asked: Any) -> str:
    """An address with those parameters that say something."""
    said = {name: value for name, value in asked.items() if value not in (None, "")}
    return f"{path}?{urlencode(said)}" if said else path


def book_address(place: str, facility: str, starts: datetime, **asked: Any) -> str:
    """Where an hour of a facility is booked."""
    return address(f"/places/{place}/{facility}/book", at=wall(starts), **asked)


def wall(instant: datetime) -> str:
    """`2026-11-25T18:00`, as in addresses: the time on the wall in Shanghai."""
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def read_wall(text: str) -> datetime | None:
    """The instant of a wall-clock time in an address, or None."""
    try:
        read = datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - the next line says where the clock hangs
    except ValueError:
        return None
    return read.replace(tzinfo=SHANGHAI) if 2000 < read.year < 2100 else None


def read_day(text: str, today: date) -> date:
    """The day in an address; today where it is none, or too far away."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day - today) <= FURTHEST else today


def read_number(text: str | None, default: int | None, least: int = 1, most: int = 2**53 - 1) -> int | None:
    """A whole number in an address or a form, within bounds."""
    if text and text.isascii() and text.isdecimal() and len(text) <= 16 and least <= int(text) <= most:
        return int(text)
    return default
