"""The pages of passes, by their holders, by their links, and on paper."""

import html
import re
from typing import Any

import httpx
import pytest
from litestar import Litestar

from booking.checkin.links import link_token, read_link
from booking.checkin.service.passes import end_passes_of
from tests.checkin.gates import HOUR, Doors, Turnstile, give_pass, write, zone_rules
from tests.databases import NOON, SettableClock
from tests.members.visitors import Visitor, shown
from tests.pictures import decoded, painted
from tests.venues.city import CENTRE, sign_in


async def visitor(app: Litestar, who: Any = None, language: str = "zh-CN") -> Visitor:
    made = Visitor(app)
    made.client.headers["accept-language"] = language
    if who is not None:
        made.client.cookies.set("signin", await write(app, sign_in, who, "cookie"))
    return made


def code_on(page: httpx.Response) -> str:
    """What an independent reader finds in the picture of a page."""
    svg = re.search(r'<svg xmlns="http://www.w3.org/2000/svg".*?</svg>', page.text, re.DOTALL)
    assert svg is not None
    return str(decoded(painted(svg[0])).text)


class TestPass:
    async def test_shows_what_opens_the_gate(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        pass_id = await write(app, give_pass, party=2)
        page = await (await visitor(app, doors.city.worker)).get(f"/passes/{CENTRE}/{pass_id}")
        text = shown(page)
        for said in ("镇海职工文化中心", "今天 11月25日 12:00–13:00", "球类馆", "林晓", "这张证 2 人入场"):
            assert said in text, said
        assert page.headers["cache-control"] == "no-store"
        assert (await gate.scan(code_on(page))).status_code == 201

    async def test_the_typed_digits_open_it_too(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        pass_id = await write(app, give_pass)
        page = await (await visitor(app, doors.city.worker)).get(f"/passes/{CENTRE}/{pass_id}")
        manual, rotating = re.findall(r'<b class="digits">([\d ]+)</b>', page.text)
        assert (len(manual), len(rotating)) == (14, 9)
        assert (await gate.scan(f"{manual} {rotating}")).status_code == 201

    async def test_in_english(self, app: Litestar, doors: Doors) -> None:
        pass_id = await write(app, give_pass)
        page = await (await visitor(app, doors.city.worker, "en")).get(f"/passes/{CENTRE}/{pass_id}")
        text = shown(page)
        assert "Zhenhai Workers’ Culture Centre" in text
        assert "today, 25 Nov 12:00–13:00" in text
        assert "Ball courts" in text
        assert not re.search(r"[\u4e00-\u9fff]", text.replace("林晓", "").replace("林*", "").replace("中文", ""))

    async def test_renews_by_itself_with_a_script_and_without(
        self, app: Litestar, doors: Doors, gate: Turnstile, clock: SettableClock
    ) -> None:
        await write(app, zone_rules, static_code=False)
        pass_id = await write(app, give_pass)
        holder = await visitor(app, doors.city.worker)
        clock.advance(seconds=12)
        page = await holder.get(f"/passes/{CENTRE}/{pass_id}")
        assert '<noscript><meta http-equiv="refresh" content="18"></noscript>' in page.text
        assert 'hx-trigger="load delay:18s, every 30s"' in page.text
        assert 'data-ring="30"' in page.text
        card = re.search(r'hx-get="([^"]+)"', page.text)
        assert card is not None
        clock.advance(minutes=2)
        assert (await gate.scan(code_on(page))).json()["reason"] == "code_expired"
        renewed = await holder.get(card[1])
        assert "<html" not in renewed.text
        assert (await gate.scan(code_on(renewed))).status_code == 201

    async def test_a_static_code_stays(self, app: Litestar, doors: Doors, clock: SettableClock) -> None:
        pass_id = await write(app, give_pass)
        holder = await visitor(app, doors.city.worker)
        first = await holder.get(f"/passes/{CENTRE}/{pass_id}")
        assert "http-equiv" not in first.text
        assert "data-print" in first.text
        clock.advance(minutes=2)
        assert code_on(await holder.get(f"/passes/{CENTRE}/{pass_id}")) == code_on(first)

    async def test_the_picture_alone(self, app: Litestar, doors: Doors) -> None:
        pass_id = await write(app, give_pass)
        holder = await visitor(app, doors.city.worker)
        picture = await holder.get(f"/passes/{CENTRE}/{pass_id}/qr.svg")
        assert picture.headers["content-type"].startswith("image/svg+xml")
        known = {"If-None-Match": picture.headers["etag"]}
        again = await holder.client.get(f"/passes/{CENTRE}/{pass_id}/qr.svg", headers=known)
        assert again.status_code == 304

    @pytest.mark.parametrize(
        ("status", "word"),
        [("canceled", "已取消"), ("revoked", "已作废"), ("unpaid", "还没付款"), ("blocked", "已暂停")],
    )
    async def test_that_ended_says_so(self, app: Litestar, doors: Doors, status: Any, word: str) -> None:
        pass_id = await write(app, give_pass)
        await write(app, end_passes_of, place_id=CENTRE, issuer="venues", subject_id=1, status=status)
        page = await (await visitor(app, doors.city.worker)).get(f"/passes/{CENTRE}/{pass_id}")
        assert word in shown(page)
        assert "hx-trigger" not in page.text

    async def test_is_over_when_nobody_is_inside_any_more(
        self, app: Litestar, doors: Doors, gate: Turnstile, clock: SettableClock
    ) -> None:
        inside, outside = await write(app, give_pass), await write(app, give_pass)
        holder = await visitor(app, doors.city.worker)
        await gate.scan(code_on(await holder.get(f"/passes/{CENTRE}/{inside}")))
        clock.advance(hours=2)
        assert "已入场 12:00" in shown(await holder.get(f"/passes/{CENTRE}/{inside}"))
        assert "已过期" not in shown(await holder.get(f"/passes/{CENTRE}/{inside}"))
        assert "已过期" in shown(await holder.get(f"/passes/{CENTRE}/{outside}"))
        clock.advance(hours=12)
        assert "已过期" in shown(await holder.get(f"/passes/{CENTRE}/{inside}"))

    async def test_of_several_days_says_its_hours(self, app: Litestar, doors: Doors) -> None:
        days: dict[str, Any] = {"valid_until": NOON + 72 * HOUR, "daily_from": (NOON + 4 * HOUR).time()}
        pass_id = await write(app, give_pass, **days, daily_until=(NOON + 6 * HOUR).time())
        page = await (await visitor(app, doors.city.worker)).get(f"/passes/{CENTRE}/{pass_id}")
        assert "11月25日–11月28日 · 08:00–10:00" in shown(page)


class TestWho:
    async def test_nobody_else_finds_it(self, app: Litestar, doors: Doors) -> None:
        pass_id = await write(app, give_pass)
        for part in ("", "/card", "/qr.svg"):
            path = f"/passes/{CENTRE}/{pass_id}{part}"
            answers = [(await (await visitor(app, who)).get(path)).status_code for who in doors.city]
            assert answers == [200, 404, 404, 200], part
        stranger = await (await visitor(app)).get(f"/passes/{CENTRE}/{pass_id}")
        assert stranger.headers["location"] == f"/sign-in?next=/passes/{CENTRE}/{pass_id}"

    async def test_who_brings_a_guest_along_shows_their_pass(self, app: Litestar, doors: Doors) -> None:
        await write(app, give_pass)
        guest = await write(app, give_pass, None, holder="王小明")
        path = f"/passes/{CENTRE}/{guest}"
        assert (await (await visitor(app, doors.city.rival)).get(path)).status_code == 404
        page = await (await visitor(app, doors.city.worker)).get(path)
        link = re.search(r'href="http://127.0.0.1:8000(/p/[^"]+)"', page.text)
        assert link is not None
        linked = await (await visitor(app)).get(html.unescape(link[1]))
        assert linked.status_code == 200
        assert "王**" in shown(linked)
        assert "王小明" not in linked.text
        assert code_on(linked) == code_on(page)

    async def test_a_link_cannot_be_guessed(self, app: Litestar, doors: Doors) -> None:
        pass_id, other = await write(app, give_pass), await write(app, give_pass)
        token = link_token(app.state.settings.key("pass-links"), CENTRE, pass_id)
        someone = await visitor(app)
        for part in ("", "/card", "/qr.svg"):
            assert (await someone.get(f"/p/{token}{part}")).status_code == 200
            for wrong in (token[:-1] + "x", token.replace(str(pass_id), str(other)), "1-2-3", "x" * 300):
                assert (await someone.get(f"/p/{wrong}{part}")).status_code == 404, wrong

    def test_another_secret_makes_other_links(self) -> None:
        token = link_token(b"a" * 32, 1, 2)
        assert read_link(b"a" * 32, token) == (1, 2)
        assert read_link(b"b" * 32, token) is None
        assert read_link(b"a" * 32, "0" + token) is None


class TestGatePage:
    async def test_may_run_the_reader_and_nothing_else(self, app: Litestar) -> None:
        page = await (await visitor(app)).get("/gate")
        assert page.status_code == 200
        assert "script-src 'self' 'wasm-unsafe-eval'" in page.headers["content-security-policy"]
        assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
        assert not re.search(r"\s(?:style|on\w+)=", page.text)

    async def test_has_a_word_for_every_reason(self, app: Litestar) -> None:
        for language in ("zh-CN", "en"):
            page = await (await visitor(app, language=language)).get("/gate")
            words = dict(re.findall(r'<dd data-word="([\w-]+)">([^<]+)</dd>', page.text))
            assert len(set(words.values())) >= 30
            assert {"invalid", "device_revoked", "zone_full", "entry", "exit", "incomplete"} <= set(words)
