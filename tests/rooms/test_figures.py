"""The figures: their formulas, what the books give for them, and the files."""

import csv
import re
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from booking.db import Database, WriteSession
from booking.rooms.models import Stay
from booking.rooms.queries.figures import figures, forecast
from booking.rooms.queries.tape import tape
from booking.rooms.rules import figures as rules
from booking.rooms.rules.figures import NightCount, Sold
from booking.rooms.rules.nights import Nights
from booking.rooms.schemas import CancelRequest
from booking.rooms.service.ending import cancel_stay
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.rooms.sheets import BYTE_ORDER_MARK, Sheet, as_csv, as_xlsx
from booking.web.principal import Principal
from tests.databases import NOON, SettableClock
from tests.rooms.house import DOUBLE, HOUSE, TONIGHT, People, day, populate, room, wish


def sold(arrival: int, departure: int, made: int = 0, ended: int | None = None, fen: int = 100) -> Sold:
    return Sold(arrival, departure, made, ended, "page", (fen,) * (departure - arrival))


stays = st.builds(
    lambda arrival, length, made, ended: sold(arrival, arrival + length, arrival - made, ended),
    st.integers(0, 60),
    st.integers(1, 9),
    st.integers(0, 30),
    st.none() | st.integers(0, 60),
)


class TestFormulas:
    def test_a_small_house_by_hand(self) -> None:
        nights = rules.count_nights([sold(0, 2, fen=300), sold(1, 3, fen=200)], 0, 3, 5, {2: 1})
        assert nights == [
            NightCount(0, 5, 0, 1, 300),
            NightCount(1, 5, 0, 2, 500),
            NightCount(2, 5, 1, 1, 200),
        ]
        assert rules.occupancy(nights) == 4 / 14
        assert rules.average_daily_rate(nights) == 250
        assert rules.revpar(nights) == 1000 // 14
        assert rules.average_length_of_stay([sold(0, 2), sold(1, 4)]) == 2.5

    def test_nothing_is_not_divided_by(self) -> None:
        nights = [NightCount(0, 2, 2, 0, 0)]
        assert (rules.occupancy(nights), rules.average_daily_rate(nights), rules.revpar(nights)) == (0, 0, 0)
        assert rules.average_length_of_stay([]) == 0

    @given(st.lists(stays, max_size=20))
    def test_revpar_is_occupancy_times_rate(self, rooms: list[Sold]) -> None:
        nights = rules.count_nights(rooms, 0, 60, 50, {})
        exact = rules.occupancy(nights) * rules.average_daily_rate(nights)
        assert exact - 1 <= rules.revpar(nights) <= exact + 1

    @given(st.lists(stays, max_size=20))
    def test_sources_add_up_to_the_nights(self, rooms: list[Sold]) -> None:
        nights = rules.count_nights(rooms, 10, 40, 50, {})
        sources = rules.by_source(rooms, 10, 40)
        assert sum(count for count, _ in sources.values()) == sum(night.sold for night in nights)
        assert sum(fen for _, fen in sources.values()) == sum(night.fen for night in nights)

    @given(st.lists(stays, max_size=20), st.integers(0, 60), st.integers(0, 70))
    def test_pick_up_adds_up_to_what_is_on_the_books(self, rooms: list[Sold], night: int, on: int) -> None:
        kept = [one for one in rooms if one.ended is None or one.ended >= one.made]
        grown = sum(count for made, count in rules.pick_up(kept, night).items() if made <= on)
        assert grown == rules.on_books(kept, night, on)


class TestForecast:
    def test_adds_what_the_same_weekday_grew(self) -> None:
        # six days ahead; each of four past weeks sold 2 rooms early and 3 in its last days
        past = [sold(100 - 7 * week, 101 - 7 * week, made) for week in range(4) for made in (0, 0)]
        late = [sold(100 - 7 * week, 101 - 7 * week, 98 - 7 * week) for week in range(4) for _ in range(3)]
        told = rules.forecast([*past, *late, sold(107, 108, 90)], 107, 101, 10, 0)
        assert told == (107, 1, 3, 4, 4)

    def test_never_more_than_there_are_nor_less_than_none(self) -> None:
        late = [sold(100, 101, 99) for _ in range(9)]
        assert rules.forecast([*late, sold(107, 108, 90)], 107, 101, 5, 94).expected == 5
        gone = [sold(100, 101, 10, ended=99) for _ in range(9)]
        assert rules.forecast(gone, 107, 101, 5, 94).expected == 0

    def test_without_a_past_it_says_so(self) -> None:
        told = rules.forecast([sold(107, 108, 90)], 107, 101, 5, 101)
        assert (told.expected, told.weeks) == (1, 0)


