"""Running benchmarks: ours, the bare route of the same server and the raw driver, in turns of a few seconds."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec

from benchmarks import databases, driver, load, report, writer, wrk
from benchmarks.cases import BENCHES, HOST, Case, noop
from benchmarks.city import Scale, build
from benchmarks.client import request_of
from benchmarks.databases import Databases
from benchmarks.load import Chain, Job, Step, Tally
from benchmarks.recording import Recorded, record
from benchmarks.report import Report, Round, Row
from benchmarks.server import Served, answering, serving
from booking.settings import Settings

WARM_UP = 0.25
"""Seconds of warm-up for each second that counts."""
_CEILING_BODY, _CEILING_ANSWER = 100, 1000
"""Bytes."""

Say = Callable[[str], None]


class Plan(NamedTuple):
    """What to run, and how long.

    Attributes:
        names: of `BENCHES`.
        database: a folder for SQLite files (`sqlite:///var/bench`), or a PostgreSQL server.
        seconds: of one turn; a round has one turn of ours, one of the bare route and one of the driver.
        recorded: chains that a replay has, where each differs.
        scale: of the city, instead of the benchmark's own.
    """

    names: Sequence[str]
    database: str
    seconds: float
    rounds: int
    connections: Sequence[int]
    recorded: int = 600
    scale: Scale | None = None


def run(plan: Plan, settings: Settings, say: Say) -> Report:
    """Run benchmarks one after the other; `say` is told what is being done.

    Raises:
        WrongAnswer: a request is not answered as it should be: there is nothing to measure.
    """
    with databases.opened(plan.database) as where, TemporaryDirectory() as logs:
        ceilings = _ceilings(plan, say)
        rows = [row for name in plan.names for row in _rows(plan, settings, where, Path(logs), name, say)]
        return Report(
            bench=plan.names[0] if len(plan.names) == 1 else "all",
            machine=report.machine(),
            database=where.describe(),
            rounds=plan.rounds,
            seconds=plan.seconds,
            client_ceiling_per_s=ceilings,
            counted=report.COUNTED,
            rows=rows,
        )


def _rows(plan: Plan, settings: Settings, where: Databases, logs: Path, name: str, say: Say) -> Iterator[Row]:
    if name == "writer":
        return _writer(plan, settings, where, say)
    return _bench(plan, settings, where, logs, name, say)


def _writer(plan: Plan, settings: Settings, where: Databases, say: Say) -> Iterator[Row]:
    made = where.fresh()
    asyncio.run(build(made, settings, Scale(members=1, taken=0.0)))
    turns = writer.Turns(where, made, plan.seconds, 10 * plan.recorded)
    for callers in plan.connections:
        found = []
        for number in range(1, plan.rounds + 1):
            say(f"writer: {callers} callers, round {number} of {plan.rounds}")
            found.append(turns.round(callers))
        for name in turns.ways:
            yield report.row(f"writer: {name}", callers, [one[name] for one in found], turns.recorded)
    where.drop(made)


def _bench(plan: Plan, settings: Settings, where: Databases, logs: Path, name: str, say: Say) -> Iterator[Row]:
    say(f"{name}: building the city")
    made = where.fresh()
    city = asyncio.run(build(made, settings, plan.scale or BENCHES[name].scale))
    cases = BENCHES[name].cases(city)
    recordings = [_recorded(plan, settings, where, made, case) for case in cases]
    served = where.copy(made)
    with serving(served, logs / f"{name}.log") as server:
        turns = _Turns(plan, where, made, server)
        for case, recorded in zip(cases, recordings, strict=True):
            turns.ours(case, max(plan.connections))  # the first requests of a process fill its memory
            for connections in plan.connections:
                rounds = []
                for number in range(1, plan.rounds + 1):
                    say(f"{name}: {case.path}, {connections} connections, round {number} of {plan.rounds}")
                    rounds.append(turns.round(case, recorded, connections))
                    for remark in rounds[-1].ours.remarks + rounds[-1].noop.remarks:
                        say(f"not as expected: {remark}")
                yield report.row(case.path, connections, rounds, recorded)
    for url in (served, made):
        where.drop(url)


def _recorded(plan: Plan, settings: Settings, where: Databases, made: str, case: Case) -> list[Recorded]:
    url = where.copy(made)
    chains = [case.chain(number) for number in range(2 if case.url else plan.recorded + 1)]
    found = asyncio.run(record(msgspec.structs.replace(settings, database=url), chains))
    where.drop(url)
    return found


class _Turns:
    """Turns on one server; no chain that differs from the others is asked twice."""

    def __init__(self, plan: Plan, where: Databases, made: str, server: Served) -> None:
        self._plan, self._where, self._made, self._server = plan, where, made, server
        self._asked = 0

    def round(self, case: Case, recorded: Sequence[Recorded], connections: int) -> Round:
        """One turn of each."""
        bare = noop(case.chain(0), recorded[0].sizes)
        spent = [self._server.cpu_seconds()]
        ours = self.ours(case, connections)
        spent.append(self._server.cpu_seconds())
        nothing = self._noop(bare, connections, wrk_too=bool(case.url))
        spent.append(self._server.cpu_seconds())
        return Round(
            ours=ours,
            noop=nothing,
            driver_per_s=self._driver(recorded, connections),
            cpu_ms=1000 * (spent[1] - spent[0]) / max(1, ours.used),
            cpu_noop_ms=1000 * (spent[2] - spent[1]) / max(1, nothing.used),
        )

    def ours(self, case: Case, connections: int) -> Tally:
        """A turn of the service itself."""
        if case.url:
            return self._constant(case.url, case.chain(0), connections, wrk_too=True)
        plan = self._plan
        wanted = int(case.most_per_s * plan.seconds * (1 + WARM_UP)) + connections
        numbers = range(self._asked, min(self._asked + wanted, case.most))
        tally = self._load([list(case.chain(number)) for number in numbers], connections, repeat=False)
        self._asked += tally.used
        return tally

    def _noop(self, chain: Chain, connections: int, *, wrk_too: bool) -> Tally:
        path = chain[0].request.split(b" ", 2)[1].decode()
        return self._constant(path, chain, connections, wrk_too=wrk_too)

    def _constant(self, path: str, chain: Chain, connections: int, *, wrk_too: bool) -> Tally:
        plan = self._plan
        if not (wrk_too and wrk.fits(plan.seconds)):
            return self._load([list(chain)], connections, repeat=True)
        looked = self._load([list(chain)], connections, repeat=True, share=WARM_UP)
        tally = wrk.run(f"http://{HOST}:{self._server.port}{path}", connections, plan.seconds)
        tally.errors += looked.errors + looked.refused
        tally.used += looked.used
        tally.remarks = looked.remarks
        return tally

    def _load(self, chains: list[list[Step]], connections: int, *, repeat: bool, share: float = 1.0) -> Tally:
        seconds = self._plan.seconds * share
        return load.run(Job(self._server.port, connections, WARM_UP * seconds, seconds, repeat=repeat, chains=chains))

    def _driver(self, recorded: Sequence[Recorded], connections: int) -> float:
        if not any(one.writes for one in recorded):
            return driver.replay(self._made, recorded, connections, self._plan.seconds)
        url = self._where.copy(self._made)
        try:
            return driver.replay(url, recorded, connections, self._plan.seconds)
        finally:
            self._where.drop(url)


def _ceilings(plan: Plan, say: Say) -> dict[str, dict[int, float]]:
    """What the clients reach against a server that does nothing, so that it is seen whether they hold ours back."""
    step = Step(request_of("POST", "/", HOST, b"x" * _CEILING_BODY), 200, b"x")
    found: dict[str, dict[int, float]] = {"bundled": {}}
    with answering(_CEILING_ANSWER) as port:
        for connections in plan.connections:
            say(f"the client's own ceiling, {connections} connections")
            job = Job(port, connections, WARM_UP * plan.seconds, plan.seconds, repeat=True, chains=[[step]])
            found["bundled"][connections] = round(load.run(job).per_s)
            if wrk.fits(plan.seconds):
                tally = wrk.run(f"http://{HOST}:{port}/", connections, plan.seconds)
                found.setdefault("wrk", {})[connections] = round(tally.per_s)
    return found
