"""The language of the operator, as their environment says it."""

from collections.abc import Mapping

import pytest

from booking.commands.speaking import operators_language, translator_for


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh-CN"),
        ({"LANG": "C.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": ""}, "en"),
    ],
)
def test_the_environment_decides(environment: Mapping[str, str], language: str) -> None:
    assert operators_language(environment) == language


def test_sentences_are_put_into_it() -> None:
    text = "这一格不能空着。"
    assert translator_for({"LANG": "zh_CN.UTF-8"})(text) == text
    assert translator_for({"LANG": "en"})(text) == "This cell may not be blank."
