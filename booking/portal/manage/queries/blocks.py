"""Courts that are kept from booking: leagues, maintenance, closures."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from booking.clock import half_hour_of, instant_of
from booking.db import ReadSession
from booking.portal.manage.errors import BlockNotFound
from booking.venues.catalogue import FacilityFacts, venues
from booking.venues.models import Block, Court


class SeenBlock(NamedTuple):
    """A block with its courts.

    Attributes:
        series: how many blocks were made together with it and still stand, itself included.
    """

    block: Block
    facts: FacilityFacts
    courts: Sequence[Court]
    series: int = 1

    @property
    def start(self) -> datetime:
        """When it begins."""
        return instant_of(self.block.starts)

    @property
    def end(self) -> datetime:
        """When it ends."""
        return instant_of(self.block.ends)


def blocks_ahead(tx: ReadSession, now: datetime, place: int, *, until: int | None = None) -> list[SeenBlock]:
    """The blocks of a place that are not over, the next one first."""
    wanted = select(Block).where(Block.place_id == place, Block.lifted_at.is_(None), Block.ends > half_hour_of(now))
    if until is not None:
        wanted = wanted.where(Block.starts < until)
    return [seen for block in tx.all(wanted.order_by(Block.starts, Block.id).limit(300)) if (seen := _seen(tx, block))]


def block_seen(tx: ReadSession, place: int, block_id: int) -> SeenBlock:
    """One block.

    Raises:
        BlockNotFound: there is none of that id at this place.
    """
    block = tx.get(Block, place_id=place, id=block_id)
    seen = None if block is None else _seen(tx, block)
    if block is None or seen is None:
        raise BlockNotFound
    return seen._replace(series=len(series_of(tx, block)))


def series_of(tx: ReadSession, block: Block) -> list[Block]:
    """The blocks that were made together with one and are in the same state: standing, or lifted in the same moment."""
    together = select(Block).where(
        Block.place_id == block.place_id,
        Block.facility_id == block.facility_id,
        Block.created_at == block.created_at,
        Block.created_by == block.created_by,
        Block.title == block.title,
        Block.lifted_at.is_(None) if block.lifted_at is None else Block.lifted_at == block.lifted_at,
    )
    return tx.all(together.order_by(Block.starts, Block.id))


def _seen(tx: ReadSession, block: Block) -> SeenBlock | None:
    facts = venues(tx).facilities.get((block.place_id, block.facility_id))
    if facts is None:
        return None
    inside = set(block.units)
    return SeenBlock(block, facts, [court for court in facts.courts.values() if inside.issuperset(court.units)])
