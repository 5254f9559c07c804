"""`booking place`, `booking zone` and `booking calendar`."""

from datetime import datetime
from typing import Any

import click
from sqlalchemy import select

from booking.commands.describing import converted, described, options_for, tell
from booking.commands.running import OPERATOR, write
from booking.db import ReadSession, WriteSession
from booking.places.catalogue import places
from booking.places.errors import ZoneNotFound
from booking.places.models import Place, Zone
from booking.places.schemas import CalendarDayRequest, Edited, PlaceRequest, ZoneRequest
from booking.places.service import put_place, put_zone, retire_place, retire_zone
from booking.portal.manage.queries.described import place_request, zone_request
from booking.settings import Settings
from booking.venues.catalogue import venues
from booking.venues.service.hours import mark_day

PLACE = {
    "kind": "culture_centre, cultural_palace, plaza or sanatorium.",
    "name": "The Chinese name.",
    "name_en": "The English name.",
    "district": "The code of the district, such as 330211.",
    "address": "The Chinese address.",
    "address_en": "The English address.",
    "latitude": "Degrees, WGS 84.",
    "longitude": "Degrees, WGS 84.",
    "floor_area": "Square metres.",
    "phone": "The telephone number.",
    "description": "A few Chinese sentences.",
    "description_en": "A few English sentences.",
    "assumed": "Which of the values are assumed, for managers.",
}
ZONE = {
    "name": "The Chinese name.",
    "name_en": "The English name.",
    "capacity": "How many people at once.",
    "early_minutes": "How early a pass opens it.",
    "late_minutes": "How late a pass opens it.",
    "reentry": "Whether whoever left may come back.",
    "anti_passback": "Whether nobody enters twice without having left.",
    "static_code": "Whether a printed code opens it.",
}


def zone_id(tx: ReadSession, place_id: int, code: str) -> int | None:
    """The number of a zone by its code, retired or not."""
    number: int | None = tx.scalar(select(Zone.id).where(Zone.place_id == place_id, Zone.code == code))
    return number


@click.group()
def place() -> None:
    """Make, change and retire places.

    新建、修改、停办场馆。
    """


@place.command("put")
@click.argument("code")
@options_for(PlaceRequest, PLACE)
@click.pass_obj
def put_one_place(settings: Settings, /, code: str, **given: Any) -> None:
    """Make the place CODE, or change what is given of it.

    新建代号为 CODE 的场馆，或修改它的资料；没写的不变。
    """

    def command(tx: WriteSession, now: datetime) -> Edited:
        known = tx.scalar(select(Place.id).where(Place.code == code))
        stands = None if known is None else place_request(tx, known)
        return put_place(tx, now, OPERATOR, described(PlaceRequest, stands, given | {"code": code}))

    tell("place", write(settings, command))


@place.command("retire")
@click.argument("code")
@click.pass_obj
def retire_one_place(settings: Settings, code: str) -> None:
    """Take the place CODE out of use, once its zones are.

    停办代号为 CODE 的场馆；先停用它的区域。
    """

    def command(tx: WriteSession, now: datetime) -> Edited:
        return retire_place(tx, now, OPERATOR, places(tx).coded(code).id)

    click.echo(f"retired place {write(settings, command).code}")


@click.group()
def zone() -> None:
    """Make, change and retire the zones of a place: what lies behind its gates.

    新建、修改、停用场馆的区域。
    """


@zone.command("put")
@click.argument("place_code", metavar="PLACE")
@click.argument("code")
@options_for(ZoneRequest, ZONE)
@click.pass_obj
def put_one_zone(settings: Settings, /, place_code: str, code: str, **given: Any) -> None:
    """Make the zone CODE of PLACE, or change what is given of it.

    新建或修改场馆 PLACE 的区域 CODE；没写的不变。
    """

    def command(tx: WriteSession, now: datetime) -> Edited:
        place_id = places(tx).coded(place_code).id
        known = zone_id(tx, place_id, code)
        stands = None if known is None else zone_request(tx, place_id, known)
        return put_zone(tx, now, OPERATOR, place_id, described(ZoneRequest, stands, given | {"code": code}))

    tell("zone", write(settings, command), f" of {place_code}")


@zone.command("retire")
@click.argument("place_code", metavar="PLACE")
@click.argument("code")
@click.pass_obj
def retire_one_zone(settings: Settings, /, place_code: str, code: str) -> None:
    """Take the zone CODE of PLACE out of use, once no facility stands in it.

    停用场馆 PLACE 的区域 CODE；里面不能还有场地。
    """

    def command(tx: WriteSession, now: datetime) -> Edited:
        place_id = places(tx).coded(place_code).id
        number = zone_id(tx, place_id, code)
        if number is None:
            raise ZoneNotFound
        uses = sum(facts.facility.zone_id == number for facts in venues(tx).by_place.get(place_id, ()))
        return retire_zone(tx, now, OPERATOR, place_id, number, uses)

    click.echo(f"retired zone {write(settings, command).code} of {place_code}")


@click.group()
def calendar() -> None:
    """Mark public holidays and working weekend days.

    在日历上记节假日和调休上班日。
    """


@calendar.command("mark")
@click.argument("day")
@click.argument("kind", type=click.Choice(["holiday", "workday", "none"]))
@click.option("--name", default="", help="What it is called in Chinese.")
@click.option("--name-en", default="", help="What it is called in English.")
@click.pass_obj
def mark_one_day(settings: Settings, day: str, kind: str, name: str, name_en: str) -> None:
    """Mark DAY (2027-02-06) as a holiday or as a working weekend day; none takes the mark away.

    把 DAY 记为节假日（holiday）或调休上班（workday）；none 是去掉记号。
    """
    wanted = converted({"day": day, "kind": kind, "name": name, "name_en": name_en}, CalendarDayRequest)
    write(settings, mark_day, OPERATOR, wanted)
    click.echo(f"{wanted.day}: {kind}")
