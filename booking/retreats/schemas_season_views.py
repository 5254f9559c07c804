"""What the routes of seasons answer. Days are local, money is fen."""

from datetime import date, datetime

import msgspec

from booking.retreats.schemas_seasons import Policy, Status


class RoomsView(msgspec.Struct, kw_only=True):
    """Rooms of a type in a batch: one choice. `guarantees` are beds kept for each category."""

    type: int
    code: str
    name: str
    name_en: str
    rooms: int
    beds: int
    sleeps: int
    price_fen: int
    guarantees: dict[str, int]


class BatchView(msgspec.Struct, kw_only=True):
    """Guests who come on `arrival` and leave on `departure`."""

    number: int
    name: str
    name_en: str
    arrival: date
    departure: date
    rooms: list[RoomsView]


class SourceView(msgspec.Struct, kw_only=True):
    """A public draw that seeds the season's; `fallback` is the issue that counts if this one is postponed."""

    lottery: str
    issue: str
    day: date
    fallback: str


class PlaceName(msgspec.Struct, kw_only=True):
    """The house."""

    id: int
    code: str
    name: str
    name_en: str


class SeasonSummary(msgspec.Struct, kw_only=True):
    """A season in a list. `places` are heads that its rooms hold at the most."""

    code: str
    title: str
    title_en: str
    place: PlaceName
    status: Status
    opens_at: datetime
    closes_at: datetime
    publishes_at: datetime
    batches: int
    places: int
    first_arrival: date | None
    last_departure: date | None


class SeasonView(SeasonSummary, kw_only=True):
    """A season with all its terms.

    Attributes:
        enterprise_heads: at most so many of one enterprise or village get a place, over all batches.
        subsidy_fen: at most so much of a member's price is borne for them.
    """

    document: str
    clause: str
    freezes_at: datetime
    confirm_by: datetime
    second_confirm_by: datetime
    last_confirm_by: datetime
    remind_hours: int
    most_choices: int
    most_together: int
    policy: Policy
    enterprise_heads: int
    dues_required: bool
    categories: list[str]
    organisation_kinds: list[str]
    rest_years: int
    subsidy_fen: int
    free_categories: list[str]
    subsidy_document: str
    subsidy_clause: str
    bits: int
    sources: list[SourceView]
    schedule: list[BatchView]


class FaultView(msgspec.Struct, kw_only=True):
    """Something to change before a draft can be published: in which part, the code of the refusal, its words."""

    part: str
    code: str
    detail: str


class ManagedSeason(msgspec.Struct, kw_only=True):
    """A season as officers see it; `faults` are those of a draft."""

    version: int
    season: SeasonView
    applications: int
    heads: int
    faults: list[FaultView]


class SeasonList(msgspec.Struct, kw_only=True):
    """Seasons, those that open last first; `next` leads to the rest."""

    items: list[SeasonSummary]
    next: str | None


class QuotaView(msgspec.Struct, kw_only=True):
    """A node's places.

    Attributes:
        level: 0 city, 1 district, 2 township.
        heads: at most so many get a place in the first stage, if those who applied until now are all.
        fills: places that it would have if everybody applied.
        limits: whether somebody below the node may be refused for it.
        override: what an officer set instead of the split.
    """

    organisation: str
    name: str
    name_en: str
    parent: str
    level: int
    members: int
    applied: int
    heads: int
    fills: int
    limits: bool
    override: int | None


class OverrideView(msgspec.Struct, kw_only=True):
    """What an officer set, or took back (`heads` None), and why."""

    organisation: str
    name: str
    name_en: str
    heads: int | None
    reason: str
    by: str
    at: datetime


class QuotaList(msgspec.Struct, kw_only=True):
    """The split of the places, each node before those below it, and every override, the oldest first."""

    places: int
    enterprise_heads: int
    nodes: list[QuotaView]
    overrides: list[OverrideView]


class RateView(msgspec.Struct, kw_only=True):
    """Heads of a group that apply, and that get a place in an average draw of the rehearsal."""

    group: str
    applied: int
    placed: float


class EmptyView(msgspec.Struct, kw_only=True):
    """Beds of a choice that stay empty in an average draw, after the first and the second stage."""

    batch: int
    type: str
    places: int
    wanted_most: int
    empty_first: float
    empty_second: float


class RehearsalView(msgspec.Struct, kw_only=True):
    """What a rehearsal came to, on the average of its draws.

    Attributes:
        earlier: the season whose applications were tried; empty: they were made up.
        ranks: applications that got their first, second, third, or a later wish.
    """

    earlier: str
    seed: int
    draws: int
    applications: int
    heads: int
    placed: float
    placed_second: float
    ranks: list[float]
    districts: list[RateView]
    categories: list[RateView]
    enterprise_sizes: list[RateView]
    tickets: list[RateView]
    choices: list[EmptyView]
