import re
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from booking.members.authentication import cookie_name
from booking.members.models import SignIn
from booking.members.rules.sign_ins import token_hash
from booking.members.service.standing import add_points
from booking.settings import Settings
from tests.applications import application
from tests.databases import NOON, SettableClock, sqlite_only
from tests.members.people import (
    ADMIN,
    CHEN,
    DISTRICT,
    HALL,
    LIN,
    NAMES,
    PASSWORD,
    ZHOU,
    found_city,
    number_of,
    phone_of,
)
from tests.members.visitors import App, Visitor, shown

pytestmark = sqlite_only
NEW = "three boats under the bridge"


@pytest.fixture
async def phone(app: Litestar) -> AsyncIterator[Visitor]:
    """A browser."""
    visitor = Visitor(app)
    yield visitor
    await visitor.close()


class TestSignIn:
    async def test_and_on_to_where_one_wanted(self, phone: Visitor) -> None:
        page = await phone.get("/sign-in?next=/places/31%3Fday%3D2")
        assert 'name="next" value="/places/31?day=2"' in page.text
        answer = await phone.sign_in(LIN, next="/places/31?day=2")
        assert (answer.status_code, answer.headers["location"]) == (303, "/places/31?day=2")
        assert (await phone.get("/account")).status_code == 200

    async def test_but_never_to_another_site(self, phone: Visitor) -> None:
        for target in ("//evil.example", "https://evil.example", "/\\evil.example", "evil", "", "\\\\evil.example"):
            assert (await phone.sign_in(LIN, next=target)).headers["location"] == "/", target
            await phone.post("/sign-out", seen_at="/account")

    async def test_a_tab_does_not_hide_another_site(self, phone: Visitor) -> None:
        assert (await phone.sign_in(LIN, next="/\t/evil.example")).headers["location"] == "/%09/evil.example"

    async def test_the_cookie_is_closed_to_scripts_and_other_sites(self, phone: Visitor) -> None:
        answer = await phone.sign_in(LIN)
        [cookie] = [value for value in answer.headers.get_list("set-cookie") if value.startswith("signin=")]
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "Secure" not in cookie  # people come by plain http here

    async def test_what_was_typed_stays_but_never_the_password(self, phone: Visitor) -> None:
        answer = await phone.post("/sign-in", {"who": "<b>me</b>", "password": "my secret words"})
        assert answer.status_code == 401
        assert 'value="&lt;b&gt;me&lt;/b&gt;"' in answer.text
        assert "my secret words" not in answer.text
        assert "对不上" in shown(answer)
        assert answer.headers["cache-control"] == "no-store"

    async def test_too_many_tries_say_how_long_to_wait(self, phone: Visitor) -> None:
        for _ in range(10):
            await phone.sign_in(LIN, "wrong")
        answer = await phone.sign_in(LIN)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
        assert "15 分钟内最多 10 次" in shown(answer)

    async def test_a_form_from_another_site_is_refused(self, phone: Visitor) -> None:
        await phone.get("/sign-in")
        answer = await phone.client.post("/sign-in", data={"who": number_of(LIN), "password": PASSWORD})
        assert answer.status_code == 403
        assert phone.cookie is None

    async def test_whoever_is_signed_in_goes_on(self, phone: Visitor) -> None:
        await phone.sign_in(LIN)
        answer = await phone.get("/sign-in?next=/inbox")
        assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")

    async def test_a_page_for_members_leads_here_and_back(self, phone: Visitor) -> None:
        answer = await phone.get("/account")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/account")


class TestFixation:
    """A cookie that someone else chose or knows is worth nothing after the sign-in."""

    async def test_a_planted_cookie_is_not_taken_over(self, app: Litestar, phone: Visitor) -> None:
        planted = "c_" + "a" * 64
        phone.client.cookies.set("signin", planted, domain="testserver.local", path="/")
        await phone.sign_in(LIN)
        assert phone.cookie != planted
        thief = Visitor(app)
        thief.client.cookies.set("signin", planted)
        assert (await thief.get("/account")).status_code == 303

    async def test_the_sign_in_that_the_browser_brought_ends(self, app: Litestar, phone: Visitor) -> None:
        await phone.sign_in(CHEN)
        first = phone.cookie
        assert first is not None
        page = await phone.get("/account")
        token = re.findall(r'name="_csrf_token" value="([^"]+)"', page.text)[0]
        fields = {"_csrf_token": token, "who": number_of(LIN), "password": PASSWORD}
        assert (await phone.client.post("/sign-in", data=fields)).status_code == 303
        assert phone.cookie != first
        gone = await app.state.database.read(lambda tx: tx.get(SignIn, token_hash=token_hash(first)))
        assert gone is None

    async def test_a_bearer_token_opens_no_page_and_a_cookie_no_api(self, app: Litestar, phone: Visitor) -> None:
        await phone.sign_in(LIN)
        answer = await phone.client.get("/api/v1/me")
        assert answer.status_code == 401
        program = App(app)
        token = (await program.sign_in(LIN)).json()["token"]
        stranger = Visitor(app)
        stranger.client.headers["authorization"] = f"Bearer {token}"
        assert (await stranger.get("/account")).status_code == 303


