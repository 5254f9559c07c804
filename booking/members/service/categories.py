"""Categories: members claim them, officers of their organisation or of one above it verify or refuse the claim."""

from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, delete, update

from booking.audit import service as audit
from booking.db import ReadSession, WriteSession, insert
from booking.members.errors import (
    CategoryHeld,
    MayNotVerify,
    NoSuchClaim,
    NoSuchMember,
    OwnClaim,
    ReasonMissing,
    UnknownCategory,
)
from booking.members.models import Member, MemberCategory
from booking.members.queries.lookup import within_reach
from booking.members.queries.signed_in import belonging
from booking.members.rules.roles import verifies
from booking.members.rules.words import CATEGORIES_IN_MESSAGES, CATEGORY_NAMES
from booking.members.schemas import CategoryState
from booking.notices.messages import MessageText, register
from booking.notices.service import tell
from booking.web.facts import Params
from booking.web.locale import N_
from booking.web.principal import Principal

State: TypeAlias = Literal["claimed", "verified", "none"]
LINK = "/account#categories"

register(
    "category.verified",
    MessageText(N_("类别认定好了"), N_("工会认定您是{category}，从现在起，价格和名额都按这个类别算。")),
)
register(
    "category.refused",
    MessageText(N_("类别没有认定"), N_("您申报的{category}没有认定：{reason}。材料补齐以后可以再申报。")),
)
register(
    "category.reopened",
    MessageText(N_("类别重新认定"), N_("您的{category}要重新认定，认定好之前不按这个类别算。结果会通知您。")),
)


def claim_category(tx: WriteSession, now: datetime, member: Principal, category: str) -> CategoryState:
    """Say that one belongs to a category; it counts once it is verified. Twice changes nothing.

    Raises:
        UnknownCategory: there is no such category.
        CategoryHeld: it is verified already.
    """
    _check_known(category)
    row = {"member_id": member.member_id, "category": category, "verified_at": None}
    if tx.execute(insert(tx, MemberCategory).values(row).on_conflict_do_nothing()).rowcount == 0:
        if _found(tx, member.member_id, category).verified_at is not None:
            raise CategoryHeld
        return _state(member.member_id, category, "claimed")
    return _noted(tx, now, member, member.member_id, category, "claimed", "claimed")


def drop_claim(tx: WriteSession, now: datetime, member: Principal, category: str) -> CategoryState:
    """Take one's own claim back while nobody has verified it.

    Raises:
        NoSuchClaim: there is none.
    """
    _delete_claim(tx, member.member_id, category)
    return _noted(tx, now, member, member.member_id, category, "claim_dropped", "none")


def verify_category(tx: WriteSession, now: datetime, by: Principal, member_id: int, category: str) -> CategoryState:
    """Verify a claim; the member is told.

    Raises:
        NoSuchMember: there is none.
        MayNotVerify: they belong to an organisation beyond the officer's reach.
        OwnClaim: it is the officer's own.
        NoSuchClaim: nothing is claimed, or another officer was first.
    """
    _check_right(tx, by, member_id)
    claim = _claim(member_id, category)
    if tx.execute(update(MemberCategory).where(*claim).values(verified_at=now)).rowcount == 0:
        raise NoSuchClaim
    tell(tx, now, member_id, "category.verified", {"category": CATEGORIES_IN_MESSAGES[category]}, link=LINK)
    return _noted(tx, now, by, member_id, category, "verified", "verified")


def refuse_category(
    tx: WriteSession, now: datetime, by: Principal, member_id: int, category: str, reason: str
) -> CategoryState:
    """Refuse a claim and say why; the member is told, and may claim again.

    Raises:
        ReasonMissing: no reason is given.
        NoSuchMember, MayNotVerify, OwnClaim, NoSuchClaim: as for `verify_category`.
    """
    _check_right(tx, by, member_id)
    why = reason.strip().rstrip("。.")
    if not why:
        raise ReasonMissing
    _delete_claim(tx, member_id, category)
    said: Params = {"category": CATEGORIES_IN_MESSAGES[category], "reason": why}
    tell(tx, now, member_id, "category.refused", said, link=LINK)
    return _noted(tx, now, by, member_id, category, "refused", "none", reason=why)


def reopen_claim(tx: WriteSession, now: datetime, by: Principal, member_id: int, category: str) -> CategoryState:
    """Undo a decision: the category is a claim again, as before it was verified or refused. Twice changes nothing.

    Raises:
        UnknownCategory: there is no such category.
        NoSuchMember, MayNotVerify, OwnClaim: as for `verify_category`.
    """
    _check_known(category)
    _check_right(tx, by, member_id)
    row = {"member_id": member_id, "category": category, "verified_at": None}
    held = MemberCategory.verified_at.is_not(None)
    again = insert(tx, MemberCategory).values(row)
    written = again.on_conflict_do_update(
        index_elements=["member_id", "category"], set_={"verified_at": None}, where=held
    )
    if tx.execute(written).rowcount == 0:
        return _state(member_id, category, "claimed")
    tell(tx, now, member_id, "category.reopened", {"category": CATEGORIES_IN_MESSAGES[category]}, link=LINK)
    return _noted(tx, now, by, member_id, category, "reopened", "claimed")


def _check_known(category: str) -> None:
    if category not in CATEGORY_NAMES:
        raise UnknownCategory(category=category, known=list(CATEGORY_NAMES.values()))


def _check_right(tx: ReadSession, by: Principal, member_id: int) -> None:
    """The officer's roles are read here, not taken from the request: they may have lost them since it began."""
    member = tx.get(Member, id=member_id)
    if member is None:
        raise NoSuchMember
    if not within_reach(tx, verifies(belonging(tx, by.member_id)[1]), member.organisation_id):
        raise MayNotVerify
    if member_id == by.member_id:
        raise OwnClaim


def _claim(member_id: int, category: str) -> tuple[ColumnElement[bool], ...]:
    row = MemberCategory
    return row.member_id == member_id, row.category == category, row.verified_at.is_(None)


def _delete_claim(tx: WriteSession, member_id: int, category: str) -> None:
    if tx.execute(delete(MemberCategory).where(*_claim(member_id, category))).rowcount == 0:
        raise NoSuchClaim


def _found(tx: ReadSession, member_id: int, category: str) -> MemberCategory:
    found = tx.get(MemberCategory, member_id=member_id, category=category)
    if found is None:
        raise NoSuchClaim
    return found


def _state(member_id: int, category: str, state: State) -> CategoryState:
    return CategoryState(member_id=member_id, category=category, state=state)


def _noted(
    tx: WriteSession,
    now: datetime,
    by: Principal,
    member_id: int,
    category: str,
    verb: str,
    state: State,
    **detail: str,
) -> CategoryState:
    audit.record(
        tx,
        now,
        actor=by.actor,
        action=f"category.{verb}",
        subject=f"member:{member_id}",
        detail={"category": category, **detail},
    )
    tx.touch(f"member:{member_id}")
    return _state(member_id, category, state)
