"""The announced numbers: entered by one officer, confirmed by another, or read from a file; never chosen."""

from collections.abc import Sequence
from datetime import datetime

from booking.clock import local_date
from booking.db import WriteSession
from booking.draws.errors import WrongSource
from booking.draws.sources import LOTTERIES, DrawnNumbers
from booking.retreats.errors_draw import (
    AlreadyPostponed,
    NoFallback,
    NumbersEntered,
    ResultsFinal,
    ResultsNotEntered,
    SameOfficer,
)
from booking.retreats.models import DrawStep, Season
from booking.retreats.queries.steps import steps_of
from booking.retreats.rules import drawing
from booking.retreats.service.drawing.steps import append_step, require_status, season_for, take_turn
from booking.web.locale import N_
from booking.web.principal import Principal

ENTER, POSTPONE = N_("填写开奖号码"), N_("记录开奖顺延")


def enter_results(tx: WriteSession, now: datetime, by: Principal, code: str, results: Sequence[DrawnNumbers]) -> int:
    """Write down what the named draws came out as; numbers entered before count no more. Answers the step.

    Raises:
        NotAnOfficer, SeasonNotFound, WrongSeasonStatus, SeasonChanged: see `steps`.
        ResultsFinal: two officers agreed already.
        WrongSource, SourceNotDrawn, BadResult: see `rules.drawing.check_results`.
    """
    season, steps = _begin(tx, by, code, ENTER)
    drawing.check_results(drawing.sources_of(season.sources), steps, results, local_date(now))
    return append_step(tx, now, season, by, "results_entered", drawing.as_detail(results))


def confirm_results(tx: WriteSession, now: datetime, by: Principal, code: str, results: Sequence[DrawnNumbers]) -> int:
    """Write down that a second officer read the same numbers: from now on they are final. Answers the step.

    Raises:
        NotAnOfficer, SeasonNotFound, WrongSeasonStatus, SeasonChanged: see `steps`.
        ResultsFinal, WrongSource, SourceNotDrawn, BadResult: see `enter_results`.
        ResultsNotEntered: there is nothing to confirm.
        SameOfficer: they entered them.
        ResultsDiffer: they read other numbers.
    """
    season, steps = _begin(tx, by, code, ENTER)
    first = drawing.entered(steps)
    if first is None:
        raise ResultsNotEntered
    if first.by == by.member_id:
        raise SameOfficer
    drawing.check_results(drawing.sources_of(season.sources), steps, results, local_date(now))
    drawing.check_agreement(drawing.results_in(first), results)
    detail = drawing.as_detail(drawing.results_in(first)) | {"entered": first.number}
    return append_step(tx, now, season, by, "results_confirmed", detail)


def results_of_file(
    tx: WriteSession, now: datetime, by: Principal, code: str, results: Sequence[DrawnNumbers], sha256: str
) -> int:
    """Take the numbers of a file of announcements instead of two officers' word; answers the step that confirms.

    `sha256` is the hash of the file, by which it is found again.

    Raises:
        NotAnOfficer, SeasonNotFound, WrongSeasonStatus, SeasonChanged: see `steps`.
        ResultsFinal, WrongSource, SourceNotDrawn, BadResult: see `enter_results`.
        ResultsDiffer: an officer entered others.
    """
    season, steps = _begin(tx, by, code, ENTER)
    drawing.check_results(drawing.sources_of(season.sources), steps, results, local_date(now))
    first, detail = drawing.entered(steps), drawing.as_detail(results) | {"file": sha256}
    if first is None:
        number = append_step(tx, now, season, by, "results_entered", detail)
    else:
        drawing.check_agreement(drawing.results_in(first), results)
        number = first.number
    return append_step(tx, now, season, by, "results_confirmed", detail | {"entered": number})


def postpone(tx: WriteSession, now: datetime, by: Principal, code: str, lottery: str, issue: str, reason: str) -> int:
    """Write down that a named draw does not take place as planned: its published fallback counts from now on.

    There is no way back and no other choice. Answers the step.

    Raises:
        NotAnOfficer, SeasonNotFound, WrongSeasonStatus, SeasonChanged: see `steps`.
        ResultsFinal: two officers agreed on numbers already.
        WrongSource: the rules name no such draw.
        AlreadyPostponed: the fallback counts already.
        NoFallback: none was published.
        NumbersEntered: its numbers were entered, so it has been drawn.
    """
    season, steps = _begin(tx, by, code, POSTPONE)
    sources = drawing.sources_of(season.sources)
    source = next((one for one in sources if (one.lottery, one.issue) == (lottery, issue)), None)
    if source is None:
        expected = "、".join(f"{LOTTERIES[one.lottery][0]} {one.issue}" for one in sources)
        raise WrongSource(expected=expected, found=f"{LOTTERIES.get(lottery, (lottery,))[0]} {issue}")
    named = {"lottery": LOTTERIES[lottery][0], "issue": issue}
    if (lottery, issue) in drawing.postponed(steps):
        raise AlreadyPostponed(**named | {"issue": source.fallback})
    if not source.fallback:
        raise NoFallback(**named)
    if drawing.entered(steps) is not None:
        raise NumbersEntered(**named)
    detail = {"lottery": lottery, "issue": issue, "fallback": source.fallback, "reason": reason}
    return append_step(tx, now, season, by, "postponed", detail)


def _begin(tx: WriteSession, by: Principal, code: str, action: str) -> tuple[Season, list[DrawStep]]:
    season = season_for(tx, by, code)
    require_status(season, "frozen", action=action)
    take_turn(tx, season)
    steps = steps_of(tx, season.id)
    if drawing.confirmed(steps) is not None:
        raise ResultsFinal
    return season, steps
