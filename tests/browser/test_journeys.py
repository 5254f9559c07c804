"""What people come for: a court in a few taps, or keys, without JavaScript, with weak eyes, on a slow phone."""

import asyncio
import time
from datetime import timedelta

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab, Site
from tests.browser.tabs import Tab
from tests.members.people import PASSWORD
from tests.venues.city import BADMINTON, CENTRE, TODAY, at

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TOMORROW = TODAY + timedelta(days=1)
HALL = "/places/zhenhai/badminton"
BADMINTON_TONIGHT = "a.count-chip:has-text('18:00 羽毛球')"
BOOK = "button[name=action][value=book]"
KILOBYTE = 1024


async def sign_in(tab: Tab, number: str) -> None:
    """Through the real form, as people do."""
    await tab.page.fill("input[name=who]", number)
    await tab.page.fill("input[name=password]", PASSWORD)
    await tab.tap("main form button.primary")


async def has_a_pass(tab: Tab) -> None:
    """The page is that of a booking, which leads to a code."""
    assert tab.path.startswith(f"/bookings/{CENTRE}/")
    await tab.tap("a[href^='/passes/']")
    await expect(tab.page.locator(".pass-code svg")).to_be_visible()


class TestBooking:
    async def test_the_first_court_in_six_taps(self, open_tab: OpenTab) -> None:
        tab = await open_tab("other")
        await tab.go("/")
        await tab.tap(BADMINTON_TONIGHT)
        await tab.tap(BOOK)
        assert tab.taps <= 6
        await has_a_pass(tab)

    async def test_any_later_one_in_three(self, open_tab: OpenTab) -> None:
        tab = await open_tab("keeper")
        for _ in range(2):
            await tab.go("/")
            tab.taps = 0
            await tab.tap(BADMINTON_TONIGHT)
            await tab.tap(BOOK)
            assert tab.taps <= 3
            assert tab.path.startswith(f"/bookings/{CENTRE}/")

    async def test_whoever_is_not_signed_in_keeps_what_they_chose(self, open_tab: OpenTab) -> None:
        """Free counts come before the sign-in, and the hour survives it."""
        tab = await open_tab()
        await tab.go(f"{HALL}/book?at={TODAY}T20:00")
        await tab.tap(BOOK)
        assert tab.path.startswith("/sign-in")
        await sign_in(tab, "m105")
        assert "20:00" in await tab.page.inner_text("main")
        await tab.tap(BOOK)
        await has_a_pass(tab)

    async def test_with_the_keyboard_alone(self, open_tab: OpenTab) -> None:
        tab = await open_tab("officer", width=1280)
        await tab.go(f"{HALL}?day={TOMORROW}")
        press = tab.page.keyboard.press
        for _ in range(60):
            await press("Tab")
            if await tab.page.evaluate("document.activeElement.matches('a.slot')"):
                break
        first = await tab.page.evaluate("document.activeElement.getAttribute('href')")
        await press("ArrowDown")
        await press("ArrowRight")
        chosen = await tab.page.evaluate("document.activeElement.getAttribute('href')")
        assert chosen.startswith(HALL)
        assert chosen != first
        await press("Enter")
        await tab.page.wait_for_url("**/book?**")
        for _ in range(60):
            await press("Tab")
            if await tab.page.evaluate(f"document.activeElement.matches('{BOOK}')"):
                break
        await press("Enter")
        await tab.page.wait_for_url("**/bookings/**")


class TestWithoutJavaScript:
    async def test_book_get_a_pass_and_cancel(self, open_tab: OpenTab) -> None:
        tab = await open_tab(java_script_enabled=False)
        await tab.go("/")
        await tab.tap(".site-header a[href^='/sign-in'], .destinations a[href='/account']")
        await sign_in(tab, "m108")
        await tab.go(f"{HALL}?day={TOMORROW}")
        await tab.tap("a.hour-line")
        await tab.tap(BOOK)
        booking = tab.path
        await has_a_pass(tab)
        await tab.go(booking)
        await tab.tap(f"form[action='{booking}/cancel'] button")
        assert "已取消" in await tab.page.inner_text("main")

    async def test_language_and_theme_can_be_chosen(self, open_tab: OpenTab) -> None:
        tab = await open_tab(java_script_enabled=False)
        await tab.go("/help")
        await tab.tap("button[name=locale][value=en]")
        assert (tab.path, await tab.page.inner_text("h1")) == ("/help", "Help")
        await tab.tap(".menu summary")
        await tab.tap("button[name=theme][value=dark]")
        assert await tab.page.locator("html").get_attribute("data-theme") == "dark"

    async def test_messages_can_be_read(self, open_tab: OpenTab) -> None:
        tab = await open_tab("worker", java_script_enabled=False)
        await tab.go("/inbox")
        await tab.tap("form[action='/inbox/read'] button")
        assert await tab.page.locator("h2:has-text('未读')").count() == 0
        await tab.tap("form[action^='/inbox/unread/'] button")
        await expect(tab.page.locator("h2:has-text('未读')")).to_be_visible()


