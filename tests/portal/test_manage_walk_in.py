"""Booking for someone who stands at the counter, and passes on paper."""

import re
from datetime import datetime

import httpx
from litestar import Litestar
from sqlalchemy import select, update

from booking.db import ReadSession, WriteSession, insert
from booking.members.models import Card
from booking.places.catalogue import catalogue_changed
from booking.places.models import Zone
from booking.venues.models import Booking
from booking.venues.schemas import PartnerRequest
from tests.databases import sqlite_only
from tests.members.visitors import Visitor, shown
from tests.portal.desk import BOARD, PLACE, acts, book, follow, hidden, manager, set_phone, taken, walk_in_page
from tests.venues.city import CENTRE, City, half_hour

pytestmark = sqlite_only


class TestWalkIn:
    async def send(self, visitor: Visitor, starts: float = 20, court: int = 2, **fields: str) -> httpx.Response:
        address = walk_in_page(starts, court)
        own = {"starts": str(half_hour(starts)), "court": str(court), "length": "2"}
        return await visitor.post(address.partition("?")[0], own | fields, seen_at=address)

    async def test_a_guest_books_pays_and_takes_a_pass_along(self, app: Litestar, town: City) -> None:
        chen = await manager(app, town)
        answer = await self.send(chen, contact_name="赵师傅", heads="4", method="cash")
        assert answer.headers["location"].endswith("/pass")
        page = await follow(chen, answer)
        assert {"约好了。可以打印入场证。", "赵师傅", "2号场"} <= set(shown(page).split())
        assert "这张证 4 人入场" in shown(page)
        assert 'shape-rendering="crispEdges"' in page.text
        assert await taken(app) == {"cash": 2000}
        address = walk_in_page(20, facility="gym")
        fields = {"starts": str(half_hour(20)), "length": "2", "contact_name": "赵师傅", "heads": "2"}
        page = await follow(chen, await chen.post(address.partition("?")[0], fields, seen_at=address))
        assert "这张证 2 人入场" in shown(page)

    async def test_a_member_is_found_by_number_phone_or_card(self, app: Litestar, town: City) -> None:
        database = app.state.database
        await database.write(set_phone, town.worker.member_id, "13812345678")
        card = {"number": "5109001", "member_id": town.worker.member_id}
        await database.write(lambda tx, now: tx.execute(insert(tx, Card).values(card)))
        chen = await manager(app, town)
        for court, who in enumerate(("m101", "138 1234 5678", "5109001"), 1):
            page = await follow(chen, await self.send(chen, court=court, who=who))
            assert "林晓" in shown(page)

        def prices(tx: ReadSession) -> set[tuple[int | None, int]]:
            return {(row.member_id, row.price_fen) for row in tx.execute(select(Booking.member_id, Booking.price_fen))}

        assert await database.read(prices) == {(101, 800)}

    async def test_what_does_not_fit_is_said_beside_its_field_and_nothing_is_booked(
        self, app: Litestar, town: City
    ) -> None:
        chen = await manager(app, town)
        nobody = await self.send(chen, heads="3")
        assert nobody.status_code == 422
        assert 'id="contact_name-error"' in nobody.text
        assert 'value="3"' in nobody.text
        unknown = await self.send(chen, who="m999")
        assert 'id="who-error"' in unknown.text
        assert 'value="m999"' in unknown.text
        shells = await self.send(chen, contact_name="赵师傅", method="shells")
        assert 'id="method-error"' in shells.text
        assert await acts(app) == []

    async def test_a_court_taken_meanwhile_brings_what_else_would_do(self, app: Litestar, town: City) -> None:
        chen = await manager(app, town)
        await book(app, town.worker, 20, 21, court=2)
        answer = await self.send(chen, contact_name="赵师傅", idempotency_key="of a page that was open before")
        assert answer.status_code == 409
        assert "已经有人了" in shown(answer)
        assert "这些还可以" in shown(answer)
        assert f"{BOARD}/walk-in?starts={half_hour(20)}&amp;kind=court" in answer.text
        assert re.findall(r'name="length" value="(\d+)"', (await chen.get(walk_in_page(19, 2))).text) == ["1", "2"]

    async def test_a_form_sent_twice_books_once(self, app: Litestar, town: City) -> None:
        chen = await manager(app, town)
        own = {"length": "2", "contact_name": "赵师傅", "heads": "1", "method": "later"}
        fields = await hidden(chen, walk_in_page(20, 2)) | own
        answers = [await chen.client.post(f"{BOARD}/walk-in", data=fields) for _ in range(2)]
        assert len({answer.headers["location"] for answer in answers}) == 1
        assert (await acts(app)).count("booking.at_counter") == 1


async def test_passes_on_paper(app: Litestar, town: City) -> None:
    """Those of everybody are on one page; a code that must renew is not printed."""

    def only_phones(tx: WriteSession, now: datetime) -> None:
        tx.execute(update(Zone).where(Zone.place_id == CENTRE).values(static_code=False))
        catalogue_changed(tx)

    partners = [PartnerRequest("周敏", "m102"), PartnerRequest("小赵")]
    booking = await book(app, town.worker, 18, 19, partners=partners)
    chen, address = await manager(app, town), f"{PLACE}/bookings/{booking.id}/pass"
    page = await chen.get(address)
    assert page.text.count('class="pass valid"') == page.text.count('shape-rendering="crispEdges"') == 3
    await app.state.database.write(only_phones)
    page = await chen.get(address)
    assert "纸上的二维码进不去" in shown(page)
    assert 'shape-rendering="crispEdges"' not in page.text
