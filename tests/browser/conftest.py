"""One server and one browser for all tests of pages; the clock stands at noon, whenever they run."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from booking.settings import Settings
from tests.browser.tabs import WIDTHS, Tab
from tests.databases import NOON, SettableClock, make_tables, opened
from tests.servers import serving
from tests.world import World, found_world

CHROMIUM = Path("/usr/bin/chromium")
INSTALLED = CHROMIUM.exists()
REQUIRED = os.environ.get("REQUIRE_ALL") == "1"
SCALAR = "/docs:  Note that 'script-src' was not explicitly set"
"""The API page tries `eval`, is refused by our policy, and goes on without."""
OpenTab = Callable[..., Awaitable[Tab]]


class Site(NamedTuple):
    """A running server, and what there is on it."""

    url: str
    world: World


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`booking serve` on the world of `tests.world`."""
    folder = tmp_path_factory.mktemp("site")
    url = f"sqlite:///{folder / 'booking.db'}"
    make_tables(url)

    async def fill() -> World:
        # A minute before the server's own rows, which therefore get other ids.
        async with opened(url, SettableClock(NOON - timedelta(minutes=1))) as database:
            return await database.write(found_world, Settings())

    world = asyncio.run(fill())
    clock = folder / "clock"
    clock.write_text(NOON.isoformat())
    with serving(url, folder, clock=clock) as servers:
        yield Site(servers[0].url, world)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A browser that knows no other host than this machine."""
    if not INSTALLED:
        (pytest.fail if REQUIRED else pytest.skip)(f"{CHROMIUM} is missing: install chromium to test pages")
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        await browser.close()


async def _open(chromium: Browser, site: Site, who: str | None, width: int, dark: bool, options: dict[str, Any]) -> Tab:
    context = await chromium.new_context(
        base_url=site.url,
        viewport={"width": width, "height": WIDTHS.get(width, 800)},
        color_scheme="dark" if dark else "light",
        **({"locale": "zh-CN", "service_workers": "block"} | options),
    )
    context.set_default_timeout(10_000)
    if who is not None:
        await context.add_cookies([{"name": "signin", "value": site.world.cookies[who], "url": site.url}])
    return Tab(context, await context.new_page(), site.url)


def _check(tabs: Iterable[Tab]) -> None:
    complaints = [one for tab in tabs for one in tab.complaints if not one.startswith(SCALAR)]
    assert not complaints


@pytest_asyncio.fixture(loop_scope="session")
async def open_tab(chromium: Browser, site: Site) -> AsyncIterator[OpenTab]:
    """Opens tabs: `await open_tab("worker", width=360, dark=True, locale="en")`; fails if a page of one did wrong."""
    tabs: list[Tab] = []

    async def open_one(who: str | None = None, *, width: int = 360, dark: bool = False, **options: Any) -> Tab:
        tabs.append(await _open(chromium, site, who, width, dark, options))
        return tabs[-1]

    yield open_one
    for tab in tabs:
        await tab.context.close()
    _check(tabs)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def phones() -> AsyncIterator[dict[str | None, Tab]]:
    """The telephone of each person, once it is in use."""
    tabs: dict[str | None, Tab] = {}
    yield tabs
    for tab in tabs.values():
        await tab.context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def phone(chromium: Browser, site: Site, phones: dict[str | None, Tab]) -> AsyncIterator[OpenTab]:
    """The telephone that somebody always has, which knows the styles and scripts of the pages before."""
    used: list[Tab] = []

    async def pick_up(who: str | None) -> Tab:
        if who not in phones:
            phones[who] = await _open(chromium, site, who, 360, dark=False, options={})
        tab = phones[who]
        tab.complaints.clear()
        used.append(tab)
        return tab

    yield pick_up
    _check(used)
