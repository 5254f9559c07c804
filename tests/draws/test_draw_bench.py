"""`booking bench draw`: one JSON object, plain and fast side by side; how fast is never asked here."""

import json

import pytest
from click.testing import CliRunner

from benchmarks import draw
from booking.cli import main


class TestBenchDraw:
    @pytest.fixture(autouse=True)
    def one_small_season(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(draw, "SIZES", (2_000,))

    def test_both_ways_come_to_the_same(self) -> None:
        result = CliRunner().invoke(main, ["bench", "draw", "--json"])
        assert result.exit_code == 0, result.output
        found = json.loads(result.stdout)
        plain, fast = found["rows"]
        assert (found["bench"], plain["path"], fast["path"]) == ("draw", "plain", "fast")
        assert plain["digest"] == fast["digest"]
        assert 0 < plain["won"] < plain["units"]
        assert plain["units"] == 2_000

    @pytest.mark.drill
    def test_people_get_a_table(self) -> None:
        result = CliRunner().invoke(main, ["bench", "draw"])
        assert result.exit_code == 0, result.output
        assert "commitment" in result.stdout
