"""Drafting a change, applying it as it was shown, and undoing it while nothing else took the place."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import delete, select, tuple_, update

from booking.audit.service import record
from booking.db import ReadSession, WriteSession, insert
from booking.notices.messages import is_registered
from booking.notices.service import tell
from booking.rehearsal.errors import NotApplied, NotDrafted, PlanChanged
from booking.rehearsal.kinds import kind_of
from booking.rehearsal.models import Change
from booking.rehearsal.queries import ChangeView, change
from booking.rehearsal.rules import Effect, Plan, fingerprint, headline

DRAFTS_KEPT = timedelta(days=30)
"""How long a change that was only drafted can still be applied."""


def rehearse(tx: ReadSession, now: datetime, place_id: int, kind: str, request: Any) -> Plan:
    """What a change would do now; stores nothing, so a page may ask as often as the form changes.

    Raises:
        UnknownKind: no feature knows this kind of change.
    """
    taught = kind_of(kind)
    wanted = taught.read_request(request)
    plan = taught.plan(tx, now, place_id, wanted)
    for effect in plan.effects:
        _check_messages(effect)
    if taught.stamp is None:
        return plan
    return msgspec.structs.replace(plan, stamp=taught.stamp(tx, now, place_id, wanted))


def replanned(tx: ReadSession, now: datetime, place_id: int, change_id: int) -> Plan | None:
    """The plan of now for a draft whose grounds have changed, None while they have not; to be given to `apply`.

    Asked on a read session: a plan that takes seconds to find is not found while every other command waits.

    Raises:
        NotFound: there is no such change at this place.
    """
    drafted = change(tx, place_id, change_id)
    if (
        drafted.status != "drafted"
        or kind_of(drafted.kind).stamp is None
        or _still_holds(tx, now, drafted, drafted.plan)
    ):
        return None
    return rehearse(tx, now, place_id, drafted.kind, drafted.request)


def draft(
    tx: WriteSession, now: datetime, *, place_id: int, kind: str, request: Any, by: int, plan: Plan | None = None
) -> int:
    """Keep a change with its plan, to be looked at and then applied; answers its id.

    A plan that takes a solver to find is better found beforehand, with `rehearse` on a read session, and given
    here: commands stand in a queue.
    """
    change_id = tx.ids.next()
    tx.execute(
        insert(tx, Change).values(
            place_id=place_id,
            id=change_id,
            kind=kind,
            request=request,
            plan=plan or rehearse(tx, now, place_id, kind, request),
            status="drafted",
            drafted_by=by,
            drafted_at=now,
        )
    )
    return change_id


def apply(
    tx: WriteSession, now: datetime, *, place_id: int, change_id: int, by: int, plan: Plan | None = None
) -> ChangeView:
    """Do what was shown, tell everyone affected, and note it: all of it or nothing.

    `plan` is what `replanned` found beforehand; one whose grounds have changed since is made again here.

    Raises:
        NotFound: there is no such change at this place.
        NotDrafted: it was applied before.
        PlanChanged: by now it would do something else; carries the plan of now.
        Conflict: of the feature, when a place is taken while it is being given.
    """
    drafted = change(tx, place_id, change_id)
    taught = kind_of(drafted.kind)
    _turn(tx, drafted, "drafted", NotDrafted, status="applied", applied_by=by, applied_at=now)
    plan = plan or drafted.plan
    if not _still_holds(tx, now, drafted, plan):
        plan = rehearse(tx, now, place_id, drafted.kind, drafted.request)
    if fingerprint(plan) != fingerprint(drafted.plan):
        raise PlanChanged(shown=drafted.plan, plan=plan)
    applied = msgspec.structs.replace(plan, trace=taught.apply(tx, now, drafted, plan))
    _turn(tx, drafted, "applied", NotDrafted, plan=applied)
    for effect in applied.effects:
        _tell(tx, now, effect, effect.message)
    _note(tx, now, drafted, "change.applied", by)
    return change(tx, place_id, change_id)


def undo(tx: WriteSession, now: datetime, *, place_id: int, change_id: int, by: int) -> ChangeView:
    """Take an applied change back in one step, and tell everyone who had been told.

    Raises:
        NotFound: there is no such change at this place.
        NotApplied: it is not in effect.
        Conflict: of the feature, such as TakenMeanwhile: something else took the place.
    """
    applied = change(tx, place_id, change_id)
    _turn(tx, applied, "applied", NotApplied, status="undone", undone_by=by, undone_at=now)
    kind_of(applied.kind).undo(tx, now, applied, applied.plan)
    for effect in applied.plan.effects:
        _tell(tx, now, effect, effect.undone_message)
    _note(tx, now, applied, "change.undone", by)
    return change(tx, place_id, change_id)


def forget_drafts(tx: WriteSession, now: datetime, limit: int = 1000) -> int:
    """Forget changes that were looked at and never applied, once nobody will come back to them; answers how many."""
    old = select(Change.place_id, Change.id).where(Change.status == "drafted", Change.drafted_at < now - DRAFTS_KEPT)
    gone = delete(Change).where(tuple_(Change.place_id, Change.id).in_(old.limit(limit)), Change.status == "drafted")
    return tx.execute(gone).rowcount


def _still_holds(tx: ReadSession, now: datetime, drafted: ChangeView, plan: Plan) -> bool:
    """Whether a plan was made from what there is now."""
    taught = kind_of(drafted.kind)
    if taught.stamp is None or not plan.stamp:
        return False
    return plan.stamp == taught.stamp(tx, now, drafted.place_id, taught.read_request(drafted.request))


def _turn(
    tx: WriteSession, turned: ChangeView, expected: str, refusal: type[NotDrafted | NotApplied], /, **values: Any
) -> None:
    """The conditional update that lets one of two who ask at once go on."""
    this = (Change.place_id == turned.place_id) & (Change.id == turned.id) & (Change.status == expected)
    if tx.execute(update(Change).where(this).values(**values)).rowcount != 1:
        raise refusal
    tx.touch(f"change:{turned.place_id}:{turned.id}")


def _tell(tx: WriteSession, now: datetime, effect: Effect, message: str) -> None:
    if message:
        for member_id in effect.readers:
            tell(tx, now, member_id, message, effect.params, effect.link)


def _note(tx: WriteSession, now: datetime, noted: ChangeView, action: str, by: int) -> None:
    detail = {"kind": noted.kind, "plan": fingerprint(noted.plan), **msgspec.structs.asdict(headline(noted.plan))}
    subject = f"change:{noted.id}"
    record(tx, now, actor=f"member:{by}", place_id=noted.place_id, action=action, subject=subject, detail=detail)


def _check_messages(effect: Effect) -> None:
    for message in (effect.message, effect.undone_message):
        if message and not is_registered(message):
            raise ValueError(f"nobody taught the words of message {message!r}, which {effect.subject} would get")
