"""What a loaded city holds: rows that fit together, and nothing published outside demo mode."""

from datetime import date, time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from booking.db import Database
from booking.members.hashing import fits
from booking.members.models import Account, Card, Member, MemberCategory, Organisation, RoleGrant
from booking.places.models import Place
from booking.seeding.bulk import Bulk, store
from booking.seeding.people import MOST_MEMBERS
from booking.venues.catalogue import venues
from booking.venues.models import Court, OpeningRule
from booking.venues.rules.opening import half_hours_into, open_spans
from tests.databases import NOON
from tests.seeding.cities import SMALL, write_city
from tests.seeding.loads import DEMO_CITY, count, everything, load, wanted


class TestRows:
    async def test_a_node_knows_its_way_from_the_root(self, database: Database, small: Path) -> None:
        await load(database, wanted(small))
        nodes = await database.read(lambda tx: {node.code: node for node in tx.all(select(Organisation))})
        assert nodes["330200"].path == "/1/"
        assert nodes["330211003-e001"].path == "/1/2/3/5/"
        assert nodes["330211003-e001"].parent_id == nodes["330211003"].id == 3

    async def test_a_tree_written_upside_down_is_the_same_tree(self, database: Database, small: Path) -> None:
        header, *rows = SMALL["organisations.csv"].splitlines()
        upside_down = "\n".join([header, *reversed(rows)])
        await load(database, wanted(write_city(small, organisations=upside_down)))
        paths = await database.read(lambda tx: {node.code: node.path for node in tx.all(select(Organisation))})
        assert paths["330211003-e001"] == "/5/4/3/1/"

    async def test_hours_of_a_place_hold_where_a_facility_has_none(self, database: Database, small: Path) -> None:
        await load(database, wanted(small))
        known = await database.read(venues)
        hours = {
            (facts.place.code, facts.facility.code): [(rule.days, rule.opens, rule.closes) for rule in facts.opening]
            for facts in known.facilities.values()
        }
        assert hours["zhenhai", "reading"] == [
            ("1234567", time(9), time(11, 30)),
            ("1234567", time(13), time(20, 30)),
        ]
        assert hours["plaza", "badminton"] == [("1234567", time(7), time(0))]
        assert ("holiday", time(8), time(22)) in hours["zhenhai", "badminton"]

    async def test_midnight_ends_a_day(self, database: Database, small: Path) -> None:
        await load(database, wanted(small))
        rules = await database.read(lambda tx: tx.all(select(OpeningRule).where(OpeningRule.place_id == 2)))
        (span,) = open_spans(rules, date(2026, 11, 25), "weekday")
        assert span.ends - span.starts == 34
        assert half_hours_into(rules[0].closes, as_end=True) == 48

    async def test_every_facility_of_the_demo_city_is_fit_to_be_booked(self, database: Database) -> None:
        order = wanted(DEMO_CITY, 0)
        await load(database, order)
        known = await database.read(venues)
        assert len(known.facilities) == len(order.city.facilities)
        assert all(facts.opening and facts.prices for facts in known.facilities.values())
        assert all(facts.pooled or facts.courts for facts in known.facilities.values())
        assert await database.read(count, Court) == len(order.city.courts)
        assert await database.read(count, Place) == 25
        (hall,) = (
            facts
            for facts in known.facilities.values()
            if (facts.place.code, facts.facility.code) == ("zhenhai", "basketball")
        )
        full, *halves = (tuple(court.units) for court in hall.courts.values())
        assert (full, set(halves)) == ((1, 2), {(1,), (2,)})


class TestDemo:
    async def test_accounts_have_their_published_passwords_and_roles(self, database: Database, small: Path) -> None:
        order = wanted(small)
        await load(database, order)
        worker, manager = MOST_MEMBERS + 1, MOST_MEMBERS + 2
        stored = await database.read(lambda tx: tx.get(Account, member_id=worker))
        assert stored is not None
        assert fits(stored.password_hash, "demo-worker-pass")
        (grant,) = await database.read(lambda tx: tx.all(select(RoleGrant)))
        assert (grant.member_id, grant.role, grant.scope_kind, grant.scope_id) == (manager, "venue_manager", "place", 1)

    async def test_outside_demo_mode_there_are_none(self, database: Database, small: Path) -> None:
        await load(database, wanted(small, 0, demo=False))
        found = await database.read(everything)
        assert not any(found[name] for name in ("members", "accounts", "role_grants", "cards"))
        assert [gate["enrolment_hash"] for gate in found["gates"]] == [None]

    async def test_categories_of_made_up_members_count_as_verified(self, database: Database, small: Path) -> None:
        await load(database, wanted(small))
        unverified = select(func.count()).select_from(MemberCategory).where(MemberCategory.verified_at.is_(None))
        assert await database.read(lambda tx: tx.scalar(unverified)) == 0
        orphans = select(func.count()).select_from(Card).where(Card.member_id.not_in(select(Member.id)))
        assert await database.read(lambda tx: tx.scalar(orphans)) == 0


class TestBulk:
    async def test_rows_that_are_there_stay_as_they_are(self, database: Database, small: Path) -> None:
        await load(database, wanted(small))
        once = await database.read(everything)
        bulk = Bulk(Member, ("id", "number", "name", "sex", "organisation_id"), [(1, "x", "别人", "male", 1)])
        await database.write(lambda tx, now: store(tx, bulk))
        assert await database.read(everything) == once

    async def test_a_table_with_defaults_must_be_told_them(self, database: Database) -> None:
        bulk = Bulk(Account, ("member_id", "password_hash", "activated_at"), [(1, "-", NOON)])
        with pytest.raises(ValueError, match="locale"):
            await database.write(lambda tx, now: store(tx, bulk))
