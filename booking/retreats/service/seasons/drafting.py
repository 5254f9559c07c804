"""A new draft: with usual terms, or with those of an earlier season."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from booking.audit.service import record
from booking.clock import local_date, local_instant
from booking.db import ReadSession, WriteSession, insert
from booking.draws.rules import LEAST_BITS
from booking.places.errors import CodeTaken
from booking.places.service import check_code
from booking.retreats.errors import NotAnOfficer
from booking.retreats.models import Batch, BatchRooms, Season
from booking.retreats.queries.seasons import season_of
from booking.retreats.rules.calendar import MOMENTS
from booking.retreats.schemas_seasons import DraftRequest
from booking.rooms.catalogue import houses
from booking.web.principal import Principal

RESERVED = frozenset({"new"})
"""The page at /manage/retreats/…, where the code of a season would stand."""
HALF_YEAR = timedelta(weeks=26)
"""Whole weeks, so that what was a Monday stays one."""
USUAL_DAYS = {
    "opens_at": (7, time(9)),
    "closes_at": (21, time(17)),
    "freezes_at": (24, time(17)),
    "publishes_at": (31, time(10)),
    "confirm_by": (38, time(17)),
    "second_confirm_by": (43, time(17)),
    "last_confirm_by": (47, time(17)),
}
"""The calendar of a season that copies none: days after today, and when on that day."""
TERMS = (
    "document",
    "clause",
    "policy",
    "bits",
    "most_choices",
    "most_together",
    "enterprise_heads",
    "dues_required",
    "categories",
    "organisation_kinds",
    "rest_years",
    "subsidy_fen",
    "free_categories",
    "subsidy_document",
    "subsidy_clause",
    "remind_hours",
)
"""What a copy has of the season that it was made of, beside its calendar, batches and lotteries."""


def draft_season(tx: WriteSession, now: datetime, by: Principal, request: DraftRequest) -> Season:
    """Begin a season that only officers see.

    Raises:
        NotAnOfficer: the actor is none of the whole federation.
        NoRoomsHere: the place sells no nights.
        BadCode, CodeReserved, CodeTaken: the code cannot be its name in addresses.
        SeasonNotFound: there is no such season to copy.
    """
    if not by.holds("federation_officer"):
        raise NotAnOfficer
    houses(tx).house(request.place)
    model = season_of(tx, request.copy_of, drafts=True) if request.copy_of else None
    season_id = tx.ids.next()
    row = {
        "id": season_id,
        "code": check_code(request.code, RESERVED),
        "place_id": request.place,
        "title": request.title,
        "title_en": request.title_en,
        "status": "draft",
        "created_by": by.member_id,
        "created_at": now,
        "version": 0,
    }
    stored = insert(tx, Season).values(row | (_usual(now) if model is None else _copied(now, model)))
    if tx.execute(stored.on_conflict_do_nothing(index_elements=["code"])).rowcount != 1:
        raise CodeTaken(code=request.code)
    if model is not None and model.place_id == request.place:
        _copy_batches(tx, model, season_id, shift(now, model).days)
    detail = {"title": request.title, "copy_of": request.copy_of}
    record(tx, now, actor=by.actor, action="retreat.drafted", subject=f"retreat:{request.code}", detail=detail)
    return season_of(tx, request.code, drafts=True)


def shift(now: datetime, model: Season) -> timedelta:
    """How much later a copy is than its model: so many half years that it has not opened yet."""
    late = max(timedelta(), now - model.opens_at)
    return HALF_YEAR * (late // HALF_YEAR + 1)


def _usual(now: datetime) -> dict[str, Any]:
    today = local_date(now)
    calendar = {name: local_instant(today + timedelta(days=days), at) for name, (days, at) in USUAL_DAYS.items()}
    return calendar | {
        "document": "",
        "clause": "",
        "policy": "minimum",
        "bits": LEAST_BITS,
        "sources": [],
        "most_choices": 10,
        "most_together": 4,
        "enterprise_heads": 10,
        "dues_required": True,
        "categories": [],
        "organisation_kinds": [],
        "rest_years": 1,
        "subsidy_fen": 0,
        "free_categories": [],
        "subsidy_document": "",
        "subsidy_clause": "",
        "remind_hours": 48,
    }


def _copied(now: datetime, model: Season) -> dict[str, Any]:
    """Terms as they are, dates later; the issues of lotteries are to be named anew."""
    later = shift(now, model)
    terms = {name: getattr(model, name) for name in TERMS}
    calendar = {name: getattr(model, name) + later for name in MOMENTS}
    sources = [(lottery, "", (date.fromisoformat(day) + later).isoformat(), "") for lottery, _, day, _ in model.sources]
    return terms | calendar | {"sources": sources}


def _copy_batches(tx: WriteSession, model: Season, season_id: int, days: int) -> None:
    batches = tx.all(select(Batch).where(Batch.season_id == model.id))
    rows = [
        {
            "season_id": season_id,
            "number": one.number,
            "name": one.name,
            "name_en": one.name_en,
            "arrival": one.arrival + days,
            "departure": one.departure + days,
        }
        for one in batches
    ]
    rooms = [_rooms(season_id, one) for one in _known_rooms(tx, model)]
    if rows:
        tx.execute(insert(tx, Batch), rows)
    if rooms:
        tx.execute(insert(tx, BatchRooms), rooms)


def _known_rooms(tx: ReadSession, model: Season) -> Iterable[BatchRooms]:
    """Those of types that the house still has."""
    types = houses(tx).house(model.place_id).types
    rows = tx.all(select(BatchRooms).where(BatchRooms.season_id == model.id))
    return [one for one in rows if one.type_id in types]


def _rooms(season_id: int, one: BatchRooms) -> dict[str, Any]:
    names = ("batch", "type_id", "rooms", "beds", "price_fen", "guarantees")
    return {"season_id": season_id} | {name: getattr(one, name) for name in names}
