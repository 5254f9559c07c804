from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.notices import messages
from booking.notices.messages import UNKNOWN, MessageText, register, render
from booking.web.facts import Day, Hours, Instant, Money, Named, Param, read
from booking.web.locale import Translator
from tests.databases import NOON

MOVED = MessageText("您的场地换了", "{hours} 的 {court} 改到 {other}，退回 {fen}。")
PARAMS: dict[str, Param] = {
    "hours": Hours(NOON + timedelta(hours=6), NOON + timedelta(hours=7)),
    "court": Named("1 号场", "Court 1"),
    "other": Named("2 号场"),
    "fen": Money(1250),
}
ENGLISH = {
    MOVED.title: "Your court has changed",
    MOVED.body: "{court}, {hours}, is now {other}; {fen} comes back.",
}


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_TEXTS", {"booking.moved": MOVED})


def translate(text: str, locale: str) -> str:
    return ENGLISH.get(text, text) if locale == "en" else text


class TestRender:
    def test_in_chinese(self) -> None:
        said = render("booking.moved", PARAMS, NOON, locale="zh-CN", translate=translate)
        assert said.title == "您的场地换了"
        assert said.body == "今天 11月25日 18:00–19:00 的 1 号场 改到 2 号场，退回 ¥12.50。"

    def test_in_english_on_a_later_day(self) -> None:
        said = render("booking.moved", PARAMS, NOON + timedelta(days=3), locale="en", translate=translate)
        assert said.title == "Your court has changed"
        assert said.body == "Court 1, Wed 25 Nov 18:00–19:00, is now 2 号场; ¥12.50 comes back."

    def test_an_older_message_that_lacks_a_fact_is_still_shown(self) -> None:
        said = render("booking.moved", {"court": "1 号场"}, NOON, locale="zh-CN", translate=translate)
        assert said.body == "… 的 1 号场 改到 …，退回 …。"

    def test_a_kind_that_nobody_knows_any_more(self) -> None:
        said = render("gone.kind", {}, NOON, locale="zh-CN", translate=translate)
        assert (said.title, said.body) == (UNKNOWN.title, UNKNOWN.body)

    def test_our_own_words_are_translated(self) -> None:
        said = render("gone.kind", {}, NOON, locale="en", translate=Translator.load().gettext)
        assert said.title == "An old message"

    def test_braces_in_a_fact_are_only_text(self) -> None:
        said = render("booking.moved", {"court": "{hours}"}, NOON, locale="zh-CN", translate=translate)
        assert "的 {hours} 改到" in said.body


class TestRegister:
    def test_twice_the_same_is_once(self) -> None:
        register("booking.moved", MOVED)
        assert messages.is_registered("booking.moved")
        assert not messages.is_registered("booking.other")

    def test_two_texts_for_one_kind(self) -> None:
        with pytest.raises(ValueError, match=r"booking\.moved"):
            register("booking.moved", MessageText("别的", "别的"))


class TestParams:
    def test_instant_and_day(self) -> None:
        body = MessageText("{at}", "{day}")
        messages.register("x.y", body)
        said = render("x.y", {"at": Instant(NOON), "day": Day(NOON.date())}, NOON, locale="zh-CN", translate=translate)
        assert (said.title, said.body) == ("今天 11月25日 12:00", "今天 11月25日")

    @given(
        st.dictionaries(
            st.text(max_size=5),
            st.text(max_size=9)
            | st.integers(-(2**53), 2**53)
            | st.builds(Named, st.text(max_size=5), st.text(max_size=5))
            | st.builds(Money, st.integers(-(10**9), 10**9))
            | st.builds(Day, st.dates())
            | st.builds(lambda n: Hours(NOON, NOON + timedelta(minutes=n)), st.integers(1, 9999)),
        )
    )
    def test_facts_come_back_from_storage_as_they_were(self, params: dict[str, Param]) -> None:
        assert read(msgspec.json.decode(msgspec.json.encode(params))) == params
