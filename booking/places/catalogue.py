"""Places, zones and the calendar as one immutable snapshot, kept in memory until an edit changes its version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import Select, select

from booking.db import ReadSession, WriteSession, insert, prepared
from booking.errors import NotFound
from booking.places.models import CalendarDay, Place, Zone
from booking.web.locale import N_
from booking.web.models import Counter

VERSION = "catalogue"


class PlaceNotFound(NotFound):
    """No place has this id or code."""

    code = "place_not_found"
    text = N_("没有找到这个场馆。可以从“找场地”里选一个。")


@dataclass(frozen=True)
class Places:
    """Every place that is in use, its zones, and the calendar."""

    version: int
    by_id: Mapping[int, Place]
    zones: Mapping[tuple[int, int], Zone]
    calendar: Mapping[date, CalendarDay]

    @cached_property
    def by_code(self) -> Mapping[str, Place]:
        """Places by their code, the name in addresses."""
        return {place.code: place for place in self.by_id.values()}

    def place(self, place_id: int) -> Place:
        """The place with this id.

        Raises:
            PlaceNotFound: there is none, or it was retired.
        """
        if place_id not in self.by_id:
            raise PlaceNotFound
        return self.by_id[place_id]

    def coded(self, code: str) -> Place:
        """The place with this code.

        Raises:
            PlaceNotFound: there is none, or it was retired.
        """
        if code not in self.by_code:
            raise PlaceNotFound
        return self.by_code[code]

    def zones_of(self, place_id: int) -> list[Zone]:
        """The zones of a place, in the order of their ids."""
        return [zone for (place, _), zone in sorted(self.zones.items()) if place == place_id]


def catalogue_version(tx: ReadSession) -> int:
    """The version of all that managers edit (places, facilities, hours, policies …): unique for each content."""
    return int(tx.scalar(_version(tx)) or 0)


@prepared
def _version(_: ReadSession) -> Select[int]:
    return select(Counter.value).where(Counter.name == VERSION)


def catalogue_changed(tx: WriteSession) -> None:
    """Give the catalogue a new version; every edit of it calls this in its transaction."""
    version = tx.ids.next()
    row = insert(tx, Counter).values(name=VERSION, value=version)
    tx.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": version}))
    tx.touch("catalogue")


def places(tx: ReadSession) -> Places:
    """The snapshot as this transaction sees it."""
    version = catalogue_version(tx)
    return tx.remembered("places", version, lambda: _load(tx, version))


def _load(tx: ReadSession, version: int) -> Places:
    found = tx.all(select(Place).where(Place.retired_at.is_(None)).order_by(Place.id))
    zones = tx.all(select(Zone).where(Zone.retired_at.is_(None)).order_by(Zone.place_id, Zone.id))
    return Places(
        version=version,
        by_id={place.id: place for place in found},
        zones={(zone.place_id, zone.id): zone for zone in zones},
        calendar={day.day: day for day in tx.all(select(CalendarDay))},
    )


def kind_of_day(calendar: Mapping[date, CalendarDay], day: date) -> str:
    """`holiday`, `workday` (a weekend day worked in exchange), `weekend` or `weekday`."""
    marked = calendar.get(day)
    if marked is not None:
        return marked.kind
    return "weekend" if day.isoweekday() >= 6 else "weekday"
