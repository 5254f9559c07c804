"""Real servers for tests: `booking serve` in processes of its own, on ports of this machine."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

STARTED_WITHIN_SECONDS = 40
ROOT = Path(__file__).parent.parent


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running `booking serve`; with `clock`, a file, it is always the hour that stands there."""

    def __init__(
        self, database_url: str, log: Path, *, clock: Path | None = None, environment: dict[str, str] | None = None
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        serve = ["booking.cli", "serve", "--port", str(self.port)]
        if clock is not None:
            serve = ["tests.clocked", str(self.port), str(clock)]
        with log.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *serve],
                env=os.environ | {"BOOKING_DATABASE": database_url, "BOOKING_URL": self.url} | (environment or {}),
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> None:
        """Return once it answers; fails with its log when it does not."""
        until = time.monotonic() + STARTED_WITHIN_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urlopen(f"{self.url}/health/ready", timeout=2) as answer:  # noqa: S310 - our own server
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> int:
        """End it as an operator would; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(30)


@contextmanager
def serving(
    database_url: str, folder: Path, count: int = 1, *, clock: Path | None = None, **environment: str
) -> Iterator[list[Server]]:
    """So many servers on one database, until the block ends."""
    servers = [
        Server(database_url, folder / f"server-{number}.log", clock=clock, environment=environment)
        for number in range(count)
    ]
    try:
        for server in servers:
            server.wait_until_ready()
        yield servers
    finally:
        for server in servers:
            server.stop()
