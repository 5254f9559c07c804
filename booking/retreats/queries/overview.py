"""The places of a season as officers and the house see them: how many stand how, who has not answered, who comes."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Select, and_, func, select

from booking.db import ReadSession
from booking.draws.records import id_field
from booking.members.models import Member, Organisation
from booking.payments.models import LedgerTransaction, Posting
from booking.payments.rules import GUEST
from booking.retreats.models import Applicant, Application, RetreatPlace, Season, SharedRoom
from booking.retreats.queries.outcomes import choice_view
from booking.retreats.queries.placed import ROWS_AT_ONCE
from booking.retreats.queries.seasons import choice_of, choices
from booking.retreats.rules.building import ChoiceFacts
from booking.retreats.schemas_places import CellView, OpenPlaceView, PlacesView
from booking.rooms.models import Stay
from booking.rooms.rules.nights import date_of
from booking.web.facts import Named

UNHOUSED = ("refused", "displaced")
"""States of a stay that the house could not keep."""
IN_COLUMN = {"declined_late": "declined"}
"""States that are counted together."""


class Someone(NamedTuple):
    """A member of an application, as lists name them."""

    member_id: int
    name: str
    number: str
    sex: str
    phone: str
    organisation: Named


class Arrival(NamedTuple):
    """An application that comes.

    Attributes:
        owed_fen: what is still to be paid of its bill.
        stay_status: `pending` while the house looks for rooms, `refused` or `displaced` if it has none.
    """

    application: str
    choice: ChoiceFacts
    arrival: date
    departure: date
    shared: bool
    members: list[Someone]
    companions: list[str]
    owed_fen: int
    stay: int | None
    stay_status: str


def places_view(tx: ReadSession, season: Season, after: int, limit: int) -> PlacesView:
    """How many places are in which state, and by name those that wait for an answer: `limit` of them after an id."""
    known = choices(tx, season.id)
    asked = _open(season.id).where(RetreatPlace.application_id > after).order_by(RetreatPlace.application_id)
    found = tx.all(asked.limit(limit + 1))
    more = len(found) > limit
    return PlacesView(
        season=season.code,
        cells=cells(tx, season, known),
        open=named_places(tx, season, known, found[:limit], unhoused=False),
        next=id_field(found[limit - 1].application_id) if more else None,
        unhoused=named_places(tx, season, known, _unhoused(tx, season), unhoused=True),
    )


def _open(season_id: int) -> Select[RetreatPlace]:
    return select(RetreatPlace).where(RetreatPlace.season_id == season_id, RetreatPlace.status == "offered")


def _unhoused(tx: ReadSession, season: Season) -> list[RetreatPlace]:
    """Confirmed places without a room through no doing of their guests."""
    stay = and_(Stay.place_id == season.place_id, Stay.id == RetreatPlace.stay_id)
    row = RetreatPlace
    lost = select(row).join(Stay, stay).where(row.season_id == season.id, row.status == "confirmed")
    return tx.all(lost.where(Stay.status.in_(UNHOUSED)).order_by(row.application_id))


def cells(tx: ReadSession, season: Season, known: Sequence[ChoiceFacts]) -> list[CellView]:
    """The states of places by batch and room type."""
    counted, heads, rooms = _counted(tx, season)
    return [
        CellView(
            choice=choice_view(choice),
            arrival=date_of(choice.arrival),
            rooms=choice.rooms,
            rooms_taken=rooms[choice.batch, choice.type_id],
            heads=heads[choice.batch, choice.type_id],
            **{
                status: counted[choice.batch, choice.type_id, status]
                for status in ("offered", "confirmed", "declined", "lapsed")
            },
        )
        for choice in known
    ]


Cell = tuple[int, int]


def _counted(tx: ReadSession, season: Season) -> tuple[Counter[tuple[int, int, str]], Counter[Cell], Counter[Cell]]:
    """Applications by cell and state; of the confirmed ones the heads, and the rooms that they take."""
    row = RetreatPlace
    same = and_(Application.season_id == row.season_id, Application.id == row.application_id)
    columns = (row.application_id, row.batch, row.type_id, row.status, Application.rooms, Application.companions)
    members = _members_of(tx, season.id)
    shared = tx.all(select(SharedRoom).where(SharedRoom.season_id == season.id))
    counted: Counter[tuple[int, int, str]] = Counter()
    heads, rooms = Counter[Cell](), Counter[Cell]((one.batch, one.type_id) for one in shared)
    beds = {(one.batch, one.type_id): one.beds for one in choices(tx, season.id)}
    for one in tx.execute(select(*columns).join(Application, same).where(row.season_id == season.id)):
        cell = (one.batch, one.type_id)
        counted[*cell, IN_COLUMN.get(one.status, one.status)] += 1
        if one.status == "confirmed":
            heads[cell] += members[one.application_id] + len(one.companions)
            rooms[cell] += one.rooms or int(beds[cell] == 1)
    return counted, heads, rooms


def _members_of(tx: ReadSession, season_id: int) -> Counter[int]:
    row = RetreatPlace
    same = and_(Applicant.season_id == row.season_id, Applicant.application_id == row.application_id)
    counted = select(row.application_id, func.count()).join(Applicant, same)
    here = counted.where(row.season_id == season_id, row.status == "confirmed").group_by(row.application_id)
    return Counter({application: heads for application, heads in tx.execute(here)})  # noqa: C416


def named_places(
    tx: ReadSession,
    season: Season,
    known: Sequence[ChoiceFacts],
    places: Sequence[RetreatPlace],
    *,
    unhoused: bool,
) -> list[OpenPlaceView]:
    """Some places with the names of their members."""
    people = people_of_all(tx, season.id, [place.application_id for place in places])
    return [
        OpenPlaceView(
            application=id_field(place.application_id),
            names=[one.name for one in people[place.application_id]],
            organisation=people[place.application_id][0].organisation.name,
            organisation_en=people[place.application_id][0].organisation.name_en,
            choice=choice_view(choice_of(known, place.batch, place.type_id)),
            status=place.status,  # type: ignore[arg-type]  # the table allows no other
            unhoused=unhoused,
            confirm_by=place.confirm_by,
            reminded_at=place.reminded_at,
        )
        for place in places
        if people[place.application_id]
    ]


def people_of_all(tx: ReadSession, season_id: int, application_ids: Iterable[int]) -> dict[int, list[Someone]]:
    """The members of some applications, in their order."""
    found: dict[int, list[Someone]] = defaultdict(list)
    wanted, row = sorted(set(application_ids)), Applicant
    home = func.coalesce(row.organisation_id, Member.organisation_id)
    columns = (Member.id, Member.name, Member.number, Member.sex, Member.phone)
    named = select(row.application_id, *columns, Organisation.name.label("home"), Organisation.name_en.label("home_en"))
    joined = named.join(Member, Member.id == row.member_id).join(Organisation, Organisation.id == home)
    for at in range(0, len(wanted), ROWS_AT_ONCE):
        here = joined.where(row.season_id == season_id, row.application_id.in_(wanted[at : at + ROWS_AT_ONCE]))
        for one in tx.execute(here.order_by(row.application_id, row.number)):
            home_name = Named(one.home, one.home_en)
            someone = Someone(one.id, one.name, one.number, one.sex, one.phone or "", home_name)
            found[one.application_id].append(someone)
    return found


def arrivals(tx: ReadSession, now: datetime, season: Season, batch: int | None = None) -> list[Arrival]:
    """Who comes, batch by batch and room type by room type, by the name of whoever applied."""
    row = RetreatPlace
    same = and_(Application.season_id == row.season_id, Application.id == row.application_id)
    stay = and_(Stay.place_id == season.place_id, Stay.id == row.stay_id)
    columns = (row.application_id, row.batch, row.type_id, row.stay_id, row.folio_id)
    rows = select(*columns, Application.rooms, Application.companions, Stay.status.label("stay_status"))
    mine = (row.season_id == season.id, row.status == "confirmed")
    wanted = rows.join(Application, same).outerjoin(Stay, stay).where(*mine)
    found = tx.execute(wanted if batch is None else wanted.where(row.batch == batch)).all()
    people = people_of_all(tx, season.id, (one.application_id for one in found))
    owed = _owed(tx, season.place_id, [one.folio_id for one in found if one.folio_id is not None])
    known = choices(tx, season.id)
    made = [
        Arrival(
            application=id_field(one.application_id),
            choice=(choice := choice_of(known, one.batch, one.type_id)),
            arrival=date_of(choice.arrival),
            departure=date_of(choice.departure),
            shared=one.rooms == 0 and choice.beds > 1,
            members=people[one.application_id],
            companions=list(one.companions),
            owed_fen=owed.get(one.folio_id, 0),
            stay=one.stay_id,
            stay_status=one.stay_status or "",
        )
        for one in found
    ]
    return sorted(made, key=lambda one: (one.choice.batch, one.choice.type_id, [who.name for who in one.members]))


def _owed(tx: ReadSession, place_id: int, folios: Collection[int]) -> dict[int, int]:
    """What the guests of some folios still owe, in fen."""
    found: dict[int, int] = {}
    wanted = sorted(folios)
    same = and_(LedgerTransaction.place_id == Posting.place_id, LedgerTransaction.id == Posting.transaction_id)
    sums = select(LedgerTransaction.folio_id, func.sum(Posting.fen)).join(Posting, same)
    for at in range(0, len(wanted), ROWS_AT_ONCE):
        part = LedgerTransaction.folio_id.in_(wanted[at : at + ROWS_AT_ONCE])
        mine = sums.where(LedgerTransaction.place_id == place_id, part, Posting.account == GUEST)
        found |= {folio: int(fen) for folio, fen in tx.execute(mine.group_by(LedgerTransaction.folio_id))}
    return found
