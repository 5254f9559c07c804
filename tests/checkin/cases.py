"""Cases of a gate's decision for Hypothesis, mostly of the kind that lets in, and the decision with a fault put in."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeVar, cast

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from booking.checkin import annulment, decision, hours
from booking.checkin.annulment import PastScan
from booking.checkin.codes import CodeCheck
from booking.checkin.facts import (
    Direction,
    Gate,
    HeadsMode,
    History,
    Pass,
    PassState,
    Presented,
    Scan,
    Status,
    Verdict,
    Zone,
)

OPENS = 1_783_072_800  # 2026-07-03 18:00 in Shanghai
CLOSES = OPENS + 3 * 86_400
NOON_AFTER = OPENS + 18 * 3600

Value = TypeVar("Value")
Decide = Callable[[Scan, Gate, Zone, Pass | None, History], Verdict]
Annul = Callable[[PastScan, int, int], Verdict]


class Case(NamedTuple):
    scan: Scan
    gate: Gate
    zone: Zone
    known: Pass
    past: History

    def but(self, **groups: dict[str, Any]) -> "Case":
        """The same case with some facts replaced: `case.but(gate={"online": False})`."""
        return self._replace(**{name: getattr(self, name)._replace(**facts) for name, facts in groups.items()})


USUAL = Case(
    Scan(Presented.QR, NOON_AFTER, CodeCheck.CURRENT),
    Gate(7, (1,), lease_until=CLOSES + 90_001),
    Zone(early_minutes=15, reentry=True),
    Pass(7, (1,), OPENS, CLOSES),
    History(),
)
"""Lets in; every drawn case is this one with a few of the facts below."""

TIMES = (OPENS - 901, OPENS - 900, OPENS - 1, OPENS, NOON_AFTER + 12 * 3600, CLOSES - 1, CLOSES, CLOSES + 600)
FACTS: dict[tuple[str, str], tuple[object, ...]] = {
    ("scan", "presented"): tuple(Presented),
    ("scan", "code"): tuple(CodeCheck),
    ("scan", "heads"): (1, 2, 3, 5),
    ("scan", "identity_seen"): (True,),
    ("scan", "matches"): (0, 2),
    ("gate", "place_id"): (8,),
    ("gate", "zones"): ((1, 2), (2, 3)),
    ("gate", "heads_mode"): (HeadsMode.ALL, HeadsMode.ASK),
    ("gate", "staffed"): (True,),
    ("gate", "online"): (False,),
    ("gate", "revoked"): (True,),
    ("gate", "clock_trusted"): (False,),
    ("gate", "high_water"): (NOON_AFTER, NOON_AFTER + 1),
    ("gate", "lease_until"): (NOON_AFTER, NOON_AFTER + 1),
    ("zone", "early_minutes"): (0, 60),
    ("zone", "late_minutes"): (10,),
    ("zone", "reentry"): (False,),
    ("zone", "anti_passback"): (False,),
    ("zone", "static_code"): (True,),
    ("zone", "products"): ((0,), (1, 2)),
    ("zone", "capacity"): (0, 5, 6),
    ("zone", "inside"): (3, 4, 5, 6, 7),
    ("zone", "unseen"): (2,),
    ("known", "place_id"): (8,),
    ("known", "zones"): ((1, 3), (2,), ()),
    ("known", "party"): (2, 4),
    ("known", "state"): tuple(PassState),
    ("known", "product"): (1,),
    ("known", "static_code"): (True,),
    ("known", "single_entry"): (True,),
    ("past", "admitted"): (1, 2, 4),
    ("past", "admitted_in_hours"): (1, 2),
    ("past", "inside"): (1, 2, 4),
    ("past", "first_at"): (OPENS,),
}
DAILY = ((6 * 3600, 23 * 3600), (20 * 3600, 26 * 3600), (0, 86_400), (11 * 3600, 13 * 3600))

_fact = st.sampled_from([(group, field, value) for (group, field), values in FACTS.items() for value in values])
_time = st.sampled_from(TIMES) | st.integers(OPENS - 90_000, CLOSES + 90_000)


@st.composite
def entries(draw: st.DrawFn) -> Case:
    """An entry with up to six unusual facts, at an unusual time or at a usual one."""
    case = USUAL
    for group, field, value in draw(st.lists(_fact, max_size=6)):
        case = case.but(**{group: {field: value}})
    if draw(st.booleans()):
        case = case.but(scan={"at": draw(_time)})
    if draw(st.booleans()):
        daily_from, daily_until = draw(st.sampled_from(DAILY))
        case = case.but(known={"daily_from": daily_from, "daily_until": daily_until})
    return case


@st.composite
def wild(draw: st.DrawFn) -> Case:
    """Either way through, with a number here and there that no ledger would hold."""
    case = draw(entries()).but(scan={"direction": draw(st.sampled_from(Direction))})
    numbers = [(g, f) for g, facts in case._asdict().items() for f, v in facts._asdict().items() if type(v) is int]
    for group, field in draw(st.lists(st.sampled_from(numbers), max_size=2)):
        case = case.but(**{group: {field: draw(st.integers(-3, 9))}})
    return case


class Fault(NamedTuple):
    """One edit of a source file that a promise must notice."""

    module: ModuleType
    old: str
    new: str


def faulty(fault: Fault) -> tuple[Decide, Annul]:
    """`decide` and `annul` with one fault in them.

    Raises:
        ValueError: the text to replace is not there exactly once, so the fault says nothing any more.
    """
    namespaces = {}
    for module in (hours, decision, annulment):
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        if module is fault.module:
            if source.count(fault.old) != 1:
                raise ValueError(f"{fault.old!r} occurs {source.count(fault.old)} times in {module.__name__}")
            source = source.replace(fault.old, fault.new)
        namespaces[module] = {"__name__": module.__name__}
        exec(compile(source, str(module.__file__), "exec"), namespaces[module])  # noqa: S102 - our own source
    namespaces[decision]["admission"] = namespaces[hours]["admission"]
    return cast("Decide", namespaces[decision]["decide"]), cast("Annul", namespaces[annulment]["annul"])


def search(strategy: st.SearchStrategy[Value], check: Callable[[Value], None], *, examples: int, shrink: bool) -> None:
    """Run a check over drawn values, and raise what it raises; without shrinking, always over the same ones."""
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]

    @settings(
        max_examples=examples,
        phases=phases,
        derandomize=not shrink,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def run(value: Value) -> None:
        check(value)

    run()


def admits(verdict: Verdict) -> bool:
    return verdict.status == Status.OK
