"""A small HTTP/1.1 client for load: keep-alive connections on asyncio streams, one request at a time on each.

It reads status and body and nothing else, so that on a shared machine the server stays the bottleneck; `wrk` is
used instead where it is installed and the request is always the same.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple


class Answer(NamedTuple):
    """A response."""

    status: int
    body: bytes


class Connection:
    """One keep-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader, self._writer, self._host = reader, writer, host

    async def request(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request and read its whole answer.

        Raises:
            ConnectionError: the server closed the connection.
        """
        lines = [f"{method} {path} HTTP/1.1", f"host: {self._host}", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as cut:
            raise ConnectionResetError("the server closed the connection") from cut
        status = int(head[9:12])
        fields = head.lower()
        if b"transfer-encoding: chunked" in fields:
            return Answer(status, await self._chunks())
        at = fields.find(b"content-length:")
        length = int(fields[at + 15 : fields.index(b"\r\n", at)]) if at >= 0 else 0
        return Answer(status, await self._reader.readexactly(length) if length else b"")

    async def _chunks(self) -> bytes:
        body = b""
        while size := int(await self._reader.readline(), 16):
            body += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readline()
        return body

    async def close(self) -> None:
        """Close the connection."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


@asynccontextmanager
async def connect(host: str, port: int) -> AsyncIterator[Connection]:
    """A connection to a server on this machine."""
    reader, writer = await asyncio.open_connection(host, port)
    connection = Connection(reader, writer, f"{host}:{port}")
    try:
        yield connection
    finally:
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
