"""Whatever clerks, guests and the provider do in whatever order: one folio, and a model of it in a few numbers."""

from datetime import date, timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from booking.db import ReadSession
from booking.payments.errors import (
    AlreadyRefunded,
    AlreadyReversed,
    DepositTooSmall,
    DepositUsed,
    FollowsRules,
    NotReversible,
    Overpaid,
    RefundTooLarge,
    WentThroughProvider,
)
from booking.payments.models import LedgerTransaction, PaymentIntent, Posting, ProviderRefund
from booking.payments.queries import balance, statement
from booking.payments.rules import METHODS, WAYS, Line, Method, Way
from booking.payments.service import (
    apply_deposit,
    ask_deposit,
    cancel_charges,
    charge,
    grant_subsidy,
    recall_unsent,
    refund,
    refund_due,
    return_credit,
    return_deposit,
    reverse,
    reverse_charges,
    take_deposit,
    take_payment,
    withdraw_subsidy,
)
from booking.payments.service.events import receive_event
from booking.payments.terms import CancellationTerms, FeeStep, Per, Subsidy
from tests.databases import NOON, Driver
from tests.payments.folios import CLERK, PLACE, new_folio
from tests.payments.intents import new_intent, payment_event, refund_event

sums = st.integers(1, 5000)
picks = st.integers(0, 10**6)
methods = st.sampled_from(list(METHODS))
NIGHTS = (date(2026, 12, 5), date(2026, 12, 6))
TERMS = CancellationTerms(steps=(FeeStep(timedelta(days=2), 30),), document="疗养须知", clause="第九条")
OUT_OF_TURN = (AlreadyReversed, NotReversible, FollowsRules, WentThroughProvider, AlreadyRefunded)


