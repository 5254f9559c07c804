"""The pages of the draw: the public story, the files, and the officers' checklist."""

import asyncio
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from litestar import Litestar

from booking.db import Database
from booking.draws.records import UNITS
from booking.draws.sources import DrawnNumbers
from booking.retreats import drawing
from booking.retreats.service.drawing.results import enter_results
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import Visitor, shown
from tests.retreats.draws import NUMBERS, Day, after_draws, answer, at_freeze, draw_day, drawn_day, frozen_day, stored
from tests.retreats.season import CODE, DISTRICT_OFFICER
from tests.venues.guests import browser_of, serving

pytestmark = sqlite_only
OWN, MANAGED = f"/retreats/{CODE}", f"/manage/retreats/{CODE}/draw"
NAMES = re.compile(r"顾海|陆江|顾\*+|中文|半边山工人疗养院|快乐8|双色球|工会代表要求")
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
async def nobody(app: Litestar) -> Visitor:
    return await browser_of(app)


def typed(numbers: tuple[DrawnNumbers, ...]) -> dict[str, str]:
    return {f"numbers-{at}": " ".join(map(str, one.numbers)) for at, one in enumerate(numbers)}


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    """The program of the archive in its own folder, and nothing of ours."""
    program = [sys.executable, "-I", "verify_draw.py", "."]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False)


class TestPublic:
    async def test_says_before_the_draw_what_is_known(self, database: Database, nobody: Visitor) -> None:
        await database.write(draw_day)
        seen = shown(await nobody.get(f"{OWN}/draw"))
        for word in ("快乐8", "第 2026325 期", "2026326", "合计 85.7 比特", "起封存", "预计"):
            assert word in seen
        assert "第 1 轮" not in seen

    async def test_tells_the_whole_story(self, database: Database, clock: SettableClock, nobody: Visitor) -> None:
        day = await drawn_day(database, clock)
        await drawing.rerun(database, day.officer, CODE, "工会代表要求")
        answered = await nobody.get(f"{OWN}/draw")
        seen = shown(answered)
        files = {name: data for (_, name), data in (await database.read(stored)).files.items()}
        root, _, rules, _ = (row.split(",")[1] for row in files["commitment.csv"].decode().split())
        seed = files["seed.csv"].decode().split("seed,")[1][:64]
        for word in (
            root,
            rules,
            seed,
            "32 份申请参加抽签，共 32 人",
            "每个字节都一样",
            "工会代表要求",
            "镇海区其余人少的地方",
        ):
            assert word in seen, word
        assert "3 80 7 11" in seen, "as announced"
        assert "第 1 轮" in seen
        first = files["order.csv"].decode().split(",")[1]
        assert first in seen
        assert day.officer.name not in seen

    async def test_leads_whoever_applied_to_their_own(
        self, app: Litestar, database: Database, clock: SettableClock
    ) -> None:
        day = await drawn_day(database, clock)
        mine = await (await browser_of(app, day.town.workers[0])).get(f"{OWN}/draw")
        assert f'href="{OWN}/mine"' in mine.text

    async def test_has_no_chinese_in_english(self, database: Database, clock: SettableClock, nobody: Visitor) -> None:
        day = await drawn_day(database, clock)
        await drawing.rerun(database, day.officer, CODE, "工会代表要求")
        nobody.client.cookies.set("locale", "en")
        for path in ("draw", "verify"):
            seen = NAMES.sub("", shown(await nobody.get(f"{OWN}/{path}")))
            assert not re.findall(r"[\u4e00-\u9fff]+", seen)

    async def test_the_verifier_names_the_files_that_it_fetches(
        self, database: Database, clock: SettableClock, nobody: Visitor
    ) -> None:
        await drawn_day(database, clock)
        page = (await nobody.get(f"{OWN}/verify")).text
        found = dict(re.findall(r'data-file="([^"]+)" data-href="([^"]+)"', page))
        assert len(found) == 10
        for name, href in found.items():
            answered = await nobody.get(href.replace("&amp;", "&"))
            assert (answered.status_code, name in answered.headers["content-disposition"]) == (200, True)
            assert "immutable" in answered.headers["cache-control"]

    async def test_the_archive_checks_itself(
        self, database: Database, clock: SettableClock, nobody: Visitor, tmp_path: Path
    ) -> None:
        """What the page says to do, done: unpack, run, nothing else."""
        assert (await nobody.get(f"{OWN}/files/draw.zip")).status_code == 404
        await drawn_day(database, clock)
        answered = await nobody.get(f"{OWN}/files/draw.zip")
        assert (await nobody.get(f"{OWN}/files/draw.zip")).content == answered.content
        with zipfile.ZipFile(io.BytesIO(answered.content)) as archive:
            archive.extractall(tmp_path)
        folder = tmp_path / CODE
        assert not (folder / UNITS).exists()
        ran = await asyncio.to_thread(run, folder)
        assert ran.returncode == 0, ran.stderr
        assert "32 tickets and their order are right" in ran.stdout
        (folder / "order.csv").write_bytes((folder / "order.csv").read_bytes().replace(b"1,", b"2,", 1))
        ran = await asyncio.to_thread(run, folder)
        assert "order.csv row 1" in ran.stderr

    async def test_hides_the_notarys_file(
        self, app: Litestar, database: Database, clock: SettableClock, nobody: Visitor
    ) -> None:
        day = await drawn_day(database, clock)
        for who in (None, day.town.workers[0], day.town.district):
            refused = await (await browser_of(app, who)).get(f"{OWN}/files/{UNITS}?step=2")
            assert refused.status_code == 403
            assert "-e211" not in refused.text
        handed = await (await browser_of(app, day.officer)).get(f"{OWN}/files/{UNITS}")
        assert (handed.status_code, "-e211" in handed.text) == (200, True)


