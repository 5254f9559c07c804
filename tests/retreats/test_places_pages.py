"""The pages of places: the member's answer, and what officers and the house see."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from litestar import Litestar
from sqlalchemy import select, update

from booking.db import Database, WriteSession
from booking.retreats import turns
from booking.retreats.models import Applicant, FairnessRecord
from booking.retreats.rules.fairness_groups import measure_files
from booking.retreats.service.deadlines import lapse_due
from booking.retreats.service.placing import confirm_place
from booking.rooms.models import Stay, StayRoom
from booking.web.principal import Principal
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import Visitor, shown
from tests.retreats.places import Given, drawn, give, place_of, publish
from tests.retreats.season import ARRIVALS, CODE, everybody
from tests.rooms.house import DOUBLE, HOUSE, TWIN
from tests.venues.guests import browser_of, serving

pytestmark = sqlite_only
OWN, MANAGED = f"/retreats/{CODE}/mine", f"/manage/retreats/{CODE}"
NAMES = re.compile(r"职工\d*|小明|工厂\d*|顾\*+|职\*+|胡\*+|中文|半边山工人疗养院")
"""What is Chinese in English too."""


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application."""
    async with serving(database_url, clock) as made:
        yield made


@pytest.fixture
def database(app: Litestar) -> Database:
    found: Database = app.state.database
    return found


@pytest.fixture
async def given(database: Database) -> Given:
    return await database.write(drawn)


@pytest.fixture
async def officer(app: Litestar, given: Given) -> Visitor:
    return await browser_of(app, given.town.officer)


