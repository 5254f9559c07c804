"""A stay in the sanatorium, from the calendar to its end, as a worker with a phone does it."""

import re

import pytest

from tests.browser.conftest import OpenTab, Site
from tests.browser.tabs import Tab
from tests.rooms.house import TWIN, day

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def held(tab: Tab, ahead: int, nights: int) -> None:
    """Tap two days, book the first twin, and go on to the last step."""
    await tab.go("/stays")
    await tab.tap(f"#d{day(ahead)}")
    await tab.tap(f"#d{day(ahead + nights)}")
    await tab.tap(f'a[href*="type={TWIN}"]')
    await tab.tap('form[action="/stays/book"] button:not([type="button"])')


class TestStay:
    async def test_a_newcomer_books_in_six_taps_and_cancels_with_a_way_back(
        self, site: Site, open_tab: OpenTab
    ) -> None:
        tab = await open_tab("worker")
        await held(tab, 20, 2)
        assert await tab.violations() == []
        assert await tab.too_wide() == []
        await tab.tap('form[action$="/confirm"] button')
        assert tab.taps <= 6
        assert re.fullmatch(r"/stays/\d+/\d+", tab.path)
        await tab.tap('form[action$="/cancel"] button')
        assert await tab.violations() == []
        await tab.tap('form[action$="/restore"] button')
        assert await tab.page.locator(".badge", has_text="已订好").count() == 1

    async def test_other_dates_are_two_taps_away(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("worker")
        await held(tab, 24, 2)
        await tab.tap('form[action$="/confirm"] button')
        own = tab.path
        await tab.go(f"{own}/change")
        await tab.tap(f"#d{day(28)}")
        await tab.tap(f"#d{day(29)}")
        await tab.tap('form[action$="/change"][method="post"] button')
        assert tab.path == own
        assert "12月23日" in await tab.page.locator(".lead-text").inner_text()

    async def test_the_keyboard_alone_chooses_the_nights(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab(None, width=1280)
        await tab.go("/stays")
        await tab.page.locator(f"#d{day(12)}").focus()
        await tab.page.keyboard.press("ArrowRight")
        await tab.page.keyboard.press("Enter")
        await tab.page.wait_for_url(f"**arrival={day(13)}**")
        await tab.page.locator(f"#d{day(13)}").focus()
        await tab.page.keyboard.press("ArrowDown")
        await tab.page.keyboard.press("Enter")
        await tab.page.wait_for_url(f"**departure={day(20)}**")

    async def test_it_works_without_scripts(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("worker", java_script_enabled=False)
        await held(tab, 34, 1)
        assert await tab.page.locator('form[action$="/confirm"]').count() == 1
