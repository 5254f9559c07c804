"""Which loads have run how far."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Base, UTCDateTime


class Load(Base):
    """A load of fixtures or members: chunks done, and complete only when all are."""

    __tablename__ = "loads"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Text)
    chunks: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
