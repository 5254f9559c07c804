"""Places, their zones, and the calendar that opening rules refer to: what gates, courts and rooms stand on."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Base, UTCDateTime


class Place(Base):
    """A culture centre, a cultural palace, the Plaza or the sanatorium."""

    __tablename__ = "places"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    district: Mapped[str] = mapped_column(Text, index=True)
    address: Mapped[str] = mapped_column(Text)
    address_en: Mapped[str] = mapped_column(Text, default="")
    latitude: Mapped[float]
    longitude: Mapped[float]
    floor_area: Mapped[int | None]
    phone: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str] = mapped_column(Text, default="")
    assumed: Mapped[str] = mapped_column(Text, default="")
    """Which of the values above are assumptions rather than published facts, as words shown to managers."""
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Zone(Base):
    """A part of a place behind gates, with the rules by which a pass opens it."""

    __tablename__ = "zones"

    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    capacity: Mapped[int | None]
    early_minutes: Mapped[int] = mapped_column(default=30)
    late_minutes: Mapped[int] = mapped_column(default=0)
    reentry: Mapped[bool] = mapped_column(default=True)
    anti_passback: Mapped[bool] = mapped_column(default=True)
    static_code: Mapped[bool] = mapped_column(default=True)
    """Whether a code that does not rotate (printed, or in a calendar) opens this zone."""
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CalendarDay(Base):
    """A public holiday, or a weekend day worked in exchange for one."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
