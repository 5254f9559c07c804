"""Verifying: what is right passes, one changed byte is found with its row, and so is a lie with checks that fit."""

import hashlib
import random
import runpy
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from booking.cli import main
from booking.draws import rows, verify_draw
from booking.draws.publishing import ORDER, ROLL, SEED, Season, at_freeze, manifest, published
from booking.draws.records import UNITS, units_file
from booking.draws.verifying import STEPS, verify
from tests.draws.seasons import random_season

VECTORS = Path(__file__).parents[2] / "fixtures/draws"
SPOILT = 3
"""Rows of each file that become nonsense."""
Files = dict[str, bytes]


def files_of(season: Season) -> Files:
    return published(season) | {UNITS: units_file(season.units, season.salts)}


def stored(name: str) -> Files:
    return {path.name: path.read_bytes() for path in (VECTORS / name).glob("*.csv")}


def written(files: Files, folder: Path) -> Path:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def changed(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def with_row(files: Files, name: str, row: int, change: Callable[[list[str]], None]) -> Files:
    """A lie told well: a row changed, its check and the manifest made to fit."""
    table = rows.read(name, files[name])
    change(table[row - 1])
    lie = files | {name: rows.written(name, table)}
    return lie | {"manifest.csv": manifest({n: d for n, d in lie.items() if n not in {"manifest.csv", UNITS}})}


class TestVerify:
    def test_passes_what_the_engine_published(self) -> None:
        for number in range(60):
            season = random_season(number)
            report = verify(files_of(season))
            assert (report.faults, len(report.checked)) == ([], len(STEPS))

    def test_without_the_notarys_file_everything_else_is_checked(self) -> None:
        files = stored("minimum")
        del files[UNITS]
        report = verify(files)
        assert (report.faults, len(report.checked)) == ([], len(STEPS) - 1)

    def test_passes_a_freeze(self) -> None:
        report = verify(at_freeze(random_season(3)))
        assert (report.faults, len(report.checked)) == ([], 2)

    def test_passes_a_freeze_with_the_notarys_file(self) -> None:
        """The input can be checked before anybody knows the seed."""
        season = random_season(3)
        report = verify(at_freeze(season) | {UNITS: units_file(season.units, season.salts)})
        assert (report.faults, len(report.checked)) == ([], 3)

    @pytest.mark.parametrize("name", ["minimum", "over"])
    def test_finds_a_changed_byte_in_any_row_of_any_file(self, name: str) -> None:
        files, dice = stored(name), random.Random(name)
        for file, data in files.items():
            start = 0
            for row, line in enumerate(data.splitlines(keepends=True), 1):
                at = start + dice.randrange(len(line))
                start += len(line)
                report = verify({**_small(files, file), file: changed(data, at)})
                assert (report.faults[0].file, report.faults[0].row) == (file, row), f"{file} {row} byte {at}"

    @pytest.mark.drill
    def test_finds_every_changed_byte(self) -> None:
        files = stored("over")
        for file, data in files.items():
            for at in range(len(data)):
                fault = verify({**_small(files, file), file: changed(data, at)}).faults[0]
                assert (fault.file, fault.row) == (file, data.count(b"\n", 0, at) + 1)

    @pytest.mark.parametrize(
        ("file", "row", "change"),
        [
            (ROLL, 3, lambda fields: fields.__setitem__(1, "4" if fields[1] != "4" else "3")),
            (ROLL, 3, lambda fields: fields.__setitem__(2, "0" * 64)),
            (ORDER, 9, lambda fields: fields.__setitem__(2, "0" * 64)),
            (SEED, 1, lambda fields: fields.__setitem__(3, "+".join(map(str, range(1, 21))))),
            (SEED, 5, lambda fields: fields.__setitem__(1, "0" * 64)),
            ("commitment.csv", 1, lambda fields: fields.__setitem__(1, "0" * 64)),
            ("result-1.csv", 2, lambda fields: fields.__setitem__(3, "%E5%85%B6")),
            ("result-2.csv", 2, lambda fields: fields.__setitem__(1, "0" * 16)),
            ("counts-1.csv", 1, lambda fields: fields.__setitem__(2, "9")),
            ("closing-1.csv", 1, lambda fields: fields.__setitem__(6, "100")),
            ("rules.csv", 60 - 2, lambda fields: fields.__setitem__(3, "0")),
            (UNITS, 4, lambda fields: fields.__setitem__(6, "works-111")),
        ],
    )
    def test_finds_a_lie_whose_checks_fit(self, file: str, row: int, change: Callable[[list[str]], None]) -> None:
        assert verify(with_row(stored("minimum"), file, row, change)).faults

    def test_names_the_row_of_a_lie_in_what_only_a_rerun_shows(self) -> None:
        lie = with_row(stored("minimum"), "counts-2.csv", 3, lambda fields: fields.__setitem__(2, "9"))
        assert [(fault.file, fault.row) for fault in verify(lie).faults if fault.file != "manifest.csv"] == [
            ("counts-2.csv", 3)
        ]

    def test_finds_a_place_given_to_somebody_else(self) -> None:
        season = random_season(11)
        swapped = replace(season, kept=(frozenset(), *season.kept[1:]))
        lie = files_of(season) | {"result-2.csv": published(swapped)["result-2.csv"]}
        assert "result-2.csv" in {fault.file for fault in verify(lie).faults}

    def test_finds_more_winners_than_beds_without_the_notarys_file(self) -> None:
        files = stored("minimum")
        order = rows.read(ORDER, files[ORDER])
        batch, kind = rows.read("result-1.csv", files["result-1.csv"])[0][2:]
        files["result-1.csv"] = rows.written("result-1.csv", ((*fields[:2], batch, kind) for fields in order[:11]))
        del files[UNITS]
        files["manifest.csv"] = manifest({name: data for name, data in files.items() if name != "manifest.csv"})
        assert {fault.file for fault in verify(files).faults} == {"result-1.csv"}

    def test_survives_rows_of_anything_whose_checks_fit(self) -> None:
        """Whoever made the files may be hostile: a report, never a traceback."""
        files, dice = stored("minimum"), random.Random(9)
        odd = ("", "-1", "9" * 5000, "%", "%GG", "x", "0" * 64, "²", "1e9", "+")
        for name in files:
            for _ in range(SPOILT):
                table = rows.read(name, files[name])
                row = dice.choice(table)
                row[dice.randrange(len(row))] = dice.choice(odd)
                row += ["more"] * (dice.random() < 0.1)
                spoilt = rows.written(name, table)
                assert verify(files | {name: spoilt}).faults or spoilt == files[name]
        bad = b"\xff\xfe"
        check = hashlib.sha256(b"seed.csv|1|" + bad).hexdigest()[:8].encode()
        assert verify(files | {SEED: bad + b"," + check + b"\n"}).faults[0].detail == "the row is not UTF-8"

    def test_finds_files_too_few_and_too_many(self) -> None:
        files = stored("minimum")
        assert verify({name: data for name, data in files.items() if name != "quota-1.csv"}).faults
        assert verify(files | {"other.csv": b""}).faults
        assert verify({name: data for name, data in files.items() if name != ROLL}).faults


class TestOneFile:
    def test_is_short_and_needs_the_standard_library_alone(self) -> None:
        source = Path(verify_draw.__file__).read_text(encoding="utf-8")
        assert source.count("\n") < 150
        imported = {
            line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))
        }
        assert imported <= sys.stdlib_module_names

    @pytest.mark.parametrize("name", ["minimum", "over"])
    def test_runs_the_vectors_again(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        verify_draw.main(VECTORS / name)
        assert capsys.readouterr().out.count("places are right") == 3

    def test_agrees_with_the_engine(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.check(range(25), tmp_path, capsys)

    @pytest.mark.drill
    def test_agrees_with_the_engine_on_a_thousand_seasons(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.check(range(25, 1025), tmp_path, capsys)

    @staticmethod
    def check(numbers: range, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for number in numbers:
            verify_draw.main(written(files_of(random_season(number)), folder))
            assert capsys.readouterr().out.count("places are right") == 3

    def test_finds_a_changed_byte_and_names_the_row(self, tmp_path: Path) -> None:
        files, dice = stored("over"), random.Random(5)
        for file, data in files.items():
            at = dice.randrange(len(data))
            written(files | {file: changed(data, at)}, tmp_path)
            with pytest.raises(SystemExit, match=rf"^{file} row {data.count(bytes([10]), 0, at) + 1}: "):
                verify_draw.main(tmp_path)

    def test_finds_a_wrong_place(self, tmp_path: Path) -> None:
        lie = with_row(stored("minimum"), "result-2.csv", 2, lambda fields: fields.__setitem__(3, "%E5%85%B6"))
        with pytest.raises(SystemExit, match=r"^result-2\.csv row 2: "):
            verify_draw.main(written(lie, tmp_path))

    def test_runs_as_a_program(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setattr(sys, "argv", ["verify_draw.py", str(VECTORS / "minimum")])
        runpy.run_path(verify_draw.__file__, run_name="__main__")
        assert "70 tickets" in capsys.readouterr().out


class TestCommand:
    def test_says_what_it_checked(self) -> None:
        shown = CliRunner().invoke(main, ["draw", "verify", str(VECTORS / "minimum")], catch_exceptions=False)
        assert (shown.exit_code, shown.stdout.count("ok: ")) == (0, len(STEPS))

    def test_names_file_and_row_and_fails(self, tmp_path: Path) -> None:
        files = stored("minimum")
        folder = written(files | {ORDER: changed(files[ORDER], 0)}, tmp_path)
        shown = CliRunner().invoke(main, ["draw", "verify", str(folder)], catch_exceptions=False)
        assert shown.exit_code == 1
        assert "wrong: order.csv row 1: the row was changed" in shown.stderr


def _small(files: Files, file: str) -> Files:
    """Without the notary's file the re-run is spared, which comes after the row checks."""
    return {
        name: data
        for name, data in files.items()
        if name in {file, "manifest.csv", ROLL, "rules.csv", "commitment.csv"}
    }
