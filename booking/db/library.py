"""Which SQLite library is used.

Releases before 3.51.3 (but for 3.50.7 and 3.44.6) can corrupt a WAL database that several connections write;
`pysqlite3` carries a newer library than most systems. It takes the place of the standard module before
aiosqlite is imported, so that a process never holds two libraries on one file.
"""

import sqlite3
import sys
from types import ModuleType

SAFE = (3, 51, 3)
_MENDED_BRANCHES = {(3, 50): 7, (3, 44): 6}

try:
    import pysqlite3  # type: ignore[import-untyped]  # it has no stubs; the DB-API is used through Any
except ImportError:  # not published for this platform: the system's library serves
    _module: ModuleType = sqlite3
else:
    _module = pysqlite3
    sys.modules["sqlite3"] = pysqlite3


def sqlite_module() -> ModuleType:
    """The DB-API module of the library in use."""
    return _module


def sqlite_version() -> str:
    """The version of the library in use, e.g. `3.53.0`."""
    version: str = _module.sqlite_version
    return version


def is_safe(version: str) -> bool:
    """Whether a library version is free of the WAL-reset corruption."""
    major, minor, patch = (int(part) for part in version.split(".")[:3])
    return (major, minor, patch) >= SAFE or patch >= _MENDED_BRANCHES.get((major, minor), 1 << 30)
