from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.clock import SHANGHAI
from booking.web import formatting

WEDNESDAY_AFTERNOON = datetime(2015, 11, 25, 16, 35, tzinfo=SHANGHAI).astimezone(UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@dataclass
class Hall:
    name: str
    name_en: str | None = None


class TestNamed:
    @pytest.mark.parametrize(
        ("thing", "locale", "said"),
        [
            (Hall("羽毛球馆", "Badminton hall"), "zh-CN", "羽毛球馆"),
            (Hall("羽毛球馆", "Badminton hall"), "en", "Badminton hall"),
            (Hall("羽毛球馆"), "en", "羽毛球馆"),
            ({"name": "羽毛球馆", "name_en": ""}, "en", "羽毛球馆"),
            ({"name": "羽毛球馆"}, "en", "羽毛球馆"),
        ],
    )
    def test_falls_back_to_chinese(self, thing: Hall, locale: str, said: str) -> None:
        assert formatting.named(thing, locale=locale) == said


class TestDay:
    @pytest.mark.parametrize(
        ("value", "chinese", "english"),
        [
            ("2015-11-24", "昨天 11月24日", "yesterday, 24 Nov"),
            ("2015-11-25", "今天 11月25日", "today, 25 Nov"),
            ("2015-11-26", "明天 11月26日", "tomorrow, 26 Nov"),
            ("2015-11-27", "后天 11月27日", "Fri 27 Nov"),
            ("2015-12-02", "周三 12月2日", "Wed 2 Dec"),
            ("2016-01-01", "周五 2016年1月1日", "Fri 1 Jan 2016"),
        ],
    )
    def test_is_said_with_its_date(self, value: str, chinese: str, english: str) -> None:
        when = date.fromisoformat(value)
        assert formatting.day(when, WEDNESDAY_AFTERNOON, locale="zh-CN") == chinese
        assert formatting.day(when, WEDNESDAY_AFTERNOON, locale="en") == english

    def test_is_shanghais_also_while_utc_is_still_on_the_day_before(self) -> None:
        early = at("2015-11-26 07:30")
        assert early.date() == date(2015, 11, 25)
        assert formatting.day(early, early, locale="zh-CN") == "今天 11月26日"

    def test_refuses_an_instant_without_a_zone(self) -> None:
        naive = datetime(2015, 11, 25, 18)  # noqa: DTZ001 - what it must not guess
        with pytest.raises(ValueError, match="no time zone"):
            formatting.day(naive, WEDNESDAY_AFTERNOON, locale="zh-CN")


class TestTimeRange:
    @pytest.mark.parametrize(
        ("start", "end", "chinese", "english"),
        [
            ("2015-11-25 18:00", "2015-11-25 19:30", "18:00–19:30", "18:00–19:30"),
            ("2015-11-25 22:30", "2015-11-26 00:00", "22:30–24:00", "22:30–24:00"),
            ("2015-11-25 22:30", "2015-11-26 01:00", "22:30–次日 01:00", "22:30–01:00 on 26 Nov"),
            ("2015-11-25 14:00", "2015-11-28 12:00", "14:00–11月28日 12:00", "14:00–12:00 on 28 Nov"),
        ],
    )
    def test_says_which_day_it_ends(self, start: str, end: str, chinese: str, english: str) -> None:
        assert formatting.time_range(at(start), at(end), locale="zh-CN") == chinese
        assert formatting.time_range(at(start), at(end), locale="en") == english

    def test_clock_time_takes_opening_hours_as_they_are(self) -> None:
        assert formatting.clock_time(time(8, 30)) == "08:30"
        assert formatting.clock_time(at("2015-11-25 08:30")) == "08:30"


class TestMoney:
    @pytest.mark.parametrize(
        ("fen", "said"),
        [(0, "¥0"), (5, "¥0.05"), (3000, "¥30"), (1250, "¥12.50"), (123_456_700, "¥1,234,567"), (-2050, "−¥20.50")],
    )
    def test_is_whole_yuan_where_it_can_be(self, fen: int, said: str) -> None:
        assert formatting.money(fen) == said

    @given(st.integers(-(10**12), 10**12))
    def test_loses_no_fen(self, fen: int) -> None:
        said = formatting.money(fen).replace(",", "").replace("¥", "").replace("−", "-")
        yuan, _, rest = said.partition(".")
        assert abs(int(yuan)) * 100 + int(rest or 0) == abs(fen)
        assert said.startswith("-") == (fen < 0)


class TestDistance:
    @pytest.mark.parametrize(
        ("metres", "chinese", "english"),
        [
            (0, "10 米", "10 m"),
            (44, "40 米", "40 m"),
            (640, "650 米", "650 m"),
            (980, "1.0 公里", "1.0 km"),
            (1240, "1.2 公里", "1.2 km"),
            (9960, "10 公里", "10 km"),
            (24_400, "24 公里", "24 km"),
        ],
    )
    def test_is_as_exact_as_a_cyclist_needs(self, metres: float, chinese: str, english: str) -> None:
        assert formatting.distance(metres, locale="zh-CN") == chinese
        assert formatting.distance(metres, locale="en") == english


class TestMaskedName:
    @pytest.mark.parametrize(
        ("name", "masked"),
        [
            ("张伟", "张*"),
            ("张建国", "张**"),
            ("欧阳建国", "欧阳**"),
            ("欧阳", "欧*"),
            ("Anna Li", "A***"),
            ("张", "张*"),
            (" ", ""),
        ],
    )
    def test_keeps_the_surname(self, name: str, masked: str) -> None:
        assert formatting.masked_name(name) == masked

    @given(st.text(min_size=3, max_size=12))
    def test_never_shows_the_last_character_of_a_name(self, name: str) -> None:
        plain = name.strip()
        masked = formatting.masked_name(name)
        assert not plain or masked.endswith("*")


class TestAgo:
    @pytest.mark.parametrize(
        ("minutes", "chinese", "english"),
        [
            (0.5, "刚刚", "just now"),
            (5, "5 分钟前", "5 min ago"),
            (185, "3 小时前", "3 h ago"),
            (60 * 20, "昨天 11月24日 20:35", "yesterday, 24 Nov 20:35"),
            (-30, "今天 11月25日 17:05", "today, 25 Nov 17:05"),
        ],
    )
    def test_becomes_a_date_when_it_is_long_ago(self, minutes: float, chinese: str, english: str) -> None:
        then = WEDNESDAY_AFTERNOON - timedelta(minutes=minutes)
        assert formatting.ago(then, WEDNESDAY_AFTERNOON, locale="zh-CN") == chinese
        assert formatting.ago(then, WEDNESDAY_AFTERNOON, locale="en") == english


class TestGrouped:
    @given(st.text("0123456789", max_size=40))
    def test_keeps_every_digit_in_fours(self, digits: str) -> None:
        groups = formatting.grouped(digits).split(" ")
        assert "".join(groups) == digits
        assert all(len(group) == 4 for group in groups[:-1])


def test_filters_speak_the_language_they_are_bound_to() -> None:
    when = date(2015, 12, 2)
    assert formatting.filters_for("zh-CN")["day"](when, WEDNESDAY_AFTERNOON) == "周三 12月2日"
    assert formatting.filters_for("en")["day"](when, WEDNESDAY_AFTERNOON) == "Wed 2 Dec"
    assert formatting.filters_for("en")["money"](3000) == "¥30"
