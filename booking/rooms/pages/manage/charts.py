"""Lines over nights as SVG coordinates: each line is labelled at its end, beside its last value."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

WIDTH, HEIGHT = 400, 200
LEFT, RIGHT, TOP, BOTTOM = 36, 8, 26, 22
STEPS = (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10)
ABOVE, BELOW = 7, 15
"""From a line to the foot of its label."""
LABELLED = 0.45
"""The part of a chart that a label may take, from its end."""
MONDAY = 0


class Line(NamedTuple):
    """A line: its points as SVG has them, and the height at which its label ends with it."""

    label: str
    points: str
    y: float
    dashed: bool


class Chart(NamedTuple):
    """Lines with the marks of their axes: (coordinate, text)."""

    lines: list[Line]
    levels: list[tuple[float, str]]
    days: list[tuple[float, str]]


class Series(NamedTuple):
    """Values night by night, and what the end of their line says."""

    label: str
    values: Sequence[float]


def chart(days: Sequence[date], series: Sequence[Series], *, most: float, unit: str = "") -> Chart:
    """Lines from 0 up to at least `most`; the first is labelled above itself, others below, and are dashed."""
    step = _step(max([most, *(value for one in series for value in one.values)]) / 4)
    top = step * 4
    across = max(1, len(days) - 1)

    def x(at: int) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * at / across, 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top, 1)

    def beside(values: Sequence[float], *, below: bool) -> float:
        heights = [y(value) for value in values[-max(1, round(LABELLED * len(values))) :]]
        return min(HEIGHT - BOTTOM - 4, max(heights) + BELOW) if below else max(TOP / 2, min(heights) - ABOVE)

    lines = [
        Line(
            one.label,
            " ".join(f"{x(at)},{y(value)}" for at, value in enumerate(one.values)),
            beside(one.values, below=number > 0),
            dashed=number > 0,
        )
        for number, one in enumerate(series)
        if one.values
    ]
    levels = [(y(step * level), f"{step * level:g}{unit}") for level in range(5)]
    marks = [(x(at), f"{day.month}/{day.day}") for at, day in enumerate(days) if day.weekday() == MONDAY]
    return Chart(lines, levels, marks)


def _step(least: float) -> float:
    """The next round number."""
    scale = 1.0
    while scale * STEPS[-1] < least:
        scale *= 10
    return next(scale * step for step in STEPS if scale * step >= least)
