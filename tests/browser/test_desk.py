"""A stay from the worker's phone over the front desk to the cleaner's list, as two clerks and a gate see it."""

import re
from itertools import count

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import OpenTab, Site
from tests.browser.tabs import Tab
from tests.browser.test_stays import held
from tests.pictures import decoded, painted

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DESK = "/front-desk/zhenhai"
_scans = count(1)


async def book_tonight(tab: Tab) -> tuple[str, str]:
    """A room for tonight; answers the stay's number, and the address of its pass."""
    await held(tab, 0, 1)
    await tab.tap('form[action$="/confirm"] button')
    address = await tab.page.locator("a[href^='/passes/']").first.get_attribute("href")
    assert address
    return tab.path.rpartition("/")[2], address


async def verdict(site: Site, tab: Tab, address: str) -> str:
    """What the gate says to the code that the worker's phone shows now."""
    picture = await (await tab.page.request.get(f"{address}/qr.svg")).text()
    body = {"scan_id": f"desk-{next(_scans)}", "code": decoded(painted(picture)).text}
    key = {"authorization": f"Bearer {site.world.gate_key}"}
    answer = await tab.page.request.post(f"{site.url}/api/v1/scans", data=body, headers=key)
    said = await answer.json()
    return str(said.get("reason") or said["status"])


def line(tab: Tab, number: str) -> Locator:
    return tab.page.locator(f".desk-line:has(.door:text-is('{number}'))")


async def well_made(tab: Tab) -> None:
    assert await tab.violations() == []
    assert await tab.too_wide() == []


class TestDesk:
    async def test_a_guest_comes_moves_and_leaves_and_the_room_is_made_ready(
        self, site: Site, open_tab: OpenTab
    ) -> None:
        worker, clerk, colleague = (
            await open_tab("worker"),
            await open_tab("manager", width=768),
            await open_tab("admin"),
        )
        stay, address = await book_tonight(worker)
        assert await verdict(site, worker, address) == "invalid_time"
        await colleague.go(f"{DESK}?list=in-house")

        await clerk.go(DESK)
        await clerk.page.locator("#q").press_sequentially(stay)
        await expect(clerk.page.locator("h2", has_text="找到 1 间")).to_be_visible()
        assert clerk.path.endswith(f"q={stay}")
        await clerk.tap(".desk-line")
        await clerk.page.keyboard.type("123x")
        await clerk.page.fill("#card", "K-17")
        await clerk.page.get_by_label("现金").check(force=True)
        await well_made(clerk)
        await clerk.tap("form[action$='/arrive'] button")
        first = await clerk.page.locator("h1 .numbers").inner_text()
        assert re.fullmatch(r"[AB]\d{3}", first)
        await well_made(clerk)
        await expect(line(colleague, first)).to_be_visible()
        assert await verdict(site, worker, address) == "ok"

        await clerk.tap(f"a:has-text('看 {first} 的入住')")
        await clerk.tap("summary:has-text('换房')")
        await clerk.tap("form[action$='/change'] .half-hour")
        await clerk.page.select_option("#reason", index=2)
        await well_made(clerk)
        await clerk.tap("form[action$='/change'] button:has-text('换房')")
        second = await clerk.page.locator("h1 .numbers").inner_text()
        assert second != first
        await expect(line(colleague, second)).to_be_visible()

        await clerk.page.get_by_label("现金").check(force=True)
        await clerk.tap("form[action$='/depart'] button")
        await expect(clerk.page.locator(".flashes", has_text=f"{second} 已离店")).to_be_visible()
        await expect(line(colleague, second)).to_have_count(0)

        await self._made_ready(clerk, second)

    async def _made_ready(self, cleaner: Tab, number: str) -> None:
        await cleaner.look(360, "dark")
        await cleaner.go(f"{DESK}/floor")
        tile = cleaner.page.locator(f".tile:has(b:text-is('{number}'))")
        await expect(tile).to_have_class("tile dirty")
        row = cleaner.page.locator(f".clean-first li:has(b:text-is('{number}')) button")
        await row.click()
        await expect(tile).to_have_class("tile cleaning")
        await row.click()
        await expect(tile).to_have_class("tile clean")
        await tile.click()
        await well_made(cleaner)
        await cleaner.tap(".sheet button:has-text('检查通过')")
        await expect(tile).to_have_class("tile inspected")
