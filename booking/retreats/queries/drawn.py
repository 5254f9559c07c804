"""A draw that was published, run again from its own files, and the reasons of single applications."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from booking.db import ReadSession
from booking.draws import publishing
from booking.draws.engine import Draw
from booking.draws.explaining import Why, explain
from booking.draws.outcome import Outcome
from booking.draws.publishing import COMMITMENT, MANIFEST, SEED
from booking.draws.records import RULES, UNITS
from booking.draws.replaying import season_of
from booking.retreats.models import DrawFile
from booking.retreats.queries.steps import draw_file


@dataclass(frozen=True)
class Drawn:
    """A draw with the outcome of each stage that was published."""

    season: publishing.Season
    draw: Draw
    stages: list[Outcome]

    def index_of(self, application_id: int) -> int | None:
        """The index of an application's unit; None if it took no part."""
        ids = self.season.units.ids
        at = bisect_left(ids, application_id)
        return at if at < len(ids) and ids[at] == application_id else None


def run_again(files: Mapping[str, bytes]) -> Drawn:
    """The draw that these files, the notary's among them, lead to."""
    season = season_of(files)
    return Drawn(season, *publishing.run(season))


def load_draw(tx: ReadSession, season_id: int) -> Drawn | None:
    """The draw of a season; None before it is published. Each process runs it once for each stage."""
    version = version_of(tx, season_id)
    if version is None:
        return None
    return tx.remembered(memory(season_id), version, lambda: run_again(input_of(tx, season_id)))


def why(tx: ReadSession, season_id: int, application_id: int) -> Why | None:
    """Why an application won or lost in the first stage, in exact figures, which are its members' alone.

    None before the draw, and for one that took no part.
    """
    drawn = load_draw(tx, season_id)
    index = None if drawn is None else drawn.index_of(application_id)
    return None if drawn is None or index is None else explain(drawn.draw, index)


def version_of(tx: ReadSession, season_id: int) -> int | None:
    """What tells a published state from every other: a part of its manifest's hash. None before the draw."""
    if draw_file(tx, season_id, SEED) is None:
        return None
    manifest = draw_file(tx, season_id, MANIFEST)
    return None if manifest is None else int(manifest.sha256[:15], 16)


def input_of(tx: ReadSession, season_id: int) -> dict[str, bytes]:
    """The files from which everything else follows: rules, units, commitment, numbers, and who kept their places."""
    named = DrawFile.name.in_((RULES, UNITS, COMMITMENT, SEED))
    these = select(DrawFile).where(DrawFile.season_id == season_id, or_(named, DrawFile.name.startswith("kept-")))
    return {row.name: row.data for row in tx.all(these.order_by(DrawFile.step))}


def memory(season_id: int) -> str:
    """The name under which a process remembers a draw."""
    return f"retreat draw:{season_id}"
