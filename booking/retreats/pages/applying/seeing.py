"""What the pages of applying read before they show anything."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from booking.db import ReadSession
from booking.errors import BookingError
from booking.retreats.errors_applying import NotTheLead
from booking.retreats.models import Season
from booking.retreats.queries.applications import application_view, my_application, offered
from booking.retreats.queries.mine import refusal_of
from booking.retreats.queries.pasts import ShownPast, pasts_of
from booking.retreats.queries.seasons import season_of
from booking.retreats.rules.applying import Offer, Wish, check_open
from booking.retreats.rules.building import ChoiceFacts
from booking.retreats.rules.places import Person, share
from booking.retreats.rules.weights import Tickets
from booking.retreats.schemas_applying import ApplicationView
from booking.rooms.rules.nights import date_of
from booking.web.facts import Named
from booking.web.principal import Principal


class BatchShown(NamedTuple):
    """A batch with the room types that can be wished for."""

    number: int
    name: Named
    arrival: date
    departure: date
    choices: list[ChoiceFacts]


class Seen(NamedTuple):
    """A season, what can be wished for, and the reader's application.

    Attributes:
        refusal: why they cannot apply or change anything now.
        tickets: the reader's own, and the seasons that they come from.
    """

    season: Season
    choices: tuple[ChoiceFacts, ...]
    offers: Mapping[Wish, Offer]
    stored: ApplicationView | None
    tickets: Tickets
    pasts: list[ShownPast]
    refusal: BookingError | None

    @property
    def name(self) -> Named:
        """The season's."""
        return Named(self.season.title, self.season.title_en)

    @property
    def batches(self) -> list[BatchShown]:
        """The choices by batch."""
        return [_batch(list(group)) for _, group in groupby(self.choices, key=lambda one: one.batch)]

    @staticmethod
    def day(night: int) -> date:
        """The day before a night."""
        return date_of(night)

    def chosen(self, wishes: Sequence[Wish]) -> list[ChoiceFacts]:
        """What some wishes are; unknown ones are left out."""
        known = {(one.batch, one.type_id): one for one in self.choices}
        return [known[wish] for wish in wishes if wish in known]


class Cost(NamedTuple):
    """What one pays for a choice: oneself, and one's companions in full; other members pay their own."""

    choice: ChoiceFacts
    own: int
    borne: int
    companions: int

    @property
    def fen(self) -> int:
        """All of it."""
        return self.own + self.companions


def see(tx: ReadSession, now: datetime, code: str, member: Principal) -> Seen:
    """Read it.

    Raises:
        SeasonNotFound: there is no such season.
    """
    season = season_of(tx, code)
    known = offered(tx, season)
    mine = my_application(tx, season.id, member.member_id)
    stored = None if mine is None else application_view(tx, now, season, mine, member.member_id)
    tickets, pasts = pasts_of(tx, member.member_id)
    refusal = _refusal(tx, now, season, stored, member)
    return Seen(season, known.choices, known.offers, stored, tickets, pasts, refusal)


def costs(seen: Seen, wishes: Sequence[Wish], member: Principal, companions: int) -> list[Cost]:
    """What each wish would cost the reader."""
    me = Person(member.member_id, member.name, categories=member.categories)
    found = []
    for choice in seen.chosen(wishes):
        mine = share(seen.season, choice.price_fen, me)
        found.append(Cost(choice, mine.own, mine.borne, companions * choice.price_fen))
    return found


def _refusal(
    tx: ReadSession, now: datetime, season: Season, stored: ApplicationView | None, member: Principal
) -> BookingError | None:
    try:
        check_open(season, now)
    except BookingError as error:
        return error
    if stored is not None and not stored.lead:
        return NotTheLead(name=next(one.name for one in stored.members if one.lead))
    return refusal_of(tx, season, member.member_id)


def _batch(group: list[ChoiceFacts]) -> BatchShown:
    first = group[0]
    name = Named(first.batch_name, first.batch_name_en)
    return BatchShown(first.batch, name, date_of(first.arrival), date_of(first.departure), group)
