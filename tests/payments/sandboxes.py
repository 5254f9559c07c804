"""The sandbox provider and the service as real processes, and a guest between them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from booking.payments.provider import Provider
from tests.servers import ROOT, STARTED_WITHIN_SECONDS, Server, free_port

KEY = "the-key-of-tests"
SECRET = "the-secret-of-tests-is-long-enough"


class Sandbox:
    """A running `booking sandbox-payments`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "sandbox.log"
        self._file = folder / "sandbox.db"
        self.start()

    def start(self) -> None:
        options = ["--port", str(self.port), "--key", KEY, "--secret", SECRET, "--file", str(self._file)]
        with self.log.open("a") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "booking.cli", "sandbox-payments", *options],
                env=os.environ | {"BOOKING_DEMO": "1"},
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> None:
        until = time.monotonic() + STARTED_WITHIN_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urlopen(f"{self.url}/health", timeout=2) as answer:  # noqa: S310 - our own process
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"the sandbox did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a service that is paid here."""
        return {
            "BOOKING_PAYMENTS_URL": self.url,
            "BOOKING_PAYMENTS_KEY": KEY,
            "BOOKING_PAYMENTS_SECRET": SECRET,
        }

    def provider(self, notify_url: str) -> Provider:
        return Provider(self.url, KEY, notify_url)


@contextmanager
def sandbox(folder: Path) -> Iterator[Sandbox]:
    """A sandbox until the block ends."""
    made = Sandbox(folder)
    try:
        made.wait_until_ready()
        yield made
    finally:
        made.stop()


def restarted(server: Server, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """The service again, where it was before it was killed."""
    return subprocess.Popen(
        [sys.executable, "-m", "booking.cli", "serve", "--port", str(server.port)],
        env=os.environ | environment | {"BOOKING_URL": server.url},
        cwd=ROOT,
    )
