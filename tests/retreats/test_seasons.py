"""A season before its draw: drafted, edited by two officers, checked, published with its rooms, or put away."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from booking.audit.models import AuditEntry
from booking.db import Database, ReadSession
from booking.draws.errors import TooLittleEntropy
from booking.errors import BookingError
from booking.members.errors import NoSuchOrganisation
from booking.notices.models import InboxMessage
from booking.places.errors import BadCode, CodeReserved, CodeTaken
from booking.retreats import errors, errors_seasons
from booking.retreats.models import DrawStep, Season
from booking.retreats.queries.checking import faults
from booking.retreats.queries.quotas import heads_of, override_history, overrides_of, tree
from booking.retreats.queries.seasons import batches, choices, season_of
from booking.retreats.rules.building import quotas_of
from booking.retreats.schemas_seasons import (
    AboutPart,
    BatchRequest,
    CalendarPart,
    DraftRequest,
    EligibilityPart,
    EndRequest,
    OverrideRequest,
    RoomsRequest,
    SeasonEdit,
    SharesPart,
    SourceRequest,
    SourcesPart,
    SubsidyPart,
)
from booking.retreats.service.quotas import set_quota
from booking.retreats.service.seasons.drafting import draft_season
from booking.retreats.service.seasons.editing import edit_season
from booking.retreats.service.seasons.ending import cancel_season, restore_draft
from booking.retreats.service.seasons.publishing import publish_season
from booking.rooms.catalogue import NoRoomsHere, RoomTypeNotFound
from booking.rooms.errors import DatesCross, NotOnSale, PoolShort
from booking.rooms.models import Allotment, AllotmentNight
from booking.rooms.rules.nights import date_of
from booking.web.principal import Principal
from tests.databases import NOON, Driver
from tests.retreats import season as data
from tests.retreats.season import CODE, SEASON, Town, everybody, open_season, populate
from tests.rooms.house import DOUBLE, HOUSE, PUBLIC, TWIN, day


def ask(**more: Any) -> DraftRequest:
    usual: dict[str, Any] = {"code": "2027-autumn", "title": "2027 年秋季疗休养", "place": HOUSE}
    return DraftRequest(**(usual | more))


def rooms(**more: Any) -> RoomsRequest:
    return RoomsRequest(**({"type": TWIN, "rooms": 4, "beds": 2, "price_fen": 90000} | more))


def batch(first: int = 22, nights: int = 3, **more: Any) -> BatchRequest:
    terms: dict[str, Any] = {
        "name": "第一批",
        "arrival": day(first),
        "departure": day(first + nights),
        "rooms": [rooms()],
    }
    return BatchRequest(**(terms | more))


def sources(*named: tuple[str, str, int, str]) -> SourcesPart:
    found = [
        SourceRequest(lottery=lottery, issue=issue, day=day(ahead), fallback=instead)  # type: ignore[arg-type]
        for lottery, issue, ahead, instead in named
    ]
    return SourcesPart(sources=found)


def calendar(**days: float) -> CalendarPart:
    usual = {"opens_at": 0, "closes_at": 5, "freezes_at": 6, "publishes_at": 9, "confirm_by": 12}
    usual |= {"second_confirm_by": 15, "last_confirm_by": 18}
    return CalendarPart(
        **{name: NOON + timedelta(days=ahead) for name, ahead in (usual | days).items()}, remind_hours=24
    )


def complete(version: int = 0, **parts: Any) -> SeasonEdit:
    """Everything that a draft needs to be published."""
    usual: dict[str, Any] = {
        "about": AboutPart(
            title="2027 年秋季疗休养", document="甬工发 2026 年 18 号", clause="第四条", most_choices=5, most_together=2
        ),
        "calendar": calendar(),
        "batches": [batch()],
        "shares": SharesPart(policy="minimum", enterprise_heads=3),
        "eligibility": EligibilityPart(dues_required=True, rest_years=1),
        "subsidy": SubsidyPart(subsidy_fen=60000, subsidy_document="甬工发 2026 年 18 号", subsidy_clause="第九条"),
        "sources": sources(("kl8", "2026325", 7, "2026326"), ("ssq", "2026140", 8, "2026141")),
    }
    return SeasonEdit(version=version, **(usual | parts))


@pytest.fixture
def town(driver: Driver) -> Town:
    return driver.run(populate)


@pytest.fixture
def draft(driver: Driver, town: Town) -> Season:
    """A draft that could be published."""
    driver.run(draft_season, town.officer, ask())
    return driver.run(edit_season, town.officer, "2027-autumn", complete())


def codes(driver: Driver, code: str = "2027-autumn") -> list[tuple[str, str]]:
    def read(tx: ReadSession) -> list[tuple[str, str]]:
        return [(one.part, one.error.code) for one in faults(tx, driver.clock.now, season_of(tx, code, drafts=True))]

    return driver.read(read)


def pool_of(tx: ReadSession, pool: int | None, type_id: int) -> dict[date, tuple[int, int]]:
    row = AllotmentNight
    found = tx.all(select(row).where(row.allotment_id == pool, row.type_id == type_id).order_by(row.night))
    return {date_of(one.night): (one.capacity, one.taken) for one in found}


class TestDraft:
    def test_has_usual_terms_and_is_not_yet_to_be_published(self, driver: Driver, town: Town) -> None:
        season = driver.run(draft_season, town.officer, ask())
        assert (season.status, season.version, season.allotment_id) == ("draft", 0, None)
        assert season.opens_at == datetime.fromisoformat("2026-12-02T09:00+08:00")
        assert {part for part, _ in codes(driver)} == {"batches", "sources"}
        with pytest.raises(errors.SeasonNotFound):
            driver.read(season_of, season.code)

    def test_is_for_officers_of_the_whole_federation(self, driver: Driver, town: Town) -> None:
        for who in (town.district, town.workers[0], town.house.desk):
            with pytest.raises(errors.NotAnOfficer):
                driver.run(draft_season, who, ask())

    @pytest.mark.parametrize(
        ("more", "refusal"),
        [
            ({"code": "Spring!"}, BadCode),
            ({"code": "new"}, CodeReserved),
            ({"code": CODE}, CodeTaken),
            ({"place": 1}, NoRoomsHere),
            ({"copy_of": "2019-spring"}, errors.SeasonNotFound),
        ],
    )
    def test_is_refused(self, driver: Driver, town: Town, more: dict[str, Any], refusal: type[BookingError]) -> None:
        driver.run(data.draft_season)
        with pytest.raises(refusal):
            driver.run(draft_season, town.officer, ask(**more))

    def test_copies_terms_and_batches_half_a_year_later(self, driver: Driver, town: Town) -> None:
        model = driver.run(open_season)
        made = driver.run(draft_season, town.officer, ask(copy_of=CODE))
        half_year = timedelta(weeks=26)
        assert (made.status, made.allotment_id, made.document) == ("draft", None, model.document)
        assert (made.opens_at, made.last_confirm_by) == (NOON + half_year, model.last_confirm_by + half_year)
        assert [tuple(one) for one in made.sources] == [("kl8", "", "2027-06-02", ""), ("ssq", "", "2027-06-03", "")]
        assert made.free_categories == ["model_worker"]
        before, after = driver.read(choices, model.id), driver.read(choices, made.id)
        assert [one.arrival + half_year.days for one in before] == [one.arrival for one in after]
        assert [(one.rooms, one.guarantees) for one in before] == [(one.rooms, one.guarantees) for one in after]
        assert [part for part, _ in codes(driver)][-2:] == ["sources", "sources"]


class TestEdit:
    def test_changes_every_part_and_is_recorded(self, driver: Driver, town: Town, draft: Season) -> None:
        assert (draft.version, draft.document, draft.most_choices) == (1, "甬工发 2026 年 18 号", 5)
        assert (draft.enterprise_heads, draft.dues_required, draft.subsidy_fen, draft.bits) == (3, True, 60000, 80)
        assert tuple(draft.sources[0]) == ("kl8", "2026325", "2026-12-02", "2026326")
        assert draft.last_confirm_by == NOON + timedelta(days=18)
        assert [(one.number, one.name) for one in driver.read(batches, draft.id)] == [(1, "第一批")]
        assert codes(driver) == []
        actions = driver.read(lambda tx: [row.action for row in tx.all(select(AuditEntry).order_by(AuditEntry.id))])
        assert actions == ["retreat.drafted", "retreat.edited"]

    def test_the_second_of_two_officers_is_told(self, driver: Driver, town: Town, draft: Season) -> None:
        part = SharesPart(policy="over", enterprise_heads=9)
        driver.run(edit_season, town.officer, draft.code, SeasonEdit(version=draft.version, shares=part))
        with pytest.raises(errors.SeasonChanged):
            driver.run(edit_season, town.officer, draft.code, complete(draft.version))
        assert driver.read(season_of, draft.code, drafts=True).policy == "over"

    async def test_of_two_at_once_one_wins(self, database: Database) -> None:
        town = await database.write(populate)
        await database.write(draft_season, town.officer, ask())
        edits = [SeasonEdit(version=0, shares=SharesPart(policy="over", enterprise_heads=n)) for n in (1, 2, 3)]
        done = await asyncio.gather(
            *(database.write(edit_season, town.officer, "2027-autumn", edit) for edit in edits), return_exceptions=True
        )
        assert sum(isinstance(one, errors.SeasonChanged) for one in done) == 2
        (won,) = (one for one in done if isinstance(one, Season))
        assert (await database.read(season_of, "2027-autumn", drafts=True)).enterprise_heads == won.enterprise_heads

    @pytest.mark.parametrize(
        ("parts", "refusal"),
        [
            ({"calendar": calendar(closes_at=7)}, errors_seasons.CalendarCrosses),
            ({"calendar": calendar(confirm_by=9)}, errors_seasons.CalendarCrosses),
            ({"batches": [batch(nights=0)]}, DatesCross),
            ({"batches": [batch(rooms=[rooms(rooms=11)])]}, errors_seasons.MoreRoomsThanThere),
            ({"batches": [batch(rooms=[rooms(beds=3)])]}, errors_seasons.MoreBedsThanSleep),
            ({"batches": [batch(rooms=[rooms(), rooms()])]}, errors_seasons.BatchTwice),
            ({"batches": [batch(rooms=[rooms(type=77)])]}, RoomTypeNotFound),
        ],
    )
    def test_is_refused(
        self, driver: Driver, town: Town, draft: Season, parts: dict[str, Any], refusal: type[BookingError]
    ) -> None:
        with pytest.raises(refusal):
            driver.run(edit_season, town.officer, draft.code, complete(draft.version, **parts))
        assert driver.read(season_of, draft.code, drafts=True).version == draft.version


class TestCheck:
    @pytest.mark.parametrize(
        ("parts", "found"),
        [
            ({"batches": []}, [("batches", "no_batches")]),
            ({"batches": [batch(rooms=[])]}, [("batches", "batch_without_rooms")]),
            ({"batches": [batch(58)]}, [("batches", "not_on_sale")]),
            ({"batches": [batch(17)]}, [("calendar", "calendar_crosses")]),
            (
                {"calendar": calendar(opens_at=-9, closes_at=-5)},
                [("calendar", "closes_in_past")],
            ),
            (
                {"batches": [batch(rooms=[rooms(guarantees={"frontline": 7, "model_worker": 2})])]},
                [("shares", "guarantees_too_many")],
            ),
            ({"subsidy": SubsidyPart(subsidy_fen=1)}, [("subsidy", "subsidy_unsourced")]),
            ({"subsidy": SubsidyPart(subsidy_fen=0)}, []),
            ({"sources": SourcesPart()}, [("sources", "draw_entropy")]),
            ({"sources": sources(("kl8", "1", 7, "2"))}, [("sources", "draw_entropy")]),
            ({"sources": sources(("kl8", "1", 7, "2"), ("kl8", "3", 7, "4"))}, []),
            ({"sources": sources(("kl8", "1", 7, "2"), ("kl8", "2", 8, "3"))}, [("sources", "source_twice")]),
            ({"sources": sources(("kl8", "1", 7, "1"), ("ssq", "1", 7, "2"))}, [("sources", "source_twice")]),
            ({"sources": sources(("kl8", "1", 7, ""), ("ssq", "1", 7, "2"))}, [("sources", "source_unnamed")]),
            ({"sources": sources(("kl8", "1", 6, "2"), ("ssq", "1", 7, "2"))}, [("sources", "source_day_outside")]),
            ({"sources": sources(("kl8", "1", 9, "2"), ("ssq", "1", 7, "2"))}, [("sources", "source_day_outside")]),
            (
                {"batches": [batch(22), batch(24), batch(24, rooms=[rooms(rooms=2)])]},
                [("batches", "pool_short")],
            ),
        ],
    )
    def test_finds_what_is_wrong(
        self, driver: Driver, town: Town, draft: Season, parts: dict[str, Any], found: list[tuple[str, str]]
    ) -> None:
        driver.run(edit_season, town.officer, draft.code, complete(draft.version, **parts))
        assert codes(driver) == found

    def test_names_the_night_and_the_numbers(self, driver: Driver, town: Town, draft: Season) -> None:
        """Nine of ten twins are the public's: batches that overlap for one night want ten of them."""
        two = [batch(22), batch(24, rooms=[rooms(rooms=6)])]
        driver.run(edit_season, town.officer, draft.code, complete(draft.version, batches=two))

        def read(tx: ReadSession) -> BookingError:
            return faults(tx, NOON, season_of(tx, draft.code, drafts=True))[0].error

        error = driver.read(read)
        assert (error.params["night"].day, error.params["free"], error.params["asked"]) == (day(24), 9, 10)
        with pytest.raises(PoolShort):
            driver.run(publish_season, town.officer, draft.code, draft.version + 1)


