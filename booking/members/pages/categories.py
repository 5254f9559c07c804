"""Categories on pages: claimed in one's account, verified or refused by officers, each with a way back."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from booking.db import Database, ReadSession
from booking.errors import BookingError, Busy
from booking.members.pages.forms import typed
from booking.members.queries.claims import After, claims, count_claims
from booking.members.rules.words import CATEGORY_NAMES
from booking.members.schemas import CategoryState, ClaimView
from booking.members.service import categories
from booking.web.idempotency import once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, local_path, page, redirect
from booking.web.principal import Principal
from booking.web.wire import Id

AnyRequest = Request[Any, Any, Any]
AT_ONCE = 50
"""Claims on one page."""


@post("/account/categories")
async def claim(
    request: AnyRequest, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Redirect:
    """Claim a category."""
    form = await typed(request, "category", "idempotency_key", "next")
    back = local_path(form["next"] or "/account")
    try:
        key = form["idempotency_key"]
        await once_form(
            database, request, member.actor, key, categories.claim_category, CategoryState, member, form["category"]
        )
    except Busy:
        raise
    except BookingError as error:
        return redirect(request, back, words(request, error), kind="bad")
    name = sentence(request, CATEGORY_NAMES[form["category"]])
    undo = f"/account/categories/{form['category']}/drop?next={quote(back, safe='')}"
    return redirect(request, back, sentence(request, N_("申报了{category}，等工会认定。"), category=name), undo=undo)


@post("/account/categories/{category:str}/drop")
async def drop(
    request: AnyRequest,
    category: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Take a claim back."""
    back = local_path(request.query_params.get("next", "/account"))
    try:
        await database.write(categories.drop_claim, member, category)
    except Busy:
        raise
    except BookingError as error:
        return redirect(request, back, words(request, error), kind="info")
    return redirect(request, back, sentence(request, N_("申报撤回了。")))


@get("/manage/categories")
async def claims_page(
    request: AnyRequest, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[str]:
    """What members below my node claim."""
    after = After.read(request.query_params.get("after"))

    def read(tx: ReadSession) -> tuple[list[ClaimView], int]:
        return claims(tx, member, after, AT_ONCE + 1), count_claims(tx, member)

    found, waiting = await database.read(read)
    last = found[AT_ONCE - 1] if len(found) > AT_ONCE else None
    return page(
        request,
        "members/categories.html",
        headers=NOT_KEPT,
        claims=found[:AT_ONCE],
        waiting=waiting,
        names=CATEGORY_NAMES,
        me=member.member_id,
        older=f"/manage/categories?after={After(last.member_id, last.category)}" if last else None,
        back="/manage/categories",
    )


@post("/manage/categories/{member_id:int}/{category:str}/verify")
async def verify(
    request: AnyRequest,
    member_id: FromPath[Id],
    category: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Verify a claim."""
    command = categories.verify_category
    return await _decided(request, database, member, command, member_id, category, N_("认定好了，会员会收到通知。"))


@post("/manage/categories/{member_id:int}/{category:str}/refuse")
async def refuse(
    request: AnyRequest,
    member_id: FromPath[Id],
    category: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Refuse a claim, and say why."""
    said = N_("没有认定，会员会看到原因。")
    reason = (await typed(request, "reason"))["reason"][:200]
    return await _decided(request, database, member, categories.refuse_category, member_id, category, said, reason)


@post("/manage/categories/{member_id:int}/{category:str}/reopen")
async def reopen(
    request: AnyRequest,
    member_id: FromPath[Id],
    category: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Redirect:
    """Undo a decision."""
    back = local_path(request.query_params.get("next", "/manage/categories"))
    try:
        await database.write(categories.reopen_claim, member, member_id, category)
    except Busy:
        raise
    except BookingError as error:
        return redirect(request, back, words(request, error), kind="bad")
    return redirect(request, back, sentence(request, N_("恢复成等待认定了。")))


async def _decided(
    request: AnyRequest,
    database: Database,
    member: Principal,
    command: Any,
    member_id: int,
    category: str,
    said: str,
    *more: str,
) -> Redirect:
    form = await typed(request, "idempotency_key", "next")
    back = local_path(form["next"] or "/manage/categories")
    key, args = form["idempotency_key"], (member, member_id, category, *more)
    try:
        await once_form(database, request, member.actor, key, command, CategoryState, *args)
    except Busy:
        raise
    except BookingError as error:
        return redirect(request, back, words(request, error), kind="bad")
    undo = f"/manage/categories/{member_id}/{category}/reopen?next={quote(back, safe='')}"
    return redirect(request, back, sentence(request, said), undo=undo)


handlers = [claim, drop, claims_page, verify, refuse, reopen]
