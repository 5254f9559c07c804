"""Tables of higher layers that accounts touch, by their names: importing them would turn the layers around."""

from datetime import datetime

from sqlalchemy import ScalarSelect, Select, Table, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute

from booking.db import Base, ReadSession, WriteSession


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def unread_messages(member_id: InstrumentedAttribute[int]) -> ScalarSelect[int]:
    """How many messages wait in the inbox of the member of the enclosing row."""
    inbox = _table("inbox_messages").c
    return select(func.count()).where(inbox.member_id == member_id, inbox.read_at.is_(None)).scalar_subquery()


def place_names() -> Select[int, str, str]:
    """The id and both names of every place that is in use."""
    places = _table("places").c
    return select(places.id, places.name, places.name_en).where(places.retired_at.is_(None)).order_by(places.id)


def place_exists(tx: ReadSession, place_id: int) -> bool:
    """Whether there is such a place."""
    places = _table("places").c
    return tx.scalar(select(places.id).where(places.id == place_id)) is not None


def send_text(tx: WriteSession, now: datetime, member_id: int, phone: str, text: str) -> None:
    """Leave a text message in the outbox: topic `sms`, payload `{"phone", "text"}`."""
    tx.execute(
        insert(_table("outbox")).values(
            id=tx.ids.next(),
            topic="sms",
            key=f"member:{member_id}",
            payload={"phone": phone, "text": text},
            created_at=now,
            available_at=now,
            attempts=0,
            last_error="",
        )
    )


def last_text(tx: ReadSession, member_id: int, since: datetime) -> str | None:
    """The newest text message to a member that was left in the outbox since then; shown in demo mode alone."""
    outbox = _table("outbox").c
    payload = tx.scalar(
        select(outbox.payload)
        .where(outbox.topic == "sms", outbox.key == f"member:{member_id}", outbox.created_at >= since)
        .order_by(outbox.id.desc())
        .limit(1)
    )
    return None if payload is None else str(payload.get("text", ""))
