"""Who asks: a member with roles, or nobody. Gates have a principal of their own in checkin."""

from typing import Literal

import msgspec

Role = Literal["venue_manager", "sanatorium_desk", "federation_officer", "gate_keeper", "administrator"]


class Scope(msgspec.Struct, frozen=True):
    """Where a role holds: `place` with its id, `organisation` with a node's id, or `all` with 0."""

    role: Role
    kind: Literal["place", "organisation", "all"]
    id: int


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in member, as far as rules need to know them.

    Attributes:
        categories: the member's verified categories.
        medium: `cookie` for pages, `bearer` for the API.
        sign_in_id: the sign-in in use, to end it.
    """

    member_id: int
    number: str
    name: str
    organisation_id: int
    categories: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = ()
    medium: Literal["cookie", "bearer"] = "cookie"
    sign_in_id: int = 0

    @property
    def actor(self) -> str:
        """How the audit log names them."""
        return f"member:{self.member_id}"

    def holds(self, role: Role, place_id: int | None = None) -> bool:
        """Whether they hold a role everywhere, or at this place; an administrator holds every role."""
        return any(
            scope.role in (role, "administrator")
            and (scope.kind == "all" or (scope.kind == "place" and scope.id == place_id))
            for scope in self.scopes
        )

    def places(self, role: Role) -> frozenset[int] | None:
        """The places where they hold a role, or None for all of them."""
        if self.holds(role):
            return None
        return frozenset(scope.id for scope in self.scopes if scope.role == role and scope.kind == "place")
