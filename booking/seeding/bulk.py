"""Many rows of one table, handed to the driver as plain tuples: half the work of a dictionary for each."""

from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam

from booking.db import Base, WriteSession, insert


class Bulk(NamedTuple):
    """Rows of one table, their values in the order of the columns.

    Columns that are not named stay NULL: unlike with other inserts, no default is filled in.
    """

    table: type[Base]
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def store(tx: WriteSession, bulk: Bulk) -> None:
    """Insert the rows; those that are there already by their primary key stay as they are."""
    if not bulk.rows:
        return
    dialect, table = tx.connection.dialect, cast(Table, bulk.table.__table__)
    statement = insert(tx, bulk.table).values({name: bindparam(name) for name in bulk.columns})
    compiled = statement.on_conflict_do_nothing(index_elements=list(table.primary_key)).compile(dialect=dialect)
    if tuple(compiled.positiontup or ()) != bulk.columns:
        raise ValueError(f"{table.name} needs {compiled.positiontup}, not {bulk.columns}")
    rows = bulk.rows
    for index, name in enumerate(bulk.columns):
        if process := table.c[name].type.dialect_impl(dialect).bind_processor(dialect):
            rows = [(*row[:index], process(row[index]), *row[index + 1 :]) for row in rows]
    tx.connection.exec_driver_sql(str(compiled), rows)
