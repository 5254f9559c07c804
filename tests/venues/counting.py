"""Counting the statements of a read: that a list does not ask once for each of its rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from booking.db import Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that reads run."""
    seen: list[str] = []
    reader = database.store.reader
    engine = getattr(reader, "sync_engine", reader)

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement != "BEGIN":
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
