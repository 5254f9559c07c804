"""Draw day from the command line, as an operator types it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from booking.cli import main
from booking.commands import running
from booking.draws.records import UNITS
from booking.retreats.models import DrawFile, DrawStep
from booking.retreats.queries.steps import contents
from tests.databases import Driver, SettableClock, SqliteFiles
from tests.retreats.draws import NUMBERS, after_draws, answer, at_freeze, changed, draw_day, stored
from tests.retreats.season import CODE, SEASON

ANNOUNCED = "".join(f"{one.lottery},{one.issue},{' '.join(map(str, one.numbers))}\n" for one in NUMBERS)


class Shell:
    """Runs commands on a database with a season in it, at whatever hour the clock shows."""

    def __init__(self, url: str, clock: SettableClock) -> None:
        self.driver = Driver(url, clock)
        self.day = self.driver.run(draw_day)
        self.env = {"BOOKING_DATABASE": url, "LANG": "en_GB.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}

    def try_(self, *words: str) -> Result:
        return CliRunner().invoke(main, list(words), env=self.env)

    def do(self, *words: str) -> str:
        result = self.try_(*words)
        assert result.exit_code == 0, result.output
        return result.output


@pytest.fixture
def shell(sqlite_files: SqliteFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A shell on a database of its own, whose commands see the test's clock."""
    clock = SettableClock()
    monkeypatch.setattr(running, "system_clock", clock)
    made = Shell(sqlite_files.fresh(tmp_path), clock)
    yield made
    made.driver.close()


@pytest.fixture
def announced(tmp_path: Path) -> Path:
    """The file of announcements."""
    file = tmp_path / "results.csv"
    file.write_text(ANNOUNCED, encoding="utf-8")
    return file


def drawn(shell: Shell, announced: Path) -> None:
    at_freeze(shell.driver.clock, shell.day.season)
    shell.do("retreats", "freeze", CODE)
    after_draws(shell.driver.clock, shell.day.season)
    shell.do("retreats", "results", CODE, str(announced))
    shell.do("retreats", "draw", CODE)


class TestDrawDay:
    def test_from_the_freeze_to_files_that_anybody_checks(self, shell: Shell, announced: Path, tmp_path: Path) -> None:
        at_freeze(shell.driver.clock, shell.day.season)
        frozen = shell.do("retreats", "freeze", CODE)
        files = shell.driver.read(contents, SEASON)
        assert f"root   {files['commitment.csv'].decode().split(',')[1]}" in frozen
        assert "32 of 32 people; 0 left out" in frozen
        assert "stored: 32 / 32" in frozen, "progress, on standard error"
        after_draws(shell.driver.clock, shell.day.season)
        shell.do("retreats", "results", CODE, str(announced))
        assert "positions: 32 / 32" in shell.do("retreats", "draw", CODE)
        shell.driver.run(answer, 3)
        assert "stage  2" in shell.do("retreats", "next-stage", CODE)
        assert "wrong" not in shell.do("retreats", "rerun", CODE, "--reason", "delegates asked")
        shell.do("retreats", "export", CODE, str(tmp_path / "public"))
        shell.do("retreats", "export", CODE, str(tmp_path / "notary"), "--notary")
        assert not (tmp_path / "public" / UNITS).exists()
        assert shell.do("draw", "verify", str(tmp_path / "public")).count("ok: ") == 5
        assert shell.do("draw", "verify", str(tmp_path / "notary")).count("ok: ") == 6
        steps = shell.driver.read(lambda tx: tx.all(select(DrawStep).order_by(DrawStep.number)))
        assert {step.by for step in steps[1:]} == {None}
        assert [step.kind for step in steps[-2:]] == ["second_stage", "rerun"]


class TestRefusals:
    def test_are_messages(self, shell: Shell, announced: Path, tmp_path: Path) -> None:
        early = shell.try_("retreats", "freeze", CODE)
        assert (early.exit_code, "freeze_too_early" in early.output) == (1, True)
        nothing = shell.try_("retreats", "export", CODE, str(tmp_path / "none"))
        assert (nothing.exit_code, "nothing of 2027-spring is published" in nothing.output) == (1, True)
        at_freeze(shell.driver.clock, shell.day.season)
        shell.do("retreats", "freeze", CODE)
        assert "results_missing" in shell.try_("retreats", "draw", CODE).output
        for text, said in (
            ("kl8,2026325\n", "line 1 is no announced draw"),
            (ANNOUNCED + "ssq,1,a b\n", "line 3 is no announced draw"),
            ("lotto,1,1 2 3\n", "there is no lottery lotto"),
            (ANNOUNCED, "source_not_drawn"),
        ):
            announced.write_text(text, encoding="utf-8")
            refused = shell.try_("retreats", "results", CODE, str(announced))
            assert (refused.exit_code, said in refused.output) == (1, True), refused.output

    def test_a_draw_is_published_once(self, shell: Shell, announced: Path) -> None:
        drawn(shell, announced)
        before = shell.driver.read(stored)
        assert "wrong_season_status" in shell.try_("retreats", "draw", CODE).output
        assert "offers_open" in shell.try_("retreats", "next-stage", CODE).output
        assert shell.driver.read(stored) == before

    def test_a_rerun_that_differs_names_file_and_row(self, shell: Shell, announced: Path) -> None:
        drawn(shell, announced)
        file = shell.driver.read(contents, SEASON)["result-1.csv"]
        this = update(DrawFile).where(DrawFile.name == "result-1.csv")
        shell.driver.run(changed, this.values(data=file.replace(b",twin,", b",doub,", 1)))
        found = shell.try_("retreats", "rerun", CODE, "--reason", "a doubt")
        row = file[: file.index(b",twin,")].count(b"\n") + 1
        assert (found.exit_code, f"wrong: result-1.csv row {row}:" in found.output) == (1, True), found.output
