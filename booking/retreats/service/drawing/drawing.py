"""Running a stage and publishing it.

What is stored follows from the files of the freeze and the numbers alone, so it is computed beside the database; a
process that dies in between leaves nothing that the next one would not write as well.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from booking.db import ReadSession, WriteSession
from booking.draws import publishing
from booking.draws.engine import Draw
from booking.draws.outcome import Outcome
from booking.draws.publishing import MANIFEST
from booking.draws.replaying import season_of as season_in
from booking.draws.rows import first_difference
from booking.retreats.errors_draw import DrawDiffers, OffersOpen, ResultsMissing, StageChanged
from booking.retreats.models import Application, DrawStep, RetreatPlace, Season
from booking.retreats.queries.seasons import choices, season_of
from booking.retreats.queries.steps import contents, steps_of
from booking.retreats.rules import drawing
from booking.retreats.service.drawing.steps import append_step, require_status, season_for, store_files, take_turn
from booking.retreats.service.drawing.telling import tell_lost
from booking.retreats.service.placing import offer_places
from booking.web.facts import Instant
from booking.web.locale import N_
from booking.web.principal import Principal

DRAW, NEXT_STAGE = N_("抽签"), N_("进行下一轮")
ROWS_AT_ONCE = 5000
NEXT = {"drawn": ("second_stage", "second"), "second": ("last_stage", "settled")}
"""By the state of a season: the kind of its next stage, and the state after it."""


@dataclass(frozen=True)
class Ready:
    """What a stage follows from, as it was read.

    Attributes:
        draw: the season's input, with its numbers and who keeps a place.
        files: what was published until now.
        choices: (batch, room type) of each choice.
    """

    season: Season
    draw: publishing.Season
    files: Mapping[str, bytes]
    choices: Sequence[tuple[int, int]]

    @property
    def stage(self) -> int:
        """The number of the stage, from 1."""
        return len(self.draw.kept) + 1


@dataclass(frozen=True)
class Computed:
    """A stage that was run.

    Attributes:
        files: every public file as it is after the stage; `fresh` are those that were not there, or are others.
        positions: (application, position), in the order of the draw.
        won: (application, batch, room type) of those who won in this very stage.
    """

    draw: Draw
    stages: list[Outcome]
    files: Mapping[str, bytes]
    fresh: Mapping[str, bytes]
    positions: Sequence[tuple[int, int]]
    won: Sequence[tuple[int, int, int]]

    @property
    def manifest(self) -> str:
        """The hash of the manifest: the same for the same files."""
        return hashlib.sha256(self.files[MANIFEST]).hexdigest()


def ready_to_draw(tx: ReadSession, by: Principal, code: str) -> Ready:
    """What the first stage follows from.

    Raises:
        NotAnOfficer, SeasonNotFound, WrongSeasonStatus: see `steps`.
        ResultsMissing: the numbers were not entered and confirmed.
    """
    season = season_for(tx, by, code)
    require_status(season, "frozen", action=DRAW)
    results = drawing.confirmed(steps_of(tx, season.id))
    if results is None:
        raise ResultsMissing
    found = _ready(tx, season)
    return replace(found, draw=replace(found.draw, results=results))


def ready_for_stage(tx: ReadSession, now: datetime, by: Principal, code: str) -> Ready:
    """What the next stage follows from: whoever confirmed keeps the place, everything else is given out again.

    Raises:
        NotAnOfficer, SeasonNotFound, WrongSeasonStatus: see `steps`.
        OffersOpen: winners may still answer.
    """
    season = season_for(tx, by, code)
    require_status(season, *NEXT, action=NEXT_STAGE)
    row = RetreatPlace
    waiting = select(func.count(), func.max(row.confirm_by)).where(row.season_id == season.id, row.status == "offered")
    open_places, until = tx.execute(waiting).one()
    if open_places:
        raise OffersOpen(open=int(open_places), until=Instant(until))
    found = _ready(tx, season)
    return replace(found, draw=replace(found.draw, kept=(*found.draw.kept, kept_of(tx, season.id))))


def kept_of(tx: ReadSession, season_id: int) -> frozenset[int]:
    """The applications that confirmed, and did not give the place up again."""
    row = RetreatPlace
    found = select(row.application_id).where(row.season_id == season_id, row.status == "confirmed")
    return frozenset(tx.execute(found).scalars().all())


def compute(ready: Ready) -> Computed:
    """Run a stage; takes a second for each hundred thousand applications, and no database.

    Raises:
        DrawDiffers: a file that was published would become another.
    """
    done, stages = publishing.run(ready.draw)
    files = publishing.files_of(ready.draw, done, stages)
    check_published(files, ready.files)
    fresh = {name: data for name, data in files.items() if ready.files.get(name) != data}
    ids, kept = done.units.ids, ready.draw.kept[-1] if ready.draw.kept else frozenset()
    places = [(ids[index], place) for index, place in enumerate(stages[-1].places) if place >= 0]
    return Computed(
        draw=done,
        stages=stages,
        files=files,
        fresh=fresh,
        positions=[(ids[index], position) for position, index in enumerate(done.order, 1)],
        won=[(unit_id, *ready.choices[place]) for unit_id, place in places if unit_id not in kept],
    )


def check_published(files: Mapping[str, bytes], before: Mapping[str, bytes]) -> None:
    """Refuse to go on if a file that was published is not what it is now; the manifest alone grows.

    Raises:
        DrawDiffers: names the file and its first row that differs.
    """
    for name, data in sorted(before.items()):
        fault = None if name == MANIFEST else first_difference(name, files.get(name, b""), data)
        if fault is not None:
            raise DrawDiffers(file=fault.file, row=fault.row, detail=fault.detail)


def store_drawn(tx: WriteSession, now: datetime, by: Principal, ready: Ready, computed: Computed) -> int:
    """Write down that the first stage was run, with the hash of what it gave; a second run must give the same.

    Raises:
        WrongSeasonStatus, SeasonChanged: somebody else is ahead.
        DrawDiffers: it was run before, and gave something else.
    """
    season = season_of(tx, ready.season.code)
    require_status(season, "frozen", action=DRAW)
    before = _drawn(tx, season)
    if before is not None:
        if before.detail["manifest"] != computed.manifest:
            raise DrawDiffers(file=MANIFEST, row=0, detail=f"{before.detail['manifest']} ≠ {computed.manifest}")
        return before.number
    take_turn(tx, season)
    seed, units = computed.draw.seed.hex(), len(computed.positions)
    detail = {"seed": seed, "units": units, "won": len(computed.won), "manifest": computed.manifest}
    return append_step(tx, now, season, by, "drawn", detail)


def store_positions(tx: WriteSession, now: datetime, season_id: int, positions: Sequence[tuple[int, int]]) -> None:
    """Note the positions of some applications; again changes nothing."""
    mine = (Application.season_id == season_id, Application.id == bindparam("at"))
    placed = update(Application).where(*mine).values(position=bindparam("drawn_at"))
    if positions:
        tx.execute(placed, [{"at": unit_id, "drawn_at": position} for unit_id, position in positions])


def position_parts(computed: Computed) -> Iterator[Sequence[tuple[int, int]]]:
    """The positions in shares of single transactions."""
    rows = computed.positions
    return (rows[start : start + ROWS_AT_ONCE] for start in range(0, len(rows), ROWS_AT_ONCE))


def publish(tx: WriteSession, now: datetime, by: Principal, ready: Ready, computed: Computed) -> int:
    """Publish the first stage and offer its places; answers the number of the step. Only one of several does.

    Raises:
        WrongSeasonStatus, SeasonChanged: somebody else was ahead.
    """
    season = season_of(tx, ready.season.code)
    require_status(season, "frozen", action=DRAW)
    take_turn(tx, season, "drawn")
    return _publish(tx, now, by, season, computed, "published", 1)


def store_stage(tx: WriteSession, now: datetime, by: Principal, ready: Ready, computed: Computed) -> int:
    """Publish a later stage and offer its places; answers the number of the step.

    Raises:
        SeasonChanged: the season is not as it was read.
        StageChanged: somebody gave up a place that was counted as kept.
    """
    kind, status = NEXT[ready.season.status]
    take_turn(tx, ready.season, status)
    kept = ready.draw.kept[-1]
    if kept_of(tx, ready.season.id) != kept:
        raise StageChanged
    season = season_of(tx, ready.season.code)
    return _publish(tx, now, by, season, computed, kind, ready.stage, kept=len(kept))


def _publish(
    tx: WriteSession,
    now: datetime,
    by: Principal,
    season: Season,
    computed: Computed,
    kind: str,
    stage: int,
    **detail: int,
) -> int:
    facts: dict[str, Any] = {"stage": stage, "won": len(computed.won), "manifest": computed.manifest} | detail
    number = append_step(tx, now, season, by, kind, facts)
    store_files(tx, season, number, computed.fresh)
    now_published = season_of(tx, season.code)
    offer_places(tx, now, now_published, stage, computed.won)
    tell_lost(tx, now, now_published, stage, len(computed.positions))
    return number


def _ready(tx: ReadSession, season: Season) -> Ready:
    files = contents(tx, season.id, notary=True)
    pairs = [(one.batch, one.type_id) for one in choices(tx, season.id)]
    public = contents(tx, season.id)
    return Ready(season, season_in(files), public, pairs)


def _drawn(tx: ReadSession, season: Season) -> DrawStep | None:
    return next((step for step in steps_of(tx, season.id) if step.kind == "drawn"), None)
