"""What the rows of a city must be to each other: unique, referring to what exists, in the right tier and region."""

from collections import Counter
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple, get_args

from booking.places.service import MOST_ZONES
from booking.seeding.problems import Problem
from booking.seeding.rows import RegionRow
from booking.seeding.sheets import Line, Sheet, Sheets
from booking.web.locale import N_
from booking.web.principal import Role

Check = Callable[[Sheets], Iterator[Problem]]

UNIQUE = (
    ("sports", ("code",)),
    ("organisations", ("code",)),
    ("calendar", ("day",)),
    ("policies", ("code",)),
    ("places", ("code",)),
    ("zones", ("place", "code")),
    ("facilities", ("place", "code")),
    ("courts", ("place", "facility", "code")),
    ("gates", ("place", "code")),
    ("gates", ("demo_enrolment_code",)),
    ("hotels", ("place",)),
    ("room_types", ("place", "code")),
    ("rooms", ("place", "number")),
    ("extras", ("place", "code")),
    ("allotments", ("place", "code")),
    ("accounts", ("number",)),
    ("accounts", ("phone",)),
    ("accounts", ("card",)),
)


class Reference(NamedTuple):
    """A column that holds codes of another file, within the same place if `local`."""

    sheet: str
    column: str
    target: str
    local: bool = False
    key: str = "code"
    """The column of the other file that holds them."""


REFERENCES = (
    Reference("organisations", "parent", "organisations"),
    Reference("places", "district", "organisations"),
    Reference("zones", "place", "places"),
    Reference("facilities", "place", "places"),
    Reference("facilities", "zone", "zones", local=True),
    Reference("facilities", "sport", "sports"),
    Reference("facilities", "policy", "policies"),
    Reference("courts", "place", "places"),
    Reference("courts", "facility", "facilities", local=True),
    Reference("opening", "place", "places"),
    Reference("opening", "facility", "facilities", local=True),
    Reference("gates", "place", "places"),
    Reference("gates", "zones", "zones", local=True),
    Reference("prices", "policy", "policies"),
    Reference("hotels", "place", "places"),
    Reference("hotels", "zones", "zones", local=True),
    Reference("room_types", "place", "hotels", key="place"),
    Reference("room_types", "upgrades", "room_types", local=True),
    Reference("rooms", "place", "hotels", key="place"),
    Reference("rooms", "type", "room_types", local=True),
    Reference("rooms", "zone", "zones", local=True),
    Reference("rooms", "neighbours", "rooms", local=True, key="number"),
    Reference("room_rates", "type", "room_types", local=True),
    Reference("extras", "place", "hotels", key="place"),
    Reference("allotments", "place", "hotels", key="place"),
    Reference("accounts", "organisation", "organisations"),
)

PARENTS = {
    "district": ("city",),
    "park": ("city",),
    "township": ("district", "park"),
    "village": ("township",),
    "community": ("township",),
    "enterprise": ("township", "district", "park", "city"),
}
"""Which tiers may stand above which: always one nearer to the root, so that no circle is possible."""


def duplicates(sheets: Sheets) -> Iterator[Problem]:
    """Keys that an earlier row has taken, whatever the case of their letters."""
    for name, columns in UNIQUE:
        sheet, seen = sheets.named(name), dict[tuple[str, ...], int]()
        for number, row in sheet:
            key = tuple(getattr(row, column) for column in columns)
            if key[-1] in (None, ""):
                continue
            first = seen.setdefault(tuple(str(part).lower() for part in key), number)
            if first != number:
                text = N_("“{value}”在第 {first} 行已经用过。请换一个，或者删去这一行。")
                yield sheet.problem(number, columns[-1], key[-1], text, first=first)


