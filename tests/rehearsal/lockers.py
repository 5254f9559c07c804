"""A tiny real kind of change: taking lockers out of use. A locker is a row of `counters` with its user's id.

Whoever has a closed locker moves to the first free one, and loses theirs when there is none.
"""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import delete, select

from booking.db import ReadSession, WriteSession, insert
from booking.errors import Conflict
from booking.notices.messages import MessageText
from booking.rehearsal.errors import TakenMeanwhile
from booking.rehearsal.kinds import Kind
from booking.rehearsal.queries import ChangeView
from booking.rehearsal.rules import Effect, Plan
from booking.web.facts import Hours, Named
from booking.web.models import Counter

LOCKERS = 5
TEXTS = {
    "locker.moved": MessageText("换了柜子", "{was} 停用，请用 {now}。"),
    "locker.lost": MessageText("柜子停用", "{was} 停用，暂时没有空柜。"),
    "locker.back": MessageText("柜子恢复", "{was} 又能用了。"),
}


class CloseLockers(msgspec.Struct, frozen=True):
    lockers: list[int]


def named(locker: int) -> Named:
    return Named(f"{locker} 号柜", f"locker {locker}")


def give(tx: WriteSession, now: datetime, locker: int, user: int) -> None:
    given = insert(tx, Counter).values(name=f"locker:{locker}", value=user).on_conflict_do_nothing()
    if tx.execute(given.returning(Counter.name)).first() is None:
        raise Conflict(detail=f"{locker} 号柜有人")


def free(tx: WriteSession, now: datetime, locker: int) -> None:
    tx.execute(delete(Counter).where(Counter.name == f"locker:{locker}"))


def used(tx: ReadSession) -> dict[int, int]:
    rows = tx.execute(select(Counter.name, Counter.value).where(Counter.name.startswith("locker:")))
    return {int(name.removeprefix("locker:")): value for name, value in sorted(tuple(row) for row in rows)}


def _plan(tx: ReadSession, now: datetime, place_id: int, request: CloseLockers) -> Plan:
    taken = used(tx)
    spare = [locker for locker in range(1, LOCKERS + 1) if locker not in taken and locker not in request.lockers]
    effects = []
    moves = []
    for locker in request.lockers:
        if locker in taken:
            other = spare.pop(0) if spare else None
            effects.append(_effect(locker, other, taken[locker]))
            moves.append([locker, other])
    return Plan(effects=tuple(effects), steps=moves, search="greedy")


def _effect(locker: int, other: int | None, user: int) -> Effect:
    after = {"locker": named(other)} if other else {}
    return Effect(
        subject=f"locker:{locker}",
        member_id=user,
        name=f"会员 {user}",
        party=1,
        outcome="moved" if other else "refunded",
        before={"locker": named(locker)},
        after=dict(after),
        refund_fen=0 if other else 500,
        readers=(user,),
        message="locker.moved" if other else "locker.lost",
        params={"was": named(locker), **({"now": named(other)} if other else {})},
        undone_message="locker.back",
        link="/lockers",
    )


def _apply(tx: WriteSession, now: datetime, change: ChangeView, plan: Plan) -> list[list[int | None]]:
    users = used(tx)
    trace = []
    for locker, other in plan.steps:
        free(tx, now, locker)
        if other:
            give(tx, now, other, users[locker])
        trace.append([locker, other, users[locker]])
    return trace


def _undo(tx: WriteSession, now: datetime, change: ChangeView, plan: Plan) -> None:
    for locker, other, user in plan.trace:
        if locker in used(tx):
            raise TakenMeanwhile(
                hours=Hours(now, now + timedelta(hours=1)), place=named(locker), by=f"会员 {used(tx)[locker]}"
            )
        if other:
            free(tx, now, other)
        give(tx, now, locker, user)


KIND = Kind("lockers.close", CloseLockers, _plan, _apply, _undo)
