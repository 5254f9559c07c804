"""Every sentence of a gate can be filled from its verdict, in both languages."""

from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from booking.checkin import sentences
from booking.checkin.facts import Reason, Verdict
from booking.checkin.sentences import SENTENCES

LOCALE = Path(sentences.__file__).parent / "locale/en.po"


def places(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


@pytest.mark.parametrize("key", SENTENCES)
class TestSentences:
    def test_its_places_are_numbers_of_a_verdict(self, key: str) -> None:
        assert places(SENTENCES[key]) <= set(Verdict._fields)

    def test_its_english_has_the_same_places(self, key: str) -> None:
        with LOCALE.open("rb") as file:
            message = read_po(file).get(SENTENCES[key])
        assert message is not None
        assert isinstance(message.string, str)
        assert message.string
        assert places(message.string) == places(SENTENCES[key])


def test_every_reason_has_a_sentence() -> None:
    assert {key.partition(".")[0] for key in SENTENCES} >= set(Reason)
