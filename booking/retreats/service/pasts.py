"""What came of a season, member by member: written once it is over, and corrected as guests come or stay away."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, select, update

from booking.clock import local_date
from booking.db import ReadSession, WriteSession, insert
from booking.retreats.models import Applicant, Application, Batch, RetreatPast, RetreatPlace, Season
from booking.retreats.queries.placed import ROWS_AT_ONCE
from booking.retreats.rules.pasts import Past, Stayed, past, stayed
from booking.rooms.models import Guest, Stay, StayRoom
from booking.rooms.rules.nights import date_of, night_of

AT_ONCE = 5000
"""Members whose season is written down in one transaction."""
LOOKED_BACK = timedelta(days=60)
"""How long after a batch it is still corrected who came: the desk may take a mark back."""

Owner = tuple[int, int]
"""A member and their application."""


def close_season_past(tx: WriteSession, now: datetime, season: Season, limit: int = AT_ONCE) -> int:
    """Write down what the season was for members of its draw who have no row of it yet; answers how many they were.

    Call it until it answers 0. Whoever applied and was not drawn for, because they withdrew or were excluded, has no
    season that counts. Whoever ended the season with a place is due to come on their batch's day of arrival.
    """
    mine = and_(Application.season_id == Applicant.season_id, Application.id == Applicant.application_id)
    written = exists().where(RetreatPast.member_id == Applicant.member_id, RetreatPast.season_id == season.id)
    drawn = (Application.status == "entered", Application.position.is_not(None))
    left = select(Applicant.member_id, Applicant.application_id, Application.wishes).join(Application, mine)
    missing = left.where(Applicant.season_id == season.id, *drawn, ~written)
    in_order = missing.order_by(Applicant.application_id, Applicant.number)  # see `closing.season_to_close`
    rows = tx.execute(in_order.limit(limit)).all()
    found = outcomes(tx, season, [(row.member_id, row.application_id) for row in rows])
    pasts = [
        {"member_id": row.member_id, "season_id": season.id, "ranked": len(row.wishes), "at": now}
        | asdict(found[row.member_id])
        for row in rows
    ]
    if pasts:
        tx.execute(insert(tx, RetreatPast).on_conflict_do_nothing(), pasts)
    return len(pasts)


def rewrite_pasts(tx: WriteSession, now: datetime, season: Season, application_ids: Collection[int]) -> int:
    """Bring what was written down about some applications in line with what became of them since; how many rows."""
    row = Applicant
    mine = select(row.member_id, row.application_id).where(
        row.season_id == season.id, row.application_id.in_(sorted(application_ids))
    )
    owners = [(member, application) for member, application in tx.execute(mine)]
    return _correct(tx, season, owners)


def note_absences(tx: WriteSession, now: datetime) -> int:
    """Write down who of those with a place did not come, and who came after all; answers how many rows changed."""
    today = local_date(now)
    first, last = night_of(today - LOOKED_BACK), night_of(today)
    lately = select(Batch.season_id, Batch.number).where(Batch.arrival < last, Batch.departure >= first)
    changed = 0
    for season_id, number in tx.execute(lately.order_by(Batch.season_id, Batch.number)).all():
        season = tx.get(Season, id=season_id)
        if season is not None:
            changed += _correct(tx, season, _placed(tx, season_id, number))
    return changed


def _placed(tx: ReadSession, season_id: int, batch: int) -> list[Owner]:
    """The members of the confirmed places of a batch."""
    same = and_(Applicant.season_id == RetreatPlace.season_id, Applicant.application_id == RetreatPlace.application_id)
    found = select(Applicant.member_id, Applicant.application_id).join(RetreatPlace, same)
    here = (RetreatPlace.season_id == season_id, RetreatPlace.status == "confirmed", RetreatPlace.batch == batch)
    return [(member, application) for member, application in tx.execute(found.where(*here))]


def _correct(tx: WriteSession, season: Season, owners: Sequence[Owner]) -> int:
    """Update the rows of some members that say something else than what is known now."""
    changed = 0
    for member_id, now_known in outcomes(tx, season, owners).items():
        before = tx.get(RetreatPast, member_id=member_id, season_id=season.id)
        if before is None or _of(before) == now_known:
            continue
        mine = (RetreatPast.member_id == member_id, RetreatPast.season_id == season.id)
        changed += tx.execute(update(RetreatPast).where(*mine).values(asdict(now_known))).rowcount
    return changed


def _of(row: RetreatPast) -> Past:
    return Past(row.won, row.declined, row.declined_late, row.did_not_come, row.retreat_on)


def outcomes(tx: ReadSession, season: Season, owners: Sequence[Owner]) -> dict[int, Past]:
    """What a season came to for some members, as far as is known now."""
    arrivals = dict(tx.execute(select(Batch.number, Batch.arrival).where(Batch.season_id == season.id)).all())
    found: dict[int, Past] = {}
    for at in range(0, len(owners), ROWS_AT_ONCE):
        part = owners[at : at + ROWS_AT_ONCE]
        places = _last_places(tx, season.id, {application for _, application in part})
        stays = _stays(tx, season, [place.stay_id for place in places.values() if place.stay_id is not None])
        for member_id, application_id in part:
            place = places.get(application_id)
            if place is None:
                found[member_id] = past(None)
            else:
                arrival = date_of(arrivals[place.batch])
                found[member_id] = past(place.status, arrival, stays.get((place.stay_id or 0, member_id)))
    return found


def _last_places(tx: ReadSession, season_id: int, application_ids: Collection[int]) -> dict[int, RetreatPlace]:
    row = RetreatPlace
    mine = select(row).where(row.season_id == season_id, row.application_id.in_(sorted(application_ids)))
    return {place.application_id: place for place in tx.all(mine.order_by(row.stage))}


def _stays(tx: ReadSession, season: Season, stay_ids: Sequence[int]) -> dict[tuple[int, int], Stayed]:
    """By stay and member, how their room stands."""
    room = and_(StayRoom.place_id == Guest.place_id, StayRoom.id == Guest.stay_room_id)
    stay = and_(Stay.place_id == StayRoom.place_id, Stay.id == StayRoom.stay_id)
    columns = (StayRoom.stay_id, Guest.member_id, StayRoom.status, Guest.identity, Stay.member_id.label("lead"))
    found = select(*columns).select_from(Guest).join(StayRoom, room).join(Stay, stay)
    here = (StayRoom.place_id == season.place_id, StayRoom.stay_id.in_(sorted(set(stay_ids))))
    return {
        (row.stay_id, row.member_id): stayed(row.status, identified=bool(row.identity), strangers=row.lead is None)
        for row in tx.execute(found.where(*here, Guest.member_id.is_not(None)))
    }
