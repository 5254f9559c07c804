"""Places, zones, facilities, courts, hours, policies and the calendar, edited by form."""

import html
import re
from datetime import datetime

import httpx
from litestar import Litestar

from booking.audit.service import record
from booking.db import WriteSession
from booking.places.catalogue import places
from booking.venues.catalogue import Venues, venues
from tests.databases import sqlite_only
from tests.members.visitors import Visitor, shown
from tests.portal.desk import PLACE, acts, administrator, book, follow, manager, undo_of
from tests.venues.city import BADMINTON, BASKETBALL, CENTRE, TODAY, City, at

pytestmark = sqlite_only
EDIT = f"{PLACE}/edit"


async def known(app: Litestar) -> Venues:
    found: Venues = await app.state.database.read(venues)
    return found


def fields_of(page: httpx.Response) -> dict[str, str]:
    """What the form of a page would send as it stands: its inputs, choices and texts."""
    found: dict[str, str] = {}
    body = re.findall(r'<form [^>]*class="stack">(.*?)</form>', page.text, re.DOTALL)[-1]
    for tag in re.findall(r"<input [^>]+>", body):
        name, value = re.search(r' name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        ticked = " checked" in tag or not re.search('type="(radio|checkbox)"', tag)
        if name and ticked and not name[1].startswith("_"):
            found[name[1]] = f"{found.get(name[1], '')} {value[1] if value else ''}".strip()
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    return found | dict(re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', body, re.DOTALL))


async def send(visitor: Visitor, address: str, /, **changes: str) -> httpx.Response:
    """Change some fields of a form and send all of it."""
    page = await visitor.get(address)
    assert page.status_code == 200, page.text
    return await visitor.post(address, fields_of(page) | changes, seen_at=address)


class TestPlaces:
    async def test_an_administrator_makes_one_and_its_manager_changes_it(self, app: Litestar, town: City) -> None:
        admin = await administrator(app, town)
        new = {
            "code": "beilun", "name": "北仑工人文化宫", "name_en": "Beilun Palace", "kind": "cultural_palace",
            "district": "330205", "address": "新碶", "latitude": "29.9", "longitude": "121.83",
        }  # fmt: skip
        wrong = await send(admin, "/manage/places/new", **new | {"code": "B!", "latitude": "north", "name": ""})
        assert wrong.status_code == 422
        for name in ("latitude", "name"):
            assert f'id="{name}-error"' in wrong.text, name
        assert 'value="north"' in wrong.text
        bad = await send(admin, "/manage/places/new", **new | {"code": "B!"})
        assert 'id="code-error"' in bad.text
        made = await send(admin, "/manage/places/new", **new)
        assert made.headers["location"] == "/manage/beilun/edit"
        assert "还没有区域" in shown(await follow(admin, made))
        chen = await manager(app, town)
        answer = await send(chen, f"{EDIT}/place", phone="0574-1234", description="很大。\n有两层。")
        assert answer.headers["location"] == EDIT
        place = (await app.state.database.read(places)).by_id[CENTRE]
        assert (place.phone, place.description, place.code) == ("0574-1234", "很大。\n有两层。", "zhenhai")

    async def test_only_an_empty_one_is_retired_and_it_comes_back(self, app: Litestar, town: City) -> None:
        admin = await administrator(app, town)
        refused = await follow(admin, await admin.post(f"{EDIT}/retire", seen_at=EDIT))
        assert "还有 2 项在用" in shown(refused)
        new = {
            "code": "beilun", "name": "北仑", "name_en": "Beilun", "kind": "plaza", "district": "330205",
            "address": "新碶", "latitude": "29.9", "longitude": "121.83",
        }  # fmt: skip
        await send(admin, "/manage/places/new", **new)
        page = await follow(admin, await admin.post("/manage/beilun/edit/retire", seen_at="/manage/beilun/edit"))
        assert (await admin.get("/manage/beilun")).status_code == 404
        await admin.post(undo_of(page), seen_at="/manage")
        assert (await admin.get("/manage/beilun")).status_code == 200


class TestZones:
    async def test_are_made_changed_retired_and_put_back(self, app: Litestar, town: City) -> None:
        chen = await manager(app, town)
        made = await send(
            chen, f"{EDIT}/zones/new", code="pool", name="泳池", name_en="Pool", capacity="40", early_minutes="15"
        )
        page = await follow(chen, made)
        assert "泳池" in shown(page)
        retire = undo_of(page)
        zone = (await known(app)).places.zones[CENTRE, 3]
        assert (zone.capacity, zone.early_minutes, zone.reentry) == (40, 15, True)
        address = f"{EDIT}/zones/3"
        box = fields_of(await chen.get(address))
        del box["reentry"]
        await chen.post(address, box | {"capacity": ""}, seen_at=address)
        zone = (await known(app)).places.zones[CENTRE, 3]
        assert (zone.capacity, zone.reentry, zone.static_code) == (None, False, True)
        page = await follow(chen, await chen.post(retire, seen_at=EDIT))
        assert (CENTRE, 3) not in (await known(app)).places.zones
        await chen.post(undo_of(page), seen_at=EDIT)
        assert not (await known(app)).places.zones[CENTRE, 3].reentry
        used = await follow(chen, await chen.post(f"{EDIT}/zones/1/retire", seen_at=EDIT))
        assert "还有 2 项在用" in shown(used)


class TestFacilitiesAndCourts:
    async def test_a_hall_with_a_divisible_court(self, app: Litestar, town: City) -> None:
        chen = await manager(app, town)
        fields = {
            "code": "futsal", "name": "五人制足球", "name_en": "Futsal", "sport": "basketball", "zone": "courts",
            "policy": "ball-court",
        }  # fmt: skip
        page = await follow(chen, await send(chen, f"{EDIT}/facilities/new", **fields))
        assert "还没有开放时间，约不了" in shown(page)
        facts = next(one for one in (await known(app)).by_place[CENTRE] if one.facility.code == "futsal")
        courts = f"{EDIT}/facilities/{facts.facility.id}/courts"
        for code, kind, units in (("A", "full", "A1 A2"), ("A1", "half", ""), ("A2", "half", "")):
            answer = await send(
                chen, f"{courts}/new", code=code, name=f"{code}场", name_en=code, kind=kind, units=units
            )
            assert answer.status_code == 303, answer.text
        facts = (await known(app)).facility(*facts.key)
        assert {court.code: court.units for court in facts.courts.values()} == {"A": [1, 2], "A1": [1], "A2": [2]}
        address = f"{courts}/1"
        assert fields_of(await chen.get(address))["units"] == "A1 A2"
        await send(chen, address, name="大场", features="木地板 靠窗")
        court = (await known(app)).facility(*facts.key).courts[1]
        assert (court.name, court.units, court.features) == ("大场", [1, 2], ["木地板", "靠窗"])
        page = await follow(chen, await chen.post(f"{courts}/2/retire", seen_at=EDIT))
        assert set((await known(app)).facility(*facts.key).courts) == {1, 3}
        await chen.post(undo_of(page), seen_at=EDIT)
        assert set((await known(app)).facility(*facts.key).courts) == {1, 2, 3}
        page = await follow(chen, await chen.post(f"{EDIT}/facilities/{facts.facility.id}/retire", seen_at=EDIT))
        assert "场地已停用" in shown(page)
        await chen.post(undo_of(page), seen_at=EDIT)
        assert facts.key in (await known(app)).facilities

    async def test_nothing_goes_from_under_a_booking(self, app: Litestar, town: City) -> None:
        await book(app, town.worker, 18, 19, court=1)
        chen = await manager(app, town)
        for what in (f"{BADMINTON}/retire", f"{BADMINTON}/courts/1/retire"):
            page = await follow(chen, await chen.post(f"{EDIT}/facilities/{what}", seen_at=EDIT))
            assert "还有 1 个预约会受影响" in shown(page)
        answer = await send(chen, f"{EDIT}/facilities/{BADMINTON}", slot_minutes="60")
        assert answer.status_code == 409
        assert "还有 1 个预约会受影响" in shown(answer)
        wrong = await send(chen, f"{EDIT}/facilities/{BASKETBALL}", kind="rented", policy="none")
        assert 'id="kind-error"' in wrong.text
        unknown = await send(chen, f"{EDIT}/facilities/{BASKETBALL}", policy="none")
        assert 'id="policy-error"' in unknown.text


class TestHours:
    async def test_are_a_table_of_lines(self, app: Litestar, town: City) -> None:
        chen, address = await manager(app, town), f"{EDIT}/facilities/{BADMINTON}/hours"
        fields = fields_of(await chen.get(address))
        assert fields["days-1"] == "1 2 3 4 5 6 7"
        lines = {
            "days-1": "1 2 3 4 5", "opens-1": "08:00", "closes-1": "12:00",
            "days-2": "1 2 3 4 5", "opens-2": "14:00", "closes-2": "00:00",
            "days-3": "6 7 holiday", "opens-3": "09:00", "closes-3": "22:00", "until_day-3": "2027-12-31",
        }  # fmt: skip
        page = await follow(chen, await chen.post(address, lines, seen_at=address))
        assert "周一至周五 08:00–12:00" in shown(page)
        assert "周一至周五 14:00–24:00" in shown(page)
        assert "周六至周日, 节假日 09:00–22:00" in shown(page)
        rules = (await known(app)).facility(CENTRE, BADMINTON).opening
        assert [rule.days for rule in rules] == ["12345", "12345", "67holiday"]

    async def test_wrong_lines_and_booked_hours_are_refused(self, app: Litestar, town: City) -> None:
        await book(app, town.worker, 18, 19)
        chen, address = await manager(app, town), f"{EDIT}/facilities/{BADMINTON}/hours"
        wrong = await chen.post(address, {"days-2": "", "opens-2": "8 Uhr", "closes-2": "10:00"}, seen_at=address)
        assert 'id="opens-2-error"' in wrong.text
        assert 'value="8 Uhr"' in wrong.text
        assert "请至少写一行" in shown(await chen.post(address, {}, seen_at=address))
        early = {"days-1": "1 2 3 4 5 6 7", "opens-1": "08:00", "closes-1": "17:00"}
        booked = await chen.post(address, early, seen_at=address)
        assert booked.status_code == 409
        assert "1 个预约会落在不开放的时间里，没有改动。" in shown(booked)
        assert "2026-11-25 18:00–19:00" in shown(booked)
        crossed = await chen.post(address, early | {"closes-1": "07:00"}, seen_at=address)
        assert crossed.status_code == 422


class TestPolicies:
    async def test_come_with_their_document_and_prices_in_yuan(self, app: Litestar, town: City) -> None:
        admin, address = await administrator(app, town), "/manage/policies/ball-court"
        fields = fields_of(await admin.get(address))
        assert (fields["document"], fields["clause"], fields["yuan-1"]) == ("职工文体场馆预约办法", "第六条", "5")
        answer = await send(admin, address, clause="第七条", **{"yuan-1": "7.5"})
        assert answer.headers["location"] == "/manage/policies"
        facts = (await known(app)).facility(CENTRE, BADMINTON)
        assert (facts.policy.clause, facts.prices[0].fen) == ("第七条", 750)
        gap = await send(admin, address, **{"yuan-3": ""})
        assert 'id="yuan-1-error"' in gap.text
        wrong = await send(admin, address, least_half_hours="9", **{"yuan-1": "a lot"})
        assert 'id="yuan-1-error"' in wrong.text
        assert "a lot" in wrong.text
        crossed = await send(admin, address, least_half_hours="9")
        assert 'id="most_half_hours-error"' in crossed.text
        made = await send(
            admin, "/manage/policies/new", code="free", name="免费", name_en="Free", document="办法", clause="第一条",
            effective_from="2026-01-01", **{"yuan-1": "0"},
        )  # fmt: skip
        assert made.status_code == 303, made.text
        assert "免费" in shown(await follow(admin, made))


class TestCalendar:
    async def test_marks_days_and_takes_marks_away(self, app: Litestar, town: City) -> None:
        admin = await administrator(app, town)
        wrong = await send(admin, "/manage/calendar", day="2027-02-30", name="春节", name_en="Spring Festival")
        assert 'id="day-error"' in wrong.text
        page = await follow(
            admin, await send(admin, "/manage/calendar", day="2027-02-06", name="春节", name_en="Spring Festival")
        )
        assert "春节 放假" in shown(page)
        await admin.post("/manage/calendar", {"day": "2027-02-06", "kind": "none"}, seen_at="/manage/calendar")
        assert "春节 放假" not in shown(await admin.get("/manage/calendar"))
        assert (await acts(app, 0)).count("calendar") == 2


class TestGates:
    async def test_are_made_invited_changed_and_revoked(self, app: Litestar, town: City) -> None:
        chen, base = await manager(app, town), f"{PLACE}/gates"
        wrong = await send(chen, f"{base}/new", code="south", name="")
        assert 'id="name-error"' in wrong.text
        assert 'id="zones-error"' in wrong.text
        page = await follow(chen, await send(chen, f"{base}/new", code="south", name="南门", zones="1"))
        address = str(page.url.path)
        assert "还没有登记" in shown(page)
        again = await send(chen, f"{base}/new", code="south", name="南门", zones="1")
        assert (again.status_code, 'id="code-error"' in again.text) == (409, True)
        invited = await chen.post(f"{address}/invite", seen_at=address)
        assert re.search(r'class="numbers code-large">[^<]+<', invited.text)
        assert invited.headers["cache-control"] == "no-store"
        await send(chen, address, name="南大门", direction="entry", zones="1 2")
        listed = shown(await chen.get(base))
        assert "南大门 等设备登记" in listed
        assert "球类馆、健身房 · 只管进" in listed
        await chen.post(f"{address}/revoke", seen_at=address)
        assert "南大门 已停用" in shown(await chen.get(base))
        twice = await follow(chen, await chen.post(f"{address}/revoke", seen_at=base))
        assert "已停用" in shown(twice)
        assert [act for act in await acts(app) if act.startswith("gate.")] == [
            "gate.created", "gate.invited", "gate.edited", "gate.revoked",
        ]  # fmt: skip


class TestReports:
    async def test_the_till_of_a_day_and_its_file(self, app: Litestar, town: City) -> None:
        booking = await book(app, town.worker, 18, 19)
        chen, address = await manager(app, town), f"{PLACE}/bookings/{booking.id}"
        await chen.post(f"{address}/payments", {"method": "cash"}, seen_at=address)
        page = await chen.get(f"{PLACE}/takings?day={TODAY}")
        assert "现金 ¥8 ¥0 ¥0 ¥8" in shown(page)
        file = await chen.get(f"{PLACE}/takings.csv?day={TODAY}")
        assert file.content.startswith(b"\xef\xbb\xbf")
        assert file.headers["content-type"] == "text/csv; charset=utf-8"
        assert f'filename="takings-zhenhai-{TODAY}.csv"' in file.headers["content-disposition"]
        assert file.text.lstrip("\ufeff").splitlines() == [
            "日期,时间,事项,方式,金额（元）,预约,经手,备注",
            f"{TODAY},12:00:00,收款,现金,8.00,{booking.id},陈镇,",
        ]
        assert "没有收款" in shown(await chen.get(f"{PLACE}/takings?day={at(12).date().replace(day=1)}"))

    async def test_the_log_page_by_page_and_of_one_thing(self, app: Litestar, town: City) -> None:
        chen = await manager(app, town)
        booking = await book(app, town.worker, 18, 18.5, confirm=False)

        def fill(tx: WriteSession, now: datetime) -> None:
            for _ in range(55):
                record(tx, now, actor="cli", place_id=CENTRE, action="edited.zone", subject="zone:1")

        await app.state.database.write(fill)
        page = await chen.get(f"{PLACE}/audit")
        assert shown(page).count("命令行 改了区域") == 50
        older = re.search(r'rel="next" href="([^"]+)"', page.text)
        assert older
        page = await chen.get(html.unescape(older[1]))
        assert "暂留了一个时段 今天 11月25日 18:00–18:30" in shown(page)
        subject = f"booking:{CENTRE}:{booking.id}"
        one = await chen.get(f"{PLACE}/audit?subject={subject}")
        assert shown(one).count("暂留了一个时段") == 1
        assert f'href="{PLACE}/bookings/{booking.id}"' in one.text
