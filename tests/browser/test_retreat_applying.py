"""Applying for a retreat as a worker does it: ranked by finger or by keyboard, sent, withdrawn, restored, checked."""

import re

import pytest

from tests.browser.conftest import OpenTab, Site
from tests.browser.tabs import Tab
from tests.retreats.season import CODE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OWN = f"/retreats/{CODE}"
APPLY, PARTY, CHECK, MINE = f"{OWN}/apply", f"{OWN}/apply/party", f"{OWN}/apply/check", f"{OWN}/mine"
CENTRE = "(one) => { const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }"


async def order(tab: Tab) -> list[str]:
    """The wishes as they are listed."""
    found: list[str] = await tab.page.eval_on_selector_all(
        "[data-ranked] > li", "items => items.map(one => one.dataset.wish)"
    )
    return found


async def ranked(tab: Tab, *wishes: str) -> None:
    """Choose some, from an empty list."""
    await tab.go(APPLY)
    for key in await order(tab):
        await tab.page.locator(f'#wish-{key} button[name="remove"]').click()
    for key in wishes:
        await tab.page.locator(f'[data-offer="{key}"] [data-add]').click()


async def alone(tab: Tab) -> None:
    """From the list to the last look."""
    await tab.tap('button[value="next"]:not([aria-hidden])')
    await tab.tap('label[for="how-2"]')
    await tab.tap('button[value="next"]:not([aria-hidden])')


async def clean(tab: Tab) -> None:
    """Withdraw whatever is there."""
    await tab.go(MINE)
    if await tab.page.locator(f'form[action="{MINE}/withdraw"]').count():
        await tab.tap(f'form[action="{MINE}/withdraw"] button')


