"""`booking bench stays`: search and price in a house full of stays; and what it asks of the database."""

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import event
from sqlalchemy.engine import Engine

from benchmarks import hotels, stays
from benchmarks.hotels import Size
from booking.cli import main
from booking.db import Database, ReadSession
from booking.rooms.queries.offering import offers
from booking.rooms.queries.searching import calendar
from booking.rooms.rules.nights import Nights
from tests.databases import sqlite_only
from tests.rooms.house import HOUSE, TODAY, TONIGHT, populate


def test_each_question_has_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hotels, "TYPES", {1: 20, 2: 10})
    monkeypatch.setattr(stays, "SIZE", Size(nights=80, full=0.9, pinned=1.0, pairs=0))
    monkeypatch.setattr(stays, "ROUNDS", 10)
    result = CliRunner().invoke(main, ["bench", "stays", "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["bench"], found["rooms"], len(found["rows"])) == ("stays", 30, 4)
    assert all(0 < row["p50_ms"] <= row["p99_ms"] for row in found["rows"])
    assert found["full"] > 0.85


@sqlite_only
async def test_two_months_are_two_statements_each_by_an_index(database: Database) -> None:
    """However many stays a house has: what is free is read from its counters, a row a type and night."""
    await database.write(populate)

    def explained(tx: ReadSession) -> list[tuple[str, list[str]]]:
        calendar(tx, HOUSE, TODAY, 61, None)  # what is remembered of the house is not asked again
        asked: list[tuple[str, Any]] = []

        def hear(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
            asked.append((statement, values))

        event.listen(Engine, "before_cursor_execute", hear)
        try:
            calendar(tx, HOUSE, TODAY + timedelta(days=1), 58, None)
            offers(tx, database.clock(), HOUSE, Nights(TONIGHT + 2, TONIGHT + 5), 2, None)
        finally:
            event.remove(Engine, "before_cursor_execute", hear)
        explain = tx.connection.exec_driver_sql
        plans = [(one, explain(f"EXPLAIN QUERY PLAN {one}", values).all()) for one, values in asked]
        return [(one, [str(step[3]) for step in plan]) for one, plan in plans]

    found = await database.read(explained)
    rooms = [(one, steps) for one, steps in found if "allotment_nights" in one or "night_restrictions" in one]
    assert len(rooms) == 4, "two for the months, two for the offers"
    assert not any("stay" in one for one, _ in found), "stays are never counted"
    steps = [step for _, plan in rooms for step in plan]
    assert all(step.startswith("SEARCH") for step in steps if "TEMP B-TREE" not in step), steps
    assert all("USING PRIMARY KEY" in step or "USING INDEX" in step for step in steps if step.startswith("SEARCH"))
