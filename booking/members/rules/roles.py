"""Roles: what they are called, where each can hold, who may give them, and whom their holders may look up."""

from collections.abc import Sequence
from typing import NamedTuple

from booking.web.locale import N_
from booking.web.principal import Role, Scope

ROLE_NAMES: dict[Role, str] = {
    "venue_manager": N_("场馆管理员"),
    "gate_keeper": N_("检票员"),
    "sanatorium_desk": N_("疗养院前台"),
    "federation_officer": N_("工会干部"),
    "administrator": N_("系统管理员"),
}
ROLE_DUTIES: dict[Role, str] = {
    "venue_manager": N_("管理一处场馆的场地、开放时间、预约和检票员"),
    "gate_keeper": N_("在一处场馆的门口检票"),
    "sanatorium_desk": N_("在疗养院办理入住和退房"),
    "federation_officer": N_("管理一级工会的会员资格和疗休养名额"),
    "administrator": N_("管理全部场馆和人员"),
}
SCOPE_KINDS: dict[Role, tuple[str, ...]] = {
    "venue_manager": ("place", "all"),
    "gate_keeper": ("place", "all"),
    "sanatorium_desk": ("place", "all"),
    "federation_officer": ("organisation", "all"),
    "administrator": ("all",),
}
"""Where each role can hold."""
COUNTER_ROLES = frozenset({"venue_manager", "sanatorium_desk", "administrator"})
"""Roles whose holders stand at a counter where any member of the city may come."""


class Reach(NamedTuple):
    """Which members someone may look up: all, or those of these nodes of the tree and of the nodes below."""

    everyone: bool
    organisations: tuple[int, ...] = ()

    @property
    def anyone(self) -> bool:
        """Whether there is anybody at all."""
        return self.everyone or bool(self.organisations)


def reach(scopes: Sequence[Scope]) -> Reach:
    """Whom these roles let one look up."""
    everyone = any(
        scope.role in COUNTER_ROLES or (scope.role == "federation_officer" and scope.kind == "all") for scope in scopes
    )
    officers = (scope.id for scope in scopes if scope.role == "federation_officer" and scope.kind == "organisation")
    return Reach(everyone, tuple(officers))


def verifies(scopes: Sequence[Scope]) -> Reach:
    """Whose categories these roles let one verify: officers those of their node, and of all below it."""
    officers = [scope for scope in scopes if scope.role in ("federation_officer", "administrator")]
    return reach(officers)


def counter_of(scopes: Sequence[Scope]) -> int | None:
    """The place at whose counter the holder of these roles stands, as far as the roles say."""
    return next((scope.id for scope in scopes if scope.role in COUNTER_ROLES and scope.kind == "place"), None)


def is_administrator(scopes: Sequence[Scope]) -> bool:
    """Whether one of these is the administrator's role over everything."""
    return any(scope.role == "administrator" and scope.kind == "all" for scope in scopes)


def may_grant(held: Sequence[Scope], wanted: Scope) -> bool:
    """Whether the holder of these roles may give, or take back, that one.

    An administrator may give every role; a venue manager may name the gate keepers of their own place.
    """
    if is_administrator(held):
        return True
    return (
        wanted.role == "gate_keeper"
        and wanted.kind == "place"
        and any(
            scope.role == "venue_manager" and (scope.kind == "all" or (scope.kind == "place" and scope.id == wanted.id))
            for scope in held
        )
    )


def grantable(held: Sequence[Scope]) -> tuple[Role, ...]:
    """The roles that their holder may give somewhere."""
    if is_administrator(held):
        return tuple(ROLE_NAMES)
    return ("gate_keeper",) if any(scope.role == "venue_manager" for scope in held) else ()
