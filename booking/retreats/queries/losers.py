"""Members who took part in a draw and won nothing."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import exists, select

from booking.db import ReadSession
from booking.retreats.models import Applicant, Application, RetreatPlace


class Loser(NamedTuple):
    """A member whose application won no place in any stage until now.

    Attributes:
        position: of the application, in the order of the draw.
        tickets: the member's own, as they were frozen.
        ranked: how many choices the application ranked.
    """

    member_id: int
    position: int
    tickets: int
    ranked: int


def losers(tx: ReadSession, season_id: int) -> Iterator[Loser]:
    """Everybody who won nothing, by member; who won a place and gave it up, or did not answer, is not among them."""
    row, unit, place = Applicant, Application, RetreatPlace
    won = exists().where(place.season_id == season_id, place.application_id == unit.id)
    found = tx.execute(
        select(row.member_id, unit.position, row.weight, unit.wishes)
        .join(unit, (unit.season_id == row.season_id) & (unit.id == row.application_id))
        .where(row.season_id == season_id, unit.status == "entered", ~won)
        .order_by(row.member_id)
    )
    return (Loser(member, position or 0, weight or 1, len(wishes)) for member, position, weight, wishes in found)
