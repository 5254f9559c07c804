"""Reading a city's files: good ones whole, bad ones not at all, with every fault named."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.seeding.problems import FilesRefused, Problem
from booking.seeding.reading import read_city
from booking.seeding.rows import Days, WallTime
from booking.web.locale import ENGLISH, Translator
from tests.seeding.cities import SMALL, spoilt, with_row, write_city


def problems_of(folder: Path) -> list[Problem]:
    with pytest.raises(FilesRefused) as refused:
        read_city(folder)
    return refused.value.problems


class TestGoodFiles:
    def test_every_row_arrives_typed(self, tmp_path: Path) -> None:
        city = read_city(write_city(tmp_path))
        assert city.region.south == 28.85
        assert [place.code for place in city.places] == ["zhenhai", "plaza"]
        assert city.places[0].assumed == ("latitude", "longitude")
        assert city.zones[1].capacity is None
        assert city.zones[1].static_code is False
        assert city.policies[1].eligible == ("model_worker", "hardship")
        assert city.opening[1].days == Days({"6", "7", "holiday"})
        assert city.opening[4].closes == WallTime(48)
        assert city.courts[2].units == ("bd1", "bd2")
        assert city.organisations[0].parent is None
        assert city.accounts[0].password == "demo-worker-pass"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_any_usual_encoding_gives_the_same_city(self, tmp_path: Path, encoding: str) -> None:
        expected = read_city(write_city(tmp_path))
        for name, text in SMALL.items():
            (tmp_path / name).write_bytes(text.replace("\n", "\r\n").encode(encoding))
        assert read_city(tmp_path) == expected

    def test_blank_lines_and_spreadsheet_leftovers_are_passed_over(self, tmp_path: Path) -> None:
        text = SMALL["sports.csv"].replace("programme\n", "programme,,\n\n").replace("culture\n", "culture,,\n,,,,,\n")
        assert len(read_city(write_city(tmp_path, sports=text)).sports) == 2


CELLS = [
    # file, line, column, what is written there, part of the advice
    ("courts", 2, "units", "", "至少要写一项"),
    ("courts", 2, "name", "", "空着"),
    ("sports", 2, "name", "羽" * 61, "1 到 60 个字"),
    ("sports", 2, "name", "羽\x00毛", "看不见"),
    ("zones", 2, "capacity", "一百", "1 到 100000 的整数"),
    ("zones", 2, "capacity", "\N{FULLWIDTH DIGIT ONE}00", "1 到 100000 的整数"),
    ("zones", 2, "early_minutes", "99999", "0 到 720"),
    ("region", 2, "south", "28,85", "双引号"),
    ("region", 2, "south", "28.85°", "29.97"),
    ("region", 2, "south", "31", "颠倒"),
    ("places", 3, "kind", "square", "sanatorium"),
    ("places", 3, "latitude", "2.98", "28.85–30.6"),
    ("places", 3, "assumed", "colour", "列名"),
    ("places", 3, "district", "330211003-v01", "district"),
    ("places", 3, "district", "330212", "330211"),
    ("facilities", 3, "slot_minutes", "45", "30、60"),
    ("facilities", 3, "capacity", "", "几人"),
    ("facilities", 2, "capacity", "9", "清空"),
    ("facilities", 2, "zone", "court", "如 courts"),
    ("facilities", 2, "sport", "badmington", "badminton"),
    ("courts", 3, "accessible", "maybe", "yes、no"),
    ("courts", 3, "code", "1", "第 2 行"),
    ("courts", 4, "units", "bd1 bd1", "只写一次"),
    ("courts", 4, "units", "a b c d e f g h i", "最多写 8 项"),
    ("gates", 2, "code", "1", "至少两个"),
    ("gates", 2, "heads_mode", "two", "ask"),
    ("calendar", 2, "day", "2026-02-30", "2026-10-01"),
    ("calendar", 2, "day", "2026101", "2026-10-01"),
    ("calendar", 3, "day", "2026年10月12日", "周六或周日"),
    ("opening", 2, "opens", "07:10", "半点"),
    ("opening", 2, "opens", "24:30", "半点"),
    ("opening", 2, "days", "fri-mon", "mon-fri"),
    ("opening", 4, "closes", "08:30", "晚于"),
    ("opening", 5, "opens", "11:00", "第 4 行"),
    ("opening", 3, "closes", "21:30", "60 分钟"),
    ("prices", 3, "from_time", "16:30", "第 2 行"),
    ("prices", 6, "until_time", "00:00", "晚于"),
    ("prices", 6, "fen", "-5", "整数"),
    ("policies", 2, "least_half_hours", "6", "4"),
    ("policies", 2, "day_limit_half_hours", "2", "4"),
    ("policies", 3, "eligible", "boss", "frontline"),
    ("organisations", 2, "parent", "330211", "最上一级"),
    ("organisations", 3, "parent", "", "上一级"),
    ("organisations", 5, "parent", "330299", "330211"),
    ("organisations", 5, "parent", "330211", "township"),
    ("accounts", 2, "roles", "king@all", "venue_manager"),
    ("accounts", 2, "roles", "venue_manager@nowhere", "nowhere"),
    ("accounts", 2, "roles", "administrator", "@"),
    ("accounts", 2, "organisation", "330211003-e002", "330211003-e001"),
    ("accounts", 2, "password", "short", "8 到 100"),
    ("accounts", 3, "number", "Demo-Worker", "第 2 行"),
    ("accounts", 3, "phone", "15490000001", "第 2 行"),
    ("accounts", 3, "phone", "0574-8765", "11 位"),
    ("accounts", 3, "card", "12", "卡号"),
    ("gates", 2, "zones", "courts moon", "quiet"),
]
ROWS = [
    # file, a row too many, the column to blame, part of the advice
    ("sports", "Chess,棋,Chess,culture", "code", "小写字母"),
    ("sports", "chess,棋,Chess,culture,more", "", "双引号"),
    ("sports", 'chess,"棋,Chess,culture', "", "成对"),
    ("sports", "reading,阅,Read,culture", "code", "第 3 行"),
    ("calendar", "2026/10/1,holiday,国庆节,National Day,x,", "day", "第 2 行"),
    ("courts", "zhenhai,reading,1,1号桌,Table 1,table,t1,,no", "facility", "pooled"),
    ("gates", "plaza,main,正门,Main gate,both,quiet,one,no,", "zones", "courts"),
    ("gates", "plaza,main,正门,Main gate,both,courts,one,no,demo-1", "demo_enrolment_code", "第 2 行"),
    ("prices", "pool,member,any,00:00,24:00,1", "policy", "court"),
    ("organisations", "330300,,city,温州市,,0,", "kind", "第 2 行"),
]


class TestBadRows:
    @pytest.mark.parametrize(("file", "line", "column", "value", "advice"), CELLS)
    def test_a_bad_cell_is_named_where_it_is(
        self, tmp_path: Path, file: str, line: int, column: str, value: str, advice: str
    ) -> None:
        (found,) = problems_of(write_city(tmp_path, **{file: spoilt(file, line, **{column: value})}))
        assert found.file == (tmp_path / f"{file}.csv").as_posix()
        assert found.line == line
        assert found.column == column or (value, found.column) == ("28,85", "")
        assert str(found).startswith(f"{found.file}:{line}{f' column {found.column}' if found.column else ''}: ")
        assert advice in str(found)

    @pytest.mark.parametrize(("file", "row", "column", "advice"), ROWS)
    def test_a_bad_row_is_named_where_it_begins(
        self, tmp_path: Path, file: str, row: str, column: str, advice: str
    ) -> None:
        (found,) = problems_of(write_city(tmp_path, **{file: with_row(file, row)}))
        assert found.line == len(SMALL[f"{file}.csv"].splitlines()) + 1
        assert found.column == column
        assert advice in str(found)

    def test_a_header_with_a_slip_says_the_right_word(self, tmp_path: Path) -> None:
        header = SMALL["sports.csv"].replace("programme", "program")
        missing, unknown = problems_of(write_city(tmp_path, sports=header))
        assert "缺少“programme”" in str(missing)
        assert "“program”这一列。请改成 programme" in str(unknown)

    def test_a_column_twice(self, tmp_path: Path) -> None:
        header = SMALL["sports.csv"].replace("programme", "programme,Name EN")
        (found,) = problems_of(write_city(tmp_path, sports=header))
        assert "“Name EN”与前面的“name_en”" in str(found)

    def test_an_empty_file_says_its_columns(self, tmp_path: Path) -> None:
        (found,) = problems_of(write_city(tmp_path, gates=""))
        assert "place、code、name" in str(found)

    def test_a_region_too_many(self, tmp_path: Path) -> None:
        region = with_row("region", "杭州市,Hangzhou,29,118,31,122")
        (found, *_) = problems_of(write_city(tmp_path, region=region))
        assert "只能有一行" in str(found)

    def test_a_hall_without_courts(self, tmp_path: Path) -> None:
        courts = "\n".join(SMALL["courts.csv"].splitlines()[:3])
        (found,) = problems_of(write_city(tmp_path, courts=courts))
        assert (Path(found.file).name, found.line, found.column) == ("facilities.csv", 4, "code")

    def test_hours_without_a_price_are_named(self, tmp_path: Path) -> None:
        prices = spoilt("prices", 2, from_time="07:30").replace("quiet,member,any", "quiet,hardship,any")
        found = problems_of(write_city(tmp_path, prices=prices))
        assert [(problem.line, problem.column) for problem in found] == [(2, "code"), *[(3, "code")] * 3]
        assert "weekday 00:00–07:30" in str(found[0])
        assert "holiday 00:00–24:00" in str(found[3])

    def test_more_zones_than_a_pass_has_room_for(self, tmp_path: Path) -> None:
        row = "plaza,zone-{},区,Zone,,0,0,yes,yes,yes,"
        zones = SMALL["zones.csv"] + "\n".join(row.format(number) for number in range(25))
        (found,) = problems_of(write_city(tmp_path, zones=zones))
        assert (found.line, found.column) == (27, "place")

    def test_slots_that_a_policy_does_not_fill(self, tmp_path: Path) -> None:
        policies = spoilt("policies", 2, most_half_hours="3")
        found = problems_of(write_city(tmp_path, policies=policies))
        assert [(problem.line, problem.column) for problem in found] == [(2, "policy"), (4, "policy")]

    def test_swapped_coordinates_are_recognised(self, tmp_path: Path) -> None:
        region = spoilt("region", 2, south="20", west="20", north="30", east="80")
        places = spoilt("places", 2, latitude="70", longitude="25").replace("29.8652,121.6237", "25,70")
        (found,) = problems_of(write_city(tmp_path, region=region, places=places))
        assert "对调" in str(found)

    def test_facilities_that_never_open(self, tmp_path: Path) -> None:
        opening = "\n".join(SMALL["opening.csv"].splitlines()[:-1])
        (found,) = problems_of(write_city(tmp_path, opening=opening))
        assert (Path(found.file).name, found.line) == ("facilities.csv", 4)

    def test_all_faults_of_all_files_come_together_in_order(self, tmp_path: Path) -> None:
        changes = {
            "sports": spoilt("sports", 2, code="羽", programme="sport"),
            "courts": spoilt("courts", 2, kind="ring"),
            "gates": spoilt("gates", 2, direction="up", zones="moon"),
        }
        found = problems_of(write_city(tmp_path, **changes))
        assert [(Path(problem.file).stem, problem.column) for problem in found] == [
            ("sports", "code"),
            ("sports", "programme"),
            ("facilities", "sport"),
            ("facilities", "sport"),
            ("courts", "kind"),
            ("gates", "direction"),
        ]

    def test_one_slip_in_a_place_does_not_blame_all_that_stands_in_it(self, tmp_path: Path) -> None:
        (found,) = problems_of(write_city(tmp_path, places=spoilt("places", 2, kind="tower")))
        assert found.column == "kind"

    def test_a_missing_file_does_not_blame_those_that_refer_to_it(self, tmp_path: Path) -> None:
        write_city(tmp_path)
        (tmp_path / "places.csv").unlink()
        (found,) = problems_of(tmp_path)
        assert "places.csv" in str(found)
        assert "code、kind、name" in str(found)

    def test_the_advice_is_there_in_english(self, tmp_path: Path) -> None:
        translator = Translator.load()
        for file, line, column, value, _ in CELLS:
            (problem,) = problems_of(write_city(tmp_path, **{file: spoilt(file, line, **{column: value})}))
            worded = problem.worded(lambda text: translator.gettext(text, ENGLISH))
            assert worded != problem.worded()
            assert "{" not in worded

    def test_a_refusal_lists_every_problem(self, tmp_path: Path) -> None:
        with pytest.raises(FilesRefused) as refused:
            read_city(write_city(tmp_path, gates="", sports=""))
        assert str(refused.value).count("\n") == len(refused.value.problems)
        assert "gates.csv:1" in str(refused.value)


class TestEncodings:
    def test_a_workbook_is_told_from_csv(self, tmp_path: Path) -> None:
        (found, *_) = problems_of(write_city(tmp_path, sports=b"PK\x03\x04\x14\x00"))
        assert "Excel" in str(found)

    def test_utf_16_is_named(self, tmp_path: Path) -> None:
        (found, *_) = problems_of(write_city(tmp_path, sports=SMALL["sports.csv"].encode("utf-16")))
        assert "UTF-16" in str(found)

    def test_neither_encoding_says_from_which_line(self, tmp_path: Path) -> None:
        (found, *_) = problems_of(
            write_city(tmp_path, sports=b"code,name,name_en,programme\nchess,\xff\xff\xff,Chess,culture\n")
        )
        assert "GB18030" in str(found)
        assert found.line == 2

    def test_a_slip_in_utf_8_is_not_taken_for_gb18030(self, tmp_path: Path) -> None:
        whole = (SMALL["sports.csv"] + "chess,象棋与围棋,Chess,culture\n").encode()
        broken = whole.replace("围".encode(), "围".encode()[:2])
        (found, *_) = problems_of(write_city(tmp_path, sports=broken))
        assert "UTF-8" in str(found)
        assert found.line == 4

    @settings(max_examples=60, deadline=None)
    @given(name=st.sampled_from(sorted(SMALL)), content=st.binary(max_size=400))
    def test_arbitrary_bytes_are_refused_and_never_crash(self, name: str, content: bytes) -> None:
        with TemporaryDirectory() as folder:
            with pytest.raises(FilesRefused) as refused:
                read_city(write_city(Path(folder), **{name.removesuffix(".csv"): content}))
            assert all(str(problem).isprintable() for problem in refused.value.problems)

    @settings(max_examples=60, deadline=None)
    @given(
        name=st.sampled_from(sorted(SMALL)),
        at=st.floats(0, 1, exclude_max=True),
        inserted=st.text(max_size=12),
        encoding=st.sampled_from(["utf-8", "gb18030"]),
    )
    def test_a_slip_anywhere_in_a_good_file_never_crashes(
        self, name: str, at: float, inserted: str, encoding: str
    ) -> None:
        text = SMALL[name]
        position = int(at * len(text))
        content = (text[:position] + inserted + text[position + len(inserted) :]).encode(encoding, "ignore")
        with TemporaryDirectory() as folder, suppress(FilesRefused):
            read_city(write_city(Path(folder), **{name.removesuffix(".csv"): content}))
