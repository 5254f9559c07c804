"""Lists of real members brought into a database: looked through as a whole, then stored, and safe to repeat."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from booking.audit.models import AuditEntry
from booking.db import Database, ReadSession
from booking.members.models import Card, Member, MemberCategory, Organisation
from booking.seeding import importing
from booking.seeding.importing import import_list, survey_list
from booking.seeding.member_list import MemberListReport
from booking.seeding.problems import FilesRefused
from booking.seeding.rows import MemberRow
from booking.seeding.stored_members import stored_members
from tests.databases import NOON, SettableClock
from tests.venues.city import add

HEADER = "会员号,姓名,性别,出生日期,手机号码,单位代码,类别,服务卡号,会费缴至,入会日期"
WANG = "330200001,王建国,男,1980/5/1,138 0574 0001,works,劳模、一线职工,5100 0000 0001,2026年12月31日,20100101"
LI = "A-2,李红,女,,,village,,,,"
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
LI_ROW = MemberRow(number="a-2", name="李红", sex="female", organisation="village", categories=())


@pytest.fixture
async def database(database: Database) -> Database:
    tree: list[dict[str, Any]] = [
        {"id": 1, "parent_id": None, "code": "330200", "kind": "city", "name": "宁波市", "path": "/1/"},
        {"id": 2, "parent_id": 1, "code": "works", "kind": "enterprise", "name": "机电公司", "path": "/1/2/"},
        {"id": 3, "parent_id": 1, "code": "village", "kind": "village", "name": "尚志村", "path": "/1/3/"},
    ]
    await database.write(lambda tx, now: add(tx, Organisation, tree))
    return database


def write_list(folder: Path, *lines: str, encoding: str = "utf-8", header: str = HEADER) -> Path:
    path = folder / "名单.csv"
    path.write_bytes("\n".join([header, *lines, ""]).encode(encoding))
    return path


def ignore(done: int) -> None:
    """Hears of the progress and says nothing."""


async def brought(database: Database, folder: Path, *lines: str) -> MemberListReport:
    return await import_list(database, write_list(folder, *lines), ignore)


def counts(report: MemberListReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.refused


async def members(database: Database) -> list[MemberRow]:
    def read(tx: ReadSession) -> list[MemberRow]:
        numbers = list(tx.execute(select(Member.number)).scalars())
        found = stored_members(tx).members(numbers)
        return [found[number] for number in sorted(numbers)]

    return await database.read(read)


async def rows(database: Database, table: Any) -> Sequence[Any]:
    return await database.read(lambda tx: tx.all(select(table)))


class TestSurvey:
    async def test_says_what_would_happen_and_stores_nothing(self, database: Database, tmp_path: Path) -> None:
        path = write_list(tmp_path, WANG, LI, "330200003,,,,,works,,,,")
        report = await survey_list(database, path, ignore)
        assert counts(report) == (2, 0, 0, 1)
        assert [(problem.line, problem.column) for problem in report.problems] == [(4, "姓名")]
        assert await members(database) == []

    async def test_agrees_with_what_the_import_then_does(self, database: Database, tmp_path: Path) -> None:
        await brought(database, tmp_path, WANG)
        path = write_list(tmp_path, WANG.replace("works", "village"), LI, "330200003,,,,,works,,,,")
        foretold = await survey_list(database, path, ignore)
        done = await import_list(database, path, ignore)
        assert done == foretold
        assert counts(done) == (1, 1, 0, 1)

    async def test_a_file_that_is_no_list_is_refused(self, database: Database, tmp_path: Path) -> None:
        path = write_list(tmp_path, "1,2", header="甲,乙")
        with pytest.raises(FilesRefused):
            await survey_list(database, path, ignore)


class TestImport:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    async def test_new_members_with_all_that_the_list_says(
        self, database: Database, tmp_path: Path, encoding: str
    ) -> None:
        report = await import_list(database, write_list(tmp_path, WANG, LI, encoding=encoding), ignore)
        assert counts(report) == (2, 0, 0, 0)
        assert await members(database) == [WANG_ROW, LI_ROW]
        assert {row.verified_at for row in await rows(database, MemberCategory)} == {NOON}

    async def test_the_same_list_again_changes_nothing(self, database: Database, tmp_path: Path) -> None:
        await brought(database, tmp_path, WANG, LI)
        audited = len(await rows(database, AuditEntry))
        assert counts(await brought(database, tmp_path, WANG, LI)) == (0, 0, 2, 0)
        assert len(await rows(database, AuditEntry)) == audited

    async def test_what_a_list_leaves_blank_stays(self, database: Database, tmp_path: Path) -> None:
        await brought(database, tmp_path, WANG)
        report = await brought(database, tmp_path, "330200001,王建国,,,13805740009,works,,,,")
        assert report.changed_columns == {"phone": 1}
        (wang,) = await members(database)
        assert (wang.phone, wang.card, wang.categories) == ("13805740009", WANG_ROW.card, WANG_ROW.categories)

    async def test_a_new_card_blocks_the_old_one(
        self, database: Database, tmp_path: Path, clock: SettableClock
    ) -> None:
        await brought(database, tmp_path, WANG)
        later = clock.advance(days=1)
        await brought(database, tmp_path, WANG.replace("5100 0000 0001", "510000000009"))
        blocked = {card.number: card.blocked_at for card in await rows(database, Card)}
        assert blocked == {"510000000001": later, "510000000009": None}
        await brought(database, tmp_path, WANG)
        blocked = {card.number: card.blocked_at for card in await rows(database, Card)}
        assert blocked == {"510000000001": None, "510000000009": later}

    async def test_categories_are_those_of_the_list(
        self, database: Database, tmp_path: Path, clock: SettableClock
    ) -> None:
        await brought(database, tmp_path, WANG)
        later = clock.advance(days=1)
        await brought(database, tmp_path, WANG.replace("劳模、一线职工", "困难职工、一线职工"))
        verified = {row.category: row.verified_at for row in await rows(database, MemberCategory)}
        assert verified == {"frontline": NOON, "hardship": later}
        await brought(database, tmp_path, WANG.replace("劳模、一线职工", "无"))
        assert await rows(database, MemberCategory) == []

    async def test_an_unverified_category_is_verified_by_the_list(self, database: Database, tmp_path: Path) -> None:
        await brought(database, tmp_path, WANG)
        unverify = update(MemberCategory).where(MemberCategory.category == "frontline").values(verified_at=None)
        await database.write(lambda tx, now: tx.execute(unverify))
        assert (await brought(database, tmp_path, WANG)).changed_columns == {"categories": 1}
        assert all(row.verified_at for row in await rows(database, MemberCategory))

    async def test_whoever_left_and_is_listed_again_is_back(self, database: Database, tmp_path: Path) -> None:
        await brought(database, tmp_path, WANG)
        await database.write(lambda tx, now: tx.execute(update(Member).values(left_at=now)))
        await brought(database, tmp_path, WANG)
        assert [member.left_at for member in await rows(database, Member)] == [None]

    async def test_someone_elses_phone_and_card_are_refused(self, database: Database, tmp_path: Path) -> None:
        await brought(database, tmp_path, WANG)
        theirs = "330200002,张三,,,13805740001,works,,510000000001,,"
        report = await brought(database, tmp_path, theirs)
        assert counts(report) == (0, 0, 0, 1)
        assert [problem.column for problem in report.problems] == ["手机号码", "服务卡号"]
        assert await members(database) == [WANG_ROW]

    async def test_many_chunks_are_as_good_as_one(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "ROWS_A_CHUNK", 10)
        told: list[int] = []
        lines = [f"3302{n:05},王{n},,,139{n:08},works,,,," for n in range(35)]
        report = await import_list(database, write_list(tmp_path, *lines), told.append)
        assert counts(report) == (35, 0, 0, 0)
        assert told == [10, 20, 30, 35]
        detail = [entry.detail for entry in await rows(database, AuditEntry)]
        assert [noted["new"] for noted in detail] == [10, 10, 10, 5]

    async def test_an_interrupted_one_is_simply_run_again(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "ROWS_A_CHUNK", 10)
        lines = [f"3302{n:05},王{n},,,139{n:08},works,,,," for n in range(35)]

        def fall_over(done: int) -> None:
            if done == 20:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            await import_list(database, write_list(tmp_path, *lines), fall_over)
        assert len(await rows(database, Member)) == 20
        assert counts(await brought(database, tmp_path, *lines)) == (15, 0, 20, 0)
