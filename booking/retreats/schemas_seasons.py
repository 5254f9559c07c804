"""What the routes of seasons take and answer. Days are local, nights half-open, money is fen."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from booking.draws.rules import LEAST_BITS, MOST_BITS, MOST_CATEGORIES

Id = Annotated[int, Meta(ge=1, lt=2**53)]
Version = Annotated[int, Meta(ge=0, lt=2**53, description="The season's version that the change was made to.")]
Code = Annotated[str, Meta(min_length=2, max_length=40, description="Its name in addresses, e.g. `2027-spring`.")]
Title = Annotated[str, Meta(min_length=1, max_length=60)]
MaybeText = Annotated[str, Meta(max_length=60)]
Reason = Annotated[str, Meta(min_length=1, max_length=200)]
At = Annotated[datetime, Meta(tz=True)]
Fen = Annotated[int, Meta(ge=0, le=10_000_000)]
MemberCategory = Literal["frontline", "sci_tech_talent", "model_worker", "hardship"]
OrganisationKind = Literal["city", "district", "park", "township", "village", "community", "enterprise"]
Lottery = Literal["kl8", "ssq", "dlt", "3d", "pl5"]
Status = Literal["draft", "open", "frozen", "drawn", "second", "settled", "cancelled"]
Policy = Literal["minimum", "over"]

MOST_BATCHES = 60
MOST_TYPES = 20
MOST_HEADS = 100_000


class DraftRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A new season at a house; `copy_of` takes its terms and batches from another one, some half years later."""

    code: Code
    title: Title
    title_en: MaybeText = ""
    place: Id
    copy_of: Annotated[str, Meta(max_length=40)] = ""


class AboutPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What it is called, what it comes from, how many choices one may rank, how many may go together."""

    title: Title
    title_en: MaybeText = ""
    document: Title
    clause: Title
    most_choices: Annotated[int, Meta(ge=1, le=100)]
    most_together: Annotated[int, Meta(ge=1, le=12)]


class CalendarPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """When what happens; each after the one before."""

    opens_at: At
    closes_at: At
    freezes_at: At
    publishes_at: At
    confirm_by: At
    second_confirm_by: At
    last_confirm_by: At
    remind_hours: Annotated[int, Meta(ge=0, le=720)]


class RoomsRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Rooms of a type in a batch.

    Attributes:
        beds: how many strangers of one sex share a room; 1: nobody does.
        price_fen: for one head and the whole batch, before any subsidy.
        guarantees: beds kept for each category.
    """

    type: Id
    rooms: Annotated[int, Meta(ge=0, le=10_000)]
    beds: Annotated[int, Meta(ge=1, le=12)]
    price_fen: Fen
    guarantees: Annotated[
        dict[MemberCategory, Annotated[int, Meta(ge=0, le=MOST_HEADS)]], Meta(max_length=MOST_CATEGORIES)
    ] = {}


class BatchRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Guests who come and leave together; batches are numbered as they are listed."""

    name: Title
    name_en: MaybeText = ""
    arrival: date
    departure: date
    rooms: Annotated[list[RoomsRequest], Meta(max_length=MOST_TYPES)] = []


class SharesPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a guarantee means, and the most heads of one enterprise or village."""

    policy: Policy
    enterprise_heads: Annotated[int, Meta(ge=1, le=MOST_HEADS)]


class EligibilityPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Who may apply; without categories or kinds of organisations, members of all of them."""

    dues_required: bool = False
    categories: Annotated[list[MemberCategory], Meta(max_length=MOST_CATEGORIES)] = []
    organisation_kinds: Annotated[list[OrganisationKind], Meta(max_length=7)] = []
    rest_years: Annotated[int, Meta(ge=0, le=20)]


class SubsidyPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How much of a member's price is borne for them, and who pays nothing."""

    subsidy_fen: Fen
    free_categories: Annotated[list[MemberCategory], Meta(max_length=MOST_CATEGORIES)] = []
    subsidy_document: MaybeText = ""
    subsidy_clause: MaybeText = ""


class SourceRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A public draw that seeds the season's; `fallback` is the issue that counts if this one is postponed."""

    lottery: Lottery
    issue: Annotated[str, Meta(max_length=20)] = ""
    day: date
    fallback: Annotated[str, Meta(max_length=20)] = ""


class SourcesPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The public draws, and the entropy that they must have together, in bits."""

    bits: Annotated[int, Meta(ge=LEAST_BITS, le=MOST_BITS)] = LEAST_BITS
    sources: Annotated[list[SourceRequest], Meta(max_length=12)] = []


class SeasonEdit(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Some parts of a draft, each as a whole; refused if another officer changed the draft since `version`."""

    version: Version
    about: AboutPart | None = None
    calendar: CalendarPart | None = None
    batches: Annotated[list[BatchRequest], Meta(max_length=MOST_BATCHES)] | None = None
    shares: SharesPart | None = None
    eligibility: EligibilityPart | None = None
    subsidy: SubsidyPart | None = None
    sources: SourcesPart | None = None


class PublishRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Publish the draft as it is in this version."""

    version: Version


class EndRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Cancel a season before its freeze; `reason` is what its applicants are told."""

    version: Version
    reason: Annotated[str, Meta(max_length=200)] = ""


class OverrideRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Places of an organisation (by its code) instead of the split; `heads` None: the split decides again."""

    organisation: Annotated[str, Meta(min_length=1, max_length=40)]
    heads: Annotated[int, Meta(ge=0, le=MOST_HEADS)] | None
    reason: Reason