class TestSignOut:
    async def test_the_cookie_goes_and_is_worth_nothing(self, app: Litestar, phone: Visitor) -> None:
        await phone.sign_in(LIN)
        kept = phone.cookie
        assert kept is not None
        answer = await phone.post("/sign-out", seen_at="/account")
        assert answer.headers["clear-site-data"] == '"cache"'
        assert phone.cookie is None
        thief = Visitor(app)
        thief.client.cookies.set("signin", kept)
        assert (await thief.get("/account")).status_code == 303


class TestActivation:
    async def test_three_steps_and_signed_in(self, phone: Visitor) -> None:
        fields = {"number": number_of(ZHOU), "name": NAMES[ZHOU], "next": "/places"}
        answer = await phone.post("/activate", fields, seen_at="/activate?next=/places")
        assert answer.headers["location"] == "/activate/code"
        page = await phone.get("/activate/code")
        assert 'autocomplete="one-time-code"' in page.text
        code = re.findall(r"】(\d{6})", page.text)[0]  # the demo city shows the text message
        answer = await phone.post("/activate/code", {"code": f"{code[:3]} {code[3:]}"}, seen_at="/activate/code")
        assert answer.headers["location"] == "/activate/password"
        page = await phone.get("/activate/password")
        assert 'autocomplete="new-password"' in page.text
        weak = await phone.post("/activate/password", {"password": "password123"}, seen_at="/activate/password")
        assert (weak.status_code, "太常见" in shown(weak)) == (422, True)
        answer = await phone.post("/activate/password", {"password": NEW}, seen_at="/activate/password")
        assert (answer.status_code, answer.headers["location"]) == (303, "/places")
        assert "账号开通了" in shown(await phone.get("/account"))
        again = await phone.get("/activate/password")
        assert again.headers["location"] == "/activate"

    async def test_a_stranger_sees_the_same_steps(self, phone: Visitor) -> None:
        answer = await phone.post("/activate", {"number": "nobody", "name": "无名"}, seen_at="/activate")
        assert answer.headers["location"] == "/activate/code"
        page = await phone.get("/activate/code")
        assert "如果会员号和姓名对得上" in shown(page)
        answer = await phone.post("/activate/code", {"code": "123456"}, seen_at="/activate/code")
        assert (answer.status_code, "最多试 5 次" in shown(answer)) == (422, True)

    async def test_another_code_after_a_minute(self, phone: Visitor, clock: SettableClock) -> None:
        await phone.post("/reset", {"number": number_of(LIN), "name": NAMES[LIN]}, seen_at="/reset")
        soon = await phone.post("/reset/again", seen_at="/reset/code")
        assert (soon.status_code, soon.headers["retry-after"]) == (429, "60")
        clock.advance(minutes=1)
        assert (await phone.post("/reset/again", seen_at="/reset/code")).status_code == 303

    async def test_the_third_step_needs_the_second(self, phone: Visitor) -> None:
        for forged in ("", "x", "e30=", "eyJwdXJwb3NlIjoia2luZyJ9"):
            phone.client.cookies.set("journey", forged)
            assert (await phone.get("/reset/password")).headers["location"] == "/reset"

    async def test_a_code_of_the_counter_needs_no_name(self, app: Litestar, phone: Visitor) -> None:
        chen = App(app)
        await chen.sign_in(CHEN)
        code = (await chen.call("POST", f"/members/{ZHOU}/code")).json()["code"]
        page = await phone.get("/activate/code")
        assert 'name="number"' in page.text
        fields = {"number": number_of(ZHOU), "code": code}
        answer = await phone.post("/activate/code", fields, seen_at="/activate/code")
        assert answer.headers["location"] == "/activate/password"

    async def test_outside_the_demo_city_no_message_is_shown(self, database_url: str, clock: SettableClock) -> None:
        settings = Settings(database=database_url, demo=False, secret="s" * 40, public_url="https://booking.example")
        async with application(settings, clock) as made:
            await made.state.database.write(found_city)
            visitor = Visitor(made)
            visitor.client.base_url = "https://testserver"
            fields = {"number": number_of(ZHOU), "name": NAMES[ZHOU]}
            await visitor.post("/activate", fields, seen_at="/activate")
            page = await visitor.get("/activate/code")
            assert "演示" not in page.text
            assert not re.search(r"】\d{6}", page.text)
            answer = await visitor.sign_in(LIN)
            cookies = answer.headers.get_list("set-cookie")
            [cookie] = [value for value in cookies if value.startswith(cookie_name(settings))]
            assert cookie.startswith("__Host-signin=")
            assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
            assert "Domain" not in cookie


