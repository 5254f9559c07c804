"""Running a published draw again: the same bytes, or it says loudly which file and row differ."""

from collections.abc import Mapping
from datetime import datetime

from booking.db import ReadSession, WriteSession
from booking.draws.publishing import MANIFEST
from booking.draws.verifying import Report
from booking.retreats.queries.steps import contents, draw_file
from booking.retreats.service.drawing.steps import append_step, require_status, season_for, take_turn
from booking.web.locale import N_
from booking.web.principal import Principal

RERUN = N_("重新计算")


def ready_to_rerun(tx: ReadSession, by: Principal, code: str) -> Mapping[str, bytes]:
    """Every file of a draw that was published, the notary's too.

    Raises:
        NotAnOfficer, SeasonNotFound, WrongSeasonStatus: see `steps`.
    """
    season = season_for(tx, by, code)
    require_status(season, "drawn", "second", "settled", action=RERUN)
    return contents(tx, season.id, notary=True)


def store_rerun(tx: WriteSession, now: datetime, by: Principal, code: str, reason: str, report: Report) -> int:
    """Write down that a draw was run again, why, and what came of it; answers the number of the step.

    Raises:
        NotAnOfficer, SeasonNotFound, SeasonChanged: see `steps`.
    """
    season = season_for(tx, by, code)
    take_turn(tx, season)
    manifest = draw_file(tx, season.id, MANIFEST)
    detail = {
        "reason": reason,
        "faults": [[one.file, one.row, one.detail] for one in report.faults],
        "manifest": "" if manifest is None else manifest.sha256,
    }
    return append_step(tx, now, season, by, "rerun", detail)
