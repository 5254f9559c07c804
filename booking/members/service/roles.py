"""Roles given and taken back; whoever does it must hold the right to, at that very moment."""

from datetime import datetime

from sqlalchemy import delete, select

from booking.audit import service as audit
from booking.db import ReadSession, WriteSession, insert
from booking.members.errors import (
    LastAdministrator,
    MayNotGrant,
    NoSuchGrant,
    NoSuchMember,
    NoSuchOrganisation,
    NoSuchPlace,
    ScopeDoesNotFit,
)
from booking.members.models import Member, Organisation, RoleGrant
from booking.members.queries.signed_in import belonging
from booking.members.rules.roles import SCOPE_KINDS, may_grant
from booking.members.service.access import NOT_A_VISIT, log_access
from booking.members.service.sign_ins import shorten_sign_ins
from booking.places.models import Place
from booking.web.principal import Principal, Scope


def grant_role(tx: WriteSession, now: datetime, by: Principal | None, member_id: int, scope: Scope) -> bool:
    """Give a member a role; answers whether they did not hold it before.

    Args:
        tx: the transaction.
        now: when the command began.
        by: who gives it, or None for the command line.
        member_id: to whom.
        scope: the role and where it holds.

    Raises:
        ScopeDoesNotFit: this role cannot hold over a thing of this kind.
        MayNotGrant: the giver may not.
        NoSuchMember: there is no such member, or they left.
        NoSuchPlace: there is no such place.
        NoSuchOrganisation: there is no such node of the tree.
    """
    if scope.kind not in SCOPE_KINDS[scope.role] or (scope.kind == "all") != (scope.id == 0):
        raise ScopeDoesNotFit(kinds=", ".join(SCOPE_KINDS[scope.role]))
    _check_right(tx, by, scope)
    member = tx.get(Member, id=member_id)
    if member is None or member.left_at is not None:
        raise NoSuchMember
    _check_target(tx, scope)
    given = tx.execute(
        insert(tx, RoleGrant)
        .values(
            member_id=member_id,
            role=scope.role,
            scope_kind=scope.kind,
            scope_id=scope.id,
            granted_by=by.member_id if by else None,
            granted_at=now,
        )
        .on_conflict_do_nothing()
    )
    if given.rowcount == 0:
        return False
    shorten_sign_ins(tx, now, member_id)
    _record(tx, now, by, member_id, scope, "granted")
    return True


def revoke_role(tx: WriteSession, now: datetime, by: Principal | None, member_id: int, scope: Scope) -> None:
    """Take a role back.

    Raises:
        MayNotGrant: the asker may not.
        LastAdministrator: nobody could give roles any more.
        NoSuchGrant: the member does not hold it.
    """
    _check_right(tx, by, scope)
    if scope.role == "administrator" and _administrators(tx) == {member_id}:
        raise LastAdministrator
    taken = tx.execute(
        delete(RoleGrant).where(
            RoleGrant.member_id == member_id,
            RoleGrant.role == scope.role,
            RoleGrant.scope_kind == scope.kind,
            RoleGrant.scope_id == scope.id,
        )
    )
    if taken.rowcount == 0:
        raise NoSuchGrant
    _record(tx, now, by, member_id, scope, "revoked")


def _check_right(tx: ReadSession, by: Principal | None, scope: Scope) -> None:
    """The giver's roles are read here, not taken from the request: they may have lost them since it began."""
    if by is not None and not may_grant(belonging(tx, by.member_id)[1], scope):
        raise MayNotGrant


def _check_target(tx: ReadSession, scope: Scope) -> None:
    if scope.kind == "place" and tx.get(Place, id=scope.id) is None:
        raise NoSuchPlace
    if scope.kind == "organisation" and tx.get(Organisation, id=scope.id) is None:
        raise NoSuchOrganisation


def _administrators(tx: WriteSession) -> set[int]:
    """Who administers everything. The rows stay locked, so that of two revocations at once one sees the other."""
    rows = tx.execute(
        select(RoleGrant.member_id)
        .where(RoleGrant.role == "administrator", RoleGrant.scope_kind == "all")
        .order_by(RoleGrant.member_id)
        .with_for_update()
    )
    return set(rows.scalars())


def _record(tx: WriteSession, now: datetime, by: Principal | None, member_id: int, scope: Scope, verb: str) -> None:
    audit.record(
        tx,
        now,
        actor=by.actor if by else "cli",
        place_id=scope.id if scope.kind == "place" else audit.FEDERATION,
        action=f"role.{verb}",
        subject=f"member:{member_id}",
        detail={"role": scope.role, "scope": scope.kind, "id": scope.id},
    )
    log_access(tx, now, member_id, f"role_{verb}", NOT_A_VISIT)
    tx.touch(f"member:{member_id}")
