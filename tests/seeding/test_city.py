"""The demo city that is shipped: fit to load, and true to the published figures."""

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest

from booking.seeding.reading import read_city
from booking.seeding.rows import City
from fixtures.city.make_organisations import FILE, leaves
from fixtures.city.make_rooms import FILE as ROOMS
from fixtures.city.make_rooms import rooms

CITY = Path(__file__).parents[2] / "fixtures" / "city"


@pytest.fixture(scope="module")
def city() -> City:
    return read_city(CITY)


class TestFigures:
    def test_the_tree_has_its_published_size(self, city: City) -> None:
        kinds = Counter(organisation.kind for organisation in city.organisations)
        assert kinds["city"] == 1
        assert (kinds["district"], kinds["park"], kinds["township"]) == (11, 5, 152)
        assert kinds["village"] + kinds["community"] == 5_450
        assert kinds["enterprise"] == 4_886
        assert sum(organisation.members for organisation in city.organisations) == 3_550_000
        assert min(one.members for one in city.organisations if one.kind == "enterprise") >= 200

    def test_every_place_is_there(self, city: City) -> None:
        kinds = Counter(place.kind for place in city.places)
        assert kinds == {"culture_centre": 12, "cultural_palace": 11, "plaza": 1, "sanatorium": 1}
        palaces = {place.district for place in city.places if place.kind == "cultural_palace"}
        assert palaces == {one.code for one in city.organisations if one.kind == "district"}

    def test_zhenhai_has_its_published_figures(self, city: City) -> None:
        (zhenhai,) = (place for place in city.places if place.code == "zhenhai")
        assert zhenhai.floor_area == 4_500
        assert {"floor_area", "name", "description"}.isdisjoint(zhenhai.assumed)
        sports = {facility.sport for facility in city.facilities if facility.place == "zhenhai"}
        assert sports == {"reading", "internet", "table_tennis", "billiards", "basketball", "badminton"}

    def test_the_plaza_has_its_four_programmes(self, city: City) -> None:
        programme = {sport.code: sport.programme for sport in city.sports}
        plaza = {programme[facility.sport] for facility in city.facilities if facility.place == "plaza"}
        assert plaza == {"health_sport", "culture", "education", "leisure"}

    def test_there_are_several_hundred_courts(self, city: City) -> None:
        units = {(court.place, court.facility, unit) for court in city.courts for unit in court.units}
        assert 350 <= len(units) <= 620

    def test_each_full_court_is_two_halves(self, city: City) -> None:
        halves = {(court.place, *court.units) for court in city.courts if court.kind == "half"}
        full = [court for court in city.courts if court.kind == "full"]
        assert len(full) >= 12
        assert halves == {(court.place, unit) for court in full for unit in court.units}

    def test_every_place_has_a_court_or_room_without_steps(self, city: City) -> None:
        assert {court.place for court in city.courts if court.accessible} == {place.code for place in city.places}

    def test_one_demo_account_of_each_role(self, city: City) -> None:
        roles = {role.partition("@")[0] for account in city.accounts for role in account.roles}
        assert {"venue_manager", "sanatorium_desk", "federation_officer", "gate_keeper", "administrator"} == roles
        assert sum(not account.roles for account in city.accounts) == 2
        assert all(account.number.startswith("demo-") and "演示" in account.name for account in city.accounts)


class TestHouse:
    def test_the_sanatorium_has_about_300_rooms_of_several_types(self, city: City) -> None:
        kinds = Counter(room.type for room in city.rooms)
        assert sum(kinds.values()) == 300
        assert set(kinds) == {"twin", "double", "family", "accessible", "suite"}
        assert {room.type for room in city.rooms if room.accessible} == {"accessible"}

    def test_what_is_not_published_says_so(self, city: City) -> None:
        assert all(row.assumed == ("all",) for row in city.hotels)
        assert all(row.assumed == ("all",) for row in city.room_types)
        assert all(row.assumed == ("all",) for row in city.extras)
        assert all(row.assumed == ("all",) for row in city.allotments)

    def test_the_rooms_are_what_the_script_makes(self) -> None:
        with ROOMS.open(encoding="utf-8", newline="") as file:
            _, *rows = csv.reader(file)
        assert [tuple(row) for row in rows] == rooms()


class TestCalendar:
    def test_it_agrees_with_the_official_holidays(self, city: City) -> None:
        official = holidays.country_holidays("CN", years=(2026, 2027))
        marked = {row.day: row.kind for row in city.calendar}
        assert {day for day in official if marked.get(day) != "holiday"} == set()
        weekend_or_official = [day for day, kind in marked.items() if kind == "workday" or day in official]
        assert all(day.isoweekday() >= 6 for day in marked if day not in weekend_or_official)

    def test_days_worked_in_exchange_are_the_official_ones(self, city: City) -> None:
        china = holidays.country_holidays("CN", years=2026)
        exchanged = {row.day for row in city.calendar if row.kind == "workday"}
        days = (date(2026, 1, 1) + timedelta(n) for n in range(365))
        assert exchanged == {day for day in days if day.isoweekday() >= 6 and china.is_working_day(day)}

    def test_what_is_not_published_yet_says_so(self, city: City) -> None:
        guessed = [row.day for row in city.calendar if row.assumed]
        assert guessed
        assert all(day.year == 2027 for day in guessed)


class TestOrganisations:
    def test_the_made_up_ones_are_what_the_script_makes(self) -> None:
        with FILE.open(encoding="utf-8", newline="") as file:
            _, *rows = csv.reader(file)
        upper = [row for row in rows if row[2] in ("city", "district", "park", "township")]
        made = leaves(upper)
        assert rows == [row for above in upper for row in (above, *made.get(above[0], ()))]

    def test_what_is_made_up_says_so(self, city: City) -> None:
        leaf = ("village", "community", "enterprise")
        assert all(one.assumed == ("all",) for one in city.organisations if one.kind in leaf)

    def test_names_are_not_given_twice(self, city: City) -> None:
        enterprises = [one.name for one in city.organisations if one.kind == "enterprise"]
        assert len(set(enterprises)) == len(enterprises)
        below = [(one.parent, one.name) for one in city.organisations]
        assert len(set(below)) == len(below)
