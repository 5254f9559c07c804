"""Which statements a request runs: recorded as they go to the driver, to be replayed without us.

The application runs in this process, without HTTP between, on a database of its own; what it stores there is what a
replay stores in another copy.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import sqlalchemy as sa
from litestar import Litestar
from sqlalchemy.engine.interfaces import ExecuteStyle

from benchmarks.client import Answer
from benchmarks.load import Chain, filled
from booking.app import create_app
from booking.db import Database
from booking.db.postgres import PostgresStore
from booking.db.sqlite import SqliteStore
from booking.settings import Settings


class Statement(NamedTuple):
    """SQL as the driver got it; `parameters` is a list of rows when it ran once for each."""

    sql: str
    parameters: Any
    many: bool


class Recorded(NamedTuple):
    """What one chain ran, and how many bytes each of its steps was answered with."""

    statements: Sequence[Statement]
    sizes: Sequence[int]

    @property
    def writes(self) -> bool:
        """Whether any of it changes something."""
        return any(one.sql.startswith(("INSERT", "UPDATE", "DELETE")) for one in self.statements)


class WrongAnswer(Exception):
    """A request was not answered as it should be: there is nothing to measure."""


async def record(settings: Settings, chains: Sequence[Chain]) -> list[Recorded]:
    """Run chains one after the other, and answer what each ran; the first only fills the process's memory.

    Raises:
        WrongAnswer: one was not answered as it should be.
    """
    app = create_app(settings, background=False)
    found: list[Recorded | WrongAnswer] = []
    async with app.lifespan():
        with listening(app.state.database) as heard:
            for chain in chains:
                found.append(await _record(app, chain, heard))
                if isinstance(found[-1], WrongAnswer):  # raised in here, it would come out wrapped in a group
                    break
    if isinstance(found[-1], WrongAnswer):
        raise found[-1]
    return [one for one in found[1:] if isinstance(one, Recorded)]


async def _record(app: Litestar, chain: Chain, heard: list[Statement]) -> Recorded | WrongAnswer:
    heard.clear()
    answer, sizes = Answer(0, b""), []
    for step in chain:
        answer = await ask(app, filled(step.request, answer.body))
        if not step.meets(answer):
            line = step.request.split(b"\r\n", 1)[0].decode()
            return WrongAnswer(f"{line}: {answer.status} {answer.body[:600].decode(errors='replace')}")
        sizes.append(len(answer.body))
    return Recorded([*heard], sizes)


@contextmanager
def listening(database: Database) -> Iterator[list[Statement]]:
    """What goes to the driver but for the beginnings and ends of transactions, which a replay has of its own."""
    heard: list[Statement] = []

    def hear(_c: Any, _cursor: Any, sql: str, parameters: Any, context: Any, many: bool) -> None:
        if not sql.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            # An INSERT of several rows that answers with some is one statement with all their values.
            at_once = context is not None and context.execute_style is ExecuteStyle.INSERTMANYVALUES
            heard.append(Statement(sql, parameters, many and not at_once))

    store = database.store
    engines = [store.reader, store.writer] if isinstance(store, SqliteStore) else []
    if isinstance(store, PostgresStore):
        engines = [store.reader.sync_engine, store.writer.sync_engine]
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", hear)
    yield heard
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", hear)


async def ask(app: Litestar, request: bytes) -> Answer:
    """Ask an application what was rendered for a server."""
    head, _, body = request.partition(b"\r\n\r\n")
    line, *lines = head.split(b"\r\n")
    method, target, _ = line.decode().split(" ")
    path, _, query = target.partition("?")
    headers = [(name.lower(), value.strip()) for name, _, value in (one.partition(b":") for one in lines)]
    sent: list[dict[str, Any]] = []
    received = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        return next(received, {"type": "http.disconnect"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "extensions": {},
        "state": {},
    }
    call: Callable[..., Any] = app
    await call(scope, receive, send)
    return Answer(sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]))
