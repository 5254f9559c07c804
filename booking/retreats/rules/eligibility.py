"""Who may apply for a season: asked when they apply, when they join somebody, and once more at the freeze."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from booking.clock import local_date
from booking.errors import BookingError
from booking.members.rules.words import CATEGORY_NAMES
from booking.retreats.errors import CategoryNeeded, DuesUnpaid, MemberLeft, OrganisationKindNeeded, RestYears
from booking.retreats.rules.words import ORGANISATION_KINDS
from booking.web.facts import Day, Instant, Named


class Conditions(Protocol):
    """As much of a season as eligibility depends on."""

    title: str
    title_en: str
    document: str
    clause: str
    dues_required: bool
    categories: list[str]
    organisation_kinds: list[str]
    rest_years: int
    closes_at: datetime
    freezes_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a member with regard to one season.

    Attributes:
        sex: `male` or `female`.
        organisation: the code of the member's own organisation, as it stands in the draw.
        organisation_kind: `enterprise`, `village` and so on.
        categories: the verified ones, sorted.
        dues_paid_until: None: never.
        retreat_year: of the arrival of their last retreat; None: they had none.
        season_year: of the first arrival of this one.
        is_member: still on the list of members.
    """

    member_id: int
    sex: str
    organisation_id: int
    organisation: str
    organisation_kind: str
    categories: tuple[str, ...]
    dues_paid_until: date | None
    retreat_year: int | None
    season_year: int
    is_member: bool = True


def why_not(season: Conditions, facts: Facts) -> BookingError | None:
    """The first rule by which a member may not apply, worded for them; None if they may."""
    source = {"document": season.document, "clause": season.clause}
    title = Named(season.title, season.title_en)
    if not facts.is_member:
        return MemberLeft(title=title)
    if season.organisation_kinds and facts.organisation_kind not in season.organisation_kinds:
        kinds, own = _words(ORGANISATION_KINDS, season.organisation_kinds), [facts.organisation_kind]
        return OrganisationKindNeeded(title=title, kinds=kinds, kind=_words(ORGANISATION_KINDS, own), **source)
    if season.categories and not set(season.categories) & set(facts.categories):
        wanted, until = _words(CATEGORY_NAMES, season.categories), Instant(season.freezes_at)
        return CategoryNeeded(title=title, categories=wanted, until=until, **source)
    return _unpaid(season, facts, source) or _too_soon(season, facts, source)


def _unpaid(season: Conditions, facts: Facts, source: dict[str, str]) -> BookingError | None:
    """Dues must be paid until the day on which applications close, whenever one applies."""
    needed = local_date(season.closes_at)
    if not season.dues_required or (facts.dues_paid_until is not None and facts.dues_paid_until >= needed):
        return None
    paid: Day | Named = Named("无记录", "no record") if facts.dues_paid_until is None else Day(facts.dues_paid_until)
    return DuesUnpaid(needed=Day(needed), paid=paid, **source)


def _too_soon(season: Conditions, facts: Facts, source: dict[str, str]) -> BookingError | None:
    """So many whole calendar years must lie between the year of the last retreat and that of this one."""
    if facts.retreat_year is None or facts.season_year - facts.retreat_year > season.rest_years:
        return None
    again = facts.retreat_year + season.rest_years + 1
    return RestYears(needed=season.rest_years, year=facts.retreat_year, again=again, **source)


def _words(names: dict[str, str], codes: Sequence[str]) -> list[str]:
    """The words for some codes; each is translated where it is shown."""
    return [names.get(code, code) for code in codes]
