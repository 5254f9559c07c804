"""A place that was won, with all that its confirmation needs: who comes, to what, and for how much."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Select, select, tuple_

from booking.db import ReadSession, prepared
from booking.members.models import Member
from booking.retreats.errors_places import PlaceNotFound
from booking.retreats.models import Applicant, Application, Batch, BatchRooms, RetreatPlace, Season
from booking.retreats.rules.places import Person, Share, share
from booking.rooms.models import RoomType
from booking.rooms.rules.nights import Nights
from booking.web.facts import Named

ROWS_AT_ONCE = 1000
"""Keys in one statement, far below what either database takes."""


@dataclass(frozen=True)
class Placed:
    """A place with its application, its batch and its rooms.

    Attributes:
        people: the members in their order, then their companions.
    """

    season: Season
    place: RetreatPlace
    application: Application
    people: tuple[Person, ...]
    batch: Batch
    rooms: BatchRooms
    kind: RoomType

    @property
    def members(self) -> list[int]:
        """The members of the application."""
        return [one.member_id for one in self.people if one.member_id is not None]

    @property
    def nights(self) -> Nights:
        """The nights of the batch."""
        return Nights(self.batch.arrival, self.batch.departure)

    @property
    def is_shared(self) -> bool:
        """Whether it is a bed in a room with a stranger."""
        return self.application.rooms == 0 and self.rooms.beds > 1 and len(self.people) == 1

    @property
    def type_name(self) -> Named:
        """The room type, as a sentence names it."""
        return Named(self.kind.name, self.kind.name_en)

    @cached_property
    def shares(self) -> list[Share]:
        """What each person's place costs."""
        return [share(self.season, self.rooms.price_fen, one) for one in self.people]


def my_place(tx: ReadSession, season: Season, member_id: int) -> Placed:
    """The last place that the application of a member won.

    Raises:
        PlaceNotFound: there is none.
    """
    mine = tx.get(Applicant, member_id=member_id, season_id=season.id)
    if mine is None:
        raise PlaceNotFound
    return placed(tx, season, mine.application_id)


def placed(tx: ReadSession, season: Season, application_id: int) -> Placed:
    """The last place that an application won.

    Raises:
        PlaceNotFound: there is none.
    """
    place = last_place(tx, season.id, application_id)
    application = tx.get(Application, season_id=season.id, id=application_id)
    if place is None or application is None:
        raise PlaceNotFound
    choice = {"season_id": season.id, "batch": place.batch, "type_id": place.type_id}
    batch, rooms = tx.get(Batch, season_id=season.id, number=place.batch), tx.get(BatchRooms, **choice)
    kind = tx.get(RoomType, place_id=season.place_id, id=place.type_id)
    if batch is None or rooms is None or kind is None:
        raise PlaceNotFound
    return Placed(season, place, application, people_of(tx, season.id, application), batch, rooms, kind)


def last_place(tx: ReadSession, season_id: int, application_id: int) -> RetreatPlace | None:
    """The place of the last stage in which an application won one."""
    return next(iter(tx.all(_last_place(tx, season_id, application_id))), None)


@prepared
def _last_place(_: ReadSession, season: int, application: int) -> Select[RetreatPlace]:
    row = RetreatPlace
    mine = select(row).where(row.season_id == season, row.application_id == application)
    return mine.order_by(row.stage.desc()).limit(1)


def season_of_stay(
    tx: ReadSession, place_id: int, stay_id: int, member_id: int | None = None
) -> tuple[str, int] | None:
    """The code of the season in which a stay was won, and the batch; only if `member_id`, where given, won it."""
    row = RetreatPlace
    found = select(Season.code, row.batch).join(Season, Season.id == row.season_id)
    if member_id is not None:
        mine = (Applicant.season_id == row.season_id) & (Applicant.application_id == row.application_id)
        found = found.join(Applicant, mine).where(Applicant.member_id == member_id)
    won = tx.execute(found.where(Season.place_id == place_id, row.stay_id == stay_id).limit(1)).first()
    return None if won is None else (won.code, won.batch)


def people_of(tx: ReadSession, season_id: int, application: Application) -> tuple[Person, ...]:
    """The members of an application in their order, as they were frozen, then their companions."""
    found = tx.execute(_members(tx, season_id, application.id))
    members = [Person(one.member_id, one.name, one.sex, one.phone or "", tuple(one.categories or ())) for one in found]
    return (*members, *(Person(None, name) for name in application.companions))


@prepared
def _members(_: ReadSession, season: int, application: int) -> Select[int, str, str, str | None, list[str] | None]:
    row = Applicant
    columns = select(row.member_id, Member.name, Member.sex, Member.phone, row.categories)
    here = (row.season_id == season, row.application_id == application)
    return columns.join(Member, Member.id == row.member_id).where(*here).order_by(row.number)


def kinds_of(tx: ReadSession, place_id: int) -> dict[int, RoomType]:
    """The room types of a house, those that were retired too: somebody may have won one."""
    return {kind.id: kind for kind in tx.all(select(RoomType).where(RoomType.place_id == place_id))}


def members_by_application(tx: ReadSession, keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], list[int]]:
    """The members of some applications, each given as (season, application)."""
    wanted = sorted(set(keys))
    found: dict[tuple[int, int], list[int]] = {}
    row = Applicant
    for at in range(0, len(wanted), ROWS_AT_ONCE):
        part = tuple_(row.season_id, row.application_id).in_(wanted[at : at + ROWS_AT_ONCE])
        here = select(row.season_id, row.application_id, row.member_id).where(part)
        for season, application, member in tx.execute(here.order_by(row.application_id, row.number)):
            found.setdefault((season, application), []).append(member)
    return found
