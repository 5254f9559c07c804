"""The read that every request with a sign-in makes."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Select, func, literal, select, union_all

from booking.db import ReadSession, prepared
from booking.members.models import Member, MemberCategory, RoleGrant, SignIn
from booking.notices.models import InboxMessage
from booking.web.principal import Principal, Scope


class SignedIn(NamedTuple):
    """Whose sign-in it is, how many messages wait for them, and when it was last noted as used."""

    principal: Principal
    unread: int
    seen_at: datetime


def signed_in(tx: ReadSession, token_hash: bytes, kind: str, now: datetime) -> SignedIn | None:
    """The member behind a token of this kind, unless it ended or they left."""
    row = tx.execute(_behind(tx, token_hash, kind, now)).first()
    if row is None:
        return None
    member_id, number, name, organisation_id, sign_in_id, seen_at, waiting = row
    categories, scopes = belonging(tx, member_id)
    principal = Principal(
        member_id=member_id,
        number=number,
        name=name,
        organisation_id=organisation_id,
        categories=categories,
        scopes=scopes,
        medium="bearer" if kind == "bearer" else "cookie",
        sign_in_id=sign_in_id,
    )
    return SignedIn(principal, waiting, seen_at)


@prepared
def _behind(_: ReadSession, token_hash: bytes, kind: str, now: datetime) -> Select[*tuple[Any, ...]]:
    waiting = select(func.count()).where(InboxMessage.member_id == SignIn.member_id, InboxMessage.read_at.is_(None))
    unread = waiting.scalar_subquery()
    return (
        select(Member.id, Member.number, Member.name, Member.organisation_id, SignIn.id, SignIn.seen_at, unread)
        .join(SignIn, SignIn.member_id == Member.id)
        .where(SignIn.token_hash == token_hash, SignIn.kind == kind, SignIn.expires_at > now, Member.left_at.is_(None))
    )


def belonging(tx: ReadSession, member_id: int) -> tuple[tuple[str, ...], tuple[Scope, ...]]:
    """A member's verified categories and the roles they hold, in one statement."""
    rows = sorted(map(tuple, tx.execute(_belonging(tx, member_id))))
    return (
        tuple(name for name, scope_kind, _ in rows if not scope_kind),
        tuple(Scope(name, scope_kind, scope_id) for name, scope_kind, scope_id in rows if scope_kind),
    )


@prepared
def _belonging(_: ReadSession, member_id: int) -> CompoundSelect[*tuple[Any, ...]]:
    categories = select(MemberCategory.category, literal(""), literal(0)).where(
        MemberCategory.member_id == member_id, MemberCategory.verified_at.is_not(None)
    )
    roles = select(RoleGrant.role, RoleGrant.scope_kind, RoleGrant.scope_id).where(RoleGrant.member_id == member_id)
    return union_all(categories, roles)
