"""What travels over the API of the inbox."""

from datetime import datetime

import msgspec

from booking.web.facts import Param


class MessageView(msgspec.Struct, kw_only=True):
    """A message in the reader's words.

    Attributes:
        kind: what it is about, e.g. `booking.moved`: stable, for programs.
        facts: the numbers and names in its sentences, before they were worded.
        link: a path of this service, or empty.
    """

    id: int
    kind: str
    title: str
    body: str
    facts: dict[str, Param]
    link: str
    at: datetime
    read_at: datetime | None


class InboxPage(msgspec.Struct, kw_only=True):
    """A page of the inbox, newest first; `next` is the cursor of the page after it."""

    items: list[MessageView]
    unread: int
    next: int | None


class Marked(msgspec.Struct, kw_only=True):
    """How many messages were marked as read that were not before."""

    marked: int
