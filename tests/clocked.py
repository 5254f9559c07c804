"""`python -m tests.clocked PORT FILE`: the real service, at the hour that stands in a file.

Gates open half an hour before a booking and centres close at night: a story that books and walks in has to be told at
its own hours, whenever the tests run.
"""

import os
import sys
from datetime import datetime
from pathlib import Path

from booking.app import create_app
from booking.clock import Clock
from booking.logs import configure_logging
from booking.serving import run
from booking.settings import read


def clock_in(file: Path) -> Clock:
    """A clock that shows the instant written in a file, as ISO 8601 with its offset."""
    return lambda: datetime.fromisoformat(file.read_text())


if __name__ == "__main__":
    configure_logging()
    port, at = int(sys.argv[1]), Path(sys.argv[2])
    run(create_app(read(os.environ), clock=clock_in(at)), host="127.0.0.1", port=port)
