"""What a transaction function is handed: a connection that can read, or one that can also write.

These are thin on purpose. Statements are SQLAlchemy Core on the connection (twice the speed of an ORM session
with the same statements, measured in docs/decisions/0003-the-writer.md); whole rows can be read as typed
snapshots of their table class. Neither type can commit: whoever runs the function does.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, CursorResult, Select, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import Executable

from booking.clock import Ids, Tokens
from booking.db.types import Base

Row = TypeVar("Row", bound=Base)
Remembered = TypeVar("Remembered")


class ReadSession:
    """A consistent snapshot; writing through it fails in the database itself."""

    def __init__(self, connection: Connection, memory: dict[str, tuple[int, Any]]) -> None:
        self.connection = connection
        self._memory = memory

    def remembered(self, name: str, version: int, load: Callable[[], Remembered]) -> Remembered:
        """What this process remembers under a name, if it is of this version; loaded anew otherwise.

        The version must be read in this transaction and be unique for each content (an id, not a count), so that a
        content whose transaction was rolled back is never taken for another.
        """
        known = self._memory.get(name)
        if known is None or known[0] != version:
            known = self._memory[name] = (version, load())
        content: Remembered = known[1]
        return content

    @property
    def on_sqlite(self) -> bool:
        """Whether the database is SQLite, for the few statements that differ."""
        return self.connection.dialect.name == "sqlite"

    def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run a Core statement; a list of parameters runs it once for each."""
        return self.connection.execute(statement, parameters)

    def scalar(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        return self.connection.execute(statement, parameters).scalar()

    def get(self, table: type[Row], **key: Any) -> Row | None:
        """The row with these column values as a snapshot of its class, or None; meant for keys."""
        found = self.connection.execute(select(table.__table__).filter_by(**key)).first()
        return None if found is None else table(**found._mapping)

    def all(self, statement: Select[Row]) -> list[Row]:
        """The rows of `select(Table)…` as snapshots of their class: changing one changes nothing stored."""
        table = statement.column_descriptions[0]["type"]
        return [table(**row._mapping) for row in self.connection.execute(statement)]


class WriteSession(ReadSession):
    """A command's part of a transaction. What it changed is announced with `touch`, after the commit."""

    def __init__(self, connection: Connection, memory: dict[str, tuple[int, Any]], ids: Ids, tokens: Tokens) -> None:
        super().__init__(connection, memory)
        self.ids = ids
        self.tokens = tokens
        self.touched: set[str] = set()

    def touch(self, topic: str) -> None:
        """Name what this command changed, e.g. `facility:3:12`; open pages hear of it once it is stored."""
        self.touched.add(topic)


def insert(tx: ReadSession, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """The dialect's own INSERT, which has `on_conflict_do_nothing`, `on_conflict_do_update` and `returning`."""
    target = cast(Table, table.__table__)
    return sqlite.insert(target) if tx.on_sqlite else postgresql.insert(target)
