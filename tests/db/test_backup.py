import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select

from booking.clock import Ids, Tokens
from booking.db import Database, ReadSession
from booking.db.backup import BackupRefused, back_up, restore
from booking.web.models import Counter
from tests.databases import SettableClock, sqlite_only
from tests.db.test_writer import put


def count(tx: ReadSession) -> int:
    return int(tx.scalar(select(func.count()).select_from(Counter)))


async def counted(path: Path, clock: SettableClock) -> int:
    database = Database(f"sqlite:///{path}", clock, Ids(clock), Tokens())
    try:
        return await database.read(count)
    finally:
        await database.close()


@sqlite_only
class TestBackup:
    async def test_holds_all_that_was_acknowledged_before_it_began(
        self, database: Database, tmp_path: Path, clock: SettableClock
    ) -> None:
        """Kills the mutant that copies the file: what is in the log alone would be lost."""
        for at in range(50):
            await database.write(put, f"before-{at}")
        source = Path(database.url.removeprefix("sqlite:///"))
        copying = asyncio.create_task(asyncio.to_thread(back_up, source, tmp_path / "copy.db"))
        for at in range(50):
            await database.write(put, f"meanwhile-{at}")
        assert await copying > 0
        assert 50 <= await counted(tmp_path / "copy.db", clock) <= 100

    async def test_never_overwrites(self, database: Database, tmp_path: Path) -> None:
        source = Path(database.url.removeprefix("sqlite:///"))
        (tmp_path / "copy.db").write_text("precious")
        with pytest.raises(BackupRefused, match="exists already"):
            back_up(source, tmp_path / "copy.db")

    async def test_comes_back_as_it_was(self, database: Database, tmp_path: Path, clock: SettableClock) -> None:
        source = Path(database.url.removeprefix("sqlite:///"))
        await database.write(put, "kept")
        back_up(source, tmp_path / "copy.db")
        await database.write(put, "lost with the disk")
        with pytest.raises(BackupRefused, match="in use"):
            restore(tmp_path / "copy.db", source)
        await database.close()
        restore(tmp_path / "copy.db", source)
        assert await counted(source, clock) == 1
        assert source.with_name(source.name + ".before-restore").exists()

    async def test_a_damaged_backup_is_refused(self, database: Database, tmp_path: Path) -> None:
        source = Path(database.url.removeprefix("sqlite:///"))
        for at in range(200):
            await database.write(put, f"row-{at}" * 50)
        back_up(source, tmp_path / "copy.db")
        copy = bytearray((tmp_path / "copy.db").read_bytes())
        for at in range(8192, len(copy), 4096):
            copy[at : at + 64] = b"\xff" * 64
        (tmp_path / "copy.db").write_bytes(copy)
        with pytest.raises(Exception, match=r"damaged|malformed"):
            restore(tmp_path / "copy.db", tmp_path / "new.db")
