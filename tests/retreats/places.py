"""Seasons whose places were given out: what the tests of confirming, lapsing and counting stand on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update

from booking.checkin.models import Pass
from booking.db import Database, ReadSession, WriteSession
from booking.notices.models import InboxMessage
from booking.payments.models import Folio
from booking.payments.queries import balance
from booking.payments.rules import Balance
from booking.retreats.models import Applicant, Application, RetreatPlace, Season, SharedRoom
from booking.retreats.service.placing import offer_places
from booking.rooms.models import AllotmentNight, Guest, Stay, StayRoom
from booking.web.principal import Principal
from tests.retreats.season import POOL, SEASON, Town, enter, found_season, open_season, populate
from tests.rooms.house import TWIN

Wish = tuple[int, int]


class Given(NamedTuple):
    """A season with places to answer, and who is in it."""

    town: Town
    season: Season


def give(
    tx: WriteSession,
    now: datetime,
    members: Sequence[Principal],
    choice: Wish,
    *,
    rooms: int = 0,
    companions: Sequence[str] = (),
    stage: int = 1,
) -> int:
    """An application of some members that won a place; answers its id."""
    season = found_season(tx)
    application = enter(tx, now, season, members, [choice], rooms=rooms, companions=companions)
    freeze_applications(tx, season)
    offer_places(tx, now, season, stage, [(application, *choice)])
    return application


def freeze_applications(tx: WriteSession, season: Season) -> None:
    """Positions and weights as after a draw, in the order of the applications' ids."""
    mine = Application.season_id == season.id
    for position, one in enumerate(tx.all(select(Application).where(mine).order_by(Application.id)), 1):
        values = {"position": position, "weight": 1}
        tx.execute(update(Application).where(mine, Application.id == one.id).values(values))
    known = select(Applicant).where(Applicant.season_id == season.id)
    for applicant in tx.all(known):
        here = (Applicant.season_id == season.id, Applicant.member_id == applicant.member_id)
        categories = {0: ["frontline"], 1: ["frontline"]}.get(applicant.member_id % 5, [])
        tx.execute(update(Applicant).where(*here).values(weight=1, categories=categories))


def drawn(tx: WriteSession, now: datetime, /, **changed: Any) -> Given:
    """A season whose first stage is published and given out to nobody as yet."""
    town = populate(tx, now)
    season = open_season(tx, now, **({"status": "drawn"} | changed))
    return Given(town, season)


async def place_of(database: Database, application: int) -> RetreatPlace:
    """The last place of an application."""
    mine = select(RetreatPlace).where(RetreatPlace.application_id == application).order_by(RetreatPlace.stage.desc())
    found = await database.read(lambda tx: tx.all(mine))
    return found[0]


async def stay_of(database: Database, application: int) -> Stay | None:
    """The stay of a place."""
    place = await place_of(database, application)
    return await database.read(lambda tx: tx.get(Stay, id=place.stay_id))


async def guests_in(database: Database, stay_id: int | None) -> list[list[str]]:
    """The names in each room of a stay."""

    def read(tx: ReadSession) -> list[list[str]]:
        rooms = tx.all(select(StayRoom).where(StayRoom.stay_id == stay_id).order_by(StayRoom.number))
        guests = tx.all(select(Guest).order_by(Guest.number))
        return [[guest.name for guest in guests if guest.stay_room_id == room.id] for room in rooms]

    return await database.read(read)


async def passes(database: Database) -> dict[str, list[str]]:
    """The states of everybody's passes."""
    found: dict[str, list[str]] = {}
    for one in await database.read(lambda tx: tx.all(select(Pass).order_by(Pass.id))):
        found.setdefault(one.holder, []).append(one.status)
    return found


async def inbox(database: Database, member: Principal) -> list[str]:
    """The kinds of messages of a member, the oldest first."""
    mine = select(InboxMessage).where(InboxMessage.member_id == member.member_id).order_by(InboxMessage.id)
    return [one.kind for one in await database.read(lambda tx: tx.all(mine))]


async def taken(database: Database, night: int, kind: int = TWIN) -> int:
    """Rooms that the season's pool has given away on a night."""
    key = {"allotment_id": POOL, "type_id": kind, "night": night}
    found = await database.read(lambda tx: tx.get(AllotmentNight, **key))
    return 0 if found is None else found.taken


async def shared(database: Database) -> list[tuple[str, int]]:
    """The shared rooms: sex and beds taken."""
    rows = await database.read(lambda tx: tx.all(select(SharedRoom).order_by(SharedRoom.stay_id)))
    return [(row.sex, row.taken) for row in rows]


async def bill(database: Database, application: int) -> Balance | None:
    """Where the folio of an application stands."""

    def read(tx: ReadSession) -> Balance | None:
        folio = tx.get(Folio, subject=f"retreat:{SEASON}:{application:016x}")
        return None if folio is None else balance(tx, folio.place_id, folio.id)

    return await database.read(read)
