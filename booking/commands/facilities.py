"""`booking facility`, `booking court`, `booking hours` and `booking policy`."""

import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from sqlalchemy import select

from booking.commands.describing import converted, described, options_for, tell
from booking.commands.running import OPERATOR, look, write
from booking.db import ReadSession, WriteSession
from booking.places.catalogue import places
from booking.places.schemas import Edited
from booking.portal.manage.queries.described import court_request, facility_request, policy_request
from booking.settings import Settings
from booking.venues.catalogue import CourtNotFound, FacilityNotFound
from booking.venues.models import Court, Facility
from booking.venues.schemas import CourtRequest, FacilityRequest, OpeningRequest, PolicyRequest
from booking.venues.service.editing import put_court, put_facility, put_opening, retire_court, retire_facility
from booking.venues.service.policies import put_policy

FACILITY = {
    "zone": "The code of the zone it stands in.",
    "name": "The Chinese name.",
    "name_en": "The English name.",
    "sport": "The code of the sport, such as badminton.",
    "kind": "exclusive (by court) or pooled (by heads).",
    "slot_minutes": "30 or 60.",
    "capacity": "Heads at once, if pooled.",
    "policy": "The code of its booking rules.",
}
COURT = {
    "name": "The Chinese name.",
    "name_en": "The English name.",
    "kind": "court, full, half, table …: courts of one kind stand for each other.",
    "units": "A piece of floor that it takes; repeat it for a full court made of halves.  [default: CODE]",
    "accessible": "Whether wheelchairs get there.",
    "features": "A word about it; may be repeated.",
}
LINE = re.compile(
    r"(?P<days>\S+)\s+(?P<opens>\d\d:\d\d)[-–](?P<closes>\d\d:\d\d)"
    r"(?:\s+(?P<from_day>\d{4}-\d\d-\d\d)?\.\.(?P<until_day>\d{4}-\d\d-\d\d)?)?"
)


def facility_id(tx: ReadSession, place_id: int, code: str) -> int | None:
    """The id of a facility by its code, retired or not."""
    found: int | None = tx.scalar(select(Facility.id).where(Facility.place_id == place_id, Facility.code == code))
    return found


def _standing(tx: ReadSession, place_code: str, code: str) -> tuple[int, int]:
    place_id = places(tx).coded(place_code).id
    found = facility_id(tx, place_id, code)
    if found is None:
        raise FacilityNotFound
    return place_id, found


def _court(tx: ReadSession, place_id: int, facility: int, code: str) -> int | None:
    mine = (Court.place_id == place_id, Court.facility_id == facility, Court.code == code)
    found: int | None = tx.scalar(select(Court.id).where(*mine))
    return found


@click.group()
def facility() -> None:
    """Make, change and retire facilities: halls of courts, and areas used in common.

    新建、修改、停用场地。
    """


@facility.command("put")
@click.argument("place_code", metavar="PLACE")
@click.argument("code")
@options_for(FacilityRequest, FACILITY)
@click.pass_obj
def put_one_facility(settings: Settings, /, place_code: str, code: str, **given: Any) -> None:
    """Make the facility CODE of PLACE, or change what is given of it.

    新建或修改场馆 PLACE 的场地 CODE；没写的不变。
    """

    def command(tx: WriteSession, now: datetime) -> Edited:
        place_id = places(tx).coded(place_code).id
        known = facility_id(tx, place_id, code)
        stands = None if known is None else facility_request(tx, place_id, known)
        wanted = described(FacilityRequest, stands, given | {"code": code})
        return put_facility(tx, now, OPERATOR, place_id, wanted)

    tell("facility", write(settings, command), f" of {place_code}")


@facility.command("retire")
@click.argument("place_code", metavar="PLACE")
@click.argument("code")
@click.pass_obj
def retire_one_facility(settings: Settings, /, place_code: str, code: str) -> None:
    """Take the facility CODE of PLACE out of use, once nobody has a place in it.

    停用场馆 PLACE 的场地 CODE；还有人约着就停不了。
    """

    def command(tx: WriteSession, now: datetime) -> Edited:
        return retire_facility(tx, now, OPERATOR, *_standing(tx, place_code, code))

    click.echo(f"retired facility {write(settings, command).code} of {place_code}")


@click.group()
def court() -> None:
    """Make, change and retire the courts of a facility.

    新建、修改、停用一片场地。
    """


