"""A past of hotel bookings lived through again: in order, with proofs that hold, and books that agree."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from booking.commands.replay_stays import replay_stays
from booking.db import Database
from booking.rooms import planner
from booking.rooms.replay.bookings import Booking, rooms_needed, timeline
from booking.rooms.replay.house import ReplayedBefore
from booking.rooms.replay.running import HotelReport, replay
from booking.rooms.rules.nights import night_of
from booking.seeding.hotel_bookings import read_bookings
from booking.seeding.problems import FilesRefused, Problem
from tests.databases import sqlite_only

SAMPLE = Path(__file__).parents[2] / "fixtures" / "bookings" / "sample.csv"


def bookings(hotel: str = "City Hotel") -> list[Booking]:
    found = [one for one in read_bookings(SAMPLE) if isinstance(one, Booking)]
    return [one for one in found if one.hotel == hotel]


def changed(folder: Path, **cells: str) -> Path:
    """The sample with other cells in its first row."""
    with SAMPLE.open(newline="") as file:
        header, first, *rows = csv.reader(file)
    first = [cells.get(name, cell) for name, cell in zip(header, first, strict=True)]
    path = folder / "bookings.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, first, *rows])
    return path


def booking(number: int, ending: str = "departed", **more: int) -> Booking:
    days = {"booked": 90, "arrival": 100, "nights": 3, "heads": 2, "fen": 9000, "ended": 103, "line": number} | more
    return Booking(hotel="H", type="A", ending=ending, **days)  # type: ignore[arg-type]


class TestReading:
    def test_the_sample_is_read_whole(self) -> None:
        found = list(read_bookings(SAMPLE))
        assert len(found) == 400
        assert not any(isinstance(one, Problem) for one in found)

    @pytest.mark.parametrize(
        ("cells", "column"),
        [
            ({"arrival_date_month": "Juli"}, "arrival_date_month"),
            ({"arrival_date_day_of_month": "31", "arrival_date_month": "June"}, "arrival_date_day_of_month"),
            ({"lead_time": "-1"}, "lead_time"),
            ({"stays_in_week_nights": "95"}, "stays_in_week_nights"),
            ({"reservation_status": "Gone"}, "reservation_status"),
            ({"reservation_status_date": "1 May"}, "reservation_status_date"),
        ],
    )
    def test_a_bad_cell_is_named_with_its_line(self, tmp_path: Path, cells: dict[str, str], column: str) -> None:
        faults = [one for one in read_bookings(changed(tmp_path, **cells)) if isinstance(one, Problem)]
        assert [(fault.line, fault.column) for fault in faults] == [(2, column)]

    def test_numbers_are_read_as_other_programs_write_them(self, tmp_path: Path) -> None:
        first = next(iter(read_bookings(changed(tmp_path, adults="2", children="2.0", babies="NA"))))
        assert isinstance(first, Booking)
        assert first.heads == 4

    def test_a_file_without_a_column_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "other.csv"
        path.write_text("hotel,lead_time\nCity Hotel,3\n")
        with pytest.raises(FilesRefused):
            list(read_bookings(path))


class TestTimeline:
    def test_what_happens_to_a_booking_happens_in_order(self) -> None:
        events = timeline([booking(1), booking(2, "cancelled", ended=95), booking(3, "no_show", ended=100)])
        acts = {number: [event.act for event in events if event.number == number] for number in range(3)}
        assert acts == {0: ["book", "arrive", "depart"], 1: ["book", "cancel"], 2: ["book", "no_show"]}
        assert events == sorted(events)

    def test_a_booking_of_the_same_day_is_made_before_it_is_cancelled(self) -> None:
        events = timeline([booking(1, "cancelled", booked=100, ended=100)])
        assert [(event.act, event.day) for event in events] == [("book", 100), ("cancel", 100)]

    def test_a_booking_without_a_night_is_nobodys(self) -> None:
        assert timeline([booking(1, nights=0)]) == []

    def test_rooms_are_those_that_guests_slept_in(self) -> None:
        stays = [booking(1), booking(2, arrival=102, ended=105), booking(3, "cancelled"), booking(4, arrival=103)]
        assert rooms_needed(stays) == {"A": 2}


def check_proofs(past: list[Booking], found: HotelReport) -> None:
    """Counted anew from the file: whoever was refused met as many stays as there are rooms, on each night named."""
    refused = {refusal.line: refusal for refusal in found.refusals}
    standing: Counter[tuple[str, int]] = Counter()
    for event in timeline(past):
        one = past[event.number]
        if event.act == "book" and one.line in refused:
            proof = refused[one.line]
            assert proof.code == "rooms_full"
            assert proof.nights
            for night in map(night_of, proof.nights):
                assert one.arrival <= night < one.departure
                assert standing[one.type, night] == found.rooms[one.type] == proof.possible == proof.wanted - 1
        if one.line in refused or event.act == "arrive":
            continue
        change = 1 if event.act == "book" else -1
        first = event.day if event.act == "depart" else one.arrival
        for night in range(first, one.departure):
            standing[one.type, night] += change
            assert standing[one.type, night] <= found.rooms[one.type]


@sqlite_only
class TestReplay:
    async def test_whoever_fits_is_taken_and_whoever_does_not_has_a_proof(self, database: Database) -> None:
        past = bookings()
        rooms = rooms_needed(past) | {"A": 5, "D": 3}
        found = await replay(database, past, rooms, planner.find)
        assert found.accepted + len(found.refusals) == found.bookings
        assert len(found.refusals) > 10
        assert found.checks.agree, found.checks
        assert found.moves > 0
        assert found.checks.claims == sum(month.held for month in found.months)
        check_proofs(past, found)
        with pytest.raises(ReplayedBefore):
            await replay(database, past, rooms, planner.find)


class TestCommand:
    def test_says_all_of_it_as_json(self) -> None:
        result = CliRunner().invoke(replay_stays, [str(SAMPLE), "--json", "--rooms", "City Hotel:A=5"])
        assert result.exit_code == 0, result.output
        told = json.loads(result.stdout)
        assert told["rows"] == told["accepted"] + told["refused"] == 400
        assert told["agree"]
        assert {hotel["hotel"] for hotel in told["hotels"]} == {"City Hotel", "Resort Hotel"}
        refused = [refusal for hotel in told["hotels"] for refusal in hotel["refusals"]]
        assert refused
        assert all(refusal["nights"] for refusal in refused)

    def test_names_what_to_mend(self, tmp_path: Path) -> None:
        result = CliRunner().invoke(replay_stays, [str(changed(tmp_path, lead_time="soon"))])
        assert result.exit_code == 1
        assert "bookings.csv:2 column lead_time" in result.output
        assert "--skip-refused" in result.output

    def test_knows_no_other_types(self) -> None:
        result = CliRunner().invoke(replay_stays, [str(SAMPLE), "--rooms", "Z=3"])
        assert result.exit_code == 2
        assert "no booking asks for rooms of Z" in result.output