def references(sheets: Sheets) -> Iterator[Problem]:
    """Codes of things that no file defines; what belongs to an unknown place is not reported twice."""
    places = sheets.places.keys("code")
    for sheet_name, column, target_name, local, key in REFERENCES:
        sheet, target = sheets.named(sheet_name), sheets.named(target_name)
        if not target.readable or (local and not sheets.places.readable):
            continue
        known = target.keys("place", key) if local else target.keys(key)
        for line in sheet:
            scope = (line.row.place,) if local else ()
            if not local or scope in places:
                missing = (code for code in _codes(line, column) if (*scope, code) not in known)
                yield from (_dangling(sheet, line.number, column, code, target, scope, known) for code in missing)


def _codes(line: Line[Any], column: str) -> tuple[str, ...]:
    value = getattr(line.row, column)
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _dangling(
    sheet: Sheet[Any],
    line: int,
    column: str,
    code: str,
    target: Sheet[Any],
    scope: tuple[str, ...],
    known: set[tuple[str, ...]],
) -> Problem:
    there = sorted(key[-1] for key in known if key[:-1] == scope)
    near = get_close_matches(code, there, n=3) or there[:5]
    text = N_("{file} 里没有“{value}”。请写那里已有的代码，如 {choices}；或者先在那里加一行。")
    return sheet.problem(line, column, code, text, file=target.file, choices="、".join(near) or "–")


def tree(sheets: Sheets) -> Iterator[Problem]:
    """One city at the root, and every tier below one that may stand above it."""
    organisations = sheets.organisations
    kinds = {line.row.code: line.row.kind for line in organisations}
    roots = [line for line in organisations if line.row.parent is None]
    for number, row in organisations:
        if row.kind == "city" and row.parent is not None:
            yield organisations.problem(number, "parent", row.parent, N_("城市在最上一级，parent 要空着。"))
        elif row.kind != "city" and row.parent is None:
            yield organisations.problem(number, "parent", "", N_("这一格不能空着。请写上一级组织的代码。"))
        elif row.parent in kinds and kinds[row.parent] not in PARENTS.get(row.kind, ()):
            text = N_("“{value}”是 {above}，不能在 {kind} 之上。请改成一个 {choices} 的代码。")
            choices = "、".join(PARENTS[row.kind])
            yield organisations.problem(
                number, "parent", row.parent, text, above=kinds[row.parent], kind=row.kind, choices=choices
            )
    for number, row in roots[1:]:
        if row.kind == "city":
            text = N_("已经有一个城市在第 {first} 行。请只留一个，其余写明 parent。")
            yield organisations.problem(number, "kind", row.code, text, first=roots[0].number)
    for number, place in sheets.places:
        if kinds.get(place.district, "district") not in ("district", "park"):
            text = N_("“{value}”不是区县或园区。请写 kind 为 district 或 park 的组织的代码。")
            yield sheets.places.problem(number, "district", place.district, text)


def coordinates(sheets: Sheets) -> Iterator[Problem]:
    """Places outside the region, with advice when latitude and longitude look swapped."""
    if len(sheets.region.lines) + len(sheets.region.spoiled) != 1 and sheets.region.readable:
        yield Problem(file=sheets.region.file, text=N_("这个文件要有一行，也只能有一行：场馆所在的范围。"))
    for number, region in sheets.region:
        if region.south >= region.north or region.west >= region.east:
            text = N_("范围颠倒了：south 要小于 north，west 要小于 east。")
            yield sheets.region.problem(number, "south", region.south, text)
            return
        for line, place in sheets.places:
            if not _within(region, place.latitude, place.longitude):
                swapped = _within(region, place.longitude, place.latitude)
                text = _SWAPPED if swapped else _OUTSIDE
                where = f"{place.latitude}, {place.longitude}"
                box = f"{region.south}–{region.north}, {region.west}–{region.east}"
                yield sheets.places.problem(line, "latitude", where, text, box=box)


_SWAPPED = N_("“{value}”的纬度和经度写反了。请对调 latitude 与 longitude 两格。")
_OUTSIDE = N_("“{value}”不在 region.csv 的范围（{box}）里。请核对纬度和经度，单位是度。")


