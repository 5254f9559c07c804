"""Loading a city into an empty database: chunk by chunk, each stored with the note that it is done.

A load that was interrupted goes on with the chunk that it was at. It is marked complete last.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple, cast

from msgspec import Struct
from sqlalchemy import Table, select, update

from booking.db import Database, Lane, ReadSession, WriteSession, insert
from booking.errors import Conflict
from booking.members.models import Member, Organisation
from booking.places.catalogue import catalogue_changed
from booking.places.models import Place
from booking.rooms.models import HotelPolicy
from booking.rooms.service.inventory import open_nights
from booking.seeding.bulk import Bulk, store
from booking.seeding.city_rows import Rows, catalogue_rows, organisation_rows
from booking.seeding.house_rows import house_rows
from booking.seeding.member_rows import account_rows, member_rows
from booking.seeding.models import Load
from booking.seeding.numbering import Numbers
from booking.seeding.people import generate_members
from booking.seeding.rows import City
from booking.web.locale import N_

NAME = "city"
FORMAT = 2
"""Counts up when the same files make other rows, so that no load is finished by another program than began it."""
MEMBERS_A_CHUNK = 50_000

Stage = Literal["organisations", "catalogue", "accounts", "members"]
Progress = Callable[[Stage, int, int], None]
"""Hears which stage is at how many of its rows."""


class OtherLoad(Conflict):
    """The database was loaded, wholly or in part, from other files or with other options."""

    code = "other_load"
    text = N_(
        "数据库里已经装过另一套资料（或者参数不同），没有再装。要换一套，请用一个新的数据库；要接着装，请用原来的文件和参数。"
    )


class NotEmpty(Conflict):
    """The database holds a city that no load brought."""

    code = "not_empty"
    text = N_("数据库里已经有场馆或会员，演示城市只能装进空的数据库。请换一个新的数据库。")


class Wanted(Struct, frozen=True, kw_only=True):
    """What is to be loaded.

    Attributes:
        city: the files, checked.
        fingerprint: of the files and of everything below.
        members: how many members to make up.
        seed: the same one makes the same members.
        demo: whether to make the demo accounts and to publish enrolment codes.
    """

    city: City
    fingerprint: str
    members: int
    seed: int
    demo: bool


class Loaded(NamedTuple):
    """What a load did."""

    already: bool
    """It was complete before."""
    resumed: bool
    load: Load


def fingerprint_of(folder: Path, *, members: int, seed: int, demo: bool) -> str:
    """What tells one load from another: every byte of the files, and the options."""
    mixed = hashlib.blake2b(f"{FORMAT} {members} {seed} {demo}".encode(), digest_size=16)
    for path in sorted(folder.glob("*.csv")):
        mixed.update(f"\0{path.name}\0".encode())
        mixed.update(hashlib.blake2b(path.read_bytes()).digest())
    return mixed.hexdigest()


def seed_number(text: str) -> int:
    """Any text as the seed of made-up members."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big")


def load_state(tx: ReadSession) -> Load | None:
    """How far the load of this database is; None when there was none."""
    return tx.get(Load, name=NAME)


async def load_city(database: Database, wanted: Wanted, progress: Progress) -> Loaded:
    """Load a city, or what is still missing of it.

    Raises:
        OtherLoad: the database was loaded from something else.
        NotEmpty: it holds places or members that no load brought.
    """
    load = await database.write_in(Lane.BULK, _begin, wanted.fingerprint)
    resumed = load.chunks > 0
    if load.completed_at is not None:
        return Loaded(True, resumed, load)
    numbers = Numbers.of(wanted.city)
    for number, (stage, first, last, total) in enumerate(_chunks(wanted)):
        if number >= load.chunks:
            rows = _rows(wanted, numbers, load.started_at, stage, first, last)
            await database.write_in(Lane.BULK, _store_chunk, wanted.fingerprint, number, rows)
        progress(stage, last, total)
    return Loaded(False, resumed, await database.write_in(Lane.BULK, _complete, wanted.fingerprint))


class _Chunk(NamedTuple):
    """Rows `first` up to, not including, `last` of a stage."""

    stage: Stage
    first: int
    last: int
    total: int


def _chunks(wanted: Wanted) -> Iterable[_Chunk]:
    city = wanted.city
    yield _Chunk("organisations", 0, len(city.organisations), len(city.organisations))
    yield _Chunk("catalogue", 0, len(city.facilities), len(city.facilities))
    if wanted.demo:
        yield _Chunk("accounts", 0, len(city.accounts), len(city.accounts))
    for first in range(0, wanted.members, MEMBERS_A_CHUNK):
        yield _Chunk("members", first, min(first + MEMBERS_A_CHUNK, wanted.members), wanted.members)


def _rows(wanted: Wanted, numbers: Numbers, now: datetime, stage: Stage, first: int, last: int) -> list[Rows | Bulk]:
    city = wanted.city
    if stage == "organisations":
        return [organisation_rows(city, numbers)]
    if stage == "catalogue":
        houses = (Rows(*part) for part in house_rows(city, numbers, now))
        return [*catalogue_rows(city, numbers, demo=wanted.demo), *houses]
    if stage == "accounts":
        return list(account_rows(city.accounts, numbers, now))
    members = generate_members(wanted.seed, last - first, city.organisations, first + 1)
    return [*member_rows(enumerate(members, first + 1), numbers.organisations, now)]


def _begin(tx: WriteSession, now: datetime, fingerprint: str) -> Load:
    load = load_state(tx)
    if load is None:
        if any(tx.scalar(select(table.__table__.c.id).limit(1)) is not None for table in (Organisation, Place, Member)):
            raise NotEmpty
        begun = insert(tx, Load).values(name=NAME, fingerprint=fingerprint, chunks=0, started_at=now)
        tx.execute(begun.on_conflict_do_nothing(index_elements=["name"]))
        load = tx.get(Load, name=NAME)
    if load is None or load.fingerprint != fingerprint:
        raise OtherLoad
    return load


def _store_chunk(tx: WriteSession, now: datetime, fingerprint: str, number: int, rows: list[Rows | Bulk]) -> None:
    """Store a chunk, unless another process has done it meanwhile."""
    mine = update(Load).where(Load.name == NAME, Load.fingerprint == fingerprint, Load.chunks == number)
    if tx.execute(mine.values(chunks=number + 1)).rowcount == 1:
        for part in rows:
            _insert(tx, part)


def _insert(tx: WriteSession, part: Rows | Bulk) -> None:
    """Rows that are there already by their key stay; any other clash is an error."""
    if isinstance(part, Bulk):
        store(tx, part)
    elif part.rows:
        key = cast(Table, part.table.__table__).primary_key.columns.keys()
        tx.execute(insert(tx, part.table).on_conflict_do_nothing(index_elements=key), part.rows)


def _complete(tx: WriteSession, now: datetime, fingerprint: str) -> Load:
    mine = update(Load).where(Load.name == NAME, Load.fingerprint == fingerprint, Load.completed_at.is_(None))
    if tx.execute(mine.values(completed_at=now)).rowcount == 1:
        catalogue_changed(tx)
        for house in tx.all(select(HotelPolicy)):
            open_nights(tx, now, house.place_id)
    load = load_state(tx)
    if load is None:
        raise OtherLoad
    return load
