"""Progress for people at a terminal and for logs."""

import pytest

from booking.commands import progress
from booking.commands.progress import reported


class TestLines:
    def test_a_log_gets_a_line_when_a_stage_is_done(self, capsys: pytest.CaptureFixture[str]) -> None:
        with reported() as report:
            for done in range(0, 5_001, 500):
                report("members", done, 5_000)
        told = capsys.readouterr()
        assert (told.out, told.err) == ("", "members: 5,000 / 5,000\n")

    def test_and_now_and_then_before(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
        with reported() as report:
            report("members", 1, 3)
            report("members", 3, 3)
        assert capsys.readouterr().err == "members: 1 / 3\nmembers: 3 / 3\n"


class TestBars:
    def test_a_terminal_gets_a_bar_for_each_stage(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": "100"}.items():
            monkeypatch.setenv(name, value)
        with reported() as report:
            report("organisations", 5, 5)
            report("members", 20, 5_000)
        shown = capsys.readouterr().err
        assert "organisations" in shown
        assert "20/5000" in shown
