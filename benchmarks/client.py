"""A small HTTP/1.1 client for load: keep-alive connections, one request at a time on each.

It reads status and body and nothing else, so that on a shared machine the server stays the bottleneck. `Connection`
is for whoever awaits one answer after another; load that lasts uses a `Channel` and its callbacks, which cost a
third of that.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple, cast

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_CHUNKED = b"transfer-encoding: chunked"
_NO_BODY = (204, 304)


class Answer(NamedTuple):
    """A response."""

    status: int
    body: bytes


def request_of(method: str, path: str, host: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """A request as it travels."""
    lines = [f"{method} {path} HTTP/1.1", f"host: {host}"]
    if body or method != "GET":
        lines.append(f"content-length: {len(body)}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def read_answer(data: bytes) -> tuple[Answer, int] | None:
    """The answer at the beginning of what was received and its length, or None when some of it is yet to come.

    Raises:
        ValueError: this is not HTTP.
    """
    end = data.find(_HEAD_END)
    if end < 0:
        return None
    head = data[:end].lower()
    begin = end + len(_HEAD_END)
    if not head.startswith(b"http/1."):
        raise ValueError(f"not an HTTP answer: {data[:80]!r}")
    status = int(head[9:12])
    if _CHUNKED in head:
        return _read_chunks(data, begin, status)
    at = head.find(_LENGTH)
    if at < 0:
        if status in _NO_BODY:
            return Answer(status, b""), begin
        raise ValueError(f"an answer of unknown length: {head!r}")
    until = begin + int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
    return None if len(data) < until else (Answer(status, data[begin:until]), until)


def _read_chunks(data: bytes, begin: int, status: int) -> tuple[Answer, int] | None:
    body: list[bytes] = []
    while (line := data.find(b"\r\n", begin)) >= 0:
        size = int(data[begin:line], 16)
        chunk, begin = line + 2, line + 4 + size
        if len(data) < begin:
            return None
        if size == 0:
            return Answer(status, b"".join(body)), begin
        body.append(data[chunk : chunk + size])
    return None


class Channel(asyncio.Protocol):
    """One keep-alive connection by callbacks: `answered` hears each answer, `lost` that no further one comes.

    An answer that is not HTTP closes the connection.
    """

    def __init__(self, answered: Callable[[Answer], None], lost: Callable[[], None]) -> None:
        self._answered, self._lost = answered, lost
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def send(self, request: bytes) -> None:
        """Send a request; the one before must have been answered."""
        if self._transport is not None:
            self._transport.write(request)

    def close(self) -> None:
        """Close the connection; `lost` is called soon."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio: connected."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Asyncio: a part of an answer, or all of it."""
        self._received = self._received + data if self._received else data
        try:
            found = read_answer(self._received)
        except ValueError:
            self.close()
            return
        if found is not None:
            answer, length = found
            self._received = self._received[length:]
            self._answered(answer)

    def connection_lost(self, error: Exception | None) -> None:
        """Asyncio: closed by either side."""
        self._transport = None
        self._lost()


class Connection:
    """One keep-alive connection for whoever awaits one answer after another."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._waiting: asyncio.Future[Answer] | None = None
        self._closed = asyncio.get_running_loop().create_future()
        self.channel = Channel(self._answered, self._lost)

    async def request(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request and read its whole answer.

        Raises:
            ConnectionError: the server closed the connection, or answered something other than HTTP.
        """
        if self._closed.done():
            raise ConnectionResetError("the server closed the connection")
        self._waiting = asyncio.get_running_loop().create_future()
        self.channel.send(request_of(method, path, self._host, body, headers))
        return await self._waiting

    async def close(self) -> None:
        """Close the connection."""
        self.channel.close()
        await self._closed

    def _answered(self, answer: Answer) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)

    def _lost(self) -> None:
        self._closed.set_result(None)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError("the server closed the connection"))


@asynccontextmanager
async def connect(host: str, port: int) -> AsyncIterator[Connection]:
    """A connection to a server on this machine."""
    connection = Connection(f"{host}:{port}")
    await asyncio.get_running_loop().create_connection(lambda: connection.channel, host, port)
    try:
        yield connection
    finally:
        with suppress(ConnectionError):
            await connection.close()


async def all_at_once(
    ports: list[int], count: int, ask: Callable[[Connection, int], Awaitable[Answer]]
) -> list[Answer]:
    """`count` callers, each on a connection of its own, who all ask at the same moment.

    Args:
        ports: of the servers on this machine; callers are spread over them in turn.
        count: how many callers.
        ask: what caller number n does on its connection.
    """
    ready = asyncio.Barrier(count)

    async def caller(number: int) -> Answer:
        async with connect("127.0.0.1", ports[number % len(ports)]) as connection:
            await ready.wait()
            return await ask(connection, number)

    return list(await asyncio.gather(*(caller(number) for number in range(count))))
