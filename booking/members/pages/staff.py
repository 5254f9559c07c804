"""For staff: who works where, and the member in front of the counter."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock
from booking.db import Database, WriteSession
from booking.errors import BookingError
from booking.members import entrance
from booking.members.errors import NoSuchGrant, NoSuchMember, ScopeDoesNotFit, StaffOnly
from booking.members.pages.forms import again, typed
from booking.members.queries.lookup import find_member, member_id_of
from booking.members.queries.roles import grants_visible_to, organisation_id_of, places_to_staff
from booking.members.rules.identity import printable
from booking.members.rules.roles import ROLE_DUTIES, ROLE_NAMES, SCOPE_KINDS, grantable, may_grant, reach
from booking.members.rules.words import CATEGORY_NAMES, STANDING_REASONS
from booking.members.service import codes, roles
from booking.web.idempotency import once_form
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal, Scope
from booking.web.wire import Id


@get("/manage/staff")
async def staff_page(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[str]:
    """Who holds which role, as far as the reader may give them."""
    context = await _staff_context(database, member)
    return page(request, "members/staff.html", headers=NOT_KEPT, errors={}, typed={}, **context)


@post("/manage/staff", status_code=200)
async def grant_role(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Give a member a role."""
    form = await typed(request, "number", "role", "place", "organisation", "idempotency_key")

    def command(tx: WriteSession, now: datetime) -> bool:
        scope = _wanted(tx, form)
        return roles.grant_role(tx, now, member, member_id_of(tx, form["number"]) or 0, scope)

    try:
        new = await once_form(database, request, member.actor, form["idempotency_key"], command, bool)
    except BookingError as error:
        context = await _staff_context(database, member)
        return again(request, "members/staff.html", error, typed=form, **context)
    said = N_("岗位已安排，立即生效。") if new else N_("这位会员本来就有这个岗位。")
    return redirect(request, "/manage/staff", sentence(request, said), kind="good" if new else "info")


@post("/manage/staff/revoke")
async def revoke_role(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Take a role back."""
    form = await typed(request, "member_id", "role", "scope_kind", "scope_id")
    member_id, scope = _named(form)
    try:
        await database.write(roles.revoke_role, member, member_id, scope)
    except BookingError as error:
        context = await _staff_context(database, member)
        return again(request, "members/staff.html", error, typed={}, **context)
    return redirect(request, "/manage/staff", sentence(request, N_("岗位已移除，立即生效。")))


@get("/manage/members")
async def members_page(request: Request[Any, Any, Any], member: NamedDependency[Principal]) -> Response[str]:
    """The form that finds a member."""
    _check_staff(member)
    return page(request, "members/find.html", headers=NOT_KEPT, errors={}, key="", card=None, issued=None)


@post("/manage/members", status_code=200)
async def find(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """The member with this number, phone or card. A POST, so that no phone number ends up in an address."""
    key = printable((await typed(request, "number"))["number"], 60)
    _check_staff(member)
    try:
        card = await database.read(find_member, member, key, clock())
    except NoSuchMember as error:
        return again(request, "members/find.html", error, key=key, card=None, issued=None)
    return page(
        request, "members/find.html", headers=NOT_KEPT, errors={}, key=key, card=card, issued=None,
        categories=CATEGORY_NAMES, reasons=STANDING_REASONS,
    )  # fmt: skip


@post("/manage/members/{member_id:int}/code", status_code=200)
async def issue_code(
    request: Request[Any, Any, Any],
    member_id: FromPath[Id],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[str]:
    """Hand out a code and show it, this once."""
    form = await typed(request, "idempotency_key")
    key = entrance.door(request).key
    made: list[codes.IssuedCode] = []

    def command(tx: WriteSession, now: datetime) -> int:
        made[:] = [codes.issue_code_at_counter(tx, now, key, member, member_id)]
        return member_id

    try:
        await once_form(database, request, member.actor, form["idempotency_key"], command, int)
    except BookingError as error:
        return again(request, "members/find.html", error, key="", card=None, issued=None)
    if not made:
        return page(request, "members/find.html", headers=NOT_KEPT, errors={}, key="", card=None, issued=None)
    return page(request, "members/code_issued.html", headers=NOT_KEPT, issued=made[0])


def _check_staff(member: Principal) -> None:
    if not reach(member.scopes).anyone:
        raise StaffOnly


async def _staff_context(database: Database, member: Principal) -> dict[str, Any]:
    grants = await database.read(grants_visible_to, member)
    return {
        "grants": [(grant, may_grant(member.scopes, grant.held)) for grant in grants],
        "places": await database.read(places_to_staff, member),
        "grantable": grantable(member.scopes),
        "role_names": ROLE_NAMES,
        "role_duties": ROLE_DUTIES,
    }


def _wanted(tx: WriteSession, form: dict[str, str]) -> Scope:
    """The scope that the form means: a node for officers, everything for administrators, else a place or all."""
    try:
        role = msgspec.convert({"role": form["role"], "kind": "all", "id": 0}, Scope).role
    except msgspec.ValidationError:
        raise ScopeDoesNotFit(kinds="") from None
    if "organisation" in SCOPE_KINDS[role]:
        return Scope(role, "organisation", organisation_id_of(tx, form["organisation"]))
    if role == "administrator" or form["place"] == "all":
        return Scope(role, "all", 0)
    return Scope(role, "place", int(form["place"]) if form["place"].isdecimal() else -1)


def _named(form: dict[str, str]) -> tuple[int, Scope]:
    numbers = {name: int(form[name]) if form[name].isdecimal() else -1 for name in ("member_id", "scope_id")}
    try:
        scope = msgspec.convert({"role": form["role"], "kind": form["scope_kind"], "id": numbers["scope_id"]}, Scope)
    except msgspec.ValidationError:
        raise NoSuchGrant from None
    return numbers["member_id"], scope


handlers = [staff_page, grant_role, revoke_role, members_page, find, issue_code]