class TestPublish:
    def test_moves_rooms_for_all_nights_and_writes_the_first_step(
        self, driver: Driver, town: Town, draft: Season
    ) -> None:
        season = driver.run(publish_season, town.officer, draft.code, draft.version)
        assert (season.status, season.version) == ("open", draft.version + 1)
        nights = [day(22), day(23), day(24)]
        assert driver.read(pool_of, season.allotment_id, TWIN) == dict.fromkeys(nights, (4, 0))
        public = driver.read(pool_of, PUBLIC, TWIN)
        assert {public[night] for night in nights} == {(5, 0)}
        assert public[day(25)] == public[day(21)] == (9, 0)
        pool = driver.read(lambda tx: tx.get(Allotment, place_id=HOUSE, id=season.allotment_id))
        assert pool is not None
        assert (pool.kind, pool.code, pool.release_days) == ("retreat", "2027-autumn", 3)
        (step,) = driver.read(lambda tx: tx.all(select(DrawStep)))
        assert (step.number, step.kind, step.by) == (1, "opened", town.officer.member_id)
        assert step.detail == {"places": 8, "rooms": [[1, "twin", 4]]}
        actions = driver.read(lambda tx: [row.action for row in tx.all(select(AuditEntry).order_by(AuditEntry.id))])
        assert actions[-1] == "retreat.opened"
        assert driver.read(season_of, draft.code).id == season.id

    def test_refuses_as_a_whole(self, driver: Driver, town: Town, draft: Season) -> None:
        for parts, refusal in (
            ({"sources": sources(("ssq", "1", 7, "2"))}, TooLittleEntropy),
            ({"batches": [batch(59)]}, NotOnSale),
        ):
            now = driver.read(season_of, draft.code, drafts=True)
            driver.run(edit_season, town.officer, draft.code, complete(now.version, **parts))
            with pytest.raises(refusal):
                driver.run(publish_season, town.officer, draft.code, now.version + 1)
        assert driver.read(lambda tx: tx.all(select(Allotment).where(Allotment.kind == "retreat"))) == []

    def test_is_for_the_version_that_the_officer_saw(self, driver: Driver, town: Town, draft: Season) -> None:
        with pytest.raises(errors.SeasonChanged):
            driver.run(publish_season, town.officer, draft.code, draft.version - 1)
        with pytest.raises(errors.NotAnOfficer):
            driver.run(publish_season, town.district, draft.code, draft.version)

    def test_happens_once_and_then_nothing_is_edited(self, driver: Driver, town: Town, draft: Season) -> None:
        season = driver.run(publish_season, town.officer, draft.code, draft.version)
        for refused in (publish_season,):
            with pytest.raises(errors.WrongSeasonStatus):
                driver.run(refused, town.officer, draft.code, season.version)
        with pytest.raises(errors.WrongSeasonStatus):
            driver.run(edit_season, town.officer, draft.code, complete(season.version))

    async def test_of_two_at_once_one_opens_it(self, database: Database) -> None:
        town = await database.write(populate)
        await database.write(draft_season, town.officer, ask())
        season = await database.write(edit_season, town.officer, "2027-autumn", complete())
        done = await asyncio.gather(
            *(database.write(publish_season, town.officer, season.code, season.version) for _ in range(3)),
            return_exceptions=True,
        )
        refused = [one for one in done if isinstance(one, errors.SeasonChanged | errors.WrongSeasonStatus)]
        assert len(refused) == 2, done
        assert len(await database.read(lambda tx: tx.all(select(DrawStep)))) == 1


