"""What the sandbox remembers: payments, refunds, and messages that are still to be delivered."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS payments (
    id TEXT PRIMARY KEY, merchant_reference TEXT UNIQUE NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    description TEXT NOT NULL, return_url TEXT NOT NULL, notify_url TEXT NOT NULL, status TEXT NOT NULL,
    created_at TEXT NOT NULL, expires_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS refunds (
    id TEXT PRIMARY KEY, merchant_reference TEXT UNIQUE NOT NULL, payment TEXT NOT NULL REFERENCES payments (id),
    amount INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, created_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY, url TEXT NOT NULL, body TEXT NOT NULL, due REAL NOT NULL, attempts INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_due ON messages (due);
"""
PAGE = 100
"""How many payments or refunds a list names at a time."""

Row = dict[str, Any]


class Store:
    """An SQLite file, or memory; used from one thread."""

    def __init__(self, path: str) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.executescript(_TABLES)

    def begin(self) -> sqlite3.Connection:
        """Several statements together: `with store.begin(): …`."""
        self._database.execute("BEGIN IMMEDIATE")
        return self._database

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        """Write a new row."""
        names = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        self._database.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", dict(row))  # noqa: S608 - ours

    def one(self, table: str, column: str, value: str) -> Row | None:
        """The row with this value in a column that has each value once."""
        found = self._database.execute(f"SELECT * FROM {table} WHERE {column} = ?", (value,)).fetchone()  # noqa: S608
        return None if found is None else dict(found)

    def turn(self, payment_id: str, status: str) -> bool:
        """End a payment that is pending; whether this call did."""
        ended = "UPDATE payments SET status = ? WHERE id = ? AND status = 'pending'"
        return self._database.execute(ended, (status, payment_id)).rowcount == 1

    def overdue(self, now: str) -> list[Row]:
        """Payments that nobody made in time."""
        late = "SELECT * FROM payments WHERE status = 'pending' AND expires_at <= ?"
        return [dict(row) for row in self._database.execute(late, (now,))]

    def refunded(self, payment_id: str) -> int:
        """How much of a payment went back."""
        sums = "SELECT coalesce(sum(amount), 0) FROM refunds WHERE payment = ? AND status = 'succeeded'"
        return int(self._database.execute(sums, (payment_id,)).fetchone()[0])

    def page(self, table: str, created_from: str, created_until: str, after: str) -> list[Row]:
        """The next rows of a period, by id."""
        wanted = f"SELECT * FROM {table} WHERE created_at >= ? AND created_at < ? AND id > ? ORDER BY id LIMIT ?"  # noqa: S608
        found = self._database.execute(wanted, (created_from, created_until, after, PAGE + 1))
        return [dict(row) for row in found]

    def tell(self, message_id: str, url: str, body: Any, due: float) -> None:
        """Have a message delivered."""
        text = json.dumps(body, ensure_ascii=False)
        self.add("messages", {"id": message_id, "url": url, "body": text, "due": due, "attempts": 0})

    def due(self, now: float) -> list[Row]:
        """Messages to deliver now."""
        found = self._database.execute("SELECT * FROM messages WHERE due <= ? ORDER BY due LIMIT 20", (now,))
        return [dict(row) for row in found]

    def delivered(self, message_id: str) -> None:
        """A message arrived."""
        self._database.execute("DELETE FROM messages WHERE id = ?", (message_id,))

    def again(self, message_id: str, due: float) -> None:
        """A message did not arrive; try later."""
        self._database.execute("UPDATE messages SET due = ?, attempts = attempts + 1 WHERE id = ?", (due, message_id))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
