"""The books balance whatever happens; and mistakes that were put in on purpose are found."""

from typing import Any

import pytest
from hypothesis import Phase

from booking.payments import terms
from booking.payments.rules import Entry, ways_back
from booking.payments.service import charging, deposits, desk, events, refunds, subsidies
from tests.databases import Driver, sqlite_only
from tests.payments.machine import drive


def test_whatever_happens(driver: Driver) -> None:
    drive(driver)


def without_a_cap(subsidy: terms.Subsidy, charges: Any) -> int:
    return sum(one.fen for one in charges if one.what in subsidy.kinds)


def over_all_nights_at_once(subsidy: terms.Subsidy, charges: Any) -> int:
    found = list(charges)
    nights = len({one.night for one in found}) if subsidy.per == "night" else 1
    return min(subsidy.cap_fen * nights, without_a_cap(subsidy, found))


def lopsided(entries: list[Entry]) -> list[Entry]:
    return entries


def applying_one_fen_more(fen: int) -> list[Entry]:
    return [Entry("deposit", fen), Entry("guest", -fen - 1)]


def always_new(tx: Any, now: Any, event: Any, place_id: int) -> bool:
    return True


def twice(credit: int, paid: dict[str, int]) -> Any:
    return ways_back(2 * credit, paid)


MUTANTS = {
    "the cap is forgotten": (subsidies, "borne", without_a_cap),
    "the cap is shared by all nights": (subsidies, "borne", over_all_nights_at_once),
    "a subsidy does not follow a charge": (charging, "follow", lambda *_: 0),
    "a deposit pays more than it is": (deposits, "applying", applying_one_fen_more),
    "a credit goes back twice": (desk, "ways_back", twice),
    "money that is not owed is kept": (events, "_too_much", lambda *_, **__: 0),
    "an event is not stored": (events, "_store", always_new),
    "money that was gone is taken back": (charging, "_check_still_there", lambda *_: None),
    "a refused refund is forgotten": (refunds, "bring_back", lambda *_, **__: None),
}


@pytest.mark.drill
@sqlite_only
@pytest.mark.parametrize("name", MUTANTS)
def test_a_mistake_is_found(name: str, driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    where, what, instead = MUTANTS[name]
    monkeypatch.setattr(where, what, instead)
    plainly: dict[str, Any] = {"phases": [Phase.generate], "print_blob": False, "derandomize": True, "database": None}
    with pytest.raises(BaseException) as found:  # noqa: PT011 - an assertion, or the database's own refusal
        drive(driver, examples=200, steps=30, **plainly)
    assert not isinstance(found.value, KeyboardInterrupt)
