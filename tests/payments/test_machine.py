"""Whatever clerks do in whatever order: the books balance, and no more goes back than came in."""

from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from booking.payments.errors import AlreadyRefunded, AlreadyReversed, NotReversible, Overpaid, RefundTooLarge
from booking.payments.queries import balance, statement
from booking.payments.rules import METHODS, Line, Method
from booking.payments.service import charge, refund, refund_due, reverse, reverse_charges, take_payment
from tests.databases import Driver
from tests.payments.folios import CLERK, PLACE, new_folio

sums = st.integers(1, 5000)
methods = st.sampled_from(list(METHODS))


class Desk(RuleBasedStateMachine):
    """One folio, with a model of it in a few numbers."""

    driver: ClassVar[Driver]

    @initialize()
    def open(self) -> None:
        self.driver.wipe()
        self.where: dict[str, Any] = {"place_id": PLACE, "folio_id": self.driver.run(new_folio), "actor": CLERK}
        self.charged = 0
        self.paid: dict[Method, int] = dict.fromkeys(METHODS, 0)
        self.events: list[tuple[int, str, Method, int]] = []
        self.taken_back: set[int] = set()

    @property
    def owed(self) -> int:
        return self.charged - sum(self.paid.values())

    @rule(fen=sums, more=sums)
    def charge(self, fen: int, more: int) -> None:
        lines = [Line("court", fen), Line("locker", more)]
        done = self.driver.run(charge, lines=lines, **self.where)
        self.charged += fen + more
        self.events.append((done, "charge", "cash", fen + more))

    @rule(fen=sums, method=methods, deposit=st.booleans())
    def pay(self, fen: int, method: Method, deposit: bool) -> None:
        try:
            done = self.driver.run(take_payment, method=method, fen=fen, deposit=deposit, **self.where)
        except Overpaid:
            assert fen > self.owed
            assert not deposit
        else:
            assert deposit or fen <= self.owed
            self.paid[method] += fen
            self.events.append((done, "payment", method, fen))

    @rule(fen=sums, method=methods)
    def refund(self, fen: int, method: Method) -> None:
        try:
            done = self.driver.run(refund, method=method, fen=fen, **self.where)
        except RefundTooLarge:
            assert fen > self.paid[method]
        else:
            self.paid[method] -= fen
            self.events.append((done, "refund", method, fen))

    @rule(pick=st.integers(0, 10**6))
    def reverse(self, pick: int) -> None:
        if not self.events:
            return
        event, kind, method, fen = self.events[pick % len(self.events)]
        try:
            done = self.driver.run(reverse, place_id=PLACE, transaction_id=event, actor=CLERK)
        except NotReversible:
            assert kind == "reversal"
        except AlreadyReversed:
            assert event in self.taken_back
        except AlreadyRefunded:
            assert kind == "payment"
            assert fen > self.paid[method]
        else:
            self.taken_back.add(event)
            self.events.append((done, "reversal", method, fen))
            if kind == "charge":
                self.charged -= fen
            else:
                self.paid[method] += fen if kind == "refund" else -fen

    @rule()
    def cancel(self) -> None:
        credit = self.driver.run(reverse_charges, **self.where)
        self.charged = 0
        assert credit == sum(self.paid.values())
        assert sum(self.driver.run(refund_due, **self.where).values()) == credit
        self.paid = dict.fromkeys(METHODS, 0)
        self.taken_back |= {event for event, kind, _, _ in self.events if kind == "charge"}

    @invariant()
    def books_agree(self) -> None:
        if not hasattr(self, "where"):
            return
        folio_id = self.where["folio_id"]
        standing = self.driver.read(balance, PLACE, folio_id)
        assert standing.charged == self.charged
        assert standing.paid == {method: fen for method, fen in self.paid.items() if fen}
        assert all(fen > 0 for fen in standing.paid.values())
        assert standing.owed == self.owed
        lines = self.driver.read(statement, PLACE, folio_id)
        assert all(sum(entry.fen for entry in line.entries) == 0 for line in lines)
        assert (lines[-1].owed_after if lines else 0) == self.owed


def test_desk(driver: Driver) -> None:
    Desk.driver = driver
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
