"""The rules of booking, with the document and clause that they come from, and their prices."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.db import Database
from booking.members.rules.words import CATEGORY_NAMES
from booking.places.service import require_administrator
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.editing.saving import Put, save
from booking.portal.manage.queries.described import policies, policy_request
from booking.portal.manage.words import DAY_KINDS
from booking.venues.schemas import PolicyRequest, PriceRequest
from booking.venues.service.policies import put_policy
from booking.web import forms
from booking.web.forms import Refused, Shown, Typed
from booking.web.locale import N_
from booking.web.pages import page
from booking.web.principal import Principal

SPARE = 3
"""Empty price lines below those that stand."""
ASKED = ("yuan",)
NEW: Typed = {
    "opens_days_ahead": "7", "opens_at": "08:00", "least_half_hours": "1", "most_half_hours": "4",
    "day_limit_half_hours": "4", "week_limit_bookings": "3", "cancel_cutoff_minutes": "120", "hold_minutes": "10",
    "most_no_show_points": "6", "category-1": "member", "days-1": "any", "from_time-1": "00:00",
    "until_time-1": "00:00",
}  # fmt: skip


def as_lines(request: PolicyRequest) -> Typed:
    """A policy as the fields of its form; prices in yuan."""
    values = forms.as_form(request)
    for number, line in enumerate(request.prices, 1):
        values |= forms.as_form(line, f"-{number}") | {f"yuan-{number}": forms.yuan(line.fen)}
    return values


def from_lines(form: Typed) -> PolicyRequest:
    """A policy out of its form.

    Raises:
        Refused: some fields do not fit; all of them are named.
    """
    unfit: dict[str, forms.Unfit] = {}
    prices: list[PriceRequest] = []
    for suffix in forms.lines(form, ASKED):
        try:
            fen = forms.fen(form, f"yuan{suffix}")
            prices.append(forms.read(PriceRequest, form, suffix=suffix, fen=fen))
        except Refused as refused:
            unfit |= refused.errors
    if not prices and not unfit:
        unfit["yuan-1"] = forms.Unfit(N_("请至少写一行价格，免费就写 0。"))
    try:
        read = forms.read(PolicyRequest, form, prices=prices)
    except Refused as refused:
        raise Refused(dict(refused.errors) | unfit) from None
    if unfit:
        raise Refused(unfit)
    return read


async def _form(request: AnyRequest, form: Shown, status_code: int = 200, *, code: str | None = None) -> Response[str]:
    used = [int(suffix[1:]) for suffix in forms.lines(form.values, ASKED)]
    return page(
        request,
        "portal/manage/edit_policy.html",
        status_code=status_code,
        code=code,
        form=form.values,
        errors=form.errors,
        count=max(used, default=0) + SPARE,
        categories=CATEGORY_NAMES,
        days=DAY_KINDS,
    )


@get("/manage/policies")
async def policies_page(
    request: AnyRequest, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[str]:
    """Every policy."""
    require_administrator(member)
    return page(request, "portal/manage/policies.html", policies=await database.read(policies))


@get("/manage/policies/new")
async def new_policy_page(request: AnyRequest, member: NamedDependency[Principal]) -> Response[str]:
    """The form of a new policy."""
    require_administrator(member)
    return await _form(request, forms.shown(NEW))


@post("/manage/policies/new", status_code=200)
async def make_policy(
    request: AnyRequest, database: NamedDependency[Database], member: NamedDependency[Principal]
) -> Response[Any]:
    """Make a policy; facilities choose it by its code."""
    form = await forms.typed(request)

    def put() -> Put:
        wanted = from_lines(form)
        return lambda tx, now: put_policy(tx, now, member, wanted)

    async def draw(shown: Shown, status: int) -> Response[str]:
        return await _form(request, shown, status)

    return await save(request, database, form, put, draw, "/manage/policies")


@get("/manage/policies/{code:str}")
async def policy_page(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[str]:
    """The form of a policy."""
    require_administrator(member)
    stands = await database.read(policy_request, code)
    return await _form(request, forms.shown(as_lines(stands)), code=code)


@post("/manage/policies/{code:str}", status_code=200)
async def change_policy(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Change a policy; bookings made before keep their price."""
    stands = await database.read(policy_request, code)
    form = await forms.typed(request)

    def put() -> Put:
        wanted = msgspec.structs.replace(from_lines(form | {"code": code}), code=stands.code)
        return lambda tx, now: put_policy(tx, now, member, wanted)

    async def draw(shown: Shown, status: int) -> Response[str]:
        return await _form(request, shown, status, code=code)

    return await save(request, database, form, put, draw, "/manage/policies")


handlers = [policies_page, new_policy_page, make_policy, policy_page, change_policy]