class TestEnd:
    def test_a_draft_is_put_away_and_brought_back(self, driver: Driver, town: Town, draft: Season) -> None:
        away = driver.run(cancel_season, town.officer, draft.code, EndRequest(version=draft.version))
        assert away.status == "cancelled"
        with pytest.raises(errors.SeasonNotFound):
            driver.read(season_of, draft.code)
        with pytest.raises(errors.WrongSeasonStatus):
            driver.run(cancel_season, town.officer, draft.code, EndRequest(version=away.version))
        assert driver.run(restore_draft, town.officer, draft.code).status == "draft"
        with pytest.raises(errors_seasons.NotDiscarded):
            driver.run(restore_draft, town.officer, draft.code)

    def test_an_open_season_is_cancelled_with_a_reason(self, driver: Driver, town: Town) -> None:
        season = driver.run(open_season)
        driver.run(everybody, season, town)
        with pytest.raises(errors_seasons.ReasonNeeded):
            driver.run(cancel_season, town.officer, CODE, EndRequest(version=season.version))
        request = EndRequest(version=season.version, reason="台风损坏了客房")
        after = driver.run(cancel_season, town.officer, CODE, request)
        assert after.status == "cancelled"
        assert driver.read(season_of, CODE).id == SEASON
        assert set(driver.read(pool_of, PUBLIC, TWIN).values()) == {(9, 0)}
        assert {capacity for capacity, _ in driver.read(pool_of, data.POOL, DOUBLE).values()} == {0}
        told = driver.read(lambda tx: tx.all(select(InboxMessage).where(InboxMessage.kind == "retreat.cancelled")))
        assert len(told) == 32
        assert told[0].params["reason"] == "台风损坏了客房"
        steps = driver.read(lambda tx: tx.all(select(DrawStep).order_by(DrawStep.number)))
        assert [(step.number, step.kind) for step in steps] == [(1, "opened"), (2, "cancelled")]
        with pytest.raises(errors_seasons.NotDiscarded):
            driver.run(restore_draft, town.officer, CODE)

    def test_not_once_it_is_frozen(self, driver: Driver, town: Town) -> None:
        season = driver.run(open_season, status="frozen")
        with pytest.raises(errors.WrongSeasonStatus):
            driver.run(cancel_season, town.officer, CODE, EndRequest(version=season.version, reason="不办了"))


