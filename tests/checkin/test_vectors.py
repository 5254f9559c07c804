"""fixtures/gates/vectors.json against the Python code; the browser's runs the same file."""

import json
from collections import Counter
from enum import EnumType
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import pytest

from booking.checkin.annulment import PastScan, annul
from booking.checkin.codes import (
    check_code,
    day_key,
    manual_code,
    pass_secret,
    read_manual_code,
    rotating_code,
    service_day,
)
from booking.checkin.decision import decide
from booking.checkin.facts import Gate, History, Need, Pass, Reason, Scan, Status, Verdict, Zone
from booking.checkin.presented import read
from booking.checkin.sentences import SENTENCES
from booking.checkin.tokens import PassKey, Token

FILE = Path(__file__).parents[2] / "fixtures/gates/vectors.json"
VECTORS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
DECISIONS = VECTORS["decisions"]
READINGS = VECTORS["readings"]
CODES = VECTORS["codes"]

Facts = TypeVar("Facts", Scan, Gate, Zone, Pass, History, PastScan, Token)


def named(cases: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in cases])


def facts(kind: type[Facts], plain: dict[str, Any]) -> Facts:
    hints = get_type_hints(kind)
    assert plain.keys() == hints.keys()
    return kind(**{name: typed(hints[name], value) for name, value in plain.items()})


def typed(hint: Any, value: Any) -> Any:
    if isinstance(hint, EnumType) or hint is bool:
        return hint(value)
    return tuple(value) if isinstance(value, list) else value


def plain(verdict: Verdict) -> dict[str, Any]:
    return {**verdict._asdict(), "reason": verdict.reason or "", "needs": list(verdict.needs)}


def facts_of_case(case: dict[str, Any]) -> tuple[Scan, Gate, Zone, Pass | None, History]:
    defaults, given = DECISIONS["defaults"], case["given"]

    def stated(kind: type[Facts], group: str) -> Facts:
        return facts(kind, {**defaults[group], **given.get(group, {})})

    known = None if given.get("pass") == "none" else stated(Pass, "pass")
    return stated(Scan, "scan"), stated(Gate, "gate"), stated(Zone, "zone"), known, stated(History, "past")


class TestDecisions:
    @named(DECISIONS["cases"])
    def test_verdict(self, case: dict[str, Any]) -> None:
        verdict = plain(decide(*facts_of_case(case)))
        assert {key: verdict[key] for key in case["expect"]} == case["expect"]

    def test_every_reason_every_need_and_every_sentence_has_a_case(self) -> None:
        expected = [case["expect"] for case in DECISIONS["cases"]]
        annulments = [case["expect"] for case in VECTORS["annulments"]["cases"]]
        assert len(expected) >= 120
        assert {e["reason"] for e in expected} == {*Reason, ""}
        assert {need for e in expected for need in e.get("needs", ())} == set(Need)
        assert {e["sentence"] for e in expected + annulments} == SENTENCES.keys()
        assert {e["status"] for e in expected} == set(Status)

    def test_names_are_unique(self) -> None:
        names = Counter(case["name"] for case in DECISIONS["cases"])
        assert names.most_common(1)[0][1] == 1

    def test_javascript_reads_every_number_exactly(self) -> None:
        def walk(value: Any) -> None:
            if isinstance(value, dict | list):
                for inner in value.values() if isinstance(value, dict) else value:
                    walk(inner)
            else:
                assert type(value) in (int, str)
                assert isinstance(value, str) or abs(value) < 2**53

        walk(VECTORS)


class TestAnnulments:
    @named(VECTORS["annulments"]["cases"])
    def test_verdict(self, case: dict[str, Any]) -> None:
        scan = facts(PastScan, {**VECTORS["annulments"]["defaults"], **case["given"]})
        verdict = plain(annul(scan, case["device_id"], case["at"]))
        assert {key: verdict[key] for key in case["expect"]} == case["expect"]


class TestReadings:
    @named(READINGS["cases"])
    def test_reading(self, case: dict[str, Any]) -> None:
        ring = {
            row["key_id"]: PassKey(bytes.fromhex(row["public"]), row["accepted_from"], row["accepted_until"])
            for row in READINGS["ring"]
        }
        reading = read(case["text"], ring, case["at"])
        expected = {**case["expect"]}
        token = expected.pop("token", None)
        assert reading.token == (facts(Token, token) if token else None)
        assert {key: getattr(reading, key) for key in expected} == expected


class TestCodes:
    @pytest.mark.parametrize("case", CODES["rfc6238"]["cases"], ids=lambda case: str(case["at"]))
    def test_rfc_6238_appendix_b(self, case: dict[str, Any]) -> None:
        secret = bytes.fromhex(CODES["rfc6238"]["secret"])
        assert rotating_code(secret, case["at"] // 30) == case["code"]

    @pytest.mark.parametrize("row", CODES["derived"])
    def test_keys_are_derived(self, row: dict[str, Any]) -> None:
        key = day_key(bytes.fromhex(CODES["root_key"]), row["place_id"], row["day"])
        assert key.hex() == row["day_key"]
        assert pass_secret(key, row["pass_id"]).hex() == row["pass_secret"]

    @named(CODES["checks"])
    def test_check(self, case: dict[str, Any]) -> None:
        root = bytes.fromhex(CODES["root_key"])
        keys = {day: day_key(root, CODES["place_id"], day) for day in case["days"]}
        assert check_code(case["digits"], case["pass_id"], case["at"], keys) == case["expect"]

    def test_the_service_day_of_the_checks(self) -> None:
        assert service_day(CODES["checks"][0]["at"]) == CODES["derived"][0]["day"]

    @pytest.mark.parametrize("row", VECTORS["manual_codes"])
    def test_manual_code(self, row: dict[str, Any]) -> None:
        assert manual_code(row["body"]) == row["code"]
        assert read_manual_code(row["code"]) == row["code"]