class TestAccount:
    async def test_who_i_am_in_words(self, app: Litestar, phone: Visitor) -> None:
        await app.state.database.write(
            add_points, LIN, 2, reason="no_show", subject="booking:1", expires_at=NOON.replace(month=12)
        )
        await phone.sign_in(LIN)
        page = shown(await phone.get("/account"))
        for words in (
            "林晓", " \u203a ".join(("宁波市", "镇海区", "骆驼街道", "东海电机厂")), "138****0001", "••••••••0001",
            "一线职工", "困难职工（待工会核实）", "现在有 2 分", "约了没来", "Chrome · Android", "就是这里",
        ):  # fmt: skip
            assert words in page
        assert phone_of(LIN) not in page

    async def test_other_sign_ins_end_from_here(self, app: Litestar, phone: Visitor) -> None:
        other, third = Visitor(app), Visitor(app)
        for visitor in (phone, other, third):
            await visitor.sign_in(LIN)
        page = await phone.get("/account")
        ends = re.findall(r'action="(/account/sign-ins/\d+/end)"', page.text)
        assert len(ends) == 2
        await phone.post(ends[0], seen_at="/account")
        assert sorted([(await other.get("/account")).status_code, (await third.get("/account")).status_code]) == [
            200,
            303,
        ]
        await phone.post(ends[0], seen_at="/account")
        assert "已经结束" in shown(await phone.get("/account"))
        await phone.post("/account/sign-ins/end-others", seen_at="/account")
        assert (await phone.get("/account")).status_code == 200
        await phone.post("/account/sign-ins/end-all", seen_at="/account")
        assert (await phone.get("/account")).status_code == 303

    async def test_a_token_is_shown_once(self, app: Litestar, phone: Visitor) -> None:
        await phone.sign_in(LIN)
        page = await phone.get("/account")
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        fields = {"_csrf_token": hidden["_csrf_token"], "idempotency_key": hidden["idempotency_key"], "label": "日历"}
        made = await phone.client.post("/account/tokens", data=fields)
        token = re.findall(r"mbr_[0-9a-f]{64}", made.text)[0]
        assert (await App(app, token).call("GET", "/me")).status_code == 200
        again = await phone.client.post("/account/tokens", data=fields)
        assert token not in again.text
        assert "不能再看" in shown(again)
        assert shown(await phone.get("/account")).count("日历 ·") == 1

    async def test_the_password_is_changed(self, app: Litestar, phone: Visitor) -> None:
        other = Visitor(app)
        for visitor in (phone, other):
            await visitor.sign_in(LIN)
        wrong = await phone.post(
            "/account/password", {"current": "wrong", "password": NEW}, seen_at="/account/password"
        )
        assert (wrong.status_code, "现在的密码不对" in shown(wrong)) == (422, True)
        fields = {"current": PASSWORD, "password": NEW}
        done = await phone.post("/account/password", fields, seen_at="/account/password")
        assert (done.status_code, done.headers["location"]) == (303, "/account")
        assert "其他 1 处登录已退出" in shown(await phone.get("/account"))
        assert (await other.get("/account")).status_code == 303

    async def test_the_language_of_the_account(self, phone: Visitor) -> None:
        await phone.sign_in(LIN)
        await phone.post("/account/language", {"locale": "en"}, seen_at="/account")
        page = await phone.get("/account")
        assert '<html lang="en"' in page.text
        await phone.post("/account/language", {"locale": "xx"}, seen_at="/account")
        assert '<html lang="en"' in (await phone.get("/account")).text

    async def test_the_access_log(self, phone: Visitor) -> None:
        await phone.sign_in(LIN, "wrong")
        await phone.sign_in(LIN)
        page = shown(await phone.get("/account/access-log"))
        assert page.index("登录了") < page.index("密码不对，没有登录")
        assert "192.0.2.1" in page


