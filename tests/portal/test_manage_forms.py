"""Typed text as request structs, and back."""

import contextlib
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.places.schemas import ZoneRequest
from booking.portal.manage.editing import hours, policies
from booking.portal.manage.takings import _safe
from booking.venues.schemas import CourtRequest, HoursRequest, OpeningRequest, PolicyRequest, PriceRequest
from booking.web.forms import Refused, Unfit, as_form, day, instant, lines, read, wall_time

WORD = st.text("abcäö场片12", min_size=1, max_size=12)
ZONES = st.builds(
    ZoneRequest,
    code=WORD,
    name=WORD,
    name_en=WORD,
    capacity=st.none() | st.integers(1, 1_000_000),
    early_minutes=st.integers(0, 720),
    late_minutes=st.integers(0, 720),
)
COURTS = st.builds(
    CourtRequest,
    code=WORD,
    name=WORD,
    name_en=WORD,
    kind=WORD,
    units=st.lists(WORD, min_size=1, max_size=8),
    accessible=st.booleans(),
    features=st.lists(WORD, max_size=4),
)
WALL = st.builds(time, st.integers(0, 23), st.sampled_from((0, 30)))
DAYS = st.dates(date(2026, 1, 1), date(2030, 1, 1))
OPENING = st.lists(
    st.builds(
        HoursRequest,
        days=st.sampled_from(("12345", "67holiday", "holiday", "1234567")),
        opens=WALL,
        closes=WALL,
        from_day=st.none() | DAYS,
        until_day=st.none() | DAYS,
    ),
    min_size=1,
    max_size=6,
)
POLICIES = st.builds(
    PolicyRequest,
    code=WORD,
    name=WORD,
    name_en=WORD,
    document=WORD,
    clause=WORD,
    effective_from=DAYS,
    opens_days_ahead=st.integers(0, 365),
    opens_at=WALL,
    eligible=st.lists(st.sampled_from(("frontline", "hardship")), unique=True),
    prices=st.lists(
        st.builds(
            PriceRequest, category=WORD, days=st.just("any"), from_time=WALL, until_time=WALL,
            fen=st.integers(0, 10_000_000),
        ),
        min_size=1,
        max_size=5,
    ),
)  # fmt: skip


def as_sent(form: dict[str, str]) -> dict[str, str]:
    """What a browser sends of a form: boxes that are not ticked are left out."""
    return {name: text for name, text in form.items() if text}


class TestThereAndBack:
    @given(ZONES)
    def test_a_zone(self, zone: ZoneRequest) -> None:
        assert read(ZoneRequest, as_sent(as_form(zone))) == zone

    @given(COURTS)
    def test_a_court(self, court: CourtRequest) -> None:
        assert read(CourtRequest, as_sent(as_form(court))) == court

    @given(OPENING)
    def test_hours(self, lines: list[HoursRequest]) -> None:
        opening = OpeningRequest(hours=lines)
        assert hours.from_lines(as_sent(hours.as_lines(opening))) == opening

    @given(POLICIES)
    def test_a_policy_and_its_prices(self, policy: PolicyRequest) -> None:
        assert policies.from_lines(as_sent(policies.as_lines(policy))) == policy


class Deadline(msgspec.Struct):
    at: datetime


class TestReading:
    def test_an_instant_is_typed_as_shanghais_clocks_show_it(self) -> None:
        noon = datetime(2026, 11, 25, 4, tzinfo=UTC)
        assert read(Deadline, {"at": "2026-11-25T12:00"}) == Deadline(noon)
        assert as_form(Deadline(noon)) == {"at": "2026-11-25T12:00"}
        for no_instant in ("11月25日中午", "0001-01-01T00:00", "2026-11-25T25:00"):
            with pytest.raises(Unfit):
                instant(no_instant)

    def refused(self, form: dict[str, str], struct: type[msgspec.Struct] = ZoneRequest) -> dict[str, dict[str, Any]]:
        with pytest.raises(Refused) as caught:
            read(struct, form)
        return {name: unfit.params for name, unfit in caught.value.errors.items()}

    def test_names_every_field_that_does_not_fit(self) -> None:
        form = {"code": "x", "name": "", "name_en": "A" * 61, "capacity": "many", "early_minutes": "721"}
        assert self.refused(form) == {
            "name": {},
            "name_en": {"most": 60, "length": 61},
            "capacity": {"least": 1, "most": 1_000_000},
            "early_minutes": {"least": 0, "most": 720},
        }

    def test_counts_what_is_listed(self) -> None:
        court = {"code": "A", "name": "A", "name_en": "A", "kind": "court"}
        assert self.refused(court | {"units": ""}, CourtRequest) == {"units": {}}
        assert self.refused(court | {"units": " ".join("123456789")}, CourtRequest) == {
            "units": {"most": 8, "length": 9}
        }

    def test_an_empty_line_is_no_line(self) -> None:
        assert lines({"opens-1": "", "days-3": "1"}, ("days", "opens")) == ["-3"]

    @pytest.mark.parametrize(
        ("text", "said"), [("8:00", time(8)), ("08：30", time(8, 30)), ("24:00", time(0)), ("00:00:00", time(0))]
    )
    def test_hours_as_people_write_them(self, text: str, said: time) -> None:
        assert wall_time(text) == said

    @pytest.mark.parametrize("text", ["", "8", "25:00", "24:30", "08:60", "noon", "-1:00"])
    def test_and_what_is_no_hour(self, text: str) -> None:
        with pytest.raises(Unfit):
            wall_time(text)

    @pytest.mark.parametrize("text", ["", "tomorrow", "2026-02-30", "11/25/2026"])
    def test_and_what_is_no_day(self, text: str) -> None:
        with pytest.raises(Unfit):
            day(text)

    @given(st.dictionaries(st.sampled_from(("code", "name", "name_en", "capacity", "early_minutes")), st.text()))
    def test_nothing_typed_breaks_it(self, form: dict[str, str]) -> None:
        with contextlib.suppress(Refused):
            assert read(ZoneRequest, form).early_minutes <= 720


@pytest.mark.parametrize(
    ("cell", "safe"),
    [("赵师傅", "赵师傅"), ("=1+1", "'=1+1"), ("@cmd", "'@cmd"), ("-8.00", "-8.00"), ("-x", "'-x"), ("", "")],
)
def test_a_spreadsheet_runs_nothing_from_the_file(cell: str, safe: str) -> None:
    assert _safe(cell) == safe
