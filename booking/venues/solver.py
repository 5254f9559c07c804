"""The exact search with a large budget, in a process of its own: it neither holds up requests nor outlives its time.

`python -m booking.venues.solver` reads a question as JSON and writes the outcome.
"""

import asyncio
import os
import sys

import msgspec

from booking.venues.rules.assignment import Day, Outcome, OutOfTime, Wish, rearrange

NODES = 200_000
"""Positions that one search may look at, fifty times as many as within a request: about five seconds."""
SECONDS = 10.0
"""How long one search may take, however slow the machine is."""
_GENTLY = 10


class Question(msgspec.Struct, frozen=True):
    """Is there a court for this wish on this day, if those who may move do?"""

    day: Day
    wish: Wish
    nodes: int = NODES


async def solve(question: Question, seconds: float = SECONDS) -> Outcome:
    """A plan, the proof that there is none, or `OutOfTime`."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        written, _ = await asyncio.wait_for(child.communicate(msgspec.json.encode(question)), seconds)
    except TimeoutError:
        return OutOfTime(nodes=question.nodes)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    found: Outcome = msgspec.json.decode(written, type=Outcome)
    return found


def main() -> None:
    """Answer the question on standard input; behind everybody else who wants the processor."""
    os.nice(_GENTLY)
    question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    outcome = rearrange(question.day, [question.wish], question.nodes)
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    main()