class Desk(RuleBasedStateMachine):
    """The model keeps charges by night, money by way, what is held and what is refused."""

    driver: ClassVar[Driver]

    @initialize()
    def open(self) -> None:
        self.driver.wipe()
        self.where: dict[str, Any] = {"place_id": PLACE, "folio_id": self.driver.run(new_folio), "actor": CLERK}
        self.charges: dict[int, tuple[int, int]] = {}
        self.fees = 0
        self.paid: dict[Way, int] = dict.fromkeys(WAYS, 0)
        self.came: dict[Way, int] = dict.fromkeys(WAYS, 0)
        self.held = 0
        self.subsidy: Subsidy | None = None
        self.intents: list[int] = []
        self.said = 0

    @property
    def charged(self) -> int:
        return sum(map(sum, self.charges.values())) + self.fees

    @property
    def borne(self) -> int:
        if self.subsidy is None:
            return 0
        nights = [sum(both[one] for both in self.charges.values()) for one in range(len(NIGHTS))]
        if self.subsidy.per == "stay":
            return min(self.subsidy.cap_fen, sum(nights))
        return sum(min(self.subsidy.cap_fen, fen) for fen in nights)

    @property
    def owed(self) -> int:
        return self.charged - self.borne - (sum(self.paid.values()) - self.held)

    @property
    def due(self) -> int:
        return max(0, self.owed - max(0, self.held))

    @rule(fen=sums, other=st.just(0) | sums, less=st.integers(0, 1000))
    def charge(self, fen: int, other: int, less: int) -> None:
        nights = tuple(zip(NIGHTS, (fen, other), strict=True))
        lines = [Line("room", one, usual_fen=one + less, night=night) for night, one in nights if one]
        self.charges[self.driver.run(charge, lines=lines, **self.where)] = (fen, other)

    @rule(cap=sums, per=st.sampled_from(["stay", "night"]))
    def grant(self, cap: int, per: Per) -> None:
        self.subsidy = Subsidy(cap_fen=cap, per=per, kinds=("room",), document="疗养补贴办法", clause="第五条")
        assert self.driver.run(grant_subsidy, subsidy=self.subsidy, **self.where) == self.borne

    @rule()
    def withdraw(self) -> None:
        self.driver.run(withdraw_subsidy, **self.where)
        self.subsidy = None

    @rule(fen=sums, method=methods, early=st.booleans())
    def pay(self, fen: int, method: Method, early: bool) -> None:
        try:
            self.driver.run(take_payment, method=method, fen=fen, deposit=early, **self.where)
        except Overpaid:
            assert fen > self.owed
            assert not early
        else:
            assert early or fen <= self.owed
            self._comes(method, fen)

    @rule(fen=sums, method=methods, at_once=st.booleans())
    def deposit(self, fen: int, method: Method, at_once: bool) -> None:
        self.driver.run(take_deposit, method=method, fen=fen, **self.where)
        self._comes(method, fen)
        self.held += fen
        if at_once:
            self.apply()

    @rule()
    def apply(self) -> None:
        expected = max(0, min(self.held, self.owed))
        assert self.driver.run(apply_deposit, **self.where) == expected
        self.held -= expected

    @rule(fen=st.none() | sums)
    def give_deposit_back(self, fen: int | None) -> None:
        most = min(self.held, sum(self.paid.values()))
        try:
            back = self.driver.run(return_deposit, fen=fen, **self.where)
        except DepositTooSmall:
            assert fen is not None
            assert fen > most
        else:
            assert sum(back.values()) == (most if fen is None else fen) <= most
            self.held -= self._go(back)

    @rule(fen=sums, way=st.sampled_from(list(WAYS)))
    def refund(self, fen: int, way: Way) -> None:
        try:
            self.driver.run(refund, method=way, fen=fen, **self.where)
        except RefundTooLarge:
            assert fen > self.paid[way]
        else:
            self.paid[way] -= fen

    @rule(fen=sums, method=methods)
    def regret(self, fen: int, method: Method) -> None:
        """Take money, give it back, then try to cross the receipt out."""
        self.pay(fen, method, early=True)
        self.refund(fen, method)
        self.reverse(-2)

    @rule(deposit=st.booleans(), fen=sums)
    def mean_to_pay(self, deposit: bool, fen: int) -> None:
        if deposit:
            self.driver.run(ask_deposit, fen=10**6, due_at=NOON, **self.where)
            self.intents.append(self.driver.run(new_intent, self.where["folio_id"], "deposit", fen))
        elif self.due > 0:
            self.intents.append(self.driver.run(new_intent, self.where["folio_id"], "payment", min(fen, self.due)))

    @rule(deposit=st.booleans(), later=st.booleans())
    def send_credit(self, deposit: bool, later: bool) -> None:
        """What came online beyond what is owed goes back by itself, now or so late that it can be recalled."""
        after = timedelta(minutes=10 if later else 0)
        refunded = min(max(0, -self.owed), self.paid["online"])
        held = min(max(0, self.held), self.paid["online"] - refunded) if deposit else 0
        assert self.driver.run(return_credit, after=after, deposit=deposit, **self.where) == refunded + held
        self.paid["online"] -= refunded + held
        self.held -= held

    @rule()
    def recall(self) -> None:
        sent = self.driver.read(lambda tx: tx.all(select(ProviderRefund)))
        late = [one for one in sent if one.status == "pending" and one.available_at > NOON]
        kinds = [self.driver.read(_kind_of, one.transaction_id) for one in late]
        assert self.driver.run(recall_unsent, **self.where) == sum(one.fen for one in late)
        self.paid["online"] += sum(one.fen for one in late)
        self.held += sum(one.fen for one, kind in zip(late, kinds, strict=True) if kind == "deposit_returned")

    @rule(pick=picks, status=st.sampled_from(["paid", "paid", "failed", "expired"]), again=st.booleans())
    def hear_of_payment(self, pick: int, status: str, again: bool) -> None:
        if not self.intents:
            return
        intent = self._intent(self.intents[pick % len(self.intents)])
        event = payment_event(intent, status, self._name())
        owed, news = self.owed, status == "paid" and intent.status not in ("paid", "refunded")
        outcome = self.driver.run(receive_event, event)
        if news:
            self._comes("online", intent.fen)
            if intent.purpose == "deposit":
                self.held += intent.fen
            else:
                too_much = min(intent.fen, max(0, intent.fen - owed))
                self.paid["online"] -= too_much
                assert outcome == ("sent_back" if too_much else "applied")
        if again:
            assert self.driver.run(receive_event, event) == "duplicate"

    @rule(method=methods, part=sums)
    def pay_here_and_there(self, method: Method, part: int) -> None:
        """At the desk while the provider's page is open."""
        if self.due > 0:
            self.mean_to_pay(deposit=False, fen=self.due)
            self.pay(min(part, self.owed), method, early=False)
            self.hear_of_payment(len(self.intents) - 1, "paid", again=True)

    @rule(pick=picks, done=st.booleans())
    def hear_of_refund(self, pick: int, done: bool) -> None:
        sent = self.driver.read(lambda tx: tx.all(select(ProviderRefund).order_by(ProviderRefund.id)))
        if not sent:
            return
        one = sent[pick % len(sent)]
        kind = self.driver.read(_kind_of, one.transaction_id)
        self.driver.run(receive_event, refund_event(one, "succeeded" if done else "failed", self._name()))
        if one.status == "pending" and not done:
            self.paid["online"] += one.fen
            self.held += one.fen if kind == "deposit_returned" else 0

    @rule(pick=picks)
    def reverse(self, pick: int) -> None:
        lines = self.driver.read(statement, PLACE, self.where["folio_id"])
        if not lines:
            return
        line = lines[pick % len(lines)]
        moved = {entry.account: entry.fen for entry in line.entries}
        try:
            self.driver.run(reverse, place_id=PLACE, transaction_id=line.transaction_id, actor=CLERK)
        except DepositUsed:
            assert self.held < moved[f"tender:{line.method}"]
            return
        except OUT_OF_TURN:
            return
        if line.kind == "charge" and self.charges.pop(line.transaction_id, None) is None:
            self.fees -= moved["guest"]
        if line.method:
            self.paid[_way(line.method)] -= moved[f"tender:{line.method}"]
        self.held += moved.get("deposit", 0)

    @rule(fee=st.booleans())
    def cancel(self, fee: bool) -> None:
        if fee:
            before = self.charged
            done = self.driver.run(cancel_charges, left=timedelta(days=1), terms=TERMS, **self.where)
            self.charges, self.fees = {}, before * 30 // 100
            self.held -= max(0, min(self.held, self.owed))
            assert (done.fee, done.deposit, done.owed) == (self.fees, self.held, max(0, self.owed))
        else:
            self.charges, self.fees = {}, 0
            assert self.driver.run(reverse_charges, **self.where) == max(0, -self.owed)
        self.settle()

    @rule()
    def settle(self) -> None:
        due = min(max(0, -self.owed), sum(self.paid.values()))
        assert self._go(self.driver.run(refund_due, **self.where)) == due

    @invariant()
    def books_agree(self) -> None:
        if not hasattr(self, "where"):
            return
        folio_id = self.where["folio_id"]
        standing = self.driver.read(balance, PLACE, folio_id)
        assert (standing.charged, standing.subsidy, standing.deposit) == (self.charged, self.borne, self.held)
        assert standing.paid == {way: fen for way, fen in self.paid.items() if fen}
        assert standing.owed == self.owed
        lines = self.driver.read(statement, PLACE, folio_id)
        assert all(sum(entry.fen for entry in line.entries) == 0 for line in lines)
        assert (lines[-1].owed_after if lines else 0) == self.driver.read(_postings, "guest") == self.owed

    @invariant()
    def promises_are_kept(self) -> None:
        """None of these looks at the model: they hold of the tables by themselves."""
        if not hasattr(self, "where"):
            return
        assert all(self.driver.read(_postings, f"tender:{way}") >= 0 for way in WAYS)
        assert self.held >= 0
        if self.subsidy is not None:
            most = self.subsidy.cap_fen * (1 if self.subsidy.per == "stay" else len(NIGHTS))
            assert 0 <= self.driver.read(_postings, "federation") <= most
        online = self.driver.read(lambda tx: tx.all(select(PaymentIntent)))
        at_provider = sum(one.fen - one.refunded_fen for one in online if one.status in ("paid", "refunded"))
        assert at_provider == self.driver.read(_postings, "tender:online")

    def _comes(self, way: Way, fen: int) -> None:
        self.paid[way] += fen
        self.came[way] += fen

    def _go(self, back: dict[str, int]) -> int:
        for way, fen in back.items():
            self.paid[_way(way)] -= fen
        return sum(back.values())

    def _intent(self, intent_id: int) -> PaymentIntent:
        found = self.driver.read(lambda tx: tx.get(PaymentIntent, place_id=PLACE, id=intent_id))
        assert found is not None
        return found

    def _name(self) -> str:
        self.said += 1
        return f"e{self.said}"


def _way(name: str) -> Way:
    return next(way for way in WAYS if way == name)


def _postings(tx: ReadSession, account: str) -> int:
    return sum(tx.execute(select(Posting.fen).where(Posting.account == account)).scalars())


def _kind_of(tx: ReadSession, transaction_id: int) -> str:
    return str(tx.scalar(select(LedgerTransaction.kind).where(LedgerTransaction.id == transaction_id)))


def drive(driver: Driver, *, examples: int = 25, steps: int = 25, **how: Any) -> None:
    """Let them do so much."""
    Desk.driver = driver
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            **how,
        ),
    )
