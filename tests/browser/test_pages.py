"""Every page: for everybody's eyes, in both languages, on a phone, on a tablet and at a desk."""

import os
from typing import Literal

import pytest

from booking.app import create_app
from booking.settings import Settings
from tests.addresses import routes
from tests.browser.addresses import NOT_PAGES, PAGES, STATES, Visit
from tests.browser.conftest import OpenTab, Site
from tests.browser.tabs import Tab
from tests.servers import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PICTURES = ROOT / "screenshots" if os.environ.get("SCREENSHOTS") == "1" else None
"""Where pictures of all pages are left for people to look at."""
NOT_OURS = {"/docs"}
"""The API page is Scalar's, for programmers; axe finds contrasts and roles in it that are not ours to mend."""
ALL: tuple[str, ...] = ()
COLOURS = ("color-contrast", "link-in-text-block")
"""Rules of axe: those that look at colours are all that a dark page can break beside what its light one does."""
WAYS: dict[str, dict[tuple[int, Literal["light", "dark"]], tuple[str, ...] | None]] = {
    "zh-CN": {(360, "dark"): COLOURS, (768, "light"): None, (1280, "light"): ALL, (1280, "dark"): COLOURS},
    "en": {(360, "light"): ALL, (360, "dark"): None, (768, "light"): None, (1280, "light"): None, (1280, "dark"): None},
}
"""How each page is looked at beside on a phone, in Chinese and light, and by which rules; None: by its widths alone."""
VISITS = [pytest.param(visit, id=f"{visit.path} {visit.who or 'nobody'}") for visit in PAGES + STATES]


async def check(tab: Tab, visit: Visit, rules: tuple[str, ...] | None = ALL) -> None:
    """What holds for every page as it stands."""
    assert await tab.page.locator("h1:visible").count() == 1
    assert await tab.page.title()
    assert await tab.too_wide() == []
    if PICTURES is not None:
        PICTURES.mkdir(exist_ok=True)
        await tab.page.screenshot(path=PICTURES / f"{await named(tab, visit)}.png", full_page=True)
    if rules is not None and visit.path not in NOT_OURS:
        assert await tab.violations(*rules) == []


async def named(tab: Tab, visit: Visit) -> str:
    """A name for the picture of a page as it stands."""
    page = visit.path.strip("/").translate(str.maketrans("/?=", "---", "{}:")) or "home"
    dark = await tab.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    width, locale = await tab.page.evaluate("[innerWidth, document.documentElement.lang]")
    return f"{page}-{visit.who or 'nobody'}-{width}-{'dark' if dark else 'light'}-{locale}"


@pytest.mark.parametrize("visit", VISITS)
class TestEveryPage:
    async def test_on_a_phone(self, site: Site, phone: OpenTab, visit: Visit) -> None:
        tab = await phone(visit.who)
        await tab.go(visit.address(site.world), status=visit.status)
        assert await tab.page.locator("html").get_attribute("lang") == "zh-CN"
        await check(tab, visit)

    @pytest.mark.drill
    async def test_in_every_way(self, site: Site, open_tab: OpenTab, visit: Visit) -> None:
        """360 and 1280 px × light and dark × Chinese and English; 768 px in light alone."""
        for locale, looks in WAYS.items():
            tab = await open_tab(visit.who, locale=locale)
            await tab.go(visit.address(site.world), status=visit.status)
            assert await tab.page.locator("html").get_attribute("lang") == locale
            for (width, scheme), rules in looks.items():
                await tab.look(width, scheme)
                await check(tab, visit, rules)


class TestList:
    async def test_every_page_is_on_it(self) -> None:
        app = create_app(Settings(database="sqlite:///nowhere.db"), background=False)
        there = {route.path for route in routes(app) if route.method == "GET" and not route.is_api}
        assert there - NOT_PAGES - {visit.path for visit in PAGES} == set(), "put them in tests/browser/addresses.py"
        assert {visit.path for visit in PAGES} | NOT_PAGES <= there, "these are gone"