class TestOfficers:
    async def test_go_through_draw_day(self, app: Litestar, database: Database, clock: SettableClock) -> None:
        """Only the form of the next step is there, and each answer says what comes next."""
        day: Day = await database.write(draw_day)
        officer = await browser_of(app, day.officer)
        page = await officer.get(MANAGED)
        assert "起可以封存" in shown(page)
        assert f'action="{MANAGED}/freeze"' not in page.text
        at_freeze(clock, day.season)
        officer = await browser_of(app, day.officer)
        page = await officer.get(MANAGED)
        assert f'action="{MANAGED}/freeze"' in page.text
        done = await officer.post(f"{MANAGED}/freeze")
        assert (done.status_code, done.headers["location"]) == (303, MANAGED)
        assert "numbers-0" not in (await officer.get(MANAGED)).text, "nothing was drawn yet"
        after_draws(clock, day.season)
        officer, second = await browser_of(app, day.officer), await browser_of(app, day.second)
        assert "numbers-0" in (await officer.get(MANAGED)).text
        await officer.post(f"{MANAGED}/results", typed(NUMBERS) | {"idempotency_key": "a"})
        assert "请另一位干部登录后核对" in shown(await officer.get(MANAGED))
        page = await second.get(MANAGED)
        assert "3 80 7" not in page.text, "the second officer must not see what the first one read"
        await second.post(f"{MANAGED}/confirm", typed(NUMBERS) | {"idempotency_key": "b"})
        assert f'action="{MANAGED}/run"' in (await officer.get(MANAGED)).text
        await officer.post(f"{MANAGED}/run")
        seen = shown(await officer.get(MANAGED))
        assert day.second.name in seen
        assert "份申请没有答复" in seen
        await database.write(answer, 3)
        await second.post(f"{MANAGED}/next-stage")
        after = await database.read(stored)
        assert (after.status, after.steps[-1][1]) == ("second", "second_stage")
        await officer.post(f"{MANAGED}/rerun", {"rerun-reason": "工会代表要求"})
        assert "每个字节都一样" in shown(await officer.get(MANAGED))

    async def test_are_told_beside_the_field(self, app: Litestar, database: Database, clock: SettableClock) -> None:
        day = await frozen_day(database, clock)
        officer = await browser_of(app, day.officer)
        short = typed(NUMBERS) | {"numbers-1": "1 2 3"}
        refused = await officer.post(f"{MANAGED}/results", short | {"idempotency_key": "a"})
        assert refused.status_code == 422
        assert 'id="numbers-1-error"' in refused.text
        assert 'value="1 2 3"' in refused.text
        refused = await officer.post(f"{MANAGED}/rerun")
        assert refused.status_code == 422
        refused = await officer.post(f"{MANAGED}/postpone", {"source": "kl8 2026325", "idempotency_key": "b"})
        assert (refused.status_code, 'id="postpone-reason-error"' in refused.text) == (422, True)

    async def test_are_told_what_differs(self, app: Litestar, database: Database, clock: SettableClock) -> None:
        day = await frozen_day(database, clock)
        await database.write(enter_results, day.officer, CODE, NUMBERS)
        other = typed(NUMBERS) | {"numbers-1": "1 2 3 4 5 6 7"}
        refused = await (await browser_of(app, day.second)).post(f"{MANAGED}/confirm", other | {"idempotency_key": "a"})
        assert refused.status_code == 409
        assert "双色球第 2026140 期对不上" in shown(refused)

    async def test_note_a_postponement(self, app: Litestar, database: Database, clock: SettableClock) -> None:
        day = await frozen_day(database, clock)
        officer = await browser_of(app, day.officer)
        late = {"source": "kl8 2026325", "postpone-reason": "开奖故障", "idempotency_key": "a"}
        assert (await officer.post(f"{MANAGED}/postpone", late)).status_code == 303
        seen = shown(await officer.get(f"{OWN}/draw"))
        assert "第 2026326 期（原定 2026325，已顺延）" in seen
        assert "开奖故障" in seen

    async def test_of_a_district_draw_nothing(self, app: Litestar, database: Database, clock: SettableClock) -> None:
        day = await frozen_day(database, clock)
        assert day.town.district.member_id == DISTRICT_OFFICER
        district = await browser_of(app, day.town.district)
        assert (await district.get(MANAGED)).status_code == 403
        before = await database.read(stored)
        for step in ("freeze", "results", "confirm", "postpone", "run", "next-stage", "rerun"):
            fields = typed(NUMBERS) | {"rerun-reason": "x", "postpone-reason": "x", "source": "kl8 2026325"}
            refused = await district.post(f"{MANAGED}/{step}", fields | {"idempotency_key": step})
            assert refused.status_code == 403, step
        assert await database.read(stored) == before

    async def test_read_it_in_english(self, app: Litestar, database: Database, clock: SettableClock) -> None:
        day = await drawn_day(database, clock)
        officer = await browser_of(app, day.officer)
        officer.client.cookies.set("locale", "en")
        seen = NAMES.sub("", shown(await officer.get(MANAGED)))
        assert not re.findall(r"[\u4e00-\u9fff]+", seen)
