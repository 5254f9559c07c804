"""The load process: so many connections, each asking again as soon as it was answered, for so many seconds.

`python -m benchmarks.load JOB` reads a job from a file and writes a tally to standard output. What is asked was
rendered before: while it measures, this process sends bytes, reads answers and looks at each.
"""

import asyncio
import gc
import itertools
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import uvloop

from benchmarks.client import Answer, Channel

ID = b"{id}"
"""In a step's request: the `id` in the answer to the step before."""
MOST_REMARKS = 3


class Step(NamedTuple):
    """A request, and the answer that counts: its status and something that its body must contain."""

    request: bytes
    status: int
    contains: bytes = b""

    def meets(self, answer: Answer) -> bool:
        """Whether this is the answer that counts."""
        return answer.status == self.status and self.contains in answer.body


Chain = Sequence[Step]
"""What one caller does before its clock stops: steps one after the other, each waiting for its answer."""


class Job(msgspec.Struct):
    """What a load process is to do.

    Attributes:
        warm_up: seconds at the beginning that do not count.
        repeat: whether the chains begin again at their end; if not, the round ends with them.
    """

    port: int
    connections: int
    warm_up: float
    seconds: float
    repeat: bool
    chains: list[list[Step]]


class Tally(msgspec.Struct):
    """What came of a round of load.

    Attributes:
        per_s: chains answered as expected, a second.
        refused: chains that ended with a 4xx.
        errors: chains that ended with a 5xx, an answer without what it should contain, or a broken connection.
        used: how many chains were begun, the warm-up's included.
        remarks: the first few answers that were not as expected.
    """

    per_s: float
    p50_ms: float
    p99_ms: float
    refused: int = 0
    errors: int = 0
    used: int = 0
    remarks: list[str] = []


class _Identified(msgspec.Struct):
    id: int = 0


def run(job: Job) -> Tally:
    """Do a job in a process of its own.

    Raises:
        CalledProcessError: it broke; why is on standard error.
    """
    with tempfile.NamedTemporaryFile(suffix=".job") as file:
        file.write(msgspec.msgpack.encode(job))
        file.flush()
        done = subprocess.run([sys.executable, "-m", "benchmarks.load", file.name], stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout, type=Tally)


class Load:
    """A job being done."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._chains: Iterator[Chain] = itertools.cycle(job.chains) if job.repeat else iter(job.chains)
        self._done: list[tuple[float, float]] = []
        self._tally = Tally(per_s=0.0, p50_ms=0.0, p99_ms=0.0)
        self._until = 0.0
        self._calling = job.connections
        self._over = asyncio.get_running_loop().create_future()

    async def run(self) -> Tally:
        """Connect everybody, then let them ask until the time is over and the last is answered."""
        loop = asyncio.get_running_loop()
        callers = [_Caller(self) for _ in range(self._job.connections)]
        for caller in callers:
            await loop.create_connection(lambda caller=caller: caller.channel, "127.0.0.1", self._job.port)  # type: ignore[misc]  # a lambda's default has no type
        begin = time.perf_counter() + self._job.warm_up
        self._until = begin + self._job.seconds
        for caller in callers:
            caller.begin()
        await self._over
        counted = count(self._done, begin, self._until)
        self._tally.per_s, self._tally.p50_ms, self._tally.p99_ms = counted
        return self._tally

    def take(self) -> Chain | None:
        """What to do next, or None when it is over."""
        chain = next(self._chains, None) if time.perf_counter() < self._until else None
        self._tally.used += chain is not None
        return chain

    def done(self, begun: float) -> None:
        """A chain was answered as it should be."""
        self._done.append((begun, time.perf_counter()))

    def odd(self, status: int, remark: str) -> None:
        """A chain was not answered as it should be."""
        if 400 <= status < 500:
            self._tally.refused += 1
        else:
            self._tally.errors += 1
        if len(self._tally.remarks) < MOST_REMARKS:
            self._tally.remarks.append(remark)

    def gone(self) -> None:
        """A caller has nothing more to do."""
        self._calling -= 1
        if self._calling == 0:
            self._over.set_result(None)


def count(done: Sequence[tuple[float, float]], begin: float, until: float) -> tuple[float, float, float]:
    """How many a second were answered in a time, and median and 99th percentile (ms) of what was asked in it.

    When all was answered before the time was over, the last answer ends it.
    """
    seconds = min(until, max((ended for _, ended in done), default=begin)) - begin
    waits = sorted(ended - begun for begun, ended in done if begun >= begin)
    if not waits or seconds <= 0:
        return 0.0, 0.0, 0.0
    answered = sum(begin <= ended <= until for _, ended in done)
    return answered / seconds, 1000 * statistics.median(waits), 1000 * waits[math.ceil(0.99 * len(waits)) - 1]


class _Caller:
    """One connection and what it is in the midst of."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._chain: Chain | None = None
        self._at = 0
        self._begun = 0.0
        self.channel = Channel(self._answered, self._lost)

    def begin(self) -> None:
        self._chain = self._load.take()
        if self._chain is None:
            self.channel.close()
            return
        self._at = 0
        self._begun = time.perf_counter()
        self.channel.send(self._chain[0].request)

    def _answered(self, answer: Answer) -> None:
        if self._chain is None:
            return
        step = self._chain[self._at]
        self._at += 1
        if not step.meets(answer):
            self._load.odd(answer.status, f"{answer.status} {answer.body[:300].decode(errors='replace')}")
            self.begin()
        elif self._at == len(self._chain):
            self._load.done(self._begun)
            self.begin()
        else:
            self.channel.send(filled(self._chain[self._at].request, answer.body))

    def _lost(self) -> None:
        if self._chain is not None:
            self._load.odd(0, "the connection was closed before the answer")
        self._load.gone()


def filled(request: bytes, before: bytes) -> bytes:
    """A request with the id that the answer before it gave, if it asks for one."""
    if ID not in request:
        return request
    return request.replace(ID, str(msgspec.json.decode(before, type=_Identified).id).encode())


async def _main(job: Job) -> Tally:
    return await Load(job).run()


if __name__ == "__main__":
    gc.disable()
    given = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=Job)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(_main(given))))
