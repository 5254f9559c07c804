"""The steps of a draw and the files that each published, as they are stored."""

from typing import NamedTuple

from sqlalchemy import func, select

from booking.db import ReadSession
from booking.retreats.models import DrawFile, DrawStep


class FileFacts(NamedTuple):
    """A file without its bytes: the step that published it as it is now, and how many bytes it has."""

    name: str
    step: int
    sha256: str
    notary: bool
    size: int


def steps_of(tx: ReadSession, season_id: int) -> list[DrawStep]:
    """Everything that was done, in its order."""
    return tx.all(select(DrawStep).where(DrawStep.season_id == season_id).order_by(DrawStep.number))


def files_of(tx: ReadSession, season_id: int, *, notary: bool = False) -> list[FileFacts]:
    """The newest version of each file, by name; those for the notary only when asked for."""
    row = DrawFile
    found = tx.execute(
        select(row.name, row.step, row.sha256, row.notary, func.length(row.data))
        .where(row.season_id == season_id)
        .order_by(row.step)
    )
    newest = {one[0]: FileFacts(*one) for one in found}
    return [one for _, one in sorted(newest.items()) if notary or not one.notary]


def draw_file(tx: ReadSession, season_id: int, name: str, step: int | None = None) -> DrawFile | None:
    """A file as it is now, or as one step published it."""
    this = select(DrawFile).where(DrawFile.season_id == season_id, DrawFile.name == name)
    if step is not None:
        this = this.where(DrawFile.step == step)
    return next(iter(tx.all(this.order_by(DrawFile.step.desc()).limit(1))), None)


def contents(tx: ReadSession, season_id: int, *, notary: bool = False) -> dict[str, bytes]:
    """The newest version of each file: what `booking draw verify` reads."""
    rows = tx.all(select(DrawFile).where(DrawFile.season_id == season_id).order_by(DrawFile.step))
    return {row.name: row.data for row in rows if notary or not row.notary}
