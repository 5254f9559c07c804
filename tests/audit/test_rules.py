from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.audit.rules import WORDS, Entry, Fault, Link, check_link, check_order, seal_hash
from tests.databases import NOON

words = st.text(max_size=8)
entries = st.lists(
    st.builds(
        Entry,
        id=st.integers(1, 2**53 - 1),
        at=st.integers(0, 10**6).map(lambda n: NOON + timedelta(microseconds=n)),
        actor=words,
        action=words,
        subject=words,
        detail=st.dictionaries(words, st.integers(-(2**53), 2**53) | words, max_size=3),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda entry: entry.id,
)


class TestSealHash:
    @given(entries, st.data())
    def test_any_edit_changes_it(self, batch: list[Entry], data: st.DataObject) -> None:
        edited = list(batch)
        at = data.draw(st.integers(0, len(batch) - 1))
        field = data.draw(st.sampled_from(["actor", "action", "subject"]))
        old = edited[at]
        values = {name: getattr(old, name) for name in Entry.__struct_fields__}
        edited[at] = Entry(**(values | {field: values[field] + "改"}))
        assert seal_hash(1, 1, b"", NOON, edited) != seal_hash(1, 1, b"", NOON, batch)

    @given(entries)
    def test_order_of_a_details_keys_does_not(self, batch: list[Entry]) -> None:
        turned = [
            Entry(e.id, e.at, e.actor, e.action, e.subject, dict(reversed(list(e.detail.items())))) for e in batch
        ]
        assert seal_hash(1, 1, b"", NOON, turned) == seal_hash(1, 1, b"", NOON, batch)

    @pytest.mark.parametrize(
        "other",
        [(2, 1, b"", NOON), (1, 2, b"", NOON), (1, 1, b"x", NOON), (1, 1, b"", NOON + timedelta(seconds=1))],
    )
    def test_depends_on_place_number_predecessor_and_time(self, other: tuple[int, int, bytes, datetime]) -> None:
        place_id, seal_id, before, at = other
        assert seal_hash(place_id, seal_id, before, at, []) != seal_hash(1, 1, b"", NOON, [])


class TestCheckLink:
    def batch(self) -> list[Entry]:
        return [Entry(n, NOON, "system", "a.b", f"s:{n}", {}) for n in (1, 2, 3)]

    def link(self) -> Link:
        return Link(1, 3, seal_hash(7, 1, b"", NOON, self.batch()), NOON)

    def test_untouched(self) -> None:
        assert check_link(7, self.link(), b"", self.batch()) is None

    def test_swapped(self) -> None:
        assert check_link(7, self.link(), b"", self.batch()[::-1]) == Fault("altered", 1)

    def test_fewer(self) -> None:
        assert check_link(7, self.link(), b"", self.batch()[1:]) == Fault("missing_entries", 1, 3, 2)

    def test_more(self) -> None:
        assert check_link(7, self.link(), b"", self.batch() * 2) == Fault("added_entries", 1, 3, 6)


class TestCheckOrder:
    links = tuple(Link(n, 1, bytes([n]), NOON) for n in (1, 2, 3))

    def test_untouched(self) -> None:
        assert check_order(self.links, {1: b"\x01", 3: b"\x03"}) == []

    def test_gap(self) -> None:
        assert check_order([self.links[0], self.links[2]], {}) == [Fault("missing_seal", 2)]

    def test_computed_anew(self) -> None:
        assert check_order(self.links, {2: b"other"}) == [Fault("rewritten", 2)]

    def test_cut(self) -> None:
        assert check_order(self.links[:1], {3: b"\x03"}) == [Fault("truncated", 2, 3, 1)]


def test_every_flaw_has_words() -> None:
    for kind, sentence in WORDS.items():
        assert "{" not in sentence.format(seal_id=1, expected=2, found=3), kind
