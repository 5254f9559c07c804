"""What a transaction function is handed: a connection that can read, or one that can also write.

These are thin on purpose. Statements are SQLAlchemy Core on the connection (what that costs is measured in
docs/decisions/0003-the-writer.md); whole rows can be read as typed snapshots of their table class. Neither type can
commit: whoever runs the function does.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, update_wrapper
from typing import Any, Concatenate, Generic, NamedTuple, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, CursorResult, Select, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import configure_mappers
from sqlalchemy.sql import Executable

from booking.clock import Ids, Tokens
from booking.db.direct import Direct, Rows, direct
from booking.db.types import Base

P = ParamSpec("P")
Row = TypeVar("Row", bound=Base)
Remembered = TypeVar("Remembered")
Statement = TypeVar("Statement", bound=Executable)

_plain: set[Any] = set()
"""INSERTs of a row as it comes."""
_known: dict[tuple[Any, tuple[str, ...]], Direct | None] = {}
"""Statements that were written once, with the names of their values."""
_tables: WeakKeyDictionary[Select[Any], type[Any]] = WeakKeyDictionary()


class Ready(NamedTuple, Generic[Statement]):
    """A statement that was written before, and the values for it: what a `prepared` function answers."""

    statement: Statement
    values: dict[str, Any]


class ReadSession:
    """A consistent snapshot; writing through it fails in the database itself."""

    def __init__(self, connection: Connection, memory: dict[str, tuple[int, Any]]) -> None:
        self.connection = connection
        self._memory = memory
        self._driver: Any = connection.connection.driver_connection if self.on_sqlite else None

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
        self,
        statement: Executable | Ready[Any],
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run a Core statement; a list of parameters runs it once for each.

        A prepared one brings its own, or has none and takes these: the row of an INSERT.
        """
        if isinstance(statement, Ready):
            written: Executable = statement.statement
            given = statement.values or parameters
            found = self._directly(written, given)
        else:
            written, given = statement, parameters
            found = self._directly(written, given) if given and written in _plain else None
        return self.connection.execute(written, given) if found is None else cast(Any, found)

    def _directly(
        self, statement: Any, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
    ) -> Rows | None:
        """Run a statement that was run before by the driver itself, if that is possible."""
        if self._driver is None or self.connection.engine.dispatch.before_cursor_execute:
            return None
        given = parameters or {}
        first = given if isinstance(given, dict) else given[0] if isinstance(given, list) else None
        if first is None:
            return None
        key = (statement, tuple(first))
        if key not in _known:
            row = key[1] if isinstance(statement, sqlite.Insert) and key[1] else None
            _known[key] = direct(statement, self.connection.dialect, row)
        known = _known[key]
        if known is None:
            return None
        try:
            return known.run(self._driver, cast(Any, given))
        except Exception:
            if not self._driver.in_transaction:  # SQLite has rolled everything back: nothing may follow
                raise
            return None  # and SQLAlchemy gets the same error, in its own words

    def scalar(self, statement: Executable | Ready[Any], parameters: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        return self.execute(statement, parameters).scalar()

    def get(self, table: type[Row], **key: Any) -> Row | None:
        """The row with these column values as a snapshot of its class, or None; meant for keys."""
        statement = _by_key(table, *((name, value is None) for name, value in key.items()))
        direct = self._directly(statement, key)
        if direct is not None:
            rows = direct.plain()
            return _snapshot(table, direct.keys(), rows[0]) if rows else None
        found = self.connection.execute(statement, key).first()
        return None if found is None else _snapshot(table, found._fields, found)

    def all(self, statement: Select[Row] | Ready[Select[Row]]) -> list[Row]:
        """The rows of `select(Table)…` as snapshots of their class: read them, and write with statements."""
        table = _table_of(statement.statement if isinstance(statement, Ready) else statement)
        found: Any = self.execute(statement)
        names = tuple(found.keys())
        rows = found.plain() if isinstance(found, Rows) else found.all()
        return [_snapshot(table, names, row) for row in rows]


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

    @contextmanager
    def part(self) -> Iterator["WriteSession"]:
        """A part of the command with a fate of its own: what it raises undoes it, and nothing else."""
        part = WriteSession(self.connection, self._memory, self.ids, self.tokens)
        run = self.connection.exec_driver_sql if self._driver is None else self._driver.execute
        run("SAVEPOINT part")
        try:
            yield part
        except BaseException:
            run("ROLLBACK TO SAVEPOINT part")
            run("RELEASE SAVEPOINT part")
            raise
        run("RELEASE SAVEPOINT part")
        self.touched |= part.touched


def prepared(
    build: Callable[Concatenate[ReadSession, P], Statement],
) -> Callable[Concatenate[ReadSession, P], Ready[Statement]]:
    """Let a function that writes a statement write it once, for whatever values: `tx.execute(taken(tx, 3, 14))`.

    To write a statement costs ten times what it costs to run it again, so those of every booking and every scan are
    functions under this decorator. Called first, the function is given a parameter in the place of each positional
    argument: it may compare and store them, but not look at them. Keyword arguments are given as they are, and each
    of their values has a statement of its own, as has each number of positional ones.
    """
    named, further = _names(build)
    written: dict[Any, tuple[Statement, list[str]]] = {}

    def ready(tx: ReadSession, /, *values: P.args, **shape: P.kwargs) -> Ready[Statement]:
        key = (tx.on_sqlite, len(values), *shape.items())
        found = written.get(key)
        if found is None:
            names = named + [f"{further}_{at}" for at in range(len(values) - len(named))]
            places: Any = [bindparam(name) for name in names]
            found = written[key] = build(tx, *places, **shape), names
        return Ready(found[0], dict(zip(found[1], values, strict=True)))

    return update_wrapper(ready, build)


def _names(build: Callable[..., Any]) -> tuple[list[str], str]:
    """The names of a function's positional parameters after the first, marked, and of its `*parameter`."""
    parameters = list(inspect.signature(build).parameters.values())[1:]
    named = [f"{one.name}_" for one in parameters if one.kind == one.POSITIONAL_OR_KEYWORD]
    return named, next((one.name for one in parameters if one.kind == one.VAR_POSITIONAL), "")


def insert(tx: ReadSession, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """The dialect's own INSERT, which has `on_conflict_do_nothing`, `on_conflict_do_update` and `returning`.

    A plain one is cheapest without `values`: `tx.execute(insert(tx, Table), row)`.
    """
    return _insert(table, on_sqlite=tx.on_sqlite)


@cache
def _insert(table: type[Base], *, on_sqlite: bool) -> sqlite.Insert | postgresql.Insert:
    target = cast(Table, table.__table__)
    made = sqlite.insert(target) if on_sqlite else postgresql.insert(target)
    _plain.add(made)
    return made


@cache
def _by_key(table: type[Base], *key: tuple[str, bool]) -> Select[Any]:
    """A select by columns, each with whether NULL is wanted."""
    columns = table.__table__.c
    wanted = [columns[name].is_(None) if null else columns[name] == bindparam(name) for name, null in key]
    return select(table.__table__).where(*wanted)


def _table_of(statement: Select[Row]) -> type[Row]:
    """The class whose rows a statement selects; to ask SQLAlchemy costs more than to run it."""
    known = _tables.get(statement)
    if known is None:
        known = _tables[statement] = statement.column_descriptions[0]["type"]
    table: type[Row] = known
    return table


def snapshot_of(table: type[Row], values: Mapping[str, Any]) -> Row:
    """A row that was just stored, as if it had been read; columns that are not named are taken for NULL."""
    row = dict.fromkeys(table.__table__.c.keys()) | dict(values)
    return _snapshot(table, row.keys(), tuple(row.values()))


def _snapshot(table: type[Row], names: Iterable[str], row: Sequence[Any]) -> Row:
    """A row as an object of its class, by the shortest way: it never was and never will be in an ORM session."""
    if not table.__mapper__.configured:
        configure_mappers()  # otherwise the attributes cannot be read
    made = object.__new__(table)
    made.__dict__.update(zip(names, row, strict=True))
    return made
