"""One draw of the benchmark, in a process of its own: the peak of its memory is then nobody else's.

Imports nothing that the draw itself does not need.
"""

import gc
import hashlib
import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec

from benchmarks.applicants import season
from booking.draws import engine, fast_hashing, tickets

SEED = bytes(range(32))
T = TypeVar("T")


class Row(msgspec.Struct, kw_only=True):
    """One size, drawn one way.

    Attributes:
        tickets_s, sort_s, commitment_s, pass_s: of a processor; `cpu_s` is their sum.
        cpu_us_per_unit: the sum for one unit, in microseconds.
        peak_mib: the most memory that the process had, with the interpreter and the applications.
        won: units with a place.
        digest: of root, order and outcome: the same for every way.
    """

    path: str
    units: int
    choices: int
    tickets_s: float
    sort_s: float
    commitment_s: float
    pass_s: float
    cpu_s: float
    cpu_us_per_unit: float
    peak_mib: int
    won: int
    digest: str


def measure(size: int, path: str) -> Row:
    """One draw, in this process."""
    rules, units, inners = season(size)
    plain = path == "plain"
    gc.collect()
    made, tickets_s = _timed(lambda: (tickets.tickets if plain else fast_hashing.all_tickets)(SEED, units))
    order, sort_s = _timed(lambda: (tickets.order_of if plain else fast_hashing.order_of)(made))
    root, commitment_s = _timed(lambda: engine.root_of(units, inners, plain=plain))
    outcome, pass_s = _timed(lambda: engine.run_pass(rules, units, order, plain=plain))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    total = tickets_s + sort_s + commitment_s + pass_s
    return Row(
        path=path,
        units=len(units),
        choices=len(rules.choices),
        tickets_s=round(tickets_s, 3),
        sort_s=round(sort_s, 3),
        commitment_s=round(commitment_s, 3),
        pass_s=round(pass_s, 3),
        cpu_s=round(total, 3),
        cpu_us_per_unit=round(total / len(units) * 1e6, 2),
        peak_mib=peak,
        won=sum(place >= 0 for place in outcome.places),
        digest=hashlib.sha256(root + order.tobytes() + outcome.serialised()).hexdigest(),
    )


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    begun = time.process_time()
    found = work()
    return found, time.process_time() - begun


if __name__ == "__main__":
    print(msgspec.json.encode(measure(int(sys.argv[1]), sys.argv[2])).decode())
