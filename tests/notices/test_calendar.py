from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Component

from booking.clock import SHANGHAI
from booking.notices.calendar import CalendarEvent, etag, feed, single
from tests.databases import NOON

BOOKING = CalendarEvent(
    uid="booking-1@booking.example.cn",
    title="羽毛球 · 3 号场",
    starts=NOON + timedelta(hours=6),
    ends=NOON + timedelta(hours=7),
    changed_at=NOON.replace(microsecond=123456),
    sequence=2,
    description="凭码入场；请提前 10 分钟到。\n取消截止：今天 16:00",
    location="镇海职工文化中心, 骆驼街道; 1 号",
    geo=(29.9712, 121.6003),
    url="https://booking.example.cn/bookings/1",
    alarms=(60, 10),
)


def parsed(ics: bytes) -> Component:
    return Calendar.from_ical(ics)


def events(ics: bytes) -> list[Component]:
    return list(parsed(ics).walk("VEVENT"))


class TestFeed:
    def test_reads_back_as_it_was(self) -> None:
        (event,) = events(feed([BOOKING], "我的预约"))
        assert event["uid"] == BOOKING.uid
        assert event["summary"] == BOOKING.title
        assert event["description"] == BOOKING.description
        assert event["location"] == BOOKING.location
        assert event["url"] == BOOKING.url
        assert event["geo"].to_ical() == "29.9712;121.6003"
        assert (event["sequence"], event["status"], event["transp"]) == (2, "CONFIRMED", "OPAQUE")
        assert event.decoded("dtstart") == BOOKING.starts
        assert event.decoded("dtend") == BOOKING.ends
        assert event.decoded("dtstamp") == NOON
        assert [alarm.decoded("trigger") for alarm in event.walk("VALARM")] == [
            timedelta(hours=-1),
            timedelta(minutes=-10),
        ]

    def test_says_what_it_is_and_when_to_look_again(self) -> None:
        ics = feed([BOOKING], "我的预约").decode()
        for line in (
            "METHOD:PUBLISH",
            "X-WR-CALNAME:我的预约",
            "NAME:我的预约",
            "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
            "X-PUBLISHED-TTL:PT15M",
            "VERSION:2.0",
        ):
            assert f"\r\n{line}\r\n" in ics

    def test_every_time_is_utc(self) -> None:
        local = CalendarEvent(
            uid="a@b",
            title="t",
            starts=datetime(2026, 11, 25, 18, tzinfo=SHANGHAI),
            ends=datetime(2026, 11, 25, 19, tzinfo=SHANGHAI),
            changed_at=NOON,
        )
        ics = feed([local], "x").decode()
        assert "DTSTART:20261125T100000Z" in ics
        assert "DTEND:20261125T110000Z" in ics
        assert "TZID" not in ics
        assert "VTIMEZONE" not in ics

    def test_a_naive_time_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            single(CalendarEvent(uid="a", title="t", starts=NOON.replace(tzinfo=None), ends=NOON, changed_at=NOON))

    def test_a_cancelled_event_stays_without_alarms(self) -> None:
        gone = CalendarEvent(
            uid="a@b", title="t", starts=NOON, ends=NOON, changed_at=NOON, sequence=3, cancelled=True, alarms=(60,)
        )
        (event,) = events(feed([gone], "x"))
        assert (event["status"], event["transp"], event["sequence"]) == ("CANCELLED", "TRANSPARENT", 3)
        assert event.walk("VALARM") == []

    def test_an_empty_one_is_a_calendar_too(self) -> None:
        assert events(feed([], "x")) == []

    def test_no_line_is_longer_than_75_octets(self) -> None:
        long = CalendarEvent(uid="a@b", title="羽毛球" * 60, starts=NOON, ends=NOON, changed_at=NOON)
        ics = feed([long], "我的预约")
        assert max(map(len, ics.split(b"\r\n"))) <= 75
        assert events(ics)[0]["summary"] == "羽毛球" * 60

    @given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200))
    def test_any_words_survive(self, words: str) -> None:
        given_event = CalendarEvent(uid="a@b", title=words, starts=NOON, ends=NOON, changed_at=NOON, location=words)
        (event,) = events(feed([given_event], words))
        assert event["location"] == words
        assert event["summary"] == words


class TestSingle:
    def test_is_one_event_to_publish(self) -> None:
        ics = single(BOOKING, "en")
        calendar = parsed(ics)
        assert (calendar["method"], str(calendar["prodid"])[-2:]) == ("PUBLISH", "EN")
        assert "REFRESH-INTERVAL" not in ics.decode()
        (event,) = events(ics)
        assert event.decoded("dtstart") == BOOKING.starts


class TestEtag:
    def test_changes_with_whatever_is_shown(self) -> None:
        fields = {name: getattr(BOOKING, name) for name in BOOKING.__struct_fields__}
        changed = [
            CalendarEvent(**(fields | {"sequence": 3})),
            CalendarEvent(**(fields | {"title": "羽毛球 · 4 号场"})),
            CalendarEvent(**(fields | {"cancelled": True})),
        ]
        tags = {etag([event], "x") for event in [BOOKING, *changed]} | {etag([BOOKING], "y"), etag([], "x")}
        assert len(tags) == 6
        assert etag([BOOKING], "x") == etag([CalendarEvent(**fields)], "x")
        assert etag([BOOKING], "x").startswith('"')
