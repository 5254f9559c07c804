"""What managers send to describe places, zones and the calendar."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

PlaceKind = Literal["culture_centre", "cultural_palace", "plaza", "sanatorium"]
Text60 = Annotated[str, Meta(min_length=1, max_length=60)]
Prose = Annotated[str, Meta(max_length=2000)]


class PlaceRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A place; coordinates are WGS-84 degrees, the floor area square metres."""

    code: Annotated[str, Meta(max_length=40)]
    kind: PlaceKind
    name: Text60
    name_en: Text60
    district: Text60
    address: Annotated[str, Meta(min_length=1, max_length=200)]
    address_en: Annotated[str, Meta(max_length=200)] = ""
    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    floor_area: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    phone: Annotated[str, Meta(max_length=40)] = ""
    description: Prose = ""
    description_en: Prose = ""
    assumed: Annotated[str, Meta(max_length=400)] = ""


class ZoneRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A zone of a place; minutes are how long before and after its hours a pass opens it."""

    code: Annotated[str, Meta(max_length=40)]
    name: Text60
    name_en: Text60
    capacity: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    early_minutes: Annotated[int, Meta(ge=0, le=720)] = 30
    late_minutes: Annotated[int, Meta(ge=0, le=720)] = 0
    reentry: bool = True
    anti_passback: bool = True
    static_code: bool = True


class CalendarDayRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A public holiday, or a weekend day worked in exchange; `none` takes the mark away."""

    day: date
    kind: Literal["holiday", "workday", "none"]
    name: Annotated[str, Meta(max_length=60)] = ""
    name_en: Annotated[str, Meta(max_length=60)] = ""


class Edited(msgspec.Struct, frozen=True):
    """What was made or changed."""

    id: int
    code: str
    created: bool
