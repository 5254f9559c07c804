"""Facilities, courts, hours and policies as one immutable snapshot, kept in memory until an edit renews its version."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select

from booking.db import ReadSession
from booking.errors import NotFound
from booking.places.catalogue import Places, catalogue_version, places
from booking.places.models import Place, Zone
from booking.venues.models import Court, Facility, OpeningRule, Policy, Price, Sport
from booking.web.facts import Named
from booking.web.locale import N_


class FacilityNotFound(NotFound):
    """No facility has this id at this place."""

    code = "facility_not_found"
    text = N_("没有找到这个场地。可以回到场馆页面重新选。")


class CourtNotFound(NotFound):
    """No court has this id in this facility."""

    code = "court_not_found"
    text = N_("没有找到这片场地。可以让我们替您安排一片。")


@dataclass(frozen=True)
class FacilityFacts:
    """A facility with all that its rules need.

    Attributes:
        courts: those in use, by id; empty for a pooled area.
        kinds: court kind → ids of its courts, in order.
    """

    facility: Facility
    place: Place
    zone: Zone
    sport: Sport
    courts: Mapping[int, Court]
    opening: Sequence[OpeningRule]
    policy: Policy
    prices: Sequence[Price]

    @property
    def key(self) -> tuple[int, int]:
        """(place id, facility id)."""
        return self.facility.place_id, self.facility.id

    @property
    def topic(self) -> str:
        """What is touched when its bookings change."""
        return f"facility:{self.facility.place_id}:{self.facility.id}"

    @property
    def pooled(self) -> bool:
        """Whether heads are counted instead of courts claimed."""
        return self.facility.kind == "pooled"

    @cached_property
    def kinds(self) -> Mapping[str, tuple[int, ...]]:
        """The ids of the courts of each kind."""
        found: dict[str, list[int]] = defaultdict(list)
        for court in self.courts.values():
            found[court.kind].append(court.id)
        return {kind: tuple(ids) for kind, ids in found.items()}

    @property
    def name(self) -> Named:
        """Place and facility, as a sentence names them."""
        return Named(f"{self.place.name}{self.facility.name}", f"{self.place.name_en}, {self.facility.name_en}")

    def court(self, court_id: int) -> Court:
        """The court with this id.

        Raises:
            CourtNotFound: there is none, or it was retired.
        """
        if court_id not in self.courts:
            raise CourtNotFound
        return self.courts[court_id]


@dataclass(frozen=True)
class Venues:
    """Every facility in use, with the places they stand in."""

    places: Places
    facilities: Mapping[tuple[int, int], FacilityFacts]
    sports: Mapping[str, Sport]

    @cached_property
    def by_sport(self) -> Mapping[str, tuple[FacilityFacts, ...]]:
        """The facilities of each sport, place by place."""
        found: dict[str, list[FacilityFacts]] = defaultdict(list)
        for facts in self.facilities.values():
            found[facts.facility.sport].append(facts)
        return {sport: tuple(them) for sport, them in found.items()}

    @cached_property
    def by_place(self) -> Mapping[int, tuple[FacilityFacts, ...]]:
        """The facilities of each place."""
        found: dict[int, list[FacilityFacts]] = defaultdict(list)
        for facts in self.facilities.values():
            found[facts.facility.place_id].append(facts)
        return {place: tuple(them) for place, them in found.items()}

    def facility(self, place_id: int, facility_id: int) -> FacilityFacts:
        """The facility with this key.

        Raises:
            FacilityNotFound: there is none, or it was retired.
        """
        if (place_id, facility_id) not in self.facilities:
            raise FacilityNotFound
        return self.facilities[place_id, facility_id]


def venues(tx: ReadSession) -> Venues:
    """The snapshot as this transaction sees it."""
    return tx.remembered("venues", catalogue_version(tx), lambda: _load(tx))


def _load(tx: ReadSession) -> Venues:
    known = places(tx)
    sports = {sport.code: sport for sport in tx.all(select(Sport).order_by(Sport.programme, Sport.code))}
    courts: dict[tuple[int, int], dict[int, Court]] = defaultdict(dict)
    for court in tx.all(select(Court).where(Court.retired_at.is_(None)).order_by(Court.id)):
        courts[court.place_id, court.facility_id][court.id] = court
    opening: dict[tuple[int, int], list[OpeningRule]] = defaultdict(list)
    for rule in tx.all(select(OpeningRule).order_by(OpeningRule.id)):
        opening[rule.place_id, rule.facility_id].append(rule)
    prices: dict[int, list[Price]] = defaultdict(list)
    for price in tx.all(select(Price).order_by(Price.id)):
        prices[price.policy_id].append(price)
    policies = {policy.id: policy for policy in tx.all(select(Policy))}
    found = {}
    in_use = select(Facility).where(Facility.retired_at.is_(None)).order_by(Facility.place_id, Facility.id)
    for facility in tx.all(in_use):
        key = facility.place_id, facility.id
        place, zone = known.by_id.get(facility.place_id), known.zones.get((facility.place_id, facility.zone_id))
        if place is not None and zone is not None:
            policy = policies[facility.policy_id]
            found[key] = FacilityFacts(
                facility=facility,
                place=place,
                zone=zone,
                sport=sports.get(facility.sport) or Sport(code=facility.sport, name=facility.sport, name_en=""),
                courts=courts[key],
                opening=opening[key],
                policy=policy,
                prices=prices[policy.id],
            )
    return Venues(known, found, sports)
