"""The declarative base and the column types that every table shares."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import msgspec
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, Text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

INT64 = BigInteger().with_variant(Integer(), "sqlite")
"""Ids need 53 bits: BIGINT on PostgreSQL; SQLite's INTEGER holds 64 and can be the row's own id."""


class Base(DeclarativeBase):
    """The base of all tables; the naming convention lets migrations address every constraint."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {int: INT64}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant: `timestamptz` on PostgreSQL, microseconds since 1970 on SQLite, which has no such type."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """`timestamptz`, or a big integer on SQLite."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuses a naive datetime, which would be read as some other instant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"a naive datetime cannot be stored: {value!r}")
        return (value - _EPOCH) // _MICROSECOND if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """An aware instant in UTC."""
        if value is None or not isinstance(value, int):
            return value if value is None else value.astimezone(UTC)
        return _EPOCH + timedelta(microseconds=value)


class JSONText(TypeDecorator[Any]):
    """A JSON document kept as text and read with msgspec, alike on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The document as text."""
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The document as lists, dicts, strings and numbers."""
        return None if value is None else msgspec.json.decode(value)
