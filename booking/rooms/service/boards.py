"""The hotel in memory: who lives where, type by type, true for as long as the type's version says so.

Whoever changes claims locks their types first (`inventory.lock_types`), which gives each a version that no other
command ever has; a board knows for which versions it is true. `note` says whose claims or state changed: they are
read again before the next question. At its end a command that has noted all it changed `keep`s the boards. What a
command does not keep is worthless afterwards, and what is rolled back brings versions back that a board does not
know. So a board that is believed is never stale, whoever else writes the database, and nobody has to remember to say
that it is.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, select

from booking.clock import local_date
from booking.db import ReadSession, WriteSession, prepared
from booking.rooms.catalogue import House
from booking.rooms.models import LONGEST_STAY, StayRoom
from booking.rooms.queries.assigning import as_stay, snapshot
from booking.rooms.rules.assignment import Plan, Standing
from booking.rooms.rules.nights import Nights, night_of

FAR = 4000
"""Nights ahead that a board has: more than anybody sells."""
AT_ONCE = 40
"""Rooms of stays that are read again with one statement."""
LIVING = ("expected", "in_house")


@dataclass(slots=True, eq=False)
class Board:
    """The rooms of a type.

    Attributes:
        version: what the last lock of this process made of the type.
        alone: nobody else had locked it since the one before.
        versions: those for which the board is true, once those who `changed` are read again.
    """

    version: int
    alone: bool = False
    versions: frozenset[int] = frozenset()
    changed: set[int] = field(default_factory=set)
    standing: Standing | None = None


@dataclass(slots=True)
class Boards:
    """What this process keeps of a database, by place and type; `mine` are those that the last command locked."""

    known: dict[tuple[int, int], Board] = field(default_factory=dict)
    command: WriteSession | None = None
    mine: list[Board] = field(default_factory=list)


def boards_of(tx: ReadSession) -> Boards:
    """What this process keeps of this database."""
    return tx.remembered("rooms.boards", 0, Boards)


def locked(tx: WriteSession, place_id: int, before: Mapping[int, int], version: int) -> None:
    """Some types had these versions, and now have another one."""
    boards = boards_of(tx)
    if boards.command is not tx:
        boards.command, boards.mine = tx, []
    for kind, was in before.items():
        board = boards.known.setdefault((place_id, kind), Board(version))
        if was not in board.versions:
            board.standing = None
        board.alone = was == board.version
        board.version = version
        boards.mine.append(board)


def note(tx: WriteSession, house: House, stay_rooms: Collection[int], rooms: Iterable[int] = ()) -> None:
    """Claims or states of these rooms of stays changed; `rooms` are those that they have now."""
    boards = boards_of(tx)
    here = {house.rooms[room].type_id for room in rooms if room in house.rooms}
    for kind in house.types:
        board = boards.known.get((house.id, kind))
        if board is not None and board.standing is not None:
            lived = board.standing.board.items
            board.changed.update(one for one in stay_rooms if kind in here or one in lived)


def keep(tx: WriteSession) -> None:
    """This command noted whatever it changed in the types that it locked."""
    boards = boards_of(tx)
    if boards.command is tx:
        for board in boards.mine:
            board.versions = frozenset((board.version,))
        boards.command, boards.mine = None, []


def find(tx: WriteSession, now: datetime, house: House, room: StayRoom) -> Plan | None:
    """A room for one that is booked by itself and chose none, its type locked; None: look further."""
    boards = boards_of(tx)
    board = boards.known.get((house.id, room.given_type_id))
    if board is None or room.together or boards.command is not tx or board not in boards.mine:
        return None
    if board.standing is not None:
        follow(tx, house, room.given_type_id, board)
    elif board.alone:  # two processes that take turns would build one each time
        board.standing = built(tx, now, house, room.given_type_id)
        board.versions = frozenset()
        board.changed.clear()
    return None if board.standing is None else board.standing.find(as_stay(room))


def built(tx: ReadSession, now: datetime, house: House, kind: int) -> Standing:
    """The rooms of a type as they are now."""
    tonight = night_of(local_date(now))
    return Standing(snapshot(tx, house, [kind], Nights(tonight - LONGEST_STAY, tonight + FAR)))


def follow(tx: ReadSession, house: House, kind: int, board: Board) -> bool:
    """Bring a board up to date with those who changed; where groups did, it is given up. Whether it still stands."""
    if board.standing is None or not board.changed:
        return board.standing is not None
    ids = sorted(board.changed)
    board.changed.clear()
    board.versions = frozenset()  # until the command keeps it: what was read now may be rolled back
    for one in ids:
        board.standing.leave(one)
    for at in range(0, len(ids), AT_ONCE):
        for room in tx.all(_these(tx, house.id, *ids[at : at + AT_ONCE])):
            if room.together:
                board.standing = None
                return False
            if room.status in LIVING and room.room_id is not None and house.rooms[room.room_id].type_id == kind:
                board.standing.enter(as_stay(room))
    return True


@prepared
def _these(_: ReadSession, place: int, *ids: int) -> Select[StayRoom]:
    return select(StayRoom).where(StayRoom.place_id == place, StayRoom.id.in_(ids))
