"""`booking bench assign`: one JSON object, greedy and CP-SAT side by side."""

import json

import pytest
from click.testing import CliRunner

from benchmarks import assign
from benchmarks.hotels import Size
from booking.cli import main


class TestBenchAssign:
    @pytest.fixture(autouse=True)
    def one_small_hotel(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("ortools")
        monkeypatch.setattr(assign, "SIZES", (Size(nights=10, full=0.9, pinned=0.05, pairs=10),))

    def test_each_way_has_a_row_and_the_solver_places_everyone(self) -> None:
        result = CliRunner().invoke(main, ["bench", "assign", "--json"])
        assert result.exit_code == 0, result.output
        found = json.loads(result.stdout)
        greedy, exact = found["rows"]
        assert (found["bench"], greedy["path"], exact["path"]) == ("assign", "greedy", "CP-SAT")
        assert greedy["stays"] == exact["stays"] > 500
        assert exact["unplaced"] == 0
        assert "CP-SAT" in result.stderr

    def test_people_get_a_table(self) -> None:
        result = CliRunner().invoke(main, ["bench", "assign"])
        assert result.exit_code == 0, result.output
        assert "pairs kept" in result.stdout
