"""A ledger as small as one can be, to follow passes through many scans: what each gate sees, and what was done."""

from dataclasses import dataclass, field
from typing import NamedTuple

from booking.checkin.annulment import PastScan
from booking.checkin.codes import CodeCheck
from booking.checkin.facts import Direction, Gate, HeadsMode, History, Pass, Presented, Scan, Status, Verdict, Zone
from tests.checkin.cases import OPENS, Annul, Decide

PARTY = 2
CAPACITY = 3
CLOSES = OPENS + 86_400


class Step(NamedTuple):
    """What happens next: after `wait` seconds, `gate` scans `pass_id`, or wants a scan of that pass taken back."""

    gate: int
    pass_id: int
    direction: Direction
    heads: int
    wait: int
    back: int
    """0 to scan; 1 to take back the latest scan of the pass, 2 the one before."""


@dataclass
class Row:
    gate: int
    pass_id: int
    direction: Direction
    heads: int
    at: int
    annulled: bool = False


@dataclass
class Ledger:
    """Rows of admitted scans, in order. Online every gate sees all of them, else each sees its own."""

    decide: Decide
    annul: Annul
    zone: Zone
    single_entry: bool
    online: bool
    rows: list[Row] = field(default_factory=list)
    now: int = OPENS

    def inside(self, pass_id: int | None, gate: int | None = None) -> int:
        return sum(row.heads if row.direction == Direction.ENTRY else -row.heads for row in self._seen(pass_id, gate))

    def admitted(self, pass_id: int, gate: int | None = None) -> int:
        """Distinct heads let in: those who come again after leaving count once."""
        entered = [row for row in self._seen(pass_id, gate) if row.direction == Direction.ENTRY]
        if self.single_entry or not self.zone.reentry:
            return sum(row.heads for row in entered)
        return min(PARTY, sum(row.heads for row in entered))

    def take(self, step: Step) -> Verdict | None:
        self.now += step.wait
        return self._take_back(step) if step.back else self._scan(step)

    def _seen(self, pass_id: int | None, gate: int | None) -> list[Row]:
        return [
            row
            for row in self.rows
            if not row.annulled
            and (pass_id is None or row.pass_id == pass_id)
            and (gate is None or self.online or row.gate == gate)
        ]

    def _scan(self, step: Step) -> Verdict:
        here = max(0, self.inside(step.pass_id, step.gate))
        verdict = self.decide(
            Scan(Presented.QR, self.now, CodeCheck.CURRENT, step.direction, step.heads),
            Gate(7, (1,), HeadsMode.ALL, online=self.online, lease_until=CLOSES),
            self.zone._replace(inside=max(0, self.inside(None, step.gate))),
            Pass(7, (1,), OPENS, CLOSES, PARTY, single_entry=self.single_entry),
            History(self.admitted(step.pass_id, step.gate), 0, here),
        )
        if verdict.status == Status.OK:
            self.rows.append(Row(step.gate, step.pass_id, step.direction, verdict.heads, self.now))
        return verdict

    def _take_back(self, step: Step) -> Verdict | None:
        rows = [row for row in self.rows if row.pass_id == step.pass_id]
        if len(rows) < step.back:
            return None
        row = rows[-step.back]
        inside = self.inside(step.pass_id, step.gate)
        past = PastScan(row.gate, Status.OK, row.direction, row.at, row.heads, row.annulled, PARTY, inside)
        verdict = self.annul(past, step.gate, self.now)
        row.annulled |= verdict.status == Status.OK
        return verdict
