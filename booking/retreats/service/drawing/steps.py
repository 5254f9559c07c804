"""What every step of a draw has in common: who may, whose turn it is, and what is written down."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from booking.audit.service import record
from booking.db import ReadSession, WriteSession, insert
from booking.retreats.errors import NotAnOfficer, SeasonChanged, WrongSeasonStatus
from booking.retreats.models import DrawFile, DrawStep, Season
from booking.retreats.queries.seasons import season_of
from booking.retreats.rules.words import SEASON_STATUSES
from booking.web.facts import Named
from booking.web.principal import Principal


def season_for(tx: ReadSession, by: Principal, code: str) -> Season:
    """The season, for an officer of the whole federation.

    Raises:
        NotAnOfficer: somebody else asks.
        SeasonNotFound: there is none.
    """
    if not by.holds("federation_officer"):
        raise NotAnOfficer
    return season_of(tx, code, drafts=True)


def require_status(season: Season, *statuses: str, action: str) -> None:
    """Refuse a step whose time is past, or not yet there; `action` are the words for it.

    Raises:
        WrongSeasonStatus: with the state in which the season is.
    """
    if season.status not in statuses:
        raise WrongSeasonStatus(status=SEASON_STATUSES[season.status], action=action)


def take_turn(tx: WriteSession, season: Season, status: str | None = None) -> None:
    """Be the one who changes the season, and perhaps its state, as it was read.

    Raises:
        SeasonChanged: somebody else came first.
    """
    mine = (Season.id == season.id, Season.version == season.version, Season.status == season.status)
    values: dict[str, Any] = {"version": Season.version + 1} | ({} if status is None else {"status": status})
    if tx.execute(update(Season).where(*mine).values(values)).rowcount != 1:
        raise SeasonChanged(title=Named(season.title, season.title_en))
    tx.touch(f"retreat:{season.id}")


def append_step(
    tx: WriteSession, now: datetime, season: Season, by: Principal, kind: str, detail: Mapping[str, Any]
) -> int:
    """Add a step after the others, and the audit's entry for it; answers its number."""
    newest = select(func.coalesce(func.max(DrawStep.number), 0) + 1).where(DrawStep.season_id == season.id)
    number: int = tx.scalar(newest)
    row = {
        "season_id": season.id,
        "number": number,
        "kind": kind,
        "by": by.member_id or None,
        "at": now,
        "detail": dict(detail),
    }
    tx.execute(insert(tx, DrawStep), row)
    record(
        tx,
        now,
        actor=by.actor,
        action=f"retreat.{kind}",
        subject=f"retreat:{season.code}",
        detail=dict(detail),
    )
    return number


def store_files(
    tx: WriteSession, season: Season, step: int, files: Mapping[str, bytes], *, notary: bool = False
) -> None:
    """Keep what a step published."""
    rows = [
        {
            "season_id": season.id,
            "step": step,
            "name": name,
            "sha256": hashlib.sha256(data).hexdigest(),
            "notary": notary,
            "data": data,
        }
        for name, data in sorted(files.items())
    ]
    tx.execute(insert(tx, DrawFile), rows)
