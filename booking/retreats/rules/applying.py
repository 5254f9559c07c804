"""What an application may ask for: when, how many wishes, and how many people in which rooms."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from booking.retreats.errors import UnknownChoice
from booking.retreats.errors_applying import (
    ApplicationsClosed,
    NotOpenYet,
    NotShared,
    NoWishes,
    RoomTooSmall,
    SeasonCancelled,
    SharesAlone,
    TooManyRoomsTogether,
    TooManyTogether,
    TooManyWishes,
    WishTwice,
)
from booking.web.facts import Instant, Named

Wish = tuple[int, int]
"""A batch by its number, and a room type."""


class Terms(Protocol):
    """As much of a season as an application must keep to."""

    title: str
    title_en: str
    status: str
    document: str
    clause: str
    most_choices: int
    most_together: int
    opens_at: datetime
    closes_at: datetime


class Offer(NamedTuple):
    """Rooms that can be wished for.

    Attributes:
        beds: how many strangers share one; 1: nobody does.
        sleeps: at most, extra beds included.
    """

    batch: Named
    type: Named
    beds: int
    sleeps: int


class Party(NamedTuple):
    """Who comes: members (those who are still asked included) and others at their own cost; in how many rooms.

    `rooms` is 0 for somebody who shares a room with a stranger of the same sex.
    """

    members: int = 1
    companions: int = 0
    rooms: int = 0

    @property
    def heads(self) -> int:
        """How many sleep there."""
        return self.members + self.companions


def check_open(season: Terms, now: datetime) -> None:
    """Refuse what is not done while applications are taken.

    Raises:
        SeasonCancelled: it was cancelled.
        NotOpenYet: they are not taken yet.
        ApplicationsClosed: not any more.
    """
    title = Named(season.title, season.title_en)
    opens, closes = Instant(season.opens_at), Instant(season.closes_at)
    if season.status == "cancelled":
        raise SeasonCancelled(title=title)
    if now < season.opens_at:
        raise NotOpenYet(title=title, opens=opens, closes=closes)
    if season.status != "open" or now >= season.closes_at:
        raise ApplicationsClosed(title=title, closes=closes)


def is_open(season: Terms, now: datetime) -> bool:
    """Whether applications are taken now."""
    return season.status == "open" and season.opens_at <= now < season.closes_at


def check_wishes(season: Terms, offers: Mapping[Wish, Offer], wishes: Sequence[Wish]) -> None:
    """Refuse a list of wishes that cannot be drawn for.

    Raises:
        NoWishes: it is empty.
        UnknownChoice: the season does not have one of them.
        WishTwice: one stands there twice.
        TooManyWishes: there are more than the season allows.
    """
    if not wishes:
        raise NoWishes(most=season.most_choices)
    for at, wish in enumerate(wishes):
        if wish not in offers:
            raise UnknownChoice(batch=wish[0])
        if wish in wishes[:at]:
            raise WishTwice(batch=offers[wish].batch, type=offers[wish].type)
    over = len(wishes) - season.most_choices
    if over > 0:
        source = {"document": season.document, "clause": season.clause}
        raise TooManyWishes(most=season.most_choices, asked=len(wishes), over=over, **source)


def check_party(season: Terms, offers: Sequence[Offer], party: Party) -> None:
    """Refuse people who do not fit into one of the rooms wished for.

    Raises:
        TooManyTogether: more members than one application may have.
        SharesAlone: somebody shares a room with strangers, but does not come alone.
        NotShared: nobody shares rooms of one of the types.
        TooManyRoomsTogether: more rooms than members.
        RoomTooSmall: rooms of one of the types do not sleep them all.
    """
    over = party.members - season.most_together
    if over > 0:
        source = {"document": season.document, "clause": season.clause}
        raise TooManyTogether(most=season.most_together, asked=party.members, over=over, **source)
    if party.rooms == 0:
        _check_sharing(offers, party)
        return
    if party.rooms > party.members:
        raise TooManyRoomsTogether(most=party.members, asked=party.rooms)
    for offer in offers:
        over = party.heads - party.rooms * offer.sleeps
        if over > 0:
            facts = {"sleeps": offer.sleeps, "rooms": party.rooms, "heads": party.heads, "over": over}
            raise RoomTooSmall(type=offer.type, **facts)


def _check_sharing(offers: Sequence[Offer], party: Party) -> None:
    if party.heads > 1:
        raise SharesAlone(others=party.heads - 1)
    for offer in offers:
        if offer.beds < 2:
            raise NotShared(batch=offer.batch, type=offer.type)
