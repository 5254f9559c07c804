"""For staff: finding a member, handing out a code, giving and taking back roles."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from booking.clock import Clock
from booking.db import Database, WriteSession
from booking.errors import Unauthenticated
from booking.members import entrance
from booking.members.api.entering import NOT_STORED
from booking.members.api.me import Cursor, Limit
from booking.members.errors import (
    LastAdministrator,
    MayNotGrant,
    NoSuchGrant,
    NoSuchMember,
    NoSuchOrganisation,
    NoSuchPlace,
    ScopeDoesNotFit,
    StaffCodeRefused,
    StaffOnly,
)
from booking.members.queries.lookup import find_member, member_id_of, members_of_organisation
from booking.members.queries.roles import grants_visible_to
from booking.members.schemas import CounterCode, Granted, GrantView, MembersPage, MemberView, RoleRequest, ScopeKind
from booking.members.service import codes, roles
from booking.web.idempotency import once
from booking.web.principal import Principal, Role, Scope
from booking.web.responses import answers, refusals
from booking.web.wire import LARGEST_ID, Id

Key = Annotated[
    str,
    QueryParameter(min_length=1, max_length=60, description="A member number, a phone or a 5·1 card, in full."),
]
Node = Annotated[int, QueryParameter(ge=0, lt=LARGEST_ID, description="A node of the tree; those below it count too.")]


@get("/members/lookup", responses=refusals(Unauthenticated, StaffOnly, NoSuchMember))
async def look_up_member(
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
    key: Key,
) -> MemberView:
    """The one member with exactly this number, phone or card, within the asker's reach."""
    return await database.read(find_member, member, key, clock())


@get("/members", responses=refusals(Unauthenticated, StaffOnly, NoSuchOrganisation))
async def list_members(
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
    organisation: Node,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> MembersPage:
    """The members of a node of the tree and of the nodes below it, for its officers."""
    rows = await database.read(members_of_organisation, member, organisation, cursor or 0, limit + 1)
    return MembersPage(items=rows[:limit], next=rows[limit - 1].id if len(rows) > limit else None)


@post(
    "/members/{member_id:int}/code",
    responses=refusals(Unauthenticated, StaffOnly, StaffCodeRefused, NoSuchMember, idempotent=True)
    | answers(201, CounterCode),
)
async def issue_code(
    request: Request[Any, Any, Any],
    member_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Hand out a one-time code face to face, after a look at an identity document.

    The code is not stored in clear, also not for a repeated request: that is answered without it.
    """
    key = entrance.door(request).key
    issued: list[str] = []

    def command(tx: WriteSession, now: datetime) -> CounterCode:
        made = codes.issue_code_at_counter(tx, now, key, member, member_id)
        issued[:] = [made.code]
        return CounterCode(member_id=member_id, purpose=made.purpose, code=None, expires_at=made.expires_at)

    answer = await once(database, request, member.actor, command)
    view = msgspec.json.decode(answer.content, type=CounterCode)
    view.code = issued[0] if issued else None
    answer.content = msgspec.json.encode(view)
    answer.headers.update(NOT_STORED)
    return answer


@get("/roles", responses=refusals(Unauthenticated, StaffOnly))
async def list_roles(database: NamedDependency[Database], member: NamedDependency[Principal]) -> list[GrantView]:
    """Who holds which role: everywhere for an administrator, at their own places for a venue manager."""
    return await database.read(grants_visible_to, member)


@post(
    "/roles",
    responses=refusals(
        Unauthenticated,
        MayNotGrant,
        NoSuchMember,
        NoSuchPlace,
        NoSuchOrganisation,
        ScopeDoesNotFit,
        body=True,
        idempotent=True,
    )
    | answers(201, Granted),
)
async def grant_role(
    request: Request[Any, Any, Any],
    data: JSONBody[RoleRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Give a member a role; an administrator may give every role, a venue manager gate keepers of their place."""
    scope = Scope(data.role, data.scope_kind, data.scope_id)

    def command(tx: WriteSession, now: datetime) -> Granted:
        member_id = member_id_of(tx, data.number) or 0
        new = roles.grant_role(tx, now, member, member_id, scope)
        return Granted(member_id=member_id, role=scope.role, scope_kind=scope.kind, scope_id=scope.id, new=new)

    return await once(database, request, member.actor, command)


@delete(
    "/roles/{member_id:int}/{role:str}/{scope_kind:str}/{scope_id:int}",
    status_code=200,
    responses=refusals(Unauthenticated, MayNotGrant, LastAdministrator, NoSuchGrant, idempotent=True)
    | answers(200, Granted),
)
async def revoke_role(
    request: Request[Any, Any, Any],
    member_id: FromPath[Id],
    role: FromPath[Role],
    scope_kind: FromPath[ScopeKind],
    scope_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Take a role back; the last administrator stays."""
    scope = Scope(role, scope_kind, scope_id)

    def command(tx: WriteSession, now: datetime) -> Granted:
        roles.revoke_role(tx, now, member, member_id, scope)
        return Granted(member_id=member_id, role=role, scope_kind=scope_kind, scope_id=scope_id, new=False)

    return await once(database, request, member.actor, command)


handlers = [look_up_member, list_members, issue_code, list_roles, grant_role, revoke_role]