class TestApplying:
    async def test_a_newcomer_applies_in_eight_taps_withdraws_and_has_a_way_back(
        self, site: Site, open_tab: OpenTab
    ) -> None:
        tab = await open_tab("other")
        await tab.go(APPLY)
        for key in ("2-1", "1-1", "3-1"):
            await tab.tap(f'[data-offer="{key}"] [data-add]')
        assert await order(tab) == ["2-1", "1-1", "3-1"]
        assert await tab.violations() == []
        assert await tab.too_wide() == []
        await tab.tap('button[value="next"]:not([aria-hidden])')
        assert tab.path == PARTY
        assert await tab.violations() == []
        await tab.tap('label[for="how"]')
        await tab.tap('button[value="next"]:not([aria-hidden])')
        assert tab.path == CHECK
        assert await tab.violations() == []
        await tab.tap(f'form[action="{CHECK}"] button')
        assert (tab.path, tab.taps) == (MINE, 7)
        assert await tab.page.locator(".badge", has_text="参加抽签").count() == 1
        await tab.tap(f'form[action="{MINE}/withdraw"] button')
        assert await tab.violations() == []
        await tab.tap(".flashes form button")
        assert await tab.page.locator(".badge", has_text="参加抽签").count() == 1
        await clean(tab)

    async def test_the_list_is_ranked_by_a_finger(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("other", has_touch=True)
        await ranked(tab, "1-1", "2-1", "3-1")
        grip = tab.page.locator("#wish-3-1 [data-grip]")
        await grip.scroll_into_view_if_needed()
        x, y = await grip.evaluate(CENTRE)
        _, top = await tab.page.locator("#wish-1-1").evaluate(CENTRE)
        await tab.page.mouse.move(x, y)
        await tab.page.mouse.down()
        for step in range(1, 11):
            await tab.page.mouse.move(x, y + (top - 30 - y) * step / 10)
        await tab.page.mouse.up()
        assert await order(tab) == ["3-1", "1-1", "2-1"]
        assert await tab.page.locator(".wish-number").all_inner_texts() == ["1", "2", "3"]
        await tab.page.wait_for_timeout(900)
        await tab.go(APPLY)
        assert await order(tab) == ["3-1", "1-1", "2-1"], "kept although nothing was sent"

    async def test_and_by_the_keyboard_alone(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("other", width=1280)
        await ranked(tab, "1-1", "2-1", "3-1")
        keyboard = tab.page.keyboard
        await tab.page.locator('#wish-3-1 button[name="up"]').focus()
        await keyboard.press("Enter")
        assert await order(tab) == ["1-1", "3-1", "2-1"]
        await keyboard.press("Enter")
        assert await order(tab) == ["3-1", "1-1", "2-1"]
        focused = await tab.page.evaluate("document.activeElement.name + document.activeElement.value")
        assert focused == "down3-1", "the button that still does something"
        assert "第 1 志愿" in await tab.page.locator("#live").inner_text()
        await tab.page.locator('#wish-1-1 button[name="remove"]').focus()
        await keyboard.press("Space")
        assert await order(tab) == ["3-1", "2-1"]
        assert await tab.page.evaluate("document.activeElement.value") == "2-1"

    async def test_no_more_can_be_chosen_than_allowed(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("other", width=1280)
        await ranked(tab, "1-1", "1-2", "2-1", "2-2", "3-1", "3-2")
        assert await tab.page.locator("[data-add]:enabled").count() == 0
        await tab.page.locator('#wish-3-2 button[name="remove"]').click()
        assert await tab.page.locator("[data-add]:enabled").count() == 1

    async def test_it_works_without_scripts(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("other", java_script_enabled=False)
        await tab.go(APPLY)
        for key in ("1-1", "3-1"):
            await tab.tap(f'[data-offer="{key}"] [data-add]')
        await tab.tap('#wish-3-1 button[name="up"]')
        assert tab.path == f"{APPLY}#wish-3-1"
        await alone(tab)
        assert tab.path == CHECK
        words = await tab.page.locator(".wish-list").inner_text()
        assert words.index("第3批") < words.index("第1批")
        await tab.page.go_back()
        await tab.page.go_back()
        assert tab.path.startswith(APPLY)

    async def test_names_are_asked_for_where_somebody_comes_along(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("other")
        await ranked(tab, "1-1")
        await tab.tap('button[value="next"]:not([aria-hidden])')
        await tab.tap('label[for="how-2"]')
        assert not await tab.page.locator("#companion_1").is_visible()
        await tab.tap('label[for="how-3"]')
        await tab.page.locator("#companion_1").fill("李家属")
        assert await tab.violations() == []
        assert await tab.too_wide() == []
        await tab.tap('button[value="next"]:not([aria-hidden])')
        assert "李家属" in await tab.page.locator("main").inner_text()


class TestReceipt:
    async def test_the_browser_checks_it_by_itself(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("worker")
        await tab.go(f"{OWN}/receipt")
        assert await tab.page.locator(".checked").count() == 2
        assert await tab.page.locator(".failed").count() == 0
        await tab.page.locator("[data-proof=inner]").click()
        sent = [request.url for request in tab.requests if request.method != "GET"]
        assert sent == []

    async def test_a_changed_letter_is_found(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("worker")

        async def changed(route: object) -> None:
            answer = await route.fetch()  # type: ignore[attr-defined]
            body = re.sub(r"(<code data-record>\w{16},)1", r"\g<1>2", await answer.text())
            await route.fulfill(response=answer, body=body)  # type: ignore[attr-defined]

        await tab.page.route(f"**{OWN}/receipt", changed)
        await tab.go(f"{OWN}/receipt")
        assert await tab.page.locator(".failed").count() == 1


class TestInvitation:
    async def test_both_answers_are_of_equal_weight(self, site: Site, open_tab: OpenTab) -> None:
        tab = await open_tab("keeper")
        await tab.go("/inbox")
        letter = "article:has(h3:has-text('请您一起去疗休养'))"
        await tab.tap(f"{letter} form[action$='/open'] button, {letter} a")
        await tab.page.wait_for_url(f"**{OWN}/invitations/**")
        assert await tab.violations() == []
        buttons = tab.page.locator(".buttons.equal button")
        boxes = [await buttons.nth(at).bounding_box() for at in range(2)]
        widths = [box["width"] for box in boxes if box is not None]
        assert widths == pytest.approx([widths[0]] * 2, abs=2)
