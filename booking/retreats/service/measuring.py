"""Keeping what a draw was for groups of members, once it is measured."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from booking.audit.service import record
from booking.db import WriteSession, insert
from booking.retreats.models import FairnessRecord, Season
from booking.retreats.rules.fairness import Fairness

MEASURER = "system"
"""Whoever measures, in the audit log."""


def keep_fairness(tx: WriteSession, now: datetime, season: Season, redraws: int, found: Sequence[Fairness]) -> bool:
    """Store a measurement; False if another process was first, whose figures are the same."""
    row = {"season_id": season.id, "redraws": redraws, "groups": msgspec.to_builtins(found), "at": now}
    stored = insert(tx, FairnessRecord).values(row).on_conflict_do_nothing().returning(FairnessRecord.season_id)
    if tx.scalar(stored) is None:
        return False
    detail = {"redraws": redraws, "alarms": [f"{one.kind}:{one.code}" for one in found if one.alarms]}
    subject = f"retreat:{season.code}"
    place = season.place_id
    record(tx, now, actor=MEASURER, place_id=place, action="retreat.fairness_measured", subject=subject, detail=detail)
    tx.touch(f"retreat:{season.id}")
    return True
