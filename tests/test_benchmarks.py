"""The benchmarks measure something and say it in one shape; how much is never asked here."""

import json
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from rich.console import Console

from benchmarks import run
from benchmarks.cases import BENCHES, noop
from benchmarks.city import Scale
from benchmarks.client import Answer, read_answer, request_of
from benchmarks.load import Step, count, filled
from benchmarks.recording import WrongAnswer
from benchmarks.report import Report, show
from benchmarks.server import NOOP
from booking.cli import main
from booking.commands import bench
from booking.settings import Settings
from tests.databases import PostgresDatabases

SHAPE = {"path", "connections", "ours_per_s", "noop_per_s", "driver_per_s", "ratio_noop", "p50_ms", "p99_ms", "errors"}
TINY = Scale(members=1_000, passes=400, taken=0.01)


def measure(name: str, database: str, seconds: float = 0.2) -> Report:
    plan = run.Plan([name], database, seconds, rounds=1, connections=[2], recorded=5, scale=TINY)
    return run.run(plan, Settings(), lambda line: None)


def check(report: Report, rows: int) -> None:
    shown = json.loads(msgspec.json.encode(report))
    assert {"bench", "machine", "database", "rows"} <= shown.keys()
    assert len(shown["rows"]) == rows
    for row in shown["rows"]:
        assert row.keys() >= SHAPE
        assert (row["errors"], row["refused"]) == (0, 0)
        assert min(row["ours_per_s"], row["noop_per_s"], row["driver_per_s"], row["p50_ms"]) > 0
        assert row["p50_ms"] <= row["p99_ms"]
        assert row["statements"] > 0


class TestRun:
    def test_checks_in(self, tmp_path: Path) -> None:
        report = measure("checkin", f"sqlite:///{tmp_path}")
        check(report, 1)
        assert report.database.startswith("SQLite 3.")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.drill
    def test_books(self, tmp_path: Path) -> None:
        check(measure("book", f"sqlite:///{tmp_path}"), 2)

    @pytest.mark.drill
    def test_books_on_postgresql(self, postgres: PostgresDatabases) -> None:
        report = measure("book", postgres.create())
        check(report, 2)
        assert report.database.startswith("PostgreSQL ")

    @pytest.mark.drill
    def test_browses(self, tmp_path: Path) -> None:
        check(measure("browse", f"sqlite:///{tmp_path}", seconds=1.0), 5)

    def test_measures_nothing_where_the_answer_is_wrong(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Kills the mutant that counts whatever comes back."""
        monkeypatch.setattr("benchmarks.cases.API", "/api/v0")
        with pytest.raises(WrongAnswer, match="404"):
            measure("checkin", f"sqlite:///{tmp_path}")


class TestCommand:
    def test_prints_one_json_object_and_shows_people_a_table(self, tmp_path: Path) -> None:
        options = ["--seconds", "0.1", "--rounds", "1", "--connections", "2", "--database", f"sqlite:///{tmp_path}"]
        shown = CliRunner().invoke(main, ["bench", "writer", "--json", *options], catch_exceptions=False)
        assert "round 1 of 1" in shown.stderr
        report = msgspec.json.decode(shown.stdout, type=Report)
        check(report, 4)
        table = Console(record=True, width=120, file=StringIO())
        show(report, table)
        assert "writer: ORM session" in table.export_text()

    def test_says_that_it_needs_a_checkout(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bench, "_CHECKOUT", tmp_path)
        shown = CliRunner().invoke(main, ["bench", "book"])
        assert shown.exit_code == 1
        assert "clone the repository" in shown.stderr

    @pytest.mark.parametrize("numbers", ["", "0", "1,x", "-1", "1,,2"])
    def test_refuses_what_is_no_number_of_connections(self, numbers: str) -> None:
        assert CliRunner().invoke(main, ["bench", "book", "--connections", numbers]).exit_code == 2

    def test_knows_the_benchmarks_there_are(self) -> None:
        assert {*BENCHES, "writer"} == set(bench.BENCHES)


class TestReadAnswer:
    def test_reads_no_further_than_its_length(self) -> None:
        data = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1"
        assert read_answer(data) == (Answer(200, b"hi"), len(data) - 8)

    def test_puts_chunks_together(self) -> None:
        data = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n3\r\n, u\r\n0\r\n\r\n"
        assert read_answer(data) == (Answer(200, b"hi, u"), len(data))

    @pytest.mark.parametrize(
        "data",
        [
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        ],
    )
    def test_waits_for_all_of_it(self, data: bytes) -> None:
        assert [read_answer(data[:end]) for end in range(len(data))] == [None] * len(data)
        assert read_answer(data) is not None

    def test_an_answer_without_content_has_none(self) -> None:
        assert read_answer(b"HTTP/1.1 304 Not Modified\r\n\r\n") == (Answer(304, b""), 29)

    @pytest.mark.parametrize("data", [b"SSH-2.0\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
    def test_refuses_what_it_cannot_tell_the_end_of(self, data: bytes) -> None:
        with pytest.raises(ValueError, match=r"HTTP|length"):
            read_answer(data)


class TestCount:
    def test_counts_what_was_answered_in_time(self) -> None:
        done = [(at / 10, at / 10 + 0.1) for at in range(20)]  # the first second warms up
        per_s, p50, p99 = count(done, 1.0, 2.0)
        assert per_s == pytest.approx(10, abs=1)
        assert (round(p50), round(p99)) == (100, 100)

    def test_the_last_answer_ends_a_round_that_ran_out(self) -> None:
        assert count([(0.0, 0.25), (0.0, 0.5)], 0.0, 10.0)[0] == 4.0

    def test_nothing_is_nothing(self) -> None:
        assert count([], 0.0, 1.0) == (0.0, 0.0, 0.0)


class TestChains:
    def test_a_step_takes_the_id_of_the_answer_before(self) -> None:
        assert filled(b"POST /bookings/3/{id}/confirm", b'{"place":3,"id":17}') == b"POST /bookings/3/17/confirm"

    def test_the_bare_route_gets_the_same_request_of_nobody(self) -> None:
        request = request_of("POST", "/api/v1/scans", "h", b'{"a":1}', {"authorization": "Bearer x"})
        (step,) = noop([Step(request, 201, b"ok")], [500])
        assert step.request.startswith(f"POST {NOOP}/500 HTTP/1.1\r\n".encode())
        assert step.request.endswith(b'\r\n\r\n{"a":1}')
        assert b"\r\nauthorization:" not in step.request
        assert step.status == 201
