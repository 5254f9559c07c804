"""Lists of real members: read as organisations write them, compared, reported."""

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.seeding import member_list
from booking.seeding.member_list import (
    Entry,
    Judged,
    MemberListReport,
    Stored,
    judge,
    merged,
    read_member_list,
    survey,
)
from booking.seeding.problems import FilesRefused
from booking.seeding.rows import MemberRow

WORKS = {"works", "village"}
CHINESE = "会员号,姓名,性别,出生日期,手机号码,单位代码,类别,服务卡号,会费缴至,入会日期"
WANG = "330200001,王建国,男,1980/5/1,138 0574 0001,works,一线职工、劳模,5100 0000 0001,2026年12月31日,20100101"
WANG_ROW = MemberRow(
    number="330200001",
    name="王建国",
    sex="male",
    birth_year=1980,
    phone="13805740001",
    organisation="works",
    categories=("frontline", "model_worker"),
    card="510000000001",
    dues_paid_until=date(2026, 12, 31),
    joined_on=date(2010, 1, 1),
)


def entries(*lines: str, header: str = CHINESE, encoding: str = "utf-8") -> list[Entry]:
    content = "\n".join([header, *lines]).encode(encoding)
    return list(read_member_list(BytesIO(content), "名单.csv", WORKS))


def stored(*members: MemberRow) -> Stored:
    def known(numbers: Sequence[str]) -> Mapping[str, MemberRow]:
        return {member.number: member for member in members if member.number in numbers}

    def owners(column: str, values: Sequence[str]) -> Mapping[str, str]:
        return {getattr(member, column): member.number for member in members if getattr(member, column) in values}

    return Stored(known, owners)


def reasons(found: Sequence[Entry] | Sequence[Judged]) -> list[str]:
    return [str(problem) for one in found for problem in one.problems]


class TestReadMemberList:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_chinese_headers_and_ways_of_writing(self, encoding: str) -> None:
        (entry,) = entries(WANG, encoding=encoding)
        assert entry.row == WANG_ROW

    def test_english_headers_and_blanks(self) -> None:
        header = "Member number,Name,Sex,Mobile,Organisation code,Category"
        first, second = entries("A-1,Li Lei,F,,works,none", "A-2,Han Mei,,+8613805740002,works,", header=header)
        assert first.row == MemberRow(number="a-1", name="Li Lei", sex="female", organisation="works", categories=())
        assert second.row == MemberRow(number="a-2", name="Han Mei", organisation="works", phone="13805740002")

    def test_numbers_in_the_wrappings_of_spreadsheets(self) -> None:
        (entry,) = entries('"=""330200001""",王,,,\'13805740001,works,,,,')
        assert entry.row is not None
        assert (entry.row.number, entry.row.phone) == ("330200001", "13805740001")

    def test_a_number_that_a_spreadsheet_has_rounded(self) -> None:
        (entry,) = entries("3.302E+11,王,,,,works,,,,")
        assert entry.row is None
        (reason,) = reasons([entry])
        assert reason.startswith("名单.csv:2 column 会员号: “3.302E+11”已被表格软件改成科学计数法")

    def test_everything_wrong_with_a_line_at_once(self) -> None:
        found = reasons(entries("会员一,,中,1980-13-01,123,nowhere!,董事长,12,明年,昨天"))
        columns = [reason.split(" column ")[1].split(":")[0] for reason in found]
        assert set(columns) == set(CHINESE.split(","))

    def test_an_organisation_that_is_not_in_the_tree(self) -> None:
        (entry,) = entries("330200001,王,,,,nowhere,,,,")
        assert "没有“nowhere”" in reasons([entry])[0]

    def test_repeats_inside_the_file_name_the_first_line(self) -> None:
        found = entries(WANG, "330200001,王,,,,works,,,,", "330200002,李,,,13805740001,works,,510000000001,,")
        assert [entry.row is None for entry in found] == [False, True, True]
        columns = ["会员号", "手机号码", "服务卡号"]
        for reason, column in zip(reasons(found), columns, strict=True):
            assert f"column {column}: " in reason
            assert "在第 2 行已经有了" in reason

    def test_a_line_that_cannot_be_read_does_not_take_its_number(self) -> None:
        found = entries("330200001,王,中,,,works,,,,", "330200001,王,男,,,works,,,,")
        assert [entry.row is None for entry in found] == [True, False]

    def test_a_column_that_is_not_kept_is_refused_before_any_row(self) -> None:
        with pytest.raises(FilesRefused) as refused:
            entries("1,2,3,4", header="会员号,姓名,单位代码,身份证号")
        assert "身份证号" in str(refused.value)

    def test_a_missing_column(self) -> None:
        with pytest.raises(FilesRefused) as refused:
            entries("1,2", header="会员号,姓名")
        assert "organisation" in str(refused.value)

    def test_a_list_that_is_too_long_says_so_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(member_list, "MOST_ROWS", 2)
        found = entries(*(f"33020000{n},王,,,,works,,,," for n in range(5)))
        assert [entry.row is None for entry in found] == [False, False, True]
        assert "超过 2 行" in reasons(found)[0]

    @settings(max_examples=100, deadline=None)
    @given(content=st.binary(max_size=300), header=st.sampled_from([b"", CHINESE.encode() + b"\n"]))
    def test_arbitrary_bytes_never_crash(self, content: bytes, header: bytes) -> None:
        try:
            found = list(read_member_list(BytesIO(header + content), "x.csv", WORKS))
        except FilesRefused as refused:
            found = []
            text = str(refused)
        else:
            text = "".join(reasons(found))
        assert text.replace("\n", "").isprintable()
        assert all((entry.row is None) == bool(entry.problems) for entry in found)