def _within(region: RegionRow, latitude: float, longitude: float) -> bool:
    return region.south <= latitude <= region.north and region.west <= longitude <= region.east


def assumptions(sheets: Sheets) -> Iterator[Problem]:
    """`assumed` names columns of its file, or all of them."""
    for sheet in sheets:
        columns = sheet.struct.__struct_fields__
        for number, row in sheet:
            for word in getattr(row, "assumed", ()):
                if word not in (*columns, "all"):
                    text = N_("“{value}”不是这个文件的列名。请写列名，几个之间用空格隔开，或者写 all。")
                    yield sheet.problem(number, "assumed", word, text)


def courts(sheets: Sheets) -> Iterator[Problem]:
    """A hall has courts, a pooled area a capacity, and neither what belongs to the other."""
    with_courts = sheets.courts.keys("place", "facility")
    kinds = {(row.place, row.code): row.kind for row in sheets.facilities.rows}
    for number, row in sheets.facilities:
        if row.kind == "pooled" and row.capacity is None:
            text = N_("kind 是 pooled 的要写 capacity：同一时间最多几人。")
            yield sheets.facilities.problem(number, "capacity", "", text)
        if row.kind == "exclusive" and row.capacity is not None:
            text = N_("kind 是 exclusive 的不写 capacity，由 courts.csv 里的场地数决定。请把这一格清空。")
            yield sheets.facilities.problem(number, "capacity", row.capacity, text)
        if row.kind == "exclusive" and sheets.courts.readable and (row.place, row.code) not in with_courts:
            yield sheets.facilities.problem(number, "code", row.code, _NO_COURTS, file=sheets.courts.file)
    for number, court in sheets.courts:
        if kinds.get((court.place, court.facility)) == "pooled":
            text = N_("“{value}”的 kind 是 pooled，按人数约，不设场地。请删去这一行，或把它改成 exclusive。")
            yield sheets.courts.problem(number, "facility", court.facility, text)


_NO_COURTS = N_("“{value}”在 {file} 里一片场地也没有。请加上，或把 kind 改成 pooled 并写 capacity。")


def zones(sheets: Sheets) -> Iterator[Problem]:
    """A pass has a bit for each zone of its place, and not more than that."""
    count: Counter[str] = Counter()
    for number, zone in sheets.zones:
        count[zone.place] += 1
        if count[zone.place] == MOST_ZONES + 1:
            text = N_("“{value}”的区域超过 {most} 个，一张入场券装不下。请把几个合成一个。")
            yield sheets.zones.problem(number, "place", zone.place, text, most=MOST_ZONES)


def exchanged_days(sheets: Sheets) -> Iterator[Problem]:
    """Only a Saturday or a Sunday can be worked in exchange for a holiday."""
    for number, row in sheets.calendar:
        if row.kind == "workday" and row.day.isoweekday() < 6:
            text = N_("{value} 本来就要上班。调休上班只能是周六或周日，请核对日期。")
            yield sheets.calendar.problem(number, "day", row.day, text)


def roles(sheets: Sheets) -> Iterator[Problem]:
    """Roles that exist, held at a place, at a node of the tree, or everywhere."""
    known = get_args(Role)
    scopes = {"all"} | {code for (code,) in sheets.places.keys("code") | sheets.organisations.keys("code")}
    for number, row in sheets.accounts:
        for held in row.roles:
            role, _, scope = held.partition("@")
            if role not in known:
                text = N_("没有“{value}”这个角色。请写其中之一：{choices}。")
                yield sheets.accounts.problem(number, "roles", role, text, choices="、".join(known))
            if scope not in scopes and sheets.places.readable and sheets.organisations.readable:
                text = N_("“{value}”不是场馆或组织的代码。请写 places.csv 或 organisations.csv 里的代码，或者 all。")
                yield sheets.accounts.problem(number, "roles", scope, text)
