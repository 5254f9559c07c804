"""The sanatorium's manager at work: guests moved on the chart, and rooms taken out of order and back."""

import re

import pytest

from tests.browser.conftest import OpenTab, Site
from tests.browser.tabs import Tab
from tests.rooms.house import day

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CHART = f"/manage/zhenhai/rooms/tape?first={day(0)}"
MOVABLE = "a.run.m, a.run.p"


async def where(tab: Tab, bar: str) -> str:
    """The number of the room in which a bar stands."""
    return await tab.page.locator(f"tr[data-r]:has(#{bar}) b").inner_text()


async def said(tab: Tab) -> str:
    """What the live region says."""
    return await tab.page.locator("#live").inner_text()


async def free_row(tab: Tab) -> tuple[str, str]:
    """The first twin in which nobody is: its row, and its number."""
    row = tab.page.locator("tr[data-r]:not(:has(a.run))").first
    return f"tr[data-r='{await row.get_attribute('data-r')}']", await row.locator("b").inner_text()


class TestChart:
    async def test_a_bar_is_dragged_to_another_room_and_put_back(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("manager", width=1280)
        await tab.go(CHART)
        assert await tab.violations() == []
        bar = tab.page.locator(MOVABLE).first
        bar_id = await bar.get_attribute("id") or ""
        before = await where(tab, bar_id)
        row, number = await free_row(tab)
        await bar.scroll_into_view_if_needed()
        start, target = await bar.bounding_box(), await tab.page.locator(row).bounding_box()
        assert start is not None
        assert target is not None
        await tab.page.mouse.move(start["x"] + 20, start["y"] + 20)
        await tab.page.mouse.down()
        await tab.page.mouse.move(start["x"] + 24, start["y"] + 32, steps=3)
        await tab.page.mouse.move(start["x"] + 24, target["y"] + target["height"] / 2, steps=6)
        assert await tab.page.locator(f"{row}.target").count() == 1
        async with tab.page.expect_navigation():
            await tab.page.mouse.up()
        assert await where(tab, bar_id) == number
        await tab.tap(".flashes button")
        assert await where(tab, bar_id) == before

    async def test_the_keyboard_alone_moves_a_bar_and_gives_up(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("manager", width=1280)
        await tab.go(CHART)
        first = tab.page.locator("a.run[tabindex='0']")
        assert await first.count() == 1
        await first.focus()
        await tab.page.keyboard.press("ArrowDown")
        assert await tab.page.evaluate("document.activeElement.matches('a.run')")
        bar_id = await tab.page.locator(MOVABLE).first.get_attribute("id") or ""
        tab = await open_tab("manager", width=1280)
        await tab.go(f"{CHART}#{bar_id}")
        assert await tab.page.evaluate("document.activeElement.id") == bar_id
        before = await where(tab, bar_id)
        await tab.page.keyboard.press("Space")
        assert "拿起了" in await said(tab)
        await tab.page.keyboard.press("ArrowDown")
        assert re.match(r"A0\d\d，双床房，", await said(tab))
        await tab.page.keyboard.press("Escape")
        assert f"还在 {before}" in await said(tab)
        await tab.page.keyboard.press("Space")
        for _ in range(5):
            await tab.page.keyboard.press("ArrowDown")
        number = (await said(tab)).split("，")[0]
        async with tab.page.expect_navigation():
            await tab.page.keyboard.press("Enter")
        assert await where(tab, bar_id) == number
        assert await tab.page.evaluate("document.activeElement.id") == bar_id
        await tab.tap(".flashes button")
        assert await where(tab, bar_id) == before

    async def test_without_scripts_a_bar_leads_to_a_form(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("manager", width=1280, java_script_enabled=False)
        await tab.go(CHART)
        bar_id = await tab.page.locator(MOVABLE).first.get_attribute("id") or ""
        before = await where(tab, bar_id)
        await tab.tap(MOVABLE)
        await tab.tap("main form[method='post'] button")
        assert await where(tab, bar_id) != before
        await tab.tap(".flashes button")
        assert await where(tab, bar_id) == before


class TestOffline:
    async def test_twenty_rooms_are_rehearsed_taken_out_and_brought_back(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("manager", width=1280)
        await tab.go("/manage/zhenhai/rooms/offline")
        twenty = " ".join(f"A{number:03}" for number in range(1, 21))
        await tab.page.fill("#numbers", twenty)
        await tab.page.fill("#first", str(day(1)))
        await tab.page.fill("#until", str(day(3)))
        await tab.page.fill("#reason", "换热水器")
        assert await tab.violations() == []
        await tab.tap("main form[method='post'] button.primary, main form[method='post'] .buttons button")
        displaced = int(await tab.page.locator(".headline-number b").inner_text())
        assert displaced >= 1
        assert await tab.page.locator(".affected > li").count() >= displaced
        assert await tab.violations() == []
        await tab.tap("form[action$='/apply'] button")
        change = tab.path
        await tab.go(CHART)
        assert await tab.page.locator("a.run.o").count() == 20
        await tab.go(change)
        await tab.tap("form[action$='/undo'] button")
        await tab.go(CHART)
        assert await tab.page.locator("a.run.o").count() == 0
        assert await tab.page.locator(MOVABLE).count() >= 1
