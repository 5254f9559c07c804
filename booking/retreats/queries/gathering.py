"""What a freeze starts from: every application that is alive, and all that is known of its members, at one instant."""

from collections import defaultdict

from sqlalchemy import select

from booking.db import ReadSession
from booking.retreats.models import Applicant, Application, Season
from booking.retreats.queries.pasts import tickets_of
from booking.retreats.queries.quotas import overrides_of, tree
from booking.retreats.queries.seasons import choices, facts_of
from booking.retreats.rules.freezing import Entry, Gathered

ALIVE = ("entered", "gathering")


def gathered(tx: ReadSession, season: Season) -> Gathered:
    """The whole input of a freeze, in a number of statements that grows with the members by thousands."""
    entries = entries_of(tx, season.id)
    members = [member_id for entry in entries for member_id in entry.members]
    return Gathered(
        season=season,
        choices=choices(tx, season.id),
        tree=tree(tx),
        overrides=overrides_of(tx, season.id),
        entries=entries,
        facts=facts_of(tx, season, members),
        tickets=tickets_of(tx, members),
    )


def entries_of(tx: ReadSession, season_id: int) -> list[Entry]:
    """The applications that are alive, by id."""
    row, members = Application, _members(tx, season_id)
    found = tx.execute(
        select(row.id, row.status, row.sequence, row.rooms, row.wishes, row.salt)
        .where(row.season_id == season_id, row.status.in_(ALIVE))
        .order_by(row.id)
    )
    return [
        Entry(
            id=one.id,
            status=one.status,
            sequence=one.sequence,
            rooms=one.rooms,
            wishes=tuple((batch, kind) for batch, kind in one.wishes),
            salt=one.salt,
            members=tuple(members[one.id]),
        )
        for one in found
    ]


def _members(tx: ReadSession, season_id: int) -> dict[int, list[int]]:
    row = Applicant
    found: dict[int, list[int]] = defaultdict(list)
    ordered = select(row.application_id, row.member_id).where(row.season_id == season_id)
    for application_id, member_id in tx.execute(ordered.order_by(row.application_id, row.number)):
        found[application_id].append(member_id)
    return found
