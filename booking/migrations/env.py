"""Run by Alembic for each command. The connection and its transaction belong to `booking.db.migrating`."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import BigInteger

from booking.db import JSONText, UTCDateTime
from booking.models import metadata


def render_item(kind: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Write our own column types by their names, and the integer of both databases as the models have it."""
    if kind != "type":
        return False
    if isinstance(item, UTCDateTime | JSONText):
        autogen_context.imports.add(f"from booking.db import {type(item).__name__}")
        return f"{type(item).__name__}()"
    if isinstance(item, BigInteger):
        autogen_context.imports.add("from booking.db.types import INT64")
        return "INT64"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
    compare_server_default=True,
)
context.run_migrations()
