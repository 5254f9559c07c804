"""The service as it is served to members, with one more route that does nothing.

`python -m benchmarks.server PORT` is `booking serve` but for that route: same settings, same middleware, same server.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking.app import create_app
from booking.serving import run
from booking.settings import read

NOOP = "/api/noop"
STARTED_WITHIN_SECONDS = 40


class Served(NamedTuple):
    """A server that runs."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """What it has spent of the processors so far; 0 where the system does not tell as Linux does."""
        stat = Path(f"/proc/{self.pid}/stat")
        if not stat.exists():
            return 0.0
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@cache
def nothing(size: int) -> bytes:
    """So many bytes."""
    return b"x" * size


@get(f"{NOOP}/{{size:int}}", include_in_schema=False)
async def noop(size: FromPath[int]) -> Response[bytes]:
    """An answer as large as the one it is compared with."""
    return Response(nothing(size), media_type="text/html")


@post(f"{NOOP}/{{size:int}}", include_in_schema=False, status_code=201)
async def noop_with_body(request: Request[Any, Any, Any], size: FromPath[int]) -> Response[bytes]:
    """The same, once the body, if there is one, was read and decoded."""
    body = await request.body()
    if body:
        msgspec.json.decode(body)
    return Response(nothing(size), media_type="application/json")


def serve(port: int) -> None:
    """Serve in this process until told to stop."""
    app = create_app(read(os.environ))
    app.register(noop)
    app.register(noop_with_body)
    run(app, host="127.0.0.1", port=port)


@contextmanager
def serving(database: str, log: Path) -> Iterator["Served"]:
    """A server on a database, in a process of its own until the block ends.

    Raises:
        RuntimeError: it did not start; its log says why.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.server", str(port)],
            env=os.environ | {"BOOKING_DATABASE": database, "BOOKING_URL": url},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, f"{url}/health/ready", log)
        yield Served(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@contextmanager
def answering(size: int) -> Iterator[int]:
    """The port of a trivial server in a process of its own until the block ends."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.trivial", str(port), str(size)])
    try:
        _wait(process, f"http://127.0.0.1:{port}/", None)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path | None) -> None:
    until = time.monotonic() + STARTED_WITHIN_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(url, timeout=2) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    said = "" if log is None else log.read_text()[-3000:]
    raise RuntimeError(f"the server did not start: {said}")


if __name__ == "__main__":
    serve(int(sys.argv[1]))
