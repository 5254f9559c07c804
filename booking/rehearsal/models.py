"""Changes that were rehearsed, applied and perhaps undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Base, JSONText, UTCDateTime


class Change(Base):
    """One change of what a place offers: what was asked, what it does to whom, and what became of it."""

    __tablename__ = "changes"
    __table_args__ = (CheckConstraint("status IN ('drafted', 'applied', 'undone')", name="status"),)

    place_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    request: Mapped[Any] = mapped_column(JSONText)
    plan: Mapped[Any] = mapped_column(JSONText)
    status: Mapped[str] = mapped_column(Text)
    drafted_by: Mapped[int]
    drafted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    applied_by: Mapped[int | None]
    applied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by: Mapped[int | None]
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