class TestLive:
    async def test_an_open_grid_changes_when_somebody_books(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("elsewhere")
        day = TODAY + timedelta(days=3)
        await tab.go(f"{HALL}?day={day}")
        hour = tab.page.locator(".hour").filter(has_text="10:00")
        await expect(hour).to_contain_text("4/4")
        wish = {"starts": at(10, day).isoformat(), "ends": at(10.5, day).isoformat()}
        headers = {"authorization": f"Bearer {site.world.bearer['manager']}", "idempotency-key": "live"}
        async with httpx.AsyncClient(base_url=f"{site.url}/api/v1", headers=headers) as client:
            booked = time.monotonic()
            answer = await client.post("/bookings", json={"place": CENTRE, "facility": BADMINTON} | wish)
            assert answer.status_code == 201, answer.text
        await expect(hour).to_contain_text("3/4", timeout=2000)
        assert time.monotonic() - booked < 2


class TestEyes:
    PAGES = ("/", "/places", HALL, f"{HALL}/book?at={TODAY}T21:00", "/bookings", "/inbox", "/account", "/help")

    @pytest.mark.parametrize("width", [640, 320], ids=["200 % of 1280 px", "400 %"])
    async def test_zoomed_in(self, open_tab: OpenTab, width: int) -> None:
        tab = await open_tab("worker", width=width)
        for path in self.PAGES:
            await tab.go(path)
            assert await tab.too_wide() == [], path

    async def test_in_type_twice_as_large(self, open_tab: OpenTab) -> None:
        tab = await open_tab("worker")
        for path in self.PAGES:
            await tab.go(path)
            await tab.page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert await tab.too_wide() == [], path

    async def test_in_forced_colours_states_keep_their_shapes(self, open_tab: OpenTab) -> None:
        """Backgrounds are gone there: free, taken and one's own hours must still differ by an edge or a word."""
        tab = await open_tab("worker", width=1280, forced_colors="active")
        await tab.go("/design")
        looks = await tab.page.evaluate(
            """() => Object.fromEntries(["free", "taken", "yours", "closed", "league", "released"].map((state) => {
                const slot = document.querySelector(`.grid .slot.${state}`);
                const word = slot.textContent.trim().replace(/[¥0-9]+/, "");
                return [state, [getComputedStyle(slot).borderStyle, word, !!slot.querySelector("svg")].join()];
            }))"""
        )
        assert len(set(looks.values())) == len(looks), looks

    async def test_nothing_moves_for_those_who_asked_for_calm(self, open_tab: OpenTab) -> None:
        tab = await open_tab("worker", reduced_motion="reduce")
        for path in ("/design", HALL):
            await tab.go(path)
            running = await tab.page.evaluate(
                "document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 20).length"
            )
            assert running == 0, path


class TestWeight:
    async def test_the_first_view_and_those_after(self, open_tab: OpenTab) -> None:
        """What travels, headers included, is at most 100 KB the first time and 20 KB after."""
        tab = await open_tab()
        weights: list[int] = []
        for path in ("/", HALL, "/places", "/help"):
            before = len(tab.requests)
            await tab.go(path)
            await tab.page.wait_for_load_state("networkidle")
            sizes = await asyncio.gather(
                *(one.sizes() for one in tab.requests[before:] if one.resource_type != "eventsource")
            )
            weights.append(sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes))
        assert weights[0] <= 100 * KILOBYTE, weights
        assert max(weights[1:]) <= 20 * KILOBYTE, weights
