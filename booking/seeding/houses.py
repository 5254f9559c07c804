"""What the rows of houses with rooms must be to each other: neighbours, pools, seasons, fees, prices."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from booking.seeding.problems import Problem
from booking.seeding.sheets import Sheets
from booking.web.locale import N_


def neighbours(sheets: Sheets) -> Iterator[Problem]:
    """Rooms next door to each other both say so, and nobody lives next door to themselves."""
    beside = {(row.place, row.number): row.neighbours for row in sheets.rooms.rows}
    for number, row in sheets.rooms:
        for other in row.neighbours:
            if other == row.number:
                text = N_("房间不能和自己相邻。请删去“{value}”。")
                yield sheets.rooms.problem(number, "neighbours", other, text)
            elif row.number not in beside.get((row.place, other), (row.number,)):
                text = N_("“{value}”那一行没有写 {room} 也和它相邻。请两行互相写上，或者都删去。")
                yield sheets.rooms.problem(number, "neighbours", other, text, room=row.number)


def public_pools(sheets: Sheets) -> Iterator[Problem]:
    """A house sells to the public from one pool, which has what the others leave."""
    pools = Counter((row.place, row.kind) for row in sheets.allotments.rows)
    shares: Counter[str] = Counter()
    for number, row in sheets.hotels:
        if sheets.allotments.readable and pools[row.place, "public"] != 1:
            text = N_("{file} 里“{value}”要有一行 kind 是 public，也只能有一行，现在有 {found} 行。")
            found = pools[row.place, "public"]
            yield sheets.hotels.problem(number, "place", row.place, text, file=sheets.allotments.file, found=found)
    for number, pool in sheets.allotments:
        shares[pool.place] += 0 if pool.kind == "public" else pool.opens_permille
        if pool.kind == "public" and pool.opens_permille:
            text = N_("kind 是 public 的得到其余全部房间。请把这一格改成 0。")
            yield sheets.allotments.problem(number, "opens_permille", pool.opens_permille, text)
        elif pool.kind != "public" and shares[pool.place] > 1000:
            text = N_("同一处各类房源加起来到了千分之 {found}。请调到不超过 1000。")
            yield sheets.allotments.problem(
                number, "opens_permille", pool.opens_permille, text, found=shares[pool.place]
            )


def seasons(sheets: Sheets) -> Iterator[Problem]:
    """A season has a first and a last day, in this order."""
    for number, row in sheets.room_rates:
        if (row.from_day is None) != (row.until_day is None):
            text = N_("from_day 和 until_day 要么都写，要么都空着（全年）。")
            yield sheets.room_rates.problem(number, "from_day", row.from_day or "", text)
        elif row.from_day is not None and row.until_day is not None and row.from_day > row.until_day:
            text = N_("{value} 比 until_day 的 {until} 还晚。请对调。")
            yield sheets.room_rates.problem(number, "from_day", row.from_day, text, until=row.until_day)


def fees(sheets: Sheets) -> Iterator[Problem]:
    """The fee for cancelling rises as the day of arrival comes near."""
    for number, row in sheets.hotels:
        steps = [tuple(map(int, step.split(":"))) for step in row.cancel_fees]
        if any(days <= later or fee > more for (days, fee), (later, more) in pairwise(steps)):
            text = N_("“{value}”的顺序不对：天数要从多到少，比例要从低到高，例如 7:100 3:300 1:500。")
            yield sheets.hotels.problem(number, "cancel_fees", " ".join(row.cancel_fees), text)


def unpriced_types(sheets: Sheets) -> Iterator[Problem]:
    """Every type has a price for any night, for members and for guests."""
    if not sheets.room_rates.readable or sheets.room_rates.spoiled:
        return
    undated = {
        (row.place, row.type, row.category)
        for row in sheets.room_rates.rows
        if row.from_day is None and row.days in ("weekday", "any")
    }
    for number, row in sheets.room_types:
        for category in ("member", "guest"):
            if (row.place, row.code, category) not in undated:
                text = N_("“{value}”在 {file} 里没有 {category} 的全年价。请加一行，日期空着，days 写 weekday 或 any。")
                file = sheets.room_rates.file
                yield sheets.room_types.problem(number, "code", row.code, text, file=file, category=category)
