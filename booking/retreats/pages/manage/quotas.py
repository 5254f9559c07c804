"""Officers: how the places are split down the tree, and what is set instead, with its reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock
from booking.db import Database, ReadSession, WriteSession
from booking.errors import BookingError, Busy
from booking.members.errors import NoSuchOrganisation
from booking.retreats.errors import NotAnOfficer, SeasonNotFound
from booking.retreats.errors_seasons import QuotaOfTheCity
from booking.retreats.pages.manage.seeing import AnyRequest, see, shown
from booking.retreats.queries.quotas import overrides_of, quota_list
from booking.retreats.queries.seasons import season_of
from booking.retreats.schemas_season_views import QuotaList, QuotaView
from booking.retreats.schemas_seasons import OverrideRequest
from booking.retreats.service.quotas import set_quota
from booking.web import forms
from booking.web.forms import Refused, Shown
from booking.web.idempotency import once_form
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import redirect
from booking.web.principal import Principal

NONE = -1
"""There was no override before."""
SET = N_("名额改好了。")
TAKEN_BACK = N_("撤销上一次调整")
BESIDE: dict[type[BookingError], str] = {NoSuchOrganisation: "organisation", QuotaOfTheCity: "organisation"}


class District(NamedTuple):
    """A district or park with its townships."""

    node: QuotaView
    townships: list[QuotaView]


@get("/manage/retreats/{code:str}/quotas")
async def quotas_page(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """The split as applications stand, and every override."""
    chosen = request.query_params.get("organisation", "")[:40]
    return await _page(request, database, clock(), member, code, forms.shown({"organisation": chosen}))


async def _page(
    request: AnyRequest,
    database: Database,
    now: datetime,
    member: Principal,
    code: str,
    form: Shown,
    status_code: int = 200,
) -> Response[str]:
    managed = await see(request, database, now, member, code)

    def read(tx: ReadSession) -> QuotaList:
        return quota_list(tx, season_of(tx, code, drafts=True))

    found = await database.read(read)
    return shown(
        request,
        "quotas.html",
        managed,
        status_code=status_code,
        quotas=found,
        city=[node for node in found.nodes if node.level == 0],
        districts=_by_district(found.nodes),
        may_set=managed.season.status in ("draft", "open"),
        form=form.values,
        errors=form.errors,
    )


def _by_district(nodes: Sequence[QuotaView]) -> list[District]:
    """Townships below their district; one that hangs directly below the city stands for itself."""
    found: dict[str, District] = {}
    for node in nodes:
        if node.level == 2 and node.parent in found:
            found[node.parent].townships.append(node)
        elif node.level > 0:
            found[node.organisation] = District(node, [])
    return list(found.values())


@post("/manage/retreats/{code:str}/quotas", status_code=200)
async def override(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Set the places of an organisation; the message offers to set them as they were before."""
    form = dict(request.query_params) | await forms.typed(request)

    def command(tx: WriteSession, now: datetime, wanted: OverrideRequest) -> int:
        before = overrides_of(tx, season_of(tx, code, drafts=True).id).get(wanted.organisation, NONE)
        set_quota(tx, now, member, code, wanted)
        return before

    try:
        wanted = forms.read(OverrideRequest, form)
        key = form.get("idempotency_key") or request.app.state.tokens.url_safe(16)
        before = await once_form(database, request, member.actor, key, command, int, wanted)
    except (Busy, NotAnOfficer, SeasonNotFound):
        raise
    except (Refused, BookingError) as why:
        sent = forms.again(request, form, why, BESIDE)
        return await _page(request, database, clock(), member, code, sent, forms.status_of(why))
    here = f"/manage/retreats/{code}/quotas"
    reason = sentence(request, TAKEN_BACK)
    back = {"organisation": wanted.organisation, "heads": "" if before == NONE else before, "reason": reason}
    return redirect(request, here, sentence(request, SET), undo=f"{here}?{urlencode(back)}")


handlers = [quotas_page, override]
