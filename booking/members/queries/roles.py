"""Who holds which role where, as far as the reader may know."""

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, select, true

from booking.db import ReadSession
from booking.members.errors import NoSuchOrganisation, StaffOnly
from booking.members.models import Member, Organisation, RoleGrant
from booking.members.neighbours import place_names
from booking.members.rules.identity import normalised_number
from booking.members.rules.roles import grantable, is_administrator
from booking.web.principal import Principal, Role, Scope

ScopeKind: TypeAlias = Literal["place", "organisation", "all"]


class Named(NamedTuple):
    """A place or a node, with its names in both languages."""

    id: int
    name: str
    name_en: str


class Granted(NamedTuple):
    """A role that a member holds; `scope` is the place's or the node's names, empty for everything."""

    member_id: int
    number: str
    name: str
    role: Role
    scope_kind: ScopeKind
    scope_id: int
    granted_at: datetime
    scope: Named | None

    @property
    def held(self) -> Scope:
        """The role and where it holds, as rules know it."""
        return Scope(self.role, self.scope_kind, self.scope_id)


def grants_visible_to(tx: ReadSession, by: Principal) -> list[Granted]:
    """All roles for an administrator; for a venue manager those held at their own places.

    Raises:
        StaffOnly: the reader may give no role at all.
    """
    if not grantable(by.scopes):
        raise StaffOnly
    rows = tx.execute(
        select(
            RoleGrant.member_id,
            Member.number,
            Member.name,
            RoleGrant.role,
            RoleGrant.scope_kind,
            RoleGrant.scope_id,
            RoleGrant.granted_at,
        )
        .join(Member, Member.id == RoleGrant.member_id)
        .where(_visible(by))
        .order_by(RoleGrant.role, RoleGrant.scope_kind, RoleGrant.scope_id, RoleGrant.member_id)
    ).all()
    scopes = _scopes(tx, {(row.scope_kind, row.scope_id) for row in rows})
    return [Granted._make((*row, scopes.get((row.scope_kind, row.scope_id)))) for row in rows]


def places_to_staff(tx: ReadSession, by: Principal) -> list[Named]:
    """The places for which the reader may name someone."""
    own = None if is_administrator(by.scopes) else by.places("venue_manager")
    return [Named(*row) for row in tx.execute(place_names()) if own is None or row[0] in own]


def _visible(by: Principal) -> ColumnElement[bool]:
    if is_administrator(by.scopes):
        return true()
    at_places = RoleGrant.scope_kind == "place"
    own = by.places("venue_manager")
    return at_places if own is None else at_places & RoleGrant.scope_id.in_(own)


def _scopes(tx: ReadSession, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], Named]:
    nodes = [number for kind, number in wanted if kind == "organisation"]
    found = {("place", row[0]): Named(*row) for row in tx.execute(place_names())}
    for row in tx.execute(
        select(Organisation.id, Organisation.name, Organisation.name_en).where(Organisation.id.in_(nodes))
    ):
        found["organisation", row[0]] = Named(*row)
    return found


def organisation_id_of(tx: ReadSession, code: str) -> int:
    """The node of the tree with this code, as lists of the federation write it.

    Raises:
        NoSuchOrganisation: there is none.
    """
    found: int | None = tx.scalar(select(Organisation.id).where(Organisation.code == normalised_number(code)))
    if found is None:
        raise NoSuchOrganisation
    return found
