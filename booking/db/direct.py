"""Statements that were written before, run by SQLite's driver itself: a tenth of what the way through SQLAlchemy costs.

What SQLAlchemy makes of a statement (its text, the order of its values, what becomes of values and columns on their
way) is taken once and used again. Whatever is out of the ordinary stays with SQLAlchemy: lists in a statement, defaults
of columns, listeners. An error is SQLAlchemy's too: the statement did nothing, and is run again its way.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

Process = Callable[[Any], Any] | None


class Rows:
    """The rows that a statement answered, all of them, as SQLAlchemy's result offers them."""

    __slots__ = ("_kind", "_left", "_names", "rowcount")

    def __init__(self, rows: list[Any], names: tuple[str, ...], kind: Any, rowcount: int) -> None:
        self._left = rows
        self._names = names
        self._kind = kind
        self.rowcount = rowcount

    def keys(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self._names

    def plain(self) -> list[Any]:
        """The rows as tuples."""
        return self._left

    def all(self) -> list[Any]:
        """Every row."""
        make = self._kind._make
        return [make(row) for row in self._left]

    def __iter__(self) -> Iterator[Any]:
        return map(self._kind._make, self._left)

    def first(self) -> Any:
        """The first row, or None."""
        return self._kind._make(self._left[0]) if self._left else None

    def one(self) -> Any:
        """The only row.

        Raises:
            LookupError: there is another number of rows.
        """
        if len(self._left) != 1:
            raise LookupError(f"{len(self._left)} rows instead of one")
        return self.first()

    def one_or_none(self) -> Any:
        """The only row, or None."""
        return self.one() if self._left else None

    def scalar(self) -> Any:
        """The first column of the first row, or None."""
        return self._left[0][0] if self._left else None

    def scalar_one(self) -> Any:
        """The first column of the only row."""
        return self.one()[0]

    def scalars(self) -> "Rows":
        """The first column of each row, for `all`."""
        return Scalars(self._left, self._names, self._kind, self.rowcount)


class Scalars(Rows):
    """The first column of each row."""

    __slots__ = ()

    def all(self) -> list[Any]:
        """Every value."""
        return [row[0] for row in self._left]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.all())


class Direct:
    """A statement as the driver takes it."""

    def __init__(self, compiled: SQLCompiler, dialect: Dialect) -> None:
        self.sql = compiled.string
        fixed = compiled.construct_params(_check=False)
        processors: Mapping[str, Any] = compiled._bind_processors
        self.binds: list[tuple[str, Process, Any]] = [
            (name, processors.get(name), fixed.get(name)) for name in compiled.positiontup or ()
        ]
        columns = compiled._result_columns
        self.names = tuple(column.keyname for column in columns)
        made = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self.results: list[tuple[int, Any]] = [(at, process) for at, process in enumerate(made) if process]
        self.kind: Any = _kind(self.names)

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """What the driver is handed for the values of one run."""
        return [
            (given[name] if process is None else process(given[name]))
            if name in given
            else (fixed if process is None else process(fixed))
            for name, process, fixed in self.binds
        ]

    def run(self, raw: Any, given: dict[str, Any] | list[dict[str, Any]]) -> Rows:
        """Run it on the driver's connection, once or for each of several sets of values."""
        if isinstance(given, dict):
            cursor = raw.execute(self.sql, self.values(given))
            rows = self._read(cursor) if self.names else []
            return Rows(rows, self.names, self.kind, cursor.rowcount)
        if not self.names:
            cursor = raw.executemany(self.sql, [self.values(one) for one in given])
            return Rows([], self.names, self.kind, cursor.rowcount)
        rows = [row for one in given for row in self._read(raw.execute(self.sql, self.values(one)))]
        return Rows(rows, self.names, self.kind, len(rows))

    def _read(self, cursor: Any) -> list[Any]:
        rows: list[Any] = cursor.fetchall()
        if not self.results:
            return rows
        return [self._processed(row) for row in rows]

    def _processed(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for at, process in self.results:
            values[at] = process(values[at])
        return values


def _kind(names: tuple[str, ...]) -> Any:
    """What a row with such columns is."""
    return namedtuple("Row", names, rename=True)


def direct(statement: ClauseElement, dialect: Dialect, keys: Sequence[str] | None = None) -> Direct | None:
    """A statement for the driver itself, with a row of these columns if it is an INSERT; None if it is not so plain."""
    compiled = statement.compile(dialect=dialect, column_keys=None if keys is None else list(keys))
    if not isinstance(compiled, SQLCompiler):
        return None
    special = compiled.post_compile_params or compiled.literal_execute_params
    if special or compiled.insert_prefetch or compiled.update_prefetch or compiled.positiontup is None:
        return None
    return Direct(compiled, dialect)
