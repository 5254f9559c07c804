"""Who may apply, by one rule after the other."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from booking.db import WriteSession
from booking.members.models import MemberCategory
from booking.retreats import errors
from booking.retreats.models import RetreatPast
from booking.retreats.queries.seasons import choice_of, choices, facts_of, season_of, season_year
from booking.retreats.rules.eligibility import Facts, why_not
from tests.databases import NOON, Driver
from tests.retreats.season import CODE, draft_season, open_season, populate
from tests.rooms.house import TWIN, add


@dataclass
class Conditions:
    title: str = "2027 年春季疗休养"
    title_en: str = "Spring retreats 2027"
    document: str = "甬工发 2026 年 18 号"
    clause: str = "第四条"
    dues_required: bool = True
    categories: list[str] = field(default_factory=list)
    organisation_kinds: list[str] = field(default_factory=list)
    rest_years: int = 2
    closes_at: datetime = NOON + timedelta(days=5)
    freezes_at: datetime = NOON + timedelta(days=6)


WORKER = Facts(
    member_id=1,
    sex="female",
    organisation_id=211,
    organisation="330211021-e211",
    organisation_kind="enterprise",
    categories=("frontline",),
    dues_paid_until=date(2026, 11, 30),
    retreat_year=None,
    season_year=2027,
)


def refusal(facts: dict[str, Any] | None = None, **conditions: Any) -> tuple[str, dict[str, Any]] | None:
    found = why_not(Conditions(**conditions), replace(WORKER, **(facts or {})))
    return None if found is None else (found.code, found.params)


class TestWhyNot:
    def test_whoever_meets_all_conditions_may(self) -> None:
        assert refusal(categories=["frontline", "model_worker"], organisation_kinds=["enterprise"]) is None

    def test_dues_must_be_paid_until_the_last_day_of_applications(self) -> None:
        assert refusal() is None
        code, params = refusal({"dues_paid_until": date(2026, 11, 29)}) or ("", {})
        assert (code, params["needed"].day, params["paid"].day) == (
            "dues_unpaid",
            date(2026, 11, 30),
            date(2026, 11, 29),
        )
        assert (refusal({"dues_paid_until": None}) or [""])[0] == "dues_unpaid"
        assert refusal({"dues_paid_until": None}, dues_required=False) is None

    @pytest.mark.parametrize(("last", "again"), [(2027, 2030), (2026, 2029), (2025, 2028), (2024, None), (None, None)])
    def test_so_many_whole_years_must_lie_between(self, last: int | None, again: int | None) -> None:
        found = refusal({"retreat_year": last})
        assert (found and (found[0], found[1]["again"])) == (again and ("rest_years", again))

    def test_none_need_lie_between_if_the_season_says_so(self) -> None:
        assert refusal({"retreat_year": 2026}, rest_years=0) is None

    def test_one_of_the_categories_is_enough_and_another_none(self) -> None:
        code, params = refusal(categories=["model_worker", "hardship"]) or ("", {})
        assert (code, params["categories"]) == ("category_needed", ["劳动模范", "困难职工"])
        assert params["until"].at == NOON + timedelta(days=6)

    def test_the_organisation_must_be_of_a_kind(self) -> None:
        code, params = refusal({"organisation_kind": "village"}, organisation_kinds=["enterprise", "park"]) or ("", {})
        assert (code, params["kind"]) == ("organisation_kind_needed", ["村工会"])

    def test_whoever_left_may_not(self) -> None:
        assert (refusal({"is_member": False}) or [""])[0] == "member_left"


class TestFacts:
    def test_only_verified_categories_count(self, driver: Driver) -> None:
        town, season = driver.run(populate), driver.run(open_season)
        talents = [town.of(211)[2].member_id, town.of(212)[2].member_id]
        found = driver.read(facts_of, season, talents)
        assert [found[one].categories for one in talents] == [("sci_tech_talent",), ()]

    def test_are_those_of_the_database(self, driver: Driver) -> None:
        town, season = driver.run(populate), driver.run(open_season)
        one, paid_late = town.of(222)[0], town.of(222)[4]

        def happened(tx: WriteSession, now: datetime) -> None:
            past = {"ranked": 3, "won": True, "declined": False, "declined_late": False, "did_not_come": False}
            for code, year in (("2024", 2024), ("2025", 2025)):
                draft_season(tx, now, id=int(code), code=code)
                row = {"member_id": one.member_id, "season_id": int(code), "retreat_on": date(year, 5, 1), "at": now}
                add(tx, RetreatPast, [row | past])
            add(tx, MemberCategory, [{"member_id": one.member_id, "category": "hardship", "verified_at": now}])

        driver.run(happened)
        found = driver.read(facts_of, season, [one.member_id, paid_late.member_id, 123456])
        assert set(found) == {one.member_id, paid_late.member_id}
        assert found[one.member_id] == Facts(
            member_id=one.member_id,
            sex="female",
            organisation_id=222,
            organisation="330211022-e222",
            organisation_kind="enterprise",
            categories=("frontline", "hardship"),
            dues_paid_until=date(2027, 12, 31),
            retreat_year=2025,
            season_year=2026,
        )
        assert found[paid_late.member_id].dues_paid_until == date(2025, 12, 31)


class TestSeasons:
    def test_a_draft_is_found_only_by_those_who_ask_for_drafts(self, driver: Driver) -> None:
        driver.run(populate)
        draft = driver.run(draft_season)
        with pytest.raises(errors.SeasonNotFound):
            driver.read(season_of, CODE)
        assert driver.read(season_of, CODE, drafts=True).id == draft.id

    def test_choices_come_in_the_order_of_the_draw(self, driver: Driver) -> None:
        driver.run(populate)
        season = driver.run(open_season)
        known = driver.read(choices, season.id)
        assert [(one.batch, one.type) for one in known] == [
            (batch, kind) for batch in (1, 2, 3) for kind in ("twin", "double")
        ]
        assert choice_of(known, 2, TWIN).guarantees == {"frontline": 2, "sci_tech_talent": 1}
        with pytest.raises(errors.UnknownChoice):
            choice_of(known, 4, TWIN)
        assert driver.read(season_year, season) == 2026
