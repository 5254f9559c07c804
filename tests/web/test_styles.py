"""The promises of the one style sheet that can be checked without a browser."""

import gzip
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "booking" / "web" / "static"
SHEET = (STATIC / "app.css").read_text("utf-8")
LIGHT, DARK_BY_SYSTEM, DARK_BY_CHOICE = (
    dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{3,6})\b", block))
    for block in (
        SHEET.partition(":root {")[2].partition("}")[0],
        SHEET.partition(':root:not([data-theme="light"]) {')[2].partition("}")[0],
        SHEET.partition(':root[data-theme="dark"] {')[2].partition("}")[0],
    )
)
TEXT = ("--ink", "--muted", "--accent", "--good", "--warn", "--bad", "--info")
GROUNDS = ("--ground", "--surface", "--sunken")


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1.4.3."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_the_standard_does() -> None:
    assert contrast("#fff", "#000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK_BY_CHOICE], ids=["light", "dark"])
class TestColours:
    @pytest.mark.parametrize("text", TEXT)
    @pytest.mark.parametrize("ground", GROUNDS)
    def test_text_can_be_read_on_every_ground(self, theme: dict[str, str], text: str, ground: str) -> None:
        assert contrast(theme[text], theme[ground]) >= 4.5

    @pytest.mark.parametrize("state", ["good", "warn", "bad", "info"])
    def test_a_state_can_be_read_on_its_own_soft_ground(self, theme: dict[str, str], state: str) -> None:
        assert contrast(theme[f"--{state}"], theme[f"--{state}-soft"]) >= 4.5
        assert contrast(theme["--ink"], theme[f"--{state}-soft"]) >= 4.5

    @pytest.mark.parametrize("ground", ["--fill", "--fill-deep", "--banner"])
    def test_white_can_be_read_on_the_accent(self, theme: dict[str, str], ground: str) -> None:
        assert contrast("#fff", theme[ground]) >= 4.5

    def test_the_edge_of_a_control_can_be_seen(self, theme: dict[str, str]) -> None:
        assert min(contrast(theme["--edge"], theme[ground]) for ground in GROUNDS) >= 3


def test_dark_is_the_same_whoever_asks_for_it() -> None:
    assert DARK_BY_SYSTEM == DARK_BY_CHOICE
    assert DARK_BY_SYSTEM.keys() <= LIGHT.keys()


def test_the_first_view_stays_light() -> None:
    assert len(SHEET.encode()) <= 30 * 1024
    sizes = {name: len(gzip.compress((STATIC / name).read_bytes())) for name in ("app.css", "app.js")}
    assert sizes["app.css"] + sizes["app.js"] <= 12_000
