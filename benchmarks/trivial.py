"""A server that does nothing: what a client reaches against it, the client can do.

`python -m benchmarks.trivial PORT BYTES` answers every request with 200 and so many bytes. It takes what arrives at
once for one request, which holds for our clients on this machine.
"""

import asyncio
import sys
from typing import cast

import uvloop


class Trivial(asyncio.Protocol):
    """Answers each piece of data."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio: connected."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Asyncio: a request."""
        if self._transport is not None:
            self._transport.write(self._answer)


async def _serve(port: int, size: int) -> None:
    answer = f"HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n".encode() + b"x" * size
    server = await asyncio.get_running_loop().create_server(lambda: Trivial(answer), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