@pytest.fixture
async def people(database: Database) -> People:
    return await database.write(populate)


def booked(tx: WriteSession, now: datetime, who: Principal, first: int, until: int, *rooms: Any) -> int:
    stay = hold_stay(tx, now, who, wish(first, until, *rooms))
    confirm_stay(tx, now, who, HOUSE, stay.id)
    return stay.id


class TestBooks:
    async def test_give_the_figures(self, database: Database, people: People) -> None:
        await database.write(booked, people.worker, 0, 2)
        await database.write(booked, people.desk, 1, 2, room(DOUBLE))
        given_up = await database.write(booked, people.worker, 0, 2)
        await database.write(cancel_stay, people.worker, HOUSE, given_up, CancelRequest())
        found = await database.read(figures, HOUSE, Nights(TONIGHT, TONIGHT + 2))
        assert [(night.sold, night.fen, night.rooms) for night in found.nights] == [(1, 20000, 16), (2, 68000, 16)]
        assert (found.occupancy, found.average_rate_fen) == (3 / 32, 88000 // 3)
        assert found.average_nights == 1.5
        assert [(one.source, one.nights, one.fen) for one in found.sources] == [("app", 2, 40000), ("desk", 1, 48000)]

    async def test_give_the_forecast(self, database: Database, people: People, clock: SettableClock) -> None:
        stay = await database.write(booked, people.worker, 7, 8)
        past = await database.write(booked, people.worker, 0, 1)
        await database.write(
            lambda tx, now: tx.execute(
                update(Stay).where(Stay.id == past).values(created_at=NOON.replace(month=10, day=25))
            )
        )
        clock.advance(days=1)
        found = await database.read(forecast, clock(), HOUSE, 8)
        night = found.nights[6]
        assert (night.day, night.on_books, night.in_order) == (day(7), 1, 16)
        assert [(one.day, one.rooms) for one in night.booked] == [(day(0), 1)]
        assert stay

    async def test_give_the_tape(self, database: Database, people: People) -> None:
        await database.write(booked, people.worker, 1, 4, room(room=5))
        found = await database.read(tape, HOUSE, Nights(TONIGHT + 2, TONIGHT + 9))
        (line,) = [one for one in found.rooms if one.id == 5]
        (bar,) = line.bars
        assert (bar.first, bar.until, bar.name, bar.movable) == (day(2), day(4), "王大海", False)
        assert sum(len(one.bars) for one in found.rooms) == 1


class TestFiles:
    SHEET = Sheet("表", ["=SUM(A1)", "数"], [["=1+1", 3], ["+86", 2.5], ["@x", None], ["-1", date(2026, 1, 2)]])

    def test_no_cell_of_a_csv_begins_as_a_formula(self) -> None:
        text = as_csv(self.SHEET)
        rows = list(csv.reader(StringIO(text.removeprefix(BYTE_ORDER_MARK))))
        assert rows[1:] == [["'=1+1", "3"], ["'+86", "2.5"], ["'@x", ""], ["'-1", "2026-01-02"]]
        assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)

    def test_no_cell_of_a_workbook_is_one(self) -> None:
        with ZipFile(BytesIO(as_xlsx([self.SHEET]))) as book:
            page = book.read("xl/worksheets/sheet1.xml").decode()
            texts = book.read("xl/sharedStrings.xml").decode()
        assert "<f>" not in page
        assert re.findall(r"<t>([^<]*)</t>", texts) == ["=SUM(A1)", "数", "=1+1", "+86", "@x", "-1"]
