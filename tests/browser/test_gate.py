"""The gate page in a real Chromium: before a camera that sees a pass, with a hand scanner, and with fingers."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from booking.checkin.schemas import GateRequest
from booking.checkin.service.gates import create_gate, invite_gate
from booking.clock import system_clock
from booking.db import WriteSession
from tests.checkin.gates import COURTS, build, enrolled, give_pass
from tests.databases import make_tables, opened
from tests.pictures import painted
from tests.servers import serving
from tests.venues.city import CENTRE, sign_in

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
FRAMES_A_SECOND = 10
SEEN_FRAMES, AWAY_FRAMES = 20, 30
"""Two seconds before the camera, then away for longer than a phone that is merely held still."""


class Site(NamedTuple):
    url: str
    enrolment: str
    key: str
    staffed: str
    parties: list[dict[str, Any]]
    """Passes for three, one for each test that uses one up."""
    picture: str
    """Of a pass for one."""


class Made(NamedTuple):
    enrolment: str
    key: str
    staffed: str
    passes: list[int]
    bearer: str


def furnish(tx: WriteSession, now: datetime) -> Made:
    doors = build(tx, now)
    manager = doors.city.manager
    begun = now.replace(second=0, microsecond=0)
    hours: dict[str, Any] = {"valid_from": begun - timedelta(minutes=5), "valid_until": begun + timedelta(hours=2)}
    door = create_gate(tx, now, manager, CENTRE, GateRequest(code="g2", name="南门", name_en="South", zones=[COURTS]))
    code = invite_gate(tx, now, manager, CENTRE, door.id).code
    assert code is not None
    staffed = enrolled(tx, now, manager, code="g3", heads_mode="ask", staffed=True).key
    passes = [give_pass(tx, now, **hours), *(give_pass(tx, now, **hours, party=3) for _ in range(3))]
    return Made(code, doors.key, staffed, passes, sign_in(tx, now, manager))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with two gates, one of them not yet enrolled, and two passes that are good now."""
    folder = tmp_path_factory.mktemp("gate")
    url = f"sqlite:///{folder / 'booking.db'}"
    make_tables(url)

    async def fill() -> Made:
        async with opened(url, system_clock) as database:
            return await database.write(furnish)

    made = asyncio.run(fill())
    with serving(url, folder) as servers:
        as_manager = {"authorization": f"Bearer {made.bearer}"}
        with httpx.Client(base_url=f"{servers[0].url}/api/v1", headers=as_manager) as client:
            parties = [client.get(f"/passes/{CENTRE}/{pass_id}").json() for pass_id in made.passes[1:]]
            picture = client.get(f"/passes/{CENTRE}/{made.passes[0]}/qr.svg").text
        yield Site(servers[0].url, made.enrolment, made.key, made.staffed, parties, picture)


@pytest.fixture(scope="module")
def playwright(site: Site) -> Iterator[Playwright]:
    """Started after the site, whose making needs an event loop of its own in this thread."""
    with sync_playwright() as running:
        yield running