class TestStaff:
    async def test_a_manager_names_and_removes_a_gate_keeper(self, phone: Visitor) -> None:
        await phone.sign_in(CHEN)
        fields = {"number": number_of(LIN), "role": "gate_keeper", "place": str(HALL)}
        done = await phone.post("/manage/staff", fields, seen_at="/manage/staff")
        assert (done.status_code, done.headers["location"]) == (303, "/manage/staff")
        page = shown(await phone.get("/manage/staff"))
        assert "岗位已安排" in page
        assert "林晓" in page
        gone = {"member_id": str(LIN), "role": "gate_keeper", "scope_kind": "place", "scope_id": str(HALL)}
        await phone.post("/manage/staff/revoke", gone, seen_at="/manage/staff")
        assert "林晓" not in shown(await phone.get("/manage/staff"))

    async def test_refusals_keep_what_was_typed(self, phone: Visitor) -> None:
        await phone.sign_in(CHEN)
        cases: list[tuple[dict[str, str], int]] = [
            ({"number": "nobody", "role": "gate_keeper", "place": str(HALL)}, 404),
            ({"number": number_of(LIN), "role": "gate_keeper", "place": "32"}, 403),
            ({"number": number_of(LIN), "role": "venue_manager", "place": str(HALL)}, 403),
            ({"number": number_of(LIN), "role": "king", "place": "x"}, 422),
            ({}, 422),
        ]
        for fields, status in cases:
            answer = await phone.post("/manage/staff", fields, seen_at="/manage/staff")
            assert answer.status_code == status, fields
            assert f'value="{fields.get("number", "")}"' in answer.text or not fields

    async def test_an_administrator_appoints_an_officer_but_does_not_leave(self, phone: Visitor) -> None:
        await phone.sign_in(ADMIN)
        fields = {"number": number_of(LIN), "role": "federation_officer", "organisation": f"3302{DISTRICT}"}
        assert (await phone.post("/manage/staff", fields, seen_at="/manage/staff")).status_code == 303
        assert "镇海区" in shown(await phone.get("/manage/staff"))
        last = {"member_id": str(ADMIN), "role": "administrator", "scope_kind": "all", "scope_id": "0"}
        answer = await phone.post("/manage/staff/revoke", last, seen_at="/manage/staff")
        assert (answer.status_code, "最后 1 位" in shown(answer)) == (409, True)

    async def test_the_counter_finds_a_member_and_hands_out_a_code(self, phone: Visitor) -> None:
        await phone.sign_in(CHEN)
        nothing = await phone.post("/manage/members", {"number": "周敏"}, seen_at="/manage/members")
        assert (nothing.status_code, "没有找到" in shown(nothing)) == (404, True)
        found = await phone.post("/manage/members", {"number": phone_of(ZHOU)}, seen_at="/manage/members")
        assert "还没有开通" in shown(found)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found.text))
        issued = await phone.client.post(f"/manage/members/{ZHOU}/code", data=hidden)
        assert re.search(r"\d{3} \d{3}", shown(issued))
        again = await phone.client.post(f"/manage/members/{ZHOU}/code", data=hidden)
        assert not re.search(r"\b\d{3} \d{3}\b", shown(again))

    async def test_workers_are_told_whose_page_it_is(self, phone: Visitor) -> None:
        await phone.sign_in(LIN)
        for path in ("/manage/staff", "/manage/members"):
            answer = await phone.get(path)
            assert (answer.status_code, "没有这些岗位" in shown(answer)) == (403, True)


class TestEveryPage:
    PATHS = (
        "/sign-in", "/activate", "/activate/code", "/reset", "/reset/code", "/account", "/account/password",
        "/account/access-log", "/manage/staff", "/manage/members",
    )  # fmt: skip

    @pytest.mark.parametrize("language", ["zh-CN", "en"])
    async def test_speaks_the_language_without_inline_script(self, app: Litestar, language: str) -> None:
        visitor = Visitor(app)
        await visitor.sign_in(ADMIN)
        visitor.client.cookies.set("locale", language)
        for path in self.PATHS:
            page = (await visitor.get(path, follow=True)).text
            assert f'<html lang="{language}"' in page
            assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", page), path
            main = re.sub(r"(?s).*<main|</main>.*", "", page)
            if language == "en":
                assert not re.search(r'(?<!lang="zh-CN">)[\u4e00-\u9fff]', _without_names(main)), path


def _without_names(main: str) -> str:
    """A page without what is Chinese in English too: people's names, and the language's own name."""
    for name in (*NAMES.values(), "中文"):
        main = main.replace(name, "")
    return main
