"""`wrk` for requests that are always the same: it costs the machine a tenth of any client in Python."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.load import Tally

_MARK = "tally "
_REPORT = Path(__file__).with_suffix(".lua")


def fits(seconds: float) -> bool:
    """Whether it is installed and can measure for so long: it counts in whole seconds."""
    return shutil.which("wrk") is not None and seconds >= 1 and seconds == int(seconds)


def run(url: str, connections: int, seconds: float) -> Tally:
    """GET one address from so many connections.

    It tells 2xx and 3xx from the rest and does not look into bodies: whoever calls it looks at one answer before.
    """
    command = ["wrk", "--threads=1", f"--connections={connections}", f"--duration={int(seconds)}s"]
    done = subprocess.run([*command, f"--script={_REPORT}", url], capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith(_MARK))
    counted: dict[str, Any] = json.loads(line.removeprefix(_MARK))
    return Tally(
        per_s=counted["requests"] / counted["microseconds"] * 1e6,
        p50_ms=counted["p50"] / 1000,
        p99_ms=counted["p99"] / 1000,
        errors=counted["errors"],
        used=counted["requests"],
    )
