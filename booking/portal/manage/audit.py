"""Who did what at a place: the audit log, newest first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from booking.audit.models import AuditEntry
from booking.audit.queries import log
from booking.clock import instant_of
from booking.db import Database, ReadSession
from booking.places.models import Place
from booking.portal.manage.access import AnyRequest
from booking.portal.manage.queries.takings import actor_names
from booking.portal.manage.words import ACTIONS
from booking.web.facts import Hours, say
from booking.web.formatting import money
from booking.web.language import language_of, sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page

LINES = 50
Before = Annotated[int | None, QueryParameter(ge=1, lt=2**53)]
Subject = Annotated[str, QueryParameter(max_length=60)]
_ACTORS = {"cli": N_("命令行"), "system": N_("系统")}
_SUBJECTS = {
    "booking": N_("预约"),
    "stay": N_("住宿"),
    "room": N_("房间"),
    "business_day": N_("日结"),
    "block": N_("专场"),
    "change": N_("变更"),
    "folio": N_("账单"),
    "member": N_("会员"),
    "gate": N_("闸机"),
    "place": N_("场馆"),
    "zone": N_("区域"),
    "facility": N_("场地"),
    "court": N_("片"),
    "opening": N_("开放时间"),
}
_DETAILS = {
    "fen": N_("金额"),
    "reason": N_("原因"),
    "title": N_("名称"),
    "code": N_("代号"),
    "room": N_("房号"),
    "from_room": N_("原来"),
    "to_room": N_("换到"),
    "affected": N_("影响"),
    "displaced": N_("保不住"),
}
"""Details that have a word; the others are for those who read the log itself."""


class Act(NamedTuple):
    """A line of the log in the reader's words."""

    at: datetime
    who: str
    what: str
    subject: str
    named: str
    href: str | None
    detail: str


def _page_of(tx: ReadSession, place: int, before: int | None, subject: str) -> tuple[list[AuditEntry], dict[str, str]]:
    found = log(tx, place, before=before, limit=LINES + 1, subject=subject or None)
    return found, actor_names(tx, {entry.actor for entry in found})


@get("/manage/{place:str}/audit")
async def audit_page(
    request: AnyRequest,
    at: NamedDependency[Place],
    database: NamedDependency[Database],
    before: Before = None,
    subject: Subject = "",
) -> Response[str]:
    """The log of a place, or of one thing there."""
    found, names = await database.read(_page_of, at.id, before, subject)
    return page(
        request,
        "portal/manage/audit.html",
        headers=NOT_KEPT,
        at=at,
        subject=subject,
        acts=[_act(request, at, entry, names) for entry in found[:LINES]],
        older=found[LINES - 1].id if len(found) > LINES else None,
        newest=before is None,
    )


def _act(request: AnyRequest, at: Place, entry: AuditEntry, names: Mapping[str, str]) -> Act:
    who = _ACTORS.get(entry.actor)
    what = ACTIONS.get(entry.action)
    return Act(
        at=entry.at,
        who=sentence(request, who) if who else names.get(entry.actor, entry.actor),
        what=sentence(request, what) if what else entry.action,
        subject=entry.subject,
        named=_named(request, entry.subject),
        href=_href(at, entry.subject),
        detail=_detail(request, entry.detail if isinstance(entry.detail, dict) else {}),
    )


def _named(request: AnyRequest, subject: str) -> str:
    """A kind of thing and the last digits of its number: enough to tell two of them apart on one page."""
    kind, _, number = subject.rpartition(":")
    word = _SUBJECTS.get(kind.partition(":")[0])
    short = f"…{number[-5:]}" if len(number) > 5 else number
    return f"{sentence(request, word)} {short}" if word else subject


def _href(at: Place, subject: str) -> str | None:
    kind, _, number = subject.rpartition(":")
    if kind == f"stay:{at.id}":
        return f"/stays/{at.id}/{number}"
    folder = {f"booking:{at.id}": "bookings", f"block:{at.id}": "blocks", "change": "changes"}.get(kind)
    return f"/manage/{at.code}/{folder}/{number}" if folder else None


def _detail(request: AnyRequest, detail: Mapping[str, Any]) -> str:
    said = []
    if isinstance(detail.get("starts"), int) and isinstance(detail.get("ends"), int):
        hours = Hours(instant_of(detail["starts"]), instant_of(detail["ends"]))
        said.append(say(hours, request.app.state.clock(), locale=language_of(request)))
    for name, word in _DETAILS.items():
        if detail.get(name) not in (None, ""):
            value = money(detail[name]) if name == "fen" else str(detail[name])
            said.append(f"{sentence(request, word)} {value}")
    return " · ".join(said)


handlers = [audit_page]