async def measured(database: Database, given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody applied, the draw is out, and it is measured."""

    async def here(work: object, *args: object) -> object:
        return measure_files(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(turns, "apart", here)
    await database.write(everybody, given.season, given.town)
    await database.write(publish)
    await turns.measure_fairness(database, 20)


def chinese(text: str) -> list[str]:
    return re.findall(r"[\u4e00-\u9fff]+", NAMES.sub("", text))


def outcome_in(html: str) -> str:
    """The sections of a page that say what came of an application; documents have the names that they have."""
    ours = r'<section class="stack" aria-labelledby="(?:place|why|next-stage|carry-over)">.*?</section>'
    parts = re.findall(ours, html, re.DOTALL)
    assert parts
    return re.sub(r"<[^>]+>|甬工发 2026 年 18 号|第九条", " ", " ".join(parts))


class TestOutcome:
    @pytest.mark.parametrize("locale", ["zh-CN", "en"])
    async def test_a_winner_sees_the_place_what_it_costs_and_two_answers_of_equal_weight(
        self, app: Litestar, database: Database, given: Given, locale: str
    ) -> None:
        mine = given.town.workers[0]
        await database.write(give, [mine], (1, DOUBLE), rooms=1, companions=["小明"])
        browser = await browser_of(app, mine)
        browser.client.cookies.set("locale", locale)
        page = await browser.get(OWN)
        text = shown(page)
        assert page.status_code == 200
        for sum_ in ("¥600", "¥1,200", "¥1,800"):
            assert sum_ in text
        kinds = re.findall(rf'action="{OWN}/(confirm|decline)"[^Q]*?<button[^>]* class="([^"]+)"', page.text)
        assert [name for name, _ in kinds] == ["confirm", "decline"]
        assert len({kind for _, kind in kinds}) == 1
        if locale == "en":
            assert not chinese(outcome_in(page.text))

    @pytest.mark.parametrize("locale", ["zh-CN", "en"])
    async def test_once_confirmed_it_leads_to_the_stay_and_the_bill(
        self, app: Litestar, database: Database, given: Given, locale: str
    ) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, TWIN))
        await database.write(confirm_place, mine, CODE)
        place = await place_of(database, application)
        browser = await browser_of(app, mine)
        browser.client.cookies.set("locale", locale)
        page = await browser.get(OWN)
        assert f'href="/stays/{HOUSE}/{place.stay_id}"' in page.text
        assert f'href="/pay/{HOUSE}/{place.folio_id}"' in page.text
        assert f'action="{OWN}/decline"' in page.text
        if locale == "en":
            assert not chinese(outcome_in(page.text))

    async def test_given_up_it_can_be_taken_back_until_the_deadline(
        self, app: Litestar, database: Database, given: Given, clock: SettableClock
    ) -> None:
        mine = given.town.workers[0]
        await database.write(give, [mine], (1, TWIN))
        browser = await browser_of(app, mine)
        await browser.post(f"{OWN}/decline", seen_at=OWN)
        page = await browser.get(OWN)
        assert "名额放弃了" in shown(page)
        assert page.text.count(f"{OWN}/restore") == 2, "in the message, and on the page for as long as it can be"
        clock.now = given.season.confirm_by
        assert f"{OWN}/restore" not in (await browser.get(OWN)).text

    async def test_whoever_did_not_answer_reads_so(
        self, app: Litestar, database: Database, given: Given, clock: SettableClock
    ) -> None:
        mine = given.town.workers[0]
        await database.write(give, [mine], (1, TWIN))
        clock.now = given.season.confirm_by
        browser = await browser_of(app, mine)
        assert "到期没有确认" in shown(await browser.get(OWN))
        await database.write(lapse_due)
        assert "到期没有确认" in shown(await browser.get(OWN))

    @pytest.mark.parametrize("locale", ["zh-CN", "en"])
    async def test_a_loser_reads_why_first_and_what_comes_next(
        self, app: Litestar, database: Database, given: Given, locale: str
    ) -> None:
        await database.write(everybody, given.season, given.town)
        won = await database.write(publish)
        rows = await database.read(lambda tx: tx.all(select(Applicant).order_by(Applicant.member_id)))
        seen = 0
        for who in given.town.workers:
            row = next((row for row in rows if row.member_id == who.member_id), None)
            if row is None or row.application_id in won:
                continue
            browser = await browser_of(app, who)
            browser.client.cookies.set("locale", locale)
            page = await browser.get(OWN)
            text = shown(page)
            if locale == "en":
                assert not chinese(outcome_in(page.text)), text
                continue
            assert text.index("为什么没有抽中") < text.index("还有下一轮") < text.index("带到下一季的签")
            assert re.search(r"一共 32 份申请，你们排在第 \d+ 位", text)
            assert re.search(r"在第 \d+ 位(分完|到了上限)", text)
            assert re.search(r"排在第 \d+ 位或者更前|还有名额。志愿里", text) or "换一个排位也抽不中" in text
            assert "下一季多一张：2 张" in text
            seen += 1
        assert seen > 3 or locale == "en"


class TestAnswering:
    async def test_a_place_is_confirmed_given_up_and_taken_back_on_its_page(
        self, app: Litestar, database: Database, given: Given
    ) -> None:
        couple = given.town.workers[:2]
        application = await database.write(give, couple, (1, DOUBLE), rooms=1)
        browser = await browser_of(app, couple[0])
        answer = await browser.post(f"{OWN}/confirm", seen_at=OWN)
        assert (answer.status_code, answer.headers["location"]) == (303, OWN)
        assert (await place_of(database, application)).status == "confirmed"
        await browser.post(f"{OWN}/decline", seen_at=OWN)
        assert (await place_of(database, application)).status == "declined_late"
        await browser.post(f"{OWN}/restore", seen_at=OWN)
        assert (await place_of(database, application)).status == "offered"

    async def test_refused_it_says_why(
        self, app: Litestar, database: Database, given: Given, clock: SettableClock
    ) -> None:
        mine = given.town.workers[0]
        await database.write(give, [mine], (1, TWIN))
        clock.now = given.season.confirm_by
        browser = await browser_of(app, mine)
        answer = await browser.post(f"{OWN}/confirm", seen_at=OWN)
        assert answer.status_code == 303
        assert "确认到" in shown(await browser.get(OWN))

    async def test_the_page_of_the_stay_leads_to_the_retreat(
        self, app: Litestar, database: Database, given: Given
    ) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, DOUBLE), rooms=1)
        await database.write(confirm_place, mine, CODE)
        place = await place_of(database, application)
        text = (await (await browser_of(app, mine)).get(f"/stays/{HOUSE}/{place.stay_id}")).text
        way = f"/retreats/stays/{HOUSE}/{place.stay_id}"
        assert f'href="{way}"' in text
        browser = await browser_of(app, mine)
        assert (await browser.get(way)).headers["location"] == OWN
        assert (await browser.get(f"/retreats/stays/{HOUSE}/77")).headers["location"] == "/retreats"
        other = await browser_of(app, given.town.workers[1])
        assert (await other.get(way)).headers["location"] == "/retreats"
        assert "全部取消" not in text
        assert "打开住客码" in text
        assert "费用在疗休养的账单里" in text

    async def test_both_sharers_see_the_stay_and_each_their_own_pass(
        self, app: Litestar, database: Database, given: Given
    ) -> None:
        first, second = given.town.workers[1], given.town.workers[3]
        for one in (first, second):
            await database.write(give, [one], (1, TWIN))
            await database.write(confirm_place, one, CODE)
        (stay,) = await database.read(lambda tx: tx.all(select(Stay)))
        for one in (first, second):
            text = (await (await browser_of(app, one)).get(f"/stays/{HOUSE}/{stay.id}")).text
            assert len(re.findall(r'href="/passes/', text)) == 1


class TestOfficersPage:
    @pytest.mark.parametrize("locale", ["zh-CN", "en"])
    async def test_counts_and_names_those_who_have_not_answered(
        self, database: Database, given: Given, officer: Visitor, locale: str
    ) -> None:
        officer.client.cookies.set("locale", locale)
        silent, coming = given.town.workers[0], given.town.workers[5]
        await database.write(give, [silent], (1, DOUBLE), rooms=1)
        await database.write(give, [coming], (1, DOUBLE), rooms=1, companions=["小明"])
        await database.write(confirm_place, coming, CODE)
        answer = await officer.get(f"{MANAGED}/places")
        assert answer.status_code == 200, shown(answer)
        assert silent.name in answer.text
        assert coming.name not in answer.text
        if locale == "en":
            assert not chinese(shown(answer))
        told = await officer.post(f"{MANAGED}/places/remind", seen_at=f"{MANAGED}/places")
        assert told.status_code == 303
        again = await officer.get(f"{MANAGED}/places")
        assert ("提醒了 1 份" if locale == "zh-CN" else "Everybody in 1 applications") in shown(again)

    async def test_pages_through_many(self, database: Database, given: Given, officer: Visitor) -> None:
        for one in given.town.workers[:3]:
            await database.write(give, [one], (1, TWIN))
        applications = sorted(row.application_id for row in await database.read(lambda tx: tx.all(select(Applicant))))
        text = (await officer.get(f"{MANAGED}/places?after={applications[1]:016x}")).text
        assert sum(one.name in text for one in given.town.workers[:3]) == 1
        assert (await officer.get(f"{MANAGED}/places?after=zz")).status_code == 200

    async def test_whoever_lost_their_room_is_seated_again(
        self, database: Database, given: Given, officer: Visitor
    ) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, DOUBLE), rooms=1)
        await database.write(confirm_place, mine, CODE)

        def displace(tx: WriteSession, now: datetime) -> None:
            tx.execute(update(Stay).values(status="displaced"))

        await database.write(displace)
        assert "没有房间" in shown(await officer.get(f"{MANAGED}/places"))
        address = f"{MANAGED}/places/{application:016x}/seat"
        assert (await officer.post(address, seen_at=f"{MANAGED}/places")).status_code == 303
        assert "等房间的人" not in shown(await officer.get(f"{MANAGED}/places"))

    async def test_only_officers_of_the_whole_federation_come_in(self, app: Litestar, given: Given) -> None:
        for who in (given.town.workers[0], given.town.district, given.town.house.desk):
            browser = await browser_of(app, who)
            for page in ("places", "fairness", "fairness.csv"):
                assert (await browser.get(f"{MANAGED}/{page}")).status_code == 403


class TestArrivals:
    async def arriving(self, database: Database, given: Given) -> tuple[Principal, int]:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, DOUBLE), rooms=1, companions=["小明"])
        await database.write(confirm_place, mine, CODE)
        return mine, application

    @pytest.mark.parametrize("locale", ["zh-CN", "en"])
    async def test_the_house_sees_who_comes_and_receives_what_they_owe(
        self, app: Litestar, database: Database, given: Given, locale: str
    ) -> None:
        mine, application = await self.arriving(database, given)
        desk = await browser_of(app, given.town.house.desk)
        desk.client.cookies.set("locale", locale)
        page = await desk.get(f"{MANAGED}/arrivals")
        assert page.status_code == 200, shown(page)
        assert mine.name in page.text
        assert "小明" in page.text
        if locale == "en":
            assert not chinese(shown(page))
        address = f"{MANAGED}/arrivals/{application:016x}/pay"
        fields = {"method": "cash", "batch": "1", "idempotency_key": "form"}
        paid = await desk.post(address, fields, seen_at=f"{MANAGED}/arrivals")
        assert paid.headers["location"] == f"{MANAGED}/arrivals?batch=1"
        assert ("付清了" if locale == "zh-CN" else "Paid") in shown(await desk.get(f"{MANAGED}/arrivals"))
        wrong = await desk.post(address, {"method": "barter"}, seen_at=f"{MANAGED}/arrivals")
        assert wrong.status_code == 303

    async def test_the_desk_finds_the_bill_from_the_stay(self, app: Litestar, database: Database, given: Given) -> None:
        _, application = await self.arriving(database, given)
        place = await place_of(database, application)
        (room,) = await database.read(lambda tx: tx.all(select(StayRoom).where(StayRoom.stay_id == place.stay_id)))
        desk = await browser_of(app, given.town.house.desk)
        way = f"/manage/retreats/stays/{HOUSE}/{place.stay_id}"
        assert f'href="{way}"' in (await desk.get(f"/front-desk/banbianshan/rooms/{room.id}")).text
        assert (await desk.get(way)).headers["location"] == f"{MANAGED}/arrivals?batch=1"
        assert (await (await browser_of(app, given.town.workers[0])).get(way)).status_code == 403

    async def test_strangers_need_not_wait_for_each_other_at_the_desk(
        self, app: Litestar, database: Database, given: Given, clock: SettableClock
    ) -> None:
        for one in (given.town.workers[1], given.town.workers[3]):
            await database.write(give, [one], (1, TWIN))
            await database.write(confirm_place, one, CODE)
        (room,) = await database.read(lambda tx: tx.all(select(StayRoom)))
        clock.advance(days=ARRIVALS[0], hours=4)
        desk = await browser_of(app, given.town.house.desk)
        text = (await desk.get(f"/front-desk/banbianshan/rooms/{room.id}")).text
        assert not re.search(r'name="last_\d"[^>]* required', text)

    async def test_no_batch_no_people(self, app: Litestar, given: Given, officer: Visitor) -> None:
        text = shown(await officer.get(f"{MANAGED}/arrivals?batch=2"))
        assert "这一批还没有人确认" in text

    async def test_as_files_for_spreadsheets(self, database: Database, given: Given, officer: Visitor) -> None:
        mine, _ = await self.arriving(database, given)
        table = await officer.get(f"{MANAGED}/arrivals.csv?batch=1")
        lines = table.text.lstrip("\ufeff").splitlines()
        assert table.headers["content-type"].startswith("text/csv")
        assert lines[0].split(",")[:4] == ["批次", "到店", "离店", "房型"]
        assert [line.split(",")[5] for line in lines[1:]] == [mine.name, "小明"]
        assert [line.split(",")[-1] for line in lines[1:]] == ["1800.0", "0"]
        book = await officer.get(f"{MANAGED}/arrivals.xlsx")
        assert "xl/workbook.xml" in ZipFile(BytesIO(book.content)).namelist()
        assert (await officer.get(f"{MANAGED}/arrivals.csv?batch=3")).text.count("\n") == 1

    async def test_members_do_not_see_who_else_comes(self, app: Litestar, given: Given) -> None:
        browser = await browser_of(app, given.town.workers[0])
        for page in ("arrivals", "arrivals.csv", "arrivals.xlsx"):
            assert (await browser.get(f"{MANAGED}/{page}")).status_code == 403


class TestFairnessPage:
    @pytest.mark.parametrize("locale", ["zh-CN", "en"])
    async def test_shows_each_group_against_chance(
        self, database: Database, given: Given, officer: Visitor, monkeypatch: pytest.MonkeyPatch, locale: str
    ) -> None:
        officer.client.cookies.set("locale", locale)
        await measured(database, given, monkeypatch)
        page = await officer.get(f"{MANAGED}/fairness")
        assert page.status_code == 200, shown(page)
        assert "refresh" not in page.headers
        text = shown(page)
        for name in ("镇海区", "北仑区") if locale == "zh-CN" else ("Zhenhai", "Beilun"):
            assert name in text
        if locale == "en":
            assert not chinese(text)
        else:
            assert "每一组抽中的都在偶然的范围里" in text
            assert "报名人次" not in text
        assert page.text.count('<path class="own"') >= 2 + 2 + 1

    async def test_says_when_it_is_still_being_worked_out(
        self, database: Database, given: Given, officer: Visitor
    ) -> None:
        page = await officer.get(f"{MANAGED}/fairness")
        assert "正在算" in shown(page)
        assert page.headers["refresh"] == "30"

    async def test_an_alarm_comes_first_and_names_the_group(
        self, database: Database, given: Given, officer: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await measured(database, given, monkeypatch)

        def worsen(tx: WriteSession, now: datetime) -> None:
            (record,) = tx.all(select(FairnessRecord))
            groups = [
                group | ({"chance": 0.005, "won": 0} if group["code"] == "female" else {}) for group in record.groups
            ]
            tx.execute(update(FairnessRecord).values(groups=groups))

        await database.write(worsen)
        text = shown(await officer.get(f"{MANAGED}/fairness"))
        assert "1 组抽中的太少，偶然解释不了" in text
        assert re.search(r"女：\d+ 人报名，抽中 0 人", text)

    async def test_as_a_file(
        self, database: Database, given: Given, officer: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await measured(database, given, monkeypatch)
        lines = (await officer.get(f"{MANAGED}/fairness.csv")).text.lstrip("\ufeff").splitlines()
        assert lines[0].startswith("分组,组,报名人数,抽中")
        assert {line.split(",")[0] for line in lines[1:]} == {"区县", "人员类别", "单位规模", "性别"}
        assert sum(int(line.split(",")[2]) for line in lines if line.startswith("性别")) == 32
