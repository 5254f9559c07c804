"""Receipts after the freeze: they hold, whatever changes later, and a changed byte is found."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from msgspec.structs import replace
from sqlalchemy import update

from booking.db import Database, ReadSession, WriteSession
from booking.draws.publishing import COMMITMENT
from booking.draws.records import UNITS
from booking.draws.units import Kind, Need, Unit
from booking.members.models import Member
from booking.members.service.categories import verify_category
from booking.retreats import drawing
from booking.retreats.errors_applying import NoReceipt
from booking.retreats.queries.applications import live_application
from booking.retreats.queries.receipts import receipt
from booking.retreats.queries.steps import draw_file
from booking.retreats.rules.receipts import Inclusion, holds, receipt_of
from booking.retreats.schemas_applying import Receipt
from booking.retreats.service.applying.answering import accept
from booking.retreats.service.applying.entering import apply
from booking.web.principal import Principal
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import shown
from tests.retreats.season import CODE, SEASON, Town, found_season
from tests.retreats.test_applying import asking, furnish, wishing
from tests.rooms.house import DOUBLE, TWIN
from tests.venues.guests import browser_of, phone_of, serving


async def applied(database: Database) -> Town:
    """One alone in a shared room, one with family, two together, one whose friend never answers, and some more."""
    town = await database.write(furnish)
    await database.write(apply, town.of(211)[0], CODE, wishing((2, TWIN), (1, TWIN), rooms=0))
    await database.write(apply, town.of(211)[1], CODE, wishing((1, DOUBLE), companions=["李家属"]))
    lead, other = town.of(212)[:2]
    made = await database.write(apply, lead, CODE, wishing((3, TWIN), rooms=2, invite=asking(other)))
    await database.write(accept, other, CODE, int(made.id, 16))
    await database.write(apply, town.of(222)[0], CODE, wishing(invite=asking(town.of(222)[1])))
    for who in [one for enterprise in (311, 312, 321, 322) for one in town.of(enterprise)[:4]]:
        await database.write(apply, who, CODE, wishing((1, TWIN), (2, TWIN), (3, TWIN), rooms=0))
    return town


async def frozen(database: Database, clock: SettableClock, town: Town) -> None:
    """The season, once its time has come."""
    clock.now = (await database.read(found_season)).freezes_at
    await drawing.freeze(database, town.officer, CODE)


def of(tx: ReadSession, who: Principal) -> Receipt:
    return receipt(tx, found_season(tx), live_application(tx, SEASON, who.member_id))


def text(tx: ReadSession, name: str) -> str:
    found = draw_file(tx, SEASON, name)
    assert found is not None
    return found.data.decode()


class TestFrozen:
    async def test_every_applicant_can_prove_what_they_applied_for(
        self, database: Database, clock: SettableClock
    ) -> None:
        town = await applied(database)
        applicants = [town.of(211)[0], town.of(211)[1], *town.of(212)[:2], *town.of(311)[:4]]
        before = [await database.read(of, who) for who in applicants]
        await frozen(database, clock, town)
        after = [await database.read(of, who) for who in applicants]
        units, commitment = await database.read(text, UNITS), await database.read(text, COMMITMENT)
        for early, found in zip(before, after, strict=True):
            assert (early.record, early.leaf, early.holds) == (found.record, found.leaf, False)
            assert (found.frozen, found.holds, holds(found)) == (True, True, True)
            assert f"{found.record},{found.salt}," in units
            assert found.root in commitment
            assert found.units == 19
            assert 2 <= len(found.proof) <= 5, "the last ones of a level rise as they are"
        assert after[2] == after[3], "a group has one receipt"

    async def test_whatever_changes_later_changes_nothing(self, database: Database, clock: SettableClock) -> None:
        town = await applied(database)
        claimant = town.of(312)[2]
        await frozen(database, clock, town)
        before = await database.read(of, claimant)
        await database.write(verify_category, town.officer, claimant.member_id, "frontline")
        await database.write(move, claimant, 211)
        assert await database.read(of, claimant) == before

    async def test_who_was_left_out_has_none(self, database: Database, clock: SettableClock) -> None:
        town = await applied(database)
        await frozen(database, clock, town)
        with pytest.raises(NoReceipt):
            await database.read(of, town.of(222)[0])


def move(tx: WriteSession, now: datetime, who: Principal, organisation: int) -> None:
    tx.execute(update(Member).where(Member.id == who.member_id).values(organisation_id=organisation))


KIND = Kind(Need(rooms=1), ("frontline",), ("330211021-e211",))
LONE = receipt_of(CODE, Unit(0x1234, 2, KIND, (0, 3)), bytes(16))
WHOLE = receipt_of(CODE, Unit(0x1234, 2, KIND, (0, 3)), bytes(16), Inclusion(0, 1, (), bytes.fromhex(LONE.leaf)))


class TestTampering:
    def test_a_roll_of_one_proves_itself(self) -> None:
        assert holds(WHOLE)

    @given(
        st.sampled_from(["record", "salt", "inner", "leaf", "root", "id"]),
        st.integers(0, 200),
        st.characters(max_codepoint=126),
    )
    def test_any_changed_letter_is_found(self, field: str, at: int, letter: str) -> None:
        value = getattr(WHOLE, field)
        at %= len(value)
        changed = value[:at] + letter + value[at + 1 :]
        if changed.lower() != value.lower():
            assert not holds(replace(WHOLE, **{field: changed}))

    @pytest.mark.parametrize("other", [{"weight": 3}, {"index": 1}, {"units": 2}, {"proof": ["00" * 32]}])
    def test_any_changed_number_is_found(self, other: dict[str, Any]) -> None:
        assert not holds(replace(WHOLE, **other))


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application."""
    async with serving(database_url, clock) as made:
        yield made


@sqlite_only
class TestPages:
    async def test_the_page_and_the_file_carry_the_proof(self, app: Litestar, clock: SettableClock) -> None:
        database: Database = app.state.database
        town = await applied(database)
        await frozen(database, clock, town)
        visitor = await browser_of(app, town.of(211)[0])
        page = await visitor.get(f"/retreats/{CODE}/receipt")
        assert "在抽签里，原文没有被改过" in shown(page)
        file = msgspec.json.decode((await visitor.get(f"/retreats/{CODE}/receipt.json")).content, type=Receipt)
        assert holds(file)
        phone = await phone_of(app, town.of(211)[0])
        answer = await phone.call("GET", f"/retreats/{CODE}/application/receipt")
        assert msgspec.json.decode(answer.content, type=Receipt) == file
        mine = shown(await visitor.get(f"/retreats/{CODE}/mine"))
        assert "参加抽签" in mine

    async def test_who_was_left_out_reads_why(self, app: Litestar, clock: SettableClock) -> None:
        database: Database = app.state.database
        town = await applied(database)
        await frozen(database, clock, town)
        visitor = await browser_of(app, town.of(222)[0])
        page = shown(await visitor.get(f"/retreats/{CODE}/mine"))
        assert "截止时还有人没有答复邀请" in page
        assert (await visitor.get(f"/retreats/{CODE}/receipt")).status_code == 404
