"""What /design shows: one made-up evening in Zhenhai, so that every component has something true to say."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from markupsafe import Markup

NOW = datetime(2015, 11, 25, 8, 35, tzinfo=UTC)
"""A Wednesday, 16:35 in Ningbo."""

_HOUR = timedelta(hours=1)
_FIRST = datetime(2015, 11, 25, 6, 0, tzinfo=UTC)
_COURTS = 8
_PRICE = 2000
_DAY = """
    tttttttt
    ftttttft
    ftftcttt
    fffrctlt
    fyttttlt
    tytttttt
    fttrffff
    ffffffff
"""
"""Eight hours from 14:00 by eight courts, one letter a cell."""

_STATES = {"f": "free", "t": "taken", "y": "yours", "c": "closed", "l": "league", "r": "released"}


def design_context() -> dict[str, Any]:
    """Sample data for every component; `now` is fixed, so that two pictures of the page can be compared."""
    return {
        "now": NOW,
        "start": NOW.replace(hour=10, minute=0),
        "end": NOW.replace(hour=11, minute=0),
        "grid": _grid(),
        "days": _days(),
        "half_hours": _half_hours(),
        "qr": _picture_of_a_code(),
    }


def _grid() -> dict[str, Any]:
    courts = [{"name": f"{n} 号场", "name_en": f"Court {n}"} for n in range(1, _COURTS + 1)]
    rows = [_row(_FIRST + _HOUR * at, line) for at, line in enumerate(_DAY.split())]
    return {"courts": courts, "rows": rows}


def _row(start: datetime, letters: str) -> dict[str, Any]:
    past = start < NOW
    cells = [_cell(start, court, _STATES[letter], past) for court, letter in enumerate(letters, 1)]
    free = sum(cell["state"] in ("free", "released") for cell in cells)
    return {"start": start, "end": start + _HOUR, "past": past, "free": free, "cells": cells}


def _cell(start: datetime, court: int, state: str, past: bool) -> dict[str, Any]:
    if past and state == "free":
        return {"state": "past"}
    leads = state in ("free", "released", "yours")
    return {"state": state, "price": _PRICE, "href": f"#court-{court}-{start:%H%M}"} if leads else {"state": state}


def _days() -> list[dict[str, Any]]:
    first = date(2015, 12, 24)
    marks = {date(2016, 1, 1): "holiday", date(2016, 1, 2): "holiday", date(2016, 1, 4): "workday"}
    return [
        {
            "date": day,
            "href": f"#{day}",
            "current": at == 1,
            "mark": marks.get(day),
            "free": 40 - 3 * at,
            "opens": at == 13,
        }
        for at in range(14)
        for day in [first + timedelta(days=at)]
    ]


def _half_hours() -> list[dict[str, Any]]:
    first = NOW.replace(hour=10, minute=0)
    return [
        {
            "value": at,
            "start": first + _HOUR / 2 * at,
            "end": first + _HOUR / 2 * (at + 1),
            "state": state,
            "price": 1000,
        }
        for at, state in enumerate(["free", "free", "released", "taken", "free", "free", "free", "closed"])
    ]


def _picture_of_a_code() -> Markup:
    """Squares that look like a QR code and say nothing; a real pass draws a real one."""
    finder = "M{x} {y}h7v7h-7zM{a} {b}v5h5v-5zM{c} {d}h3v3h-3z"
    corners = [finder.format(x=x, y=y, a=x + 1, b=y + 1, c=x + 2, d=y + 2) for x, y in ((4, 4), (38, 4), (4, 38))]
    dots = [
        f"M{x} {y}h1v1h-1z"
        for y in range(4, 45)
        for x in range(4, 45)
        if (x * x * 7 + y * y * 13 + x * y * (x ^ y)) % 7 < 3
        and not ((x < 12 or x > 36) and y < 12)
        and not (x < 12 and y > 36)
    ]
    return Markup(
        '<svg viewBox="0 0 49 49" role="img" aria-label="QR"><path fill-rule="evenodd" d="{}"/></svg>'
    ).format("".join(corners + dots))
