"""Seasons whose places were given out: what the tests of confirming, lapsing and counting stand on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import select, update

from booking.checkin.models import Pass
from booking.db import Database, ReadSession, WriteSession
from booking.draws import publishing
from booking.draws.records import UNITS, units_file
from booking.draws.sources import DrawnNumbers
from booking.draws.units import Kind, Need, Unit, Units, group_categories
from booking.notices.models import InboxMessage
from booking.payments.models import Folio
from booking.payments.queries import balance
from booking.payments.rules import Balance
from booking.retreats.models import Applicant, Application, DrawFile, DrawStep, RetreatPlace, Season, SharedRoom
from booking.retreats.queries.quotas import tree
from booking.retreats.queries.seasons import choice_index, choices, facts_of
from booking.retreats.rules.building import rules_of
from booking.retreats.service.placing import offer_places
from booking.rooms.models import AllotmentNight, Guest, Stay, StayRoom
from booking.web.principal import Principal
from tests.retreats.season import POOL, SEASON, Town, enter, found_season, open_season, populate
from tests.rooms.house import TWIN, add

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


NUMBERS = (
    DrawnNumbers("kl8", "2026325", tuple(range(1, 21))),
    DrawnNumbers("ssq", "2026140", (2, 5, 12, 8, 10, 33, 7)),
)
"""What the lotteries of the season drew."""


def publish(tx: WriteSession, now: datetime, /, numbers: Sequence[DrawnNumbers] = NUMBERS) -> list[int]:
    """Freeze everybody who is entered, draw, publish the files and offer the places; answers the winners."""
    season = found_season(tx)
    known, entries = choices(tx, season.id), _entries(tx, season)
    heads = Counter(one for unit, _ in entries for one in unit.kind.members)
    rules = rules_of(season, known, tree(tx), heads, {})
    units = Units.of(rules, [unit for unit, _ in entries])
    salts = b"".join(salt for _, salt in sorted((unit.id, salt) for unit, salt in entries) if salt)
    drawn_season = publishing.Season(rules, units, salts, "2026-12-01T04:00:00Z", tuple(numbers))
    done, _stages = publishing.run(drawn_season)
    files = publishing.published(drawn_season)
    add(tx, DrawStep, [{"season_id": season.id, "number": 9, "kind": "published", "by": None, "at": now, "detail": {}}])
    _store(tx, season, files, notary=False)
    _store(tx, season, {UNITS: units_file(units, salts)}, notary=True)
    for position, index in enumerate(done.order, 1):
        mine = (Application.season_id == season.id, Application.id == units.ids[index])
        tx.execute(update(Application).where(*mine).values(position=position, weight=units.weights[index]))
    tx.execute(update(Season).where(Season.id == season.id).values(status="drawn"))
    won = [
        (units.ids[index], known[place].batch, known[place].type_id)
        for index, place in enumerate(done.first.places)
        if place >= 0
    ]
    offer_places(tx, now, found_season(tx), 1, won)
    return [application for application, _, _ in won]


def _store(tx: WriteSession, season: Season, files: Mapping[str, bytes], *, notary: bool) -> None:
    rows = [
        {"season_id": season.id, "step": 9, "name": name, "sha256": sha256(data).hexdigest(), "data": data}
        for name, data in files.items()
    ]
    add(tx, DrawFile, [row | {"notary": notary} for row in rows])


def _entries(tx: WriteSession, season: Season) -> list[tuple[Unit, bytes]]:
    """The applications as units, with their salts; what members were is kept with them, as a freeze does."""
    found = []
    numbers = choice_index(choices(tx, season.id))
    for one in tx.all(select(Application).where(Application.season_id == season.id).order_by(Application.id)):
        mine = (Applicant.season_id == season.id, Applicant.application_id == one.id)
        members = [applicant.member_id for applicant in tx.all(select(Applicant).where(*mine))]
        facts = facts_of(tx, season, members)
        for who in facts.values():
            frozen = {"organisation_id": who.organisation_id, "categories": list(who.categories), "weight": 1}
            tx.execute(update(Applicant).where(*mine, Applicant.member_id == who.member_id).values(frozen))
        sexes = [who.sex for who in facts.values()]
        need = Need(one.rooms) if one.rooms else Need(0, sexes.count("male"), sexes.count("female"))
        guaranteed = {"frontline", "sci_tech_talent"}
        kinds = group_categories(guaranteed & set(who.categories) for who in facts.values())
        kind = Kind(need, kinds, tuple(sorted(who.organisation for who in facts.values())))
        wishes = tuple(numbers[batch, type_id] for batch, type_id in one.wishes)
        found.append((Unit(one.id, 1, kind, wishes), one.salt))
    return found
