"""The draw in a real browser: everything is checked on the reader's device, and one changed byte is named."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from booking.draws.records import UNITS
from booking.retreats import drawing
from booking.retreats.queries.steps import contents
from tests.databases import SettableClock, make_tables, opened
from tests.retreats.draws import answer, drawn_day
from tests.retreats.season import CODE, SEASON
from tests.servers import serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
OWN = f"/retreats/{CODE}"


class Site(NamedTuple):
    """A server with a season of two stages, and all its files, the notary's too."""

    url: str
    files: dict[str, bytes]
    folder: Path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`booking serve` on the day after the second stage."""
    folder = tmp_path_factory.mktemp("draw")
    url = f"sqlite:///{folder / 'booking.db'}"
    make_tables(url)
    clock = SettableClock()

    async def fill() -> dict[str, bytes]:
        async with opened(url, clock) as database:
            day = await drawn_day(database, clock)
            await database.write(answer, 4)
            await drawing.next_stage(database, day.officer, CODE)
            return await database.read(contents, SEASON, notary=True)

    files = asyncio.run(fill())
    (folder / UNITS).write_bytes(files[UNITS])
    hour = folder / "clock"
    hour.write_text(clock.now.isoformat())
    with serving(url, folder, clock=hour) as servers:
        yield Site(servers[0].url, files, folder)


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, site: Site) -> AsyncIterator[Page]:
    """A telephone that nobody is signed in on."""
    context = await chromium.new_context(
        base_url=site.url, viewport={"width": 360, "height": 740}, locale="zh-CN", service_workers="block"
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    await context.close()
    assert not complaints


class TestVerifying:
    async def test_checks_everything_on_the_phone(self, page: Page, site: Site) -> None:
        """And finds one's own application, with nothing sent but requests for files."""
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        await page.goto(f"{OWN}/draw")
        await page.get_by_role("link", name="现在核对").click()
        await page.get_by_role("button", name="开始核对").click()
        await expect(page.locator("[data-verdict]")).to_have_text("全部对得上")
        assert await page.locator("[data-check].checked").count() == 5
        first = site.files["order.csv"].decode().split(",")[1]
        await page.get_by_label("报名编号").fill(first)
        await page.get_by_role("button", name="找", exact=True).click()
        await expect(page.locator("[data-found]")).to_contain_text("第 1 位，共 32 位")
        assert set(sent) == {"GET"}

    async def test_runs_all_of_it_again_for_a_notary(self, page: Page, site: Site) -> None:
        await page.goto(f"{OWN}/verify")
        await page.locator("[data-units]").set_input_files(site.folder / UNITS)
        await page.get_by_role("button", name="开始核对").click()
        await expect(page.locator("[data-verdict]")).to_have_text("全部对得上")
        assert await page.locator("[data-check].checked").count() == 6

    async def test_names_file_and_row_of_a_changed_byte(self, page: Page, site: Site) -> None:
        """What the server hands out is not believed."""
        lie = site.files["order.csv"].splitlines(keepends=True)
        lie[3] = lie[3].replace(b"4,", b"5,", 1)
        address = f"**{OWN}/files/order.csv*"
        await page.route(address, lambda route: route.fulfill(body=b"".join(lie), content_type="text/csv"))
        await page.goto(f"{OWN}/verify")
        await page.get_by_role("button", name="开始核对").click()
        await expect(page.locator("[data-verdict]")).to_contain_text("order.csv 第 4 行")
        assert await page.locator("[data-check].failed").count() == 1

    async def test_fits_on_a_small_phone(self, page: Page) -> None:
        for path in ("draw", "verify"):
            await page.goto(f"{OWN}/{path}")
            wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide == 0, path
