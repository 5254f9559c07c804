"""The access log: what happened to an account, from which machine, for its owner to read."""

from datetime import datetime
from typing import NamedTuple

from booking.db import WriteSession, insert
from booking.members.models import AccessLogEntry

LONGEST_AGENT = 200


class Visit(NamedTuple):
    """From where someone acts: what their browser or app calls itself, and their address."""

    agent: str
    address: str


NOT_A_VISIT = Visit("", "")
"""An act of the command line or of a colleague."""


def log_access(tx: WriteSession, now: datetime, member_id: int, event: str, visit: Visit) -> None:
    """Note an event of `rules.words.EVENT_NAMES`."""
    tx.execute(
        insert(tx, AccessLogEntry).values(
            member_id=member_id,
            id=tx.ids.next(),
            at=now,
            event=event,
            agent=visit.agent[:LONGEST_AGENT],
            address=visit.address,
        )
    )
