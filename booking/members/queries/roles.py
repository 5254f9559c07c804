"""Who holds which role where, as far as the reader may know."""

from sqlalchemy import ColumnElement, select, true

from booking.db import ReadSession
from booking.members.errors import NoSuchOrganisation, StaffOnly
from booking.members.models import Member, Organisation, RoleGrant
from booking.members.rules.identity import normalised_number
from booking.members.rules.roles import grantable, is_administrator
from booking.members.schemas import GrantView, NodeName
from booking.places.catalogue import places
from booking.places.models import Place
from booking.web.principal import Principal


def grants_visible_to(tx: ReadSession, by: Principal) -> list[GrantView]:
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
    return [GrantView(**row._mapping, scope=scopes.get((row.scope_kind, row.scope_id))) for row in rows]


def places_to_staff(tx: ReadSession, by: Principal) -> list[NodeName]:
    """The places for which the reader may name someone."""
    own = None if is_administrator(by.scopes) else by.places("venue_manager")
    return [_named(place) for place in places(tx).by_id.values() if own is None or place.id in own]


def _visible(by: Principal) -> ColumnElement[bool]:
    if is_administrator(by.scopes):
        return true()
    at_places = RoleGrant.scope_kind == "place"
    own = by.places("venue_manager")
    return at_places if own is None else at_places & RoleGrant.scope_id.in_(own)


def _scopes(tx: ReadSession, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], NodeName]:
    nodes = [number for kind, number in wanted if kind == "organisation"]
    found = {("place", place.id): _named(place) for place in places(tx).by_id.values()}
    for row in tx.execute(
        select(Organisation.id, Organisation.name, Organisation.name_en).where(Organisation.id.in_(nodes))
    ):
        found["organisation", row[0]] = NodeName(**row._mapping)
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


def _named(place: Place) -> NodeName:
    return NodeName(id=place.id, name=place.name, name_en=place.name_en)
