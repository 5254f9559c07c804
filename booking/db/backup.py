"""Consistent copies of a SQLite database while it is in use, and the way back.

Copying the file alone loses what is still in its write-ahead log; the online backup of SQLite copies a snapshot.
"""

import os
from contextlib import closing
from pathlib import Path
from typing import Any

from booking.db.library import sqlite_module

_PAGES_A_STEP = 4096
"""Pages copied between two looks at the lock: about 16 MB, so that a writer never waits long."""


class BackupRefused(Exception):
    """The copy cannot be made or taken back; the message says what to do."""


def back_up(database: Path, target: Path) -> int:
    """Copy a database that may be in use, check the copy, and put it in place whole; answers its bytes.

    Raises:
        BackupRefused: there is no such database, the target exists, or the copy is damaged.
    """
    if not database.exists():
        raise BackupRefused(f"there is no database at {database}")
    if target.exists():
        raise BackupRefused(f"{target} exists already: choose another name, e.g. one with today's date")
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    with closing(_open(database)) as source, closing(_open(partial)) as copy:
        source.backup(copy, pages=_PAGES_A_STEP)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        _check(copy, target)
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    partial.rename(target)
    return target.stat().st_size


def restore(backup: Path, database: Path) -> None:
    """Put a backup in the place of a database that nobody has open; what was there is kept beside it.

    Raises:
        BackupRefused: the backup is missing or damaged, or the database is in use.
    """
    if not backup.exists():
        raise BackupRefused(f"there is no backup at {backup}")
    with closing(_open(backup)) as copy:
        _check(copy, backup)
    log = database.with_name(database.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise BackupRefused(f"{database} is in use or was not closed cleanly: stop the service, then try again")
    database.parent.mkdir(parents=True, exist_ok=True)
    if database.exists():
        database.rename(database.with_name(database.name + ".before-restore"))
    back_up(backup, database)


def _open(path: Path) -> Any:
    return sqlite_module().connect(str(path), timeout=30.0, isolation_level=None)


def _check(connection: Any, path: Path) -> None:
    found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise BackupRefused(f"{path} is damaged: {found}")
