"""What a change does to whom: the plan that is shown before anything happens, and compared when it does."""

import hashlib
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from booking.web.facts import Param
from booking.web.locale import N_

Outcome: TypeAlias = Literal["moved", "offered", "refunded", "kept"]
Search: TypeAlias = Literal["unneeded", "greedy", "optimal", "timed_out"]

OUTCOMES: Mapping[Outcome, str] = {
    "moved": N_("换到同等的位置，时间不变"),
    "offered": N_("原位保不住，已备好替代方案"),
    "refunded": N_("取消，费用全退"),
    "kept": N_("不受影响"),
}
"""What happens to somebody, in words."""

SEARCHES: Mapping[Search, str] = {
    "unneeded": N_("无需调整"),
    "greedy": N_("逐个安排就够了"),
    "optimal": N_("已证明没有影响更少的方案"),
    "timed_out": N_("时限内找到的最好方案，未必是最少的"),
}
"""How the plan was found, in words."""


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to one booking or stay.

    Attributes:
        subject: e.g. `booking:123`.
        member_id: the booker, None for a guest without a member number.
        name: who they are, for the manager.
        party: heads.
        before, after: the facts side by side, e.g. `{"court": Named(…), "hours": Hours(…)}`; after is empty when
            nothing is left.
        readers: the members who are told; empty for a guest, whom the desk has to call at `phone`.
        message, params, link: the kind of message that they read, its facts, and where it leads.
        undone_message: the kind that they read when the change is undone, with the same facts; empty for none.
    """

    subject: str
    member_id: int | None
    name: str
    party: int
    outcome: Outcome
    before: dict[str, Param]
    after: dict[str, Param] = {}
    refund_fen: int = 0
    readers: tuple[int, ...] = ()
    phone: str = ""
    message: str = ""
    params: dict[str, Param] = {}
    undone_message: str = ""
    link: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a change would do, as it would be done now.

    Attributes:
        effects: one for each booking or stay that the change touches.
        steps: what the feature needs to do it, e.g. which claims go where.
        search: how the plan was found.
        trace: what the feature needs to undo it; known once it was applied.
        stamp: the version of what it was made from, see `kinds.Kind.stamp`; empty where its kind has none.
    """

    effects: tuple[Effect, ...]
    steps: Any = None
    search: Search = "unneeded"
    trace: Any = None
    stamp: str = ""


class Headline(msgspec.Struct, frozen=True):
    """A plan in numbers; `displaced`, those who lose their place, is the one on top of the page."""

    affected: int
    people: int
    displaced: int
    moved: int
    offered: int
    refunded: int
    kept: int
    refund_fen: int


def headline(plan: Plan) -> Headline:
    """A plan in numbers: bookings or stays, but for `people`, which counts heads."""
    counts = {outcome: sum(effect.outcome == outcome for effect in plan.effects) for outcome in OUTCOMES}
    touched = [effect for effect in plan.effects if effect.outcome != "kept"]
    return Headline(
        affected=len(touched),
        people=sum(effect.party for effect in touched),
        displaced=counts["offered"] + counts["refunded"],
        moved=counts["moved"],
        offered=counts["offered"],
        refunded=counts["refunded"],
        kept=counts["kept"],
        refund_fen=sum(effect.refund_fen for effect in plan.effects),
    )


def fingerprint(plan: Plan) -> str:
    """The same for two plans that do the same; how a plan was found does not matter, nor in which order."""
    effects = sorted(plan.effects, key=lambda effect: effect.subject)
    encoder = msgspec.json.Encoder(order="deterministic")
    return hashlib.sha256(encoder.encode((effects, plan.steps))).hexdigest()[:32]


def stored(plan: Any) -> Plan:
    """A plan as it comes out of the database."""
    return msgspec.convert(plan, Plan)
