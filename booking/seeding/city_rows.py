"""A city's files as rows of its tables, children after parents."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from booking.checkin.enrolment import code_hash
from booking.checkin.models import Gate
from booking.db import Base
from booking.members.models import Organisation
from booking.places.models import CalendarDay, Place, Zone
from booking.seeding.numbering import Numbers, within_each
from booking.seeding.rows import City, CourtRow, FacilityRow, OpeningRow, OrganisationRow, WallTime
from booking.venues.models import Court, Facility, OpeningRule, Policy, Price, Sport, Unit

Row = dict[str, Any]

DEMO_CODES_EXPIRE = datetime(2100, 1, 1, tzinfo=UTC)
"""A published enrolment code of the demo city waits for its first use however long that takes."""


class Rows(NamedTuple):
    """Rows of one table, all with the same columns."""

    table: type[Base]
    rows: list[Row]


def organisation_rows(city: City, numbers: Numbers) -> Rows:
    """The tree from its root down, each node with the ids above it."""
    by_code = {row.code: row for row in city.organisations}
    paths: dict[str, tuple[int, ...]] = {}

    def path(row: OrganisationRow) -> tuple[int, ...]:
        if row.code not in paths:
            above = path(by_code[row.parent]) if row.parent else ()
            paths[row.code] = (*above, numbers.organisations[row.code])
        return paths[row.code]

    return Rows(
        Organisation,
        [
            {
                "id": numbers.organisations[row.code],
                "code": row.code,
                "parent_id": numbers.organisations[row.parent] if row.parent else None,
                "kind": row.kind,
                "name": row.name,
                "name_en": row.name_en,
                "members": row.members,
                "path": f"/{'/'.join(map(str, path(row)))}/",
            }
            for row in sorted(city.organisations, key=lambda row: len(path(row)))
        ],
    )


def catalogue_rows(city: City, numbers: Numbers, *, demo: bool) -> Iterator[Rows]:
    """Everything that can be found and booked, with its rules, and the gates in front of it.

    Args:
        city: the files.
        numbers: their ids.
        demo: whether gates get the enrolment codes that the files publish.
    """
    yield Rows(CalendarDay, [_only(row, "day kind name name_en") for row in city.calendar])
    yield Rows(Sport, [_only(row, "code name name_en programme") for row in city.sports])
    yield from _terms(city, numbers)
    yield from _places(city, numbers)
    yield Rows(Facility, [_facility(row, numbers) for row in city.facilities])
    yield from _courts(city, numbers)
    yield Rows(OpeningRule, _opening(city, numbers))
    yield Rows(Gate, _gates(city, numbers, demo=demo))


def _only(row: Any, fields: str) -> Row:
    return {field: getattr(row, field) for field in fields.split()}


def _terms(city: City, numbers: Numbers) -> Iterator[Rows]:
    rules = (
        "code name name_en document clause effective_from opens_days_ahead least_half_hours most_half_hours "
        "day_limit_half_hours week_limit_bookings cancel_cutoff_minutes hold_minutes most_no_show_points"
    )
    yield Rows(
        Policy,
        [
            {
                "id": numbers.policies[row.code],
                **_only(row, rules),
                "opens_at": _time(row.opens_at),
                "eligible": list(row.eligible),
            }
            for row in city.policies
        ],
    )
    ids = within_each((row.policy, str(line)) for line, row in enumerate(city.prices))
    yield Rows(
        Price,
        [
            {
                "policy_id": numbers.policies[row.policy],
                "id": ids[row.policy, str(line)],
                **_only(row, "category days fen"),
                "from_time": _time(row.from_time),
                "until_time": _time(row.until_time),
            }
            for line, row in enumerate(city.prices)
        ],
    )


def _places(city: City, numbers: Numbers) -> Iterator[Rows]:
    described = (
        "code kind name name_en district address address_en latitude longitude floor_area description description_en"
    )
    yield Rows(
        Place,
        [
            {
                "id": numbers.places[row.code],
                **_only(row, described),
                "phone": row.phone or "",
                "assumed": " ".join(row.assumed),
            }
            for row in city.places
        ],
    )
    ruled = "code name name_en capacity early_minutes late_minutes reentry anti_passback static_code"
    yield Rows(
        Zone,
        [
            {"place_id": numbers.places[row.place], "id": numbers.zones[row.place, row.code], **_only(row, ruled)}
            for row in city.zones
        ],
    )


def _facility(row: FacilityRow, numbers: Numbers) -> Row:
    return {
        "place_id": numbers.places[row.place],
        "id": numbers.facilities[row.place, row.code],
        "zone_id": numbers.zones[row.place, row.zone],
        **_only(row, "code name name_en sport kind"),
        "slot_half_hours": row.slot_minutes // 30,
        "capacity": row.capacity or 0,
        "policy_id": numbers.policies[row.policy],
    }


def _courts(city: City, numbers: Numbers) -> Iterator[Rows]:
    named = dict.fromkeys((row.place, row.facility, unit) for row in city.courts for unit in row.units)
    units = within_each(named)
    courts = within_each((row.place, row.facility, row.code) for row in city.courts)

    def key(place: str, facility: str) -> Row:
        return {"place_id": numbers.places[place], "facility_id": numbers.facilities[place, facility]}

    def court(row: CourtRow) -> Row:
        return {
            **key(row.place, row.facility),
            "id": courts[row.place, row.facility, row.code],
            **_only(row, "code name name_en kind accessible"),
            "units": [units[row.place, row.facility, unit] for unit in row.units],
            "features": list(row.features),
        }

    yield Rows(
        Unit,
        [{**key(place, facility), "id": units[place, facility, unit], "code": unit} for place, facility, unit in named],
    )
    yield Rows(Court, [court(row) for row in city.courts])


def _opening(city: City, numbers: Numbers) -> list[Row]:
    """A facility's own hours, or else those of its place."""
    hours: Mapping[tuple[str, str | None], list[OpeningRow]] = defaultdict(list)
    for row in city.opening:
        hours[row.place, row.facility].append(row)
    found = []
    for facility in city.facilities:
        held = hours[facility.place, facility.code] or hours[facility.place, None]
        rules = [(days, row) for row in held for days in _kinds_of_days(row)]
        found += [
            {
                "place_id": numbers.places[facility.place],
                "facility_id": numbers.facilities[facility.place, facility.code],
                "id": number,
                "days": days,
                "opens": _time(row.opens),
                "closes": _time(row.closes),
            }
            for number, (days, row) in enumerate(rules, 1)
        ]
    return found


def _kinds_of_days(row: OpeningRow) -> Iterator[str]:
    """Weekdays as digits, and holidays as a rule of their own."""
    if weekdays := "".join(sorted(row.days - {"holiday"})):
        yield weekdays
    if "holiday" in row.days:
        yield "holiday"


def _gates(city: City, numbers: Numbers, *, demo: bool) -> list[Row]:
    ids = within_each((row.place, row.code) for row in city.gates)
    return [
        {
            "place_id": numbers.places[row.place],
            "id": ids[row.place, row.code],
            **_only(row, "code name name_en direction heads_mode staffed"),
            "zones": [numbers.zones[row.place, zone] for zone in row.zones],
            "enrolment_hash": code_hash(row.demo_enrolment_code) if demo and row.demo_enrolment_code else None,
            "enrolment_expires_at": DEMO_CODES_EXPIRE if demo and row.demo_enrolment_code else None,
        }
        for row in city.gates
    ]


def _time(wall: WallTime) -> time:
    """A wall time; midnight as the end of a day is 00:00."""
    return time(wall // 2 % 24, wall % 2 * 30)