def quota(driver: Driver, by: Principal, organisation: str, heads: int | None, reason: str = "新厂投产") -> int:
    return driver.run(set_quota, by, CODE, OverrideRequest(organisation=organisation, heads=heads, reason=reason))


class TestQuota:
    def test_the_latest_counts_and_all_stay_visible(self, driver: Driver, town: Town) -> None:
        season = driver.run(open_season)
        for heads, reason in ((9, "新厂投产"), (7, "厂里只来一半"), (None, "按会员人数分")):
            quota(driver, town.officer, "330211021", heads, reason)
        quota(driver, town.officer, "330206", 3)
        assert driver.read(overrides_of, season.id) == {"330206": 3}
        history = driver.read(override_history, season.id)
        assert [(one.code, one.heads, one.reason, one.by) for one in history] == [
            ("330211021", 9, "新厂投产", "顾海"),
            ("330211021", 7, "厂里只来一半", "顾海"),
            ("330211021", None, "按会员人数分", "顾海"),
            ("330206", 3, "新厂投产", "顾海"),
        ]
        assert driver.read(season_of, CODE).version == season.version + 4

    def test_stands_in_the_split(self, driver: Driver, town: Town) -> None:
        season = driver.run(open_season)
        driver.run(everybody, season, town)
        quota(driver, town.officer, "330211021", 2)

        def read(tx: ReadSession) -> dict[str, tuple[int, bool]]:
            known = quotas_of(choices(tx, season.id), tree(tx), heads_of(tx, season.id), overrides_of(tx, season.id))
            return {one.code: (one.heads, one.is_satisfied) for one in known}

        assert driver.read(read) == {
            "330200": (32, True),
            "330211": (16, True),
            "330211021": (2, False),
            "330211022": (8, True),
            "330206": (16, True),
            "330206031": (8, True),
            "330206032": (8, True),
        }

    @pytest.mark.parametrize(
        ("organisation", "refusal"), [("330200", errors_seasons.QuotaOfTheCity), ("999", NoSuchOrganisation)]
    )
    def test_is_refused(self, driver: Driver, town: Town, organisation: str, refusal: type[BookingError]) -> None:
        driver.run(open_season)
        with pytest.raises(refusal):
            quota(driver, town.officer, organisation, 3)
        with pytest.raises(errors.NotAnOfficer):
            quota(driver, town.district, "330211", 3)

    def test_not_once_it_is_frozen(self, driver: Driver, town: Town) -> None:
        driver.run(open_season, status="frozen")
        with pytest.raises(errors.WrongSeasonStatus):
            quota(driver, town.officer, "330211", 3)