class TestSurvey:
    def test_new_changed_unchanged_and_refused_are_counted(self) -> None:
        li = MemberRow(number="330200002", name="李红", organisation="works", phone="13805740002")
        found = entries(
            WANG,
            "330200002,李红,,,13805740009,village,,,,",
            "330200003,张三,,,,works,,,,",
            "330200004,赵四,,,13805740002,works,,,,",
            "330200005,,,,,works,,,,",
        )
        report = survey(found, stored(WANG_ROW, li))
        assert (report.rows, report.new, report.changed, report.unchanged, report.refused) == (5, 1, 1, 1, 2)
        assert report.changed_columns == {"phone": 1, "organisation": 1}
        assert [problem.line for problem in report.problems] == [5, 6]
        assert "会员 330200002 名下" in str(report.problems[0])

    def test_a_blank_leaves_what_is_stored(self) -> None:
        (judged,) = judge(entries("330200001,王建国,,,,works,,,,"), stored(WANG_ROW))
        assert judged == Judged("unchanged", WANG_ROW)

    def test_none_takes_the_categories_away(self) -> None:
        (judged,) = judge(entries("330200001,王建国,,,,works,无,,,"), stored(WANG_ROW))
        assert judged.outcome == "changed"
        assert judged.changed == ("categories",)
        assert judged.row is not None
        assert judged.row.categories == ()

    def test_stored_members_are_asked_for_in_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(member_list, "_BATCH", 2)
        asked: list[int] = []

        def known(numbers: Sequence[str]) -> Mapping[str, MemberRow]:
            asked.append(len(numbers))
            return {}

        report = survey(entries(*(f"33020000{n},王,,,,works,,,," for n in range(5))), Stored(known, lambda *_: {}))
        assert asked == [2, 2, 1]
        assert report.new == 5

    def test_reasons_are_listed_up_to_a_limit_and_all_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(member_list, "MOST_PROBLEMS", 3)
        report = survey(entries(*(f"33020000{n},,,,,,,,," for n in range(4))), stored())
        assert report.refused == 4
        assert len(report.problems) == 3

    def test_a_fresh_report_is_empty(self) -> None:
        MemberListReport().count(Judged("refused", problems=()))
        assert MemberListReport() == MemberListReport(problems=[], changed_columns={})


class TestMerged:
    def test_what_is_said_wins(self) -> None:
        row = MemberRow(number="1234", name="新名", organisation="village", sex="female", categories=())
        after = merged(row, WANG_ROW)
        assert (after.name, after.organisation, after.sex, after.categories) == ("新名", "village", "female", ())
        assert (after.phone, after.card, after.joined_on) == (WANG_ROW.phone, WANG_ROW.card, WANG_ROW.joined_on)
