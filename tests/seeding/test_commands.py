"""`booking seed` and `booking import-members`, as an operator types them."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from booking.cli import main
from booking.db import Base
from booking.members.models import Member
from booking.places.models import Place
from booking.seeding import life
from booking.seeding.models import Load
from booking.venues.models import Booking
from tests.databases import Driver, SettableClock
from tests.seeding.cities import spoilt, write_city

SECRET = "s" * 40
HEADER = "会员号,姓名,单位代码,手机"


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    folder.mkdir()
    return write_city(folder)


@pytest.fixture
def booking(database_url: str) -> Callable[..., Result]:
    """Runs `booking …` on this database."""

    def run(*arguments: str, **environment: str) -> Result:
        variables = {"BOOKING_DATABASE": database_url, "LANG": "zh_CN.UTF-8", "LC_ALL": ""} | environment
        return CliRunner().invoke(main, list(arguments), env=variables)

    return run


@pytest.fixture
def count(database_url: str) -> Callable[[type[Base]], int]:
    def of(table: type[Base]) -> int:
        driver = Driver(database_url, SettableClock())
        try:
            return int(driver.read(lambda tx: tx.scalar(select(func.count()).select_from(table))))
        finally:
            driver.close()

    return of


Run = Callable[..., Result]
Count = Callable[[type[Base]], int]


class TestSeed:
    def test_loads_a_city_once(self, booking: Run, city: Path, count: Count) -> None:
        first = booking("seed", "--fixtures", str(city), "--members", "30", "--no-life")
        assert (first.exit_code, first.stdout) == (0, "loaded\n")
        assert "members: 30 / 30" in first.stderr
        again = booking("seed", "--fixtures", str(city), "--members", "30", "--no-life")
        assert again.exit_code == 0
        assert again.stdout.startswith("already loaded, on 20")
        assert (count(Place), count(Member), count(Booking)) == (2, 32, 0)

    def test_reports_every_fault_and_loads_nothing(self, booking: Run, city: Path, count: Count) -> None:
        write_city(city, courts=spoilt("courts", 2, units="bd1 bd1"), sports=spoilt("sports", 2, programme="sport"))
        refused = booking("seed", "--fixtures", str(city))
        assert refused.exit_code == 1
        assert "courts.csv:2 column units: “bd1 bd1”里有一项写了两次。请每项只写一次。" in refused.stderr
        assert "sports.csv:2 column programme: “sport”应是其中之一：" in refused.stderr
        assert count(Load) == count(Place) == 0

    def test_says_so_in_english_where_the_operator_speaks_it(self, booking: Run, city: Path) -> None:
        write_city(city, courts=spoilt("courts", 2, units="bd1 bd1"))
        refused = booking("seed", "--fixtures", str(city), LANG="en_GB.UTF-8")
        assert "courts.csv:2 column units: “bd1 bd1” names one item twice. Name each once." in refused.stderr

    def test_refuses_another_city_over_this_one(self, booking: Run, city: Path, count: Count) -> None:
        booking("seed", "--fixtures", str(city), "--members", "30", "--no-life")
        other = booking("seed", "--fixtures", str(city), "--members", "31", "--no-life")
        assert other.exit_code == 1
        assert "请用一个新的数据库" in other.stderr
        assert count(Member) == 32

    def test_makes_up_nobody_outside_demo_mode(self, booking: Run, city: Path, count: Count) -> None:
        real = {"BOOKING_DEMO": "0", "BOOKING_SECRET": SECRET}
        assert booking("seed", "--fixtures", str(city), "--members", "5", **real).exit_code == 2
        assert booking("seed", "--fixtures", str(city), **real).exit_code == 0
        assert (count(Place), count(Member), count(Booking)) == (2, 0, 0)

    def test_lets_members_book_unless_told_otherwise(
        self, booking: Run, city: Path, count: Count, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(life, "WISHES", (0, 9))
        assert booking("seed", "--fixtures", str(city), "--members", "200").exit_code == 0
        assert count(Booking) > 3


class TestImportMembers:
    @pytest.fixture(autouse=True)
    def loaded(self, booking: Run, city: Path) -> None:
        assert booking("seed", "--fixtures", str(city), "--members", "0").exit_code == 0

    @pytest.fixture
    def good(self, tmp_path: Path) -> Path:
        path = tmp_path / "good.csv"
        path.write_text(f"{HEADER}\n1001,王建国,330211003-e001,13805740001\n1002,李红,330211003-v01,\n", "gb18030")
        return path

    @pytest.fixture
    def bad(self, tmp_path: Path) -> Path:
        path = tmp_path / "bad.csv"
        path.write_text(f"{HEADER}\n1001,王建国,330211003-e001,\n1002,李红,nowhere,\n")
        return path

    def test_a_dry_run_stores_nothing(self, booking: Run, good: Path, count: Count) -> None:
        done = booking("import-members", str(good), "--dry-run")
        assert done.exit_code == 0
        assert [line.split() for line in done.stdout.splitlines()[:2]] == [["rows", "2"], ["new", "2"]]
        assert done.stdout.endswith("nothing was stored\n")
        assert "judged: 2 / 2" in done.stderr
        assert count(Member) == 2

    def test_then_the_import_stores_it(self, booking: Run, good: Path, count: Count) -> None:
        done = booking("import-members", str(good))
        assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "stored")
        assert count(Member) == 4

    def test_one_bad_row_holds_all_back(self, booking: Run, bad: Path, count: Count) -> None:
        done = booking("import-members", str(bad))
        assert done.exit_code == 1
        assert "bad.csv:3 column 单位代码: 组织里没有“nowhere”这个代码。" in done.stdout
        assert "--skip-refused" in done.stdout
        assert count(Member) == 2

    def test_unless_it_may_be_left_out(self, booking: Run, bad: Path, count: Count) -> None:
        done = booking("import-members", str(bad), "--skip-refused")
        assert done.exit_code == 0
        assert count(Member) == 3

    def test_as_json(self, booking: Run, bad: Path) -> None:
        told = msgspec.json.decode(booking("import-members", str(bad), "--dry-run", "--format", "json").stdout)
        (problem,) = told.pop("problems")
        assert (problem["line"], problem["column"], problem["value"]) == (3, "单位代码", "nowhere")
        counts = {"rows": 2, "new": 1, "changed": 0, "unchanged": 0, "refused": 1}
        assert told == {"stored": False, "changed_columns": {}, **counts}

    def test_a_file_that_is_no_list(self, booking: Run, tmp_path: Path) -> None:
        path = tmp_path / "book.xlsx"
        path.write_bytes(b"PK\x03\x04rest of a workbook")
        done = booking("import-members", str(path))
        assert done.exit_code == 1
        assert "nothing was stored:\nbook.xlsx: 这是 Excel 工作簿" in done.stderr
