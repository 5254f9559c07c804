"""The sandbox provider and the service as real processes, and a guest between them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from booking.payments.provider import Provider
from tests.servers import ROOT, free_port, wait_until_answered

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
        wait_until_answered(f"{self.url}/health", self.process, self.log)

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
