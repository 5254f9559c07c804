"""Whether hours, slots, rules and prices of a city fit together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from booking.seeding.problems import Problem
from booking.seeding.rows import FacilityRow, OpeningRow, PriceRow
from booking.seeding.sheets import Line, Sheets
from booking.web.locale import N_

KINDS = ("weekday", "weekend", "holiday")


class Span(NamedTuple):
    """Half hours of a day, the end not included."""

    starts: int
    ends: int

    def __str__(self) -> str:
        return f"{wall(self.starts)}–{wall(self.ends)}"


def wall(half_hours: int) -> str:
    """Half hours since midnight as a clock shows them, 24:00 for the day's end."""
    return f"{half_hours // 2:02}:{half_hours % 2 * 30:02}"


def order(sheets: Sheets) -> Iterator[Problem]:
    """Every span of time ends after it begins."""
    for number, row in sheets.opening:
        if row.opens >= row.closes:
            span = Span(row.opens, row.closes)
            text = N_("{value}：关门要晚于开门。过了午夜的，请分成到 24:00 和从 00:00 起的两行。")
            yield sheets.opening.problem(number, "closes", span, text)
    for number, price in sheets.prices:
        if price.from_time >= price.until_time:
            span = Span(price.from_time, price.until_time)
            text = N_("{value}：until_time 要晚于 from_time。到午夜请写 24:00。")
            yield sheets.prices.problem(number, "until_time", span, text)


def crossings(sheets: Sheets) -> Iterator[Problem]:
    """Hours that overlap on one day, and prices that overlap for one category."""
    open_rows: dict[tuple[str, str | None, str], list[tuple[int, Span]]] = defaultdict(list)
    for number, row in sheets.opening:
        for day in row.days:
            open_rows[row.place, row.facility, day].append((number, Span(row.opens, row.closes)))
    for number, first, span in _overlaps(open_rows.values()):
        text = N_("{value} 与第 {first} 行的时间重叠。请改成首尾相接，或删去一行。")
        yield sheets.opening.problem(number, "opens", span, text, first=first)
    price_rows: dict[tuple[str, str, str], list[tuple[int, Span]]] = defaultdict(list)
    for number, price in sheets.prices:
        for kind in _kinds(price):
            price_rows[price.policy, price.category, kind].append((number, Span(price.from_time, price.until_time)))
    for number, first, span in _overlaps(price_rows.values()):
        text = N_("{value} 与第 {first} 行的价格重叠：同一时段只能有一个价。请改成首尾相接，或删去一行。")
        yield sheets.prices.problem(number, "from_time", span, text, first=first)


def _kinds(price: PriceRow) -> tuple[str, ...]:
    return KINDS if price.days == "any" else (price.days,)


def _overlaps(groups: Iterable[list[tuple[int, Span]]]) -> list[tuple[int, int, Span]]:
    """(line, the line it collides with, its span), each pair of lines once."""
    found: dict[tuple[int, int], Span] = {}
    for group in groups:
        for index, (number, span) in enumerate(group):
            for first, other in group[:index]:
                if span.starts < other.ends and other.starts < span.ends:
                    found[number, first] = span
    return [(number, first, span) for (number, first), span in sorted(found.items())]


def limits(sheets: Sheets) -> Iterator[Problem]:
    """Policies whose numbers contradict each other, or the slots of a facility they are used for."""
    policies = {line.row.code: line for line in sheets.policies}
    for number, row in sheets.policies:
        if row.least_half_hours > row.most_half_hours:
            text = N_(
                "最少 {value} 个半小时，最多却只有 {most} 个。请把 least_half_hours 改小或 most_half_hours 改大。"
            )
            yield sheets.policies.problem(
                number, "least_half_hours", row.least_half_hours, text, most=row.most_half_hours
            )
        if row.most_half_hours > row.day_limit_half_hours > 0:
            text = N_(
                "每天限 {value} 个半小时，不够一次最长的 {most} 个。请把 day_limit_half_hours 改到 {most} 或更大。"
            )
            yield sheets.policies.problem(
                number, "day_limit_half_hours", row.day_limit_half_hours, text, most=row.most_half_hours
            )
    for number, facility in sheets.facilities:
        found = policies.get(facility.policy)
        if found is not None and found.row.most_half_hours * 30 % facility.slot_minutes:
            text = N_("“{value}”最长 {most} 个半小时，分不成 {slot} 分钟的整场。请改 most_half_hours 或 slot_minutes。")
            most, slot = found.row.most_half_hours, facility.slot_minutes
            yield sheets.facilities.problem(number, "policy", facility.policy, text, most=most, slot=slot)


def slots(sheets: Sheets) -> Iterator[Problem]:
    """Hours that a facility's slots do not fill exactly, and facilities that never open.

    A facility's own hours hold, or else those of its place.
    """
    hours: dict[tuple[str, str | None], list[Line[OpeningRow]]] = defaultdict(list)
    for line in sheets.opening:
        hours[line.row.place, line.row.facility].append(line)
    uneven: dict[int, FacilityRow] = {}
    for number, facility in sheets.facilities:
        held = hours.get((facility.place, facility.code)) or hours.get((facility.place, None), [])
        if not held and not sheets.opening.spoiled and sheets.opening.readable:
            text = N_("“{value}”没有开放时间。请在 {file} 给它或它的场馆加一行。")
            yield sheets.facilities.problem(number, "code", facility.code, text, file=sheets.opening.file)
        for line in held:
            if (line.row.closes - line.row.opens) * 30 % facility.slot_minutes:
                uneven.setdefault(line.number, facility)
    for line in sheets.opening:
        if found := uneven.get(line.number):
            span = Span(line.row.opens, line.row.closes)
            text = N_(
                "{value} 分不成“{facility}”{slot} 分钟一场的整场。请把开门或关门挪半小时，或把 slot_minutes 改成 30。"
            )
            yield sheets.opening.problem(
                line.number, "closes", span, text, facility=found.code, slot=found.slot_minutes
            )


def unpriced(sheets: Sheets) -> Iterator[Problem]:
    """Half hours of some kind of day for which a policy has no price for everyone."""
    if sheets.prices.spoiled or not sheets.prices.readable:
        return
    priced: dict[tuple[str, str], set[int]] = defaultdict(set)
    for price in sheets.prices.rows:
        if price.category == "member":
            for kind in _kinds(price):
                priced[price.policy, kind].update(range(price.from_time, price.until_time))
    for number, policy in sheets.policies:
        for kind in KINDS:
            if missing := set(range(48)) - priced[policy.code, kind]:
                first = min(missing)
                span = Span(first, next(half for half in range(first, 49) if half not in missing))
                text = N_(
                    "“{value}”在 {kind} {span} 没有价格。请在 {file} 给它加一行 category 为 member 的价格，免费写 0。"
                )
                yield sheets.policies.problem(
                    number, "code", policy.code, text, kind=kind, span=str(span), file=sheets.prices.file
                )
