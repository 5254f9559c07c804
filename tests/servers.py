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


def wait_until_answered(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return once the process answers 200 there; fails with its log when it does not."""
    until = time.monotonic() + STARTED_WITHIN_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(address, timeout=2) as answer:  # noqa: S310 - our own process
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{address} did not answer:\n{log.read_text()[-3000:]}")


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
        self._command = [sys.executable, "-m", *serve]
        self._environment = {"BOOKING_DATABASE": database_url, "BOOKING_URL": self.url} | (environment or {})
        self.start()

    def start(self) -> None:
        """Begin; also once more, after it was ended."""
        with self.log.open("a") as out:
            self.process = subprocess.Popen(
                self._command, env=os.environ | self._environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT
            )

    def wait_until_ready(self) -> None:
        """Return once it answers; fails with its log when it does not."""
        wait_until_answered(f"{self.url}/health/ready", self.process, self.log)

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
