"""The commands that describe places and name who works there, against a migrated file."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from booking.audit.models import AuditEntry
from booking.cli import main
from booking.db import ReadSession
from booking.members.models import OneTimeCode, RoleGrant
from booking.places.catalogue import places
from booking.venues.catalogue import FacilityFacts, venues
from tests.databases import Driver, SettableClock, SqliteFiles
from tests.venues.bookings import add_booking
from tests.venues.city import CENTRE, populate


class Shell:
    """Runs commands on a database with the small city in it."""

    def __init__(self, url: str) -> None:
        self.driver = Driver(url, SettableClock())
        self.city = self.driver.run(populate)
        self.env = {"BOOKING_DATABASE": url, "LANG": "en_GB.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}

    def try_(self, *words: str, **env: str) -> Result:
        return CliRunner().invoke(main, list(words), env=self.env | env)

    def do(self, *words: str) -> str:
        result = self.try_(*words)
        assert result.exit_code == 0, result.output
        return result.output

    def facility(self, code: str) -> FacilityFacts:
        known = self.driver.read(venues)
        return next(facts for facts in known.by_place[CENTRE] if facts.facility.code == code)


@pytest.fixture
def shell(sqlite_files: SqliteFiles, tmp_path: Path) -> Iterator[Shell]:
    """A shell on a database of its own."""
    made = Shell(sqlite_files.fresh(tmp_path))
    yield made
    made.driver.close()


class TestHelp:
    def test_every_command_says_what_it_does_in_both_languages(self, shell: Shell) -> None:
        for group in ("place", "zone", "facility", "court", "hours", "policy", "calendar", "staff", "members", "gate"):
            listed = re.findall(r"^  (\w+) ", shell.do(group, "--help").split("Commands:")[1], re.MULTILINE)
            assert listed
            for command in listed:
                text = shell.do(group, command, "--help")
                assert re.search("[A-Z][a-z]+ .+\\.", text), text
                assert re.search("[\u4e00-\u9fff].+。", text), text


class TestDescribing:
    def test_a_place_from_nothing_to_its_first_hour(self, shell: Shell, tmp_path: Path) -> None:
        assert "made place beilun" in shell.do(
            "place", "put", "beilun", "--kind", "cultural_palace", "--name", "北仑", "--name-en", "Beilun",
            "--district", "330205", "--address", "新碶", "--latitude", "29.9", "--longitude", "121.83",
        )  # fmt: skip
        assert "made zone hall" in shell.do("zone", "put", "beilun", "hall", "--name", "馆", "--name-en", "Hall")
        made = ("--zone", "hall", "--name", "篮球", "--name-en", "Basketball", "--sport", "basketball")
        shell.do("facility", "put", "beilun", "ball", *made, "--kind", "exclusive", "--policy", "ball-court")
        for code, kind, units in (("A", "full", ("A1", "A2")), ("A1", "half", ()), ("A2", "half", ())):
            words = [word for unit in units for word in ("--units", unit)]
            named = ("--name", f"{code}场", "--name-en", code, "--kind", kind)
            shell.do("court", "put", "beilun", "ball", code, *named, *words)
        shell.do("hours", "put", "beilun", "ball", "12345 08:00-12:00", "67holiday 09:00-00:00 2027-01-01..2027-12-31")
        known = shell.driver.read(venues)
        [facts] = known.by_place[known.places.coded("beilun").id]
        assert {court.code: court.units for court in facts.courts.values()} == {"A": [1, 2], "A1": [1], "A2": [2]}
        assert [(rule.days, f"{rule.closes:%H:%M}", rule.from_day is None) for rule in facts.opening] == [
            ("12345", "12:00", True),
            ("67holiday", "00:00", False),
        ]
        assert "retired court A" in shell.do("court", "retire", "beilun", "ball", "A")
        shell.do("facility", "retire", "beilun", "ball")
        shell.do("zone", "retire", "beilun", "hall")
        assert "retired place beilun" in shell.do("place", "retire", "beilun")

    def test_what_is_left_out_stays(self, shell: Shell) -> None:
        assert "changed zone courts of zhenhai" in shell.do(
            "zone", "put", "zhenhai", "courts", "--capacity", "200", "--no-static-code"
        )
        zone = shell.driver.read(places).zones[CENTRE, 1]
        assert (zone.capacity, zone.static_code, zone.reentry, zone.name) == (200, False, True, "球类馆")
        shell.do("court", "put", "zhenhai", "basketball", "A", "--name", "大场")
        court = shell.facility("basketball").courts[1]
        assert (court.name, court.units, court.kind) == ("大场", [1, 2], "full")

    def test_rules_are_shown_edited_and_put(self, shell: Shell, tmp_path: Path) -> None:
        rules = json.loads(shell.do("policy", "show", "ball-court"))
        rules["clause"] = "第七条"
        file = tmp_path / "rules.json"
        file.write_text(json.dumps(rules), "utf-8")
        assert "changed policy ball-court" in shell.do("policy", "put", str(file))
        assert shell.facility("badminton").policy.clause == "第七条"
        file.write_text(json.dumps(rules | {"colour": "red"}), "utf-8")
        assert "colour" in shell.try_("policy", "put", str(file)).output
        file.write_text("{", "utf-8")
        assert shell.try_("policy", "put", str(file)).exit_code == 1
        file.write_text(json.dumps(rules | {"least_half_hours": 9}), "utf-8")
        refused = shell.try_("policy", "put", str(file))
        assert (refused.exit_code, "lengths_cross" in refused.output) == (1, True)

    def test_days_are_marked(self, shell: Shell) -> None:
        shell.do("calendar", "mark", "2027-02-06", "holiday", "--name", "春节", "--name-en", "Spring Festival")
        assert len(shell.driver.read(places).calendar) == 2
        shell.do("calendar", "mark", "2027-02-06", "none")
        assert len(shell.driver.read(places).calendar) == 1

    def test_the_log_names_the_command_line(self, shell: Shell) -> None:
        shell.do("zone", "put", "zhenhai", "pool", "--name", "泳池", "--name-en", "Pool")

        def actors(tx: ReadSession) -> set[tuple[str, str]]:
            return {(row.actor, row.action) for row in tx.execute(select(AuditEntry.actor, AuditEntry.action))}

        assert shell.driver.read(actors) == {("cli", "edited.zone")}


REFUSALS: list[tuple[tuple[str, ...], int, str]] = [
    (("zone", "put", "nowhere", "pool"), 1, "place_not_found: That place was not found"),
    (("zone", "put", "zhenhai", "pool"), 2, "something new needs --name, --name-en"),
    (("zone", "put", "zhenhai", "courts", "--capacity", "0"), 2, "$.capacity"),
    (("zone", "put", "zhenhai", "B!", "--name", "x", "--name-en", "x"), 1, "bad_code: A code has"),
    (("zone", "retire", "zhenhai", "courts"), 1, "still_in_use: 2 are still in use (facilities)"),
    (("facility", "retire", "zhenhai", "curling"), 1, "facility_not_found"),
    (("court", "retire", "zhenhai", "badminton", "9"), 1, "court_not_found"),
    (("hours", "put", "zhenhai", "badminton", "always"), 2, '"always" is not like'),
    (("hours", "put", "zhenhai", "badminton", "89 08:00-09:00"), 2, "$.hours[0].days"),
    (("hours", "put", "zhenhai", "badminton", "1 09:00-08:00"), 1, "hours_cross"),
    (("calendar", "mark", "soon", "holiday"), 2, "$.day"),
    (("policy", "show", "none"), 1, "policy_not_found"),
    (("staff", "grant", "m999", "venue_manager"), 1, "no_such_member"),
    (("staff", "grant", "m101", "king"), 2, "'king' is not one of"),
    (("members", "code", "m999"), 1, "no_such_member"),
    (("gate", "add", "zhenhai", "south", "--name", "南门", "--zone", "attic"), 1, "zone_not_found"),
]


class TestRefusals:
    def test_say_what_to_do_with_the_right_code(self, shell: Shell) -> None:
        for words, code, said in REFUSALS:
            result = shell.try_(*words)
            assert (result.exit_code, said in result.output) == (code, True), result.output
            assert "Traceback" not in result.output

    def test_are_chinese_where_the_operator_is(self, shell: Shell) -> None:
        assert "没有找到这个场馆" in shell.try_("zone", "put", "nowhere", "pool", LANG="zh_CN.UTF-8").output

    def test_an_unmigrated_file_is_named_as_such(self, shell: Shell, tmp_path: Path) -> None:
        result = shell.try_("place", "retire", "zhenhai", BOOKING_DATABASE=f"sqlite:///{tmp_path / 'empty.db'}")
        assert (result.exit_code, "booking migrate" in result.output) == (1, True)


class TestPeople:
    def test_roles_are_given_and_taken(self, shell: Shell) -> None:
        assert "m101 is now venue_manager" in shell.do("staff", "grant", "m101", "venue_manager", "--place", "zhenhai")
        again = shell.do("staff", "grant", "m101", "venue_manager", "--place", "zhenhai")
        assert "m101 was already venue_manager" in again
        grants = shell.driver.read(lambda tx: tx.all(select(RoleGrant).where(RoleGrant.member_id == 101)))
        assert [(one.role, one.scope_kind, one.scope_id, one.granted_by) for one in grants] == [
            ("venue_manager", "place", CENTRE, None)
        ]
        shell.do("staff", "grant", "m102", "federation_officer", "--organisation", "330211")
        shell.do("staff", "revoke", "m101", "venue_manager", "--place", "zhenhai")
        gone = shell.try_("staff", "revoke", "m101", "venue_manager", "--place", "zhenhai")
        assert (gone.exit_code, "no_such_grant" in gone.output) == (1, True)

    def test_a_code_is_printed_once_and_stored_as_a_hash(self, shell: Shell) -> None:
        said = shell.do("members", "code", "m101")
        found = re.match(r"(\d{6})  \(reset, good until \d\d:\d\d\)", said)
        assert found, said
        assert shell.driver.read(lambda tx: tx.get(OneTimeCode, member_id=101, purpose="reset")) is not None

    def test_a_gate_comes_with_the_code_that_enrols_it(self, shell: Shell) -> None:
        said = shell.do("gate", "add", "zhenhai", "south", "--name", "南门", "--zone", "courts", "--zone", "gym")
        assert "made gate south of zhenhai" in said
        assert re.search(r"/gate on the device and type \S+", said)
        taken = shell.try_("gate", "add", "zhenhai", "south", "--name", "南门", "--zone", "courts")
        assert (taken.exit_code, "gate_code_taken" in taken.output) == (1, True)


def test_what_is_booked_stays(shell: Shell) -> None:
    """The command line reads the machine's clock: the booking lies in a year that tests never see."""
    shell.driver.run(add_booking, starts=18, ends=19, day=date(2099, 11, 25))
    result = shell.try_("court", "retire", "zhenhai", "badminton", "1")
    assert (result.exit_code, "bookings_ahead" in result.output) == (1, True), result.output
