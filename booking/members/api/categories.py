"""Categories over the API: members claim them, officers verify or refuse the claims."""

from typing import Annotated, Any

from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, PathParameter, QueryParameter

from booking.db import Database
from booking.errors import BookingError, Unauthenticated
from booking.members.api.me import Limit
from booking.members.errors import (
    CategoryHeld,
    MayNotVerify,
    NoSuchClaim,
    NoSuchMember,
    OwnClaim,
    ReasonMissing,
    StaffOnly,
    UnknownCategory,
)
from booking.members.queries.claims import After, claims
from booking.members.schemas import CategoryRequest, CategoryState, ClaimsPage, RefusalRequest
from booking.members.service import categories
from booking.web.idempotency import once
from booking.web.principal import Principal
from booking.web.responses import answers, refusals
from booking.web.wire import Id

AnyRequest = Request[Any, Any, Any]
Category = Annotated[str, PathParameter(max_length=40, description="`frontline` and so on.")]
Cursor = Annotated[str | None, QueryParameter(max_length=60, description="The `next` of the page before.")]
NOT_THEIRS: tuple[type[BookingError], ...] = (Unauthenticated, NoSuchMember, MayNotVerify, OwnClaim)


@post(
    "/me/categories",
    responses=refusals(Unauthenticated, UnknownCategory, CategoryHeld, body=True, idempotent=True)
    | answers(201, CategoryState, "Claimed; it counts once it is verified"),
)
async def claim(
    request: AnyRequest,
    data: JSONBody[CategoryRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Say that I belong to a category."""
    return await once(database, request, member.actor, categories.claim_category, member, data.category)


@delete(
    "/me/categories/{category:str}",
    status_code=200,
    responses=refusals(Unauthenticated, NoSuchClaim, idempotent=True) | answers(200, CategoryState, "Taken back"),
)
async def drop(
    request: AnyRequest,
    category: Category,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Take back a claim of mine that nobody has verified."""
    return await once(database, request, member.actor, categories.drop_claim, member, category)


@get("/categories/claims", responses=refusals(Unauthenticated, StaffOnly))
async def list_claims(
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> ClaimsPage:
    """What the members below an officer's node claim and nobody has verified."""
    rows = await database.read(claims, member, After.read(cursor), limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return ClaimsPage(items=rows[:limit], next=str(After(last.member_id, last.category)) if last else None)


@post(
    "/members/{member_id:int}/categories/{category:str}/verify",
    responses=refusals(*NOT_THEIRS, NoSuchClaim, idempotent=True) | answers(201, CategoryState, "Verified"),
)
async def verify(
    request: AnyRequest,
    member_id: FromPath[Id],
    category: Category,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Verify a claim of a member below my node; they are told."""
    return await once(database, request, member.actor, categories.verify_category, member, member_id, category)


@post(
    "/members/{member_id:int}/categories/{category:str}/refuse",
    responses=refusals(*NOT_THEIRS, NoSuchClaim, ReasonMissing, body=True, idempotent=True)
    | answers(201, CategoryState, "Refused; the member reads why"),
)
async def refuse(
    request: AnyRequest,
    member_id: FromPath[Id],
    category: Category,
    data: JSONBody[RefusalRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Refuse a claim of a member below my node, and say why."""
    refused = categories.refuse_category
    return await once(database, request, member.actor, refused, member, member_id, category, data.reason)


@post(
    "/members/{member_id:int}/categories/{category:str}/reopen",
    responses=refusals(*NOT_THEIRS, UnknownCategory, idempotent=True)
    | answers(201, CategoryState, "A claim again, as before it was decided"),
)
async def reopen(
    request: AnyRequest,
    member_id: FromPath[Id],
    category: Category,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Undo a decision about a category of a member below my node."""
    return await once(database, request, member.actor, categories.reopen_claim, member, member_id, category)


handlers = [claim, drop, list_claims, verify, refuse, reopen]