@court.command("put")
@click.argument("place_code", metavar="PLACE")
@click.argument("facility_code", metavar="FACILITY")
@click.argument("code")
@options_for(CourtRequest, COURT)
@click.pass_obj
def put_one_court(settings: Settings, /, place_code: str, facility_code: str, code: str, **given: Any) -> None:
    """Make the court CODE, or change what is given of it.

    新建或修改一片场地。分成两半的：全场写 --units A1 --units A2，两个半场各写自己的一块。
    """

    def command(tx: WriteSession, now: datetime) -> Edited:
        key = _standing(tx, place_code, facility_code)
        known = _court(tx, *key, code)
        stands = None if known is None else court_request(tx, *key, known)
        units = given["units"] or ((code,) if stands is None else ())
        wanted = described(CourtRequest, stands, given | {"code": code, "units": units})
        return put_court(tx, now, OPERATOR, *key, wanted)

    tell("court", write(settings, command), f" of {place_code} {facility_code}")


@court.command("retire")
@click.argument("place_code", metavar="PLACE")
@click.argument("facility_code", metavar="FACILITY")
@click.argument("code")
@click.pass_obj
def retire_one_court(settings: Settings, /, place_code: str, facility_code: str, code: str) -> None:
    """Take the court CODE out of use, once nobody sits on it.

    停用一片场地；还有人约着就停不了。
    """

    def command(tx: WriteSession, now: datetime) -> Edited:
        key = _standing(tx, place_code, facility_code)
        number = _court(tx, *key, code)
        if number is None:
            raise CourtNotFound
        return retire_court(tx, now, OPERATOR, *key, number)

    click.echo(f"retired court {write(settings, command).code} of {place_code} {facility_code}")


@click.group()
def hours() -> None:
    """Replace the opening hours of a facility.

    更换场地的开放时间。
    """


@hours.command("put")
@click.argument("place_code", metavar="PLACE")
@click.argument("facility_code", metavar="FACILITY")
@click.argument("lines", metavar="LINE...", nargs=-1, required=True)
@click.pass_obj
def put_hours(settings: Settings, /, place_code: str, facility_code: str, lines: tuple[str, ...]) -> None:
    """Replace all opening hours; a LINE is "DAYS OPENS-CLOSES [FROM..UNTIL]".

    DAYS are weekdays from Monday 1, and holiday: "12345 08:00-22:00", "67holiday 09:00-00:00 2027-06-01..2027-09-30".

    更换全部开放时间；每一行是“星期 开门-关门”，星期用 1 到 7 和 holiday。
    """
    found = [LINE.fullmatch(line.strip()) for line in lines]
    for line, parts in zip(lines, found, strict=True):
        if parts is None:
            raise click.UsageError(f'"{line}" is not like "12345 08:00-22:00"')
    fields = [_fields(parts) for parts in found if parts]
    wanted = converted({"hours": fields}, OpeningRequest)

    def command(tx: WriteSession, now: datetime) -> Edited:
        return put_opening(tx, now, OPERATOR, *_standing(tx, place_code, facility_code), wanted)

    write(settings, command)
    click.echo(f"{place_code} {facility_code}: {len(lines)} lines of opening hours")


def _fields(parts: re.Match[str]) -> dict[str, str]:
    """The parts of a line that were written; wall times with their seconds, as RFC 3339 has them."""
    written = {name: text for name, text in parts.groupdict().items() if text}
    return written | {name: f"{written[name]}:00" for name in ("opens", "closes")}


@click.group()
def policy() -> None:
    """Put booking rules with their prices, and see those that stand.

    提交预约规则和价格，查看现行的。
    """


@policy.command("put")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def put_one_policy(settings: Settings, file: Path) -> None:
    """Make or change booking rules from a JSON FILE; `booking policy show CODE` prints one to begin with.

    按 JSON 文件新建或修改一套预约规则，写明文件和条款；先用 show 看现行的。
    """
    try:
        wanted = msgspec.json.decode(file.read_bytes(), type=PolicyRequest)
    except msgspec.DecodeError as unfit:
        raise click.ClickException(f"{file}: {unfit}") from unfit
    tell("policy", write(settings, put_policy, OPERATOR, wanted))


@policy.command("show")
@click.argument("code")
@click.pass_obj
def show_policy(settings: Settings, code: str) -> None:
    """Print the booking rules CODE as the JSON that `put` takes.

    把一套规则打印成 put 要的 JSON。
    """
    sys.stdout.write(f"{msgspec.json.format(msgspec.json.encode(look(settings, policy_request, code))).decode()}\n")