def film(picture: NDArray[np.uint8], path: Path) -> Path:
    """A grey film for Chromium's fake camera: the picture for a while, then an empty desk."""
    height, width = picture.shape[0] + 80 & ~1, picture.shape[1] + 160 & ~1
    seen = np.full((height, width), 120, np.uint8)
    seen[40 : 40 + picture.shape[0], 80 : 80 + picture.shape[1]] = np.clip(picture, 16, 235)
    away = np.full((height, width), 120, np.uint8)
    colour = np.full(height * width // 2, 128, np.uint8).tobytes()
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{FRAMES_A_SECOND}:1 Ip A1:1 C420\n".encode())
        for frame in [seen] * SEEN_FRAMES + [away] * AWAY_FRAMES:
            file.write(b"FRAME\n" + frame.tobytes() + colour)
    return path


@pytest.fixture(scope="module")
def browser(playwright: Playwright, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser with a camera; a page that may not use it goes without."""
    seen = film(painted(site.picture, 6), tmp_path_factory.mktemp("film") / "pass.y4m")
    camera = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={seen}"]
    launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *camera])
    yield launched
    launched.close()


@contextmanager
def at_gate(
    browser: Browser, site: Site, key: str | None, locale: str = "zh-CN", *, camera: bool = False
) -> Iterator[Page]:
    """The gate page with this key; fails when it asks anything of another site, or breaks its own rules."""
    allowed = ["camera"] if camera else []
    context = browser.new_context(locale=locale, viewport={"width": 360, "height": 740}, permissions=allowed)
    page = context.new_page()
    outside: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(site.url) else outside.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    if key:
        page.add_init_script(f"localStorage.getItem('gate-key') || localStorage.setItem('gate-key', '{key}')")
    page.goto(f"{site.url}/gate")
    yield page
    context.close()
    assert not outside
    assert not faults


@pytest.fixture
def english(browser: Browser, site: Site) -> Iterator[Page]:
    with at_gate(browser, site, site.key, "en") as page:
        yield page


@pytest.fixture
def staffed(browser: Browser, site: Site) -> Iterator[Page]:
    with at_gate(browser, site, site.staffed) as page:
        yield page


@pytest.fixture
def watching(browser: Browser, site: Site) -> Iterator[Page]:
    with at_gate(browser, site, None, camera=True) as page:
        yield page


def type_code(page: Page, code: str) -> None:
    page.locator("#code").fill(code)
    page.locator("#code").press("Enter")


def test_a_pass_before_the_camera_opens_once(watching: Page, site: Site) -> None:
    watching.get_by_label("登记码").fill(site.enrolment.lower())
    watching.get_by_role("button", name="登记").click()
    expect(watching.locator("#gate-name")).to_have_text("南门")
    verdict = watching.locator("#verdict-layer")
    expect(verdict.locator(".verdict.ok .verdict-word")).to_have_text("请进", timeout=20_000)
    expect(verdict.locator(".verdict-who")).to_have_text("林*")
    expect(watching.locator("#inside li").first).to_contain_text("1 人")
    expect(verdict).to_be_hidden(timeout=5_000)
    expect(verdict.locator(".verdict.refused .verdict-word")).to_have_text("已用过", timeout=20_000)
    lines = watching.locator("#recent li .what")
    assert lines.all_text_contents()[:2] == ["已用过 · 林*", "请进 · 林*"]


def test_held_still_it_is_one_scan(watching: Page, site: Site) -> None:
    """The film shows the pass for two seconds, twenty frames: one answer, not twenty."""
    watching.evaluate(f"localStorage.setItem('gate-key', '{site.key}')")
    watching.reload()
    asked: list[str] = []
    watching.on("request", lambda request: asked.append(request.url) if request.url.endswith("/scans") else None)
    expect(watching.locator(".verdict-word")).to_be_visible(timeout=20_000)
    expect(watching.locator("#verdict-layer")).to_be_hidden(timeout=8_000)
    assert len(asked) == 1


def test_a_hand_scanner_types_wherever_the_focus_is(english: Page, site: Site) -> None:
    expect(english.locator("#gate-name")).to_have_text("Gate 1")
    english.locator("#code").evaluate("field => field.blur()")
    english.keyboard.type("62 00")
    english.keyboard.press("Enter")
    expect(english.locator(".verdict.refused .verdict-word")).to_have_text("Unknown")
    expect(english.locator("#code")).to_have_value("")


def test_ready_for_the_next_within_a_second(english: Page, site: Site) -> None:
    """The answer covers the screen, and the next scan is taken all the same."""
    type_code(english, site.parties[0]["code"])
    expect(english.locator(".verdict.ok")).to_be_visible()
    began = english.evaluate("performance.now()")
    type_code(english, "1")
    expect(english.locator(".verdict.refused")).to_be_visible()
    assert english.evaluate("performance.now()") - began < 1000
    english.locator("#verdict-layer").click()
    english.locator("#recent").get_by_role("button", name="Undo").last.click()
    expect(english.locator("#recent li.annulled")).to_have_count(1)


def test_asks_for_heads_and_for_a_document(staffed: Page, site: Site) -> None:
    type_code(staffed, site.parties[1]["code"])
    expect(staffed.locator(".verdict.incomplete .verdict-why")).to_contain_text("这次进几人")
    staffed.get_by_role("button", name="2 人").click()
    expect(staffed.locator(".verdict.ok .verdict-who")).to_contain_text("2 人")
    type_code(staffed, site.parties[1]["manual_code"])
    staffed.get_by_role("button", name="已看过证件").click()
    expect(staffed.locator(".verdict.ok")).to_be_visible()


def test_going_out(staffed: Page, site: Site) -> None:
    type_code(staffed, site.parties[2]["code"])
    staffed.get_by_role("button", name="1 人").click()
    expect(staffed.locator(".verdict.ok .verdict-word")).to_have_text("请进")
    staffed.locator("#verdict-layer").click()
    staffed.get_by_label("离场").check()
    type_code(staffed, site.parties[2]["code"])
    expect(staffed.locator(".verdict.ok .verdict-word")).to_have_text("慢走")


def test_an_answer_that_was_lost_is_asked_for_again(english: Page, site: Site) -> None:
    """The same number goes out each time, also when the person scans again: nobody is counted twice."""
    numbers: list[str] = []
    lost = 3

    def lose(route: Any) -> None:
        numbers.append(re.findall(r'"scan_id":"([^"]+)"', route.request.post_data)[0])
        if len(numbers) <= lost:
            route.abort()
        else:
            route.continue_()

    english.route("**/api/v1/scans", lose)
    type_code(english, "7777")
    expect(english.locator(".verdict.incomplete .verdict-word")).to_have_text("No network", timeout=8_000)
    type_code(english, "7777")
    expect(english.locator(".verdict.refused")).to_be_visible()
    assert len(numbers) == lost + 1
    assert len(set(numbers)) == 1


def test_a_key_that_ended_leads_back_to_enrolment(browser: Browser, site: Site) -> None:
    with at_gate(browser, site, None) as page:
        page.evaluate(f"localStorage.setItem('gate-key', 'gate_{'0' * 64}')")
        page.reload()
        expect(page.get_by_label("登记码")).to_be_visible()
        expect(page.locator("#enrol-error")).to_contain_text("还没有登记")
        page.get_by_label("登记码").fill("AAAA")
        page.get_by_role("button", name="登记").click()
        expect(page.locator("#enrol-error")).to_contain_text("登记码不对")
