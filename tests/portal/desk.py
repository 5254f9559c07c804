"""What the tests of the managers' console share: browsers of managers, and bookings made through the services."""

import html
import re
from datetime import date, datetime
from typing import Any

import httpx
from litestar import Litestar
from sqlalchemy import select, update

from booking.audit.models import AuditEntry
from booking.db import ReadSession, WriteSession
from booking.members.models import Member, RoleGrant
from booking.notices.models import InboxMessage
from booking.payments.queries import takings
from booking.venues.schemas import BookingView, HoldRequest
from booking.venues.service.booking import confirm_booking, hold_slot
from booking.web.principal import Principal, Scope
from tests.members.visitors import Visitor
from tests.venues.city import BADMINTON, CENTRE, TODAY, City, add, at, half_hour
from tests.venues.guests import browser_of

PLACE = "/manage/zhenhai"
BOARD = f"{PLACE}/badminton"


async def book(
    app: Litestar,
    who: Principal,
    starts: float = 18,
    ends: float = 19,
    *,
    day: date = TODAY,
    facility: int = BADMINTON,
    confirm: bool = True,
    **wish: Any,
) -> BookingView:
    """A member's own booking."""
    request = HoldRequest(place=CENTRE, facility=facility, starts=at(starts, day), ends=at(ends, day), **wish)
    held: BookingView = await app.state.database.write(hold_slot, who, request)
    if not confirm:
        return held
    made: BookingView = await app.state.database.write(confirm_booking, who, CENTRE, held.id)
    return made


async def manager(app: Litestar, city: City) -> Visitor:
    """The browser of the manager of the culture centre."""
    return await browser_of(app, city.manager)


async def administrator(app: Litestar, city: City) -> Visitor:
    """The browser of somebody who administers everything."""
    await app.state.database.write(make_administrator, city.rival)
    return await browser_of(app, city.rival)


def make_administrator(tx: WriteSession, now: datetime, who: Principal) -> None:
    """Let a member administer everything."""
    scope = Scope("administrator", "all", 0)
    row = {"member_id": who.member_id, "role": scope.role, "scope_kind": scope.kind, "scope_id": scope.id}
    add(tx, RoleGrant, [row | {"granted_at": now}])


async def acts(app: Litestar, place: int = CENTRE) -> list[str]:
    """What the audit log says was done at a place, oldest first."""

    def read(tx: ReadSession) -> list[str]:
        wanted = select(AuditEntry.action).where(AuditEntry.place_id == place).order_by(AuditEntry.id)
        return list(tx.execute(wanted).scalars())

    found: list[str] = await app.state.database.read(read)
    return found


async def messages(app: Litestar, who: Principal) -> list[str]:
    """The kinds of messages in somebody's inbox, oldest first."""

    def read(tx: ReadSession) -> list[str]:
        mine = select(InboxMessage.kind).where(InboxMessage.member_id == who.member_id).order_by(InboxMessage.id)
        return list(tx.execute(mine).scalars())

    found: list[str] = await app.state.database.read(read)
    return found


def walk_in_page(starts: float, court: int | None = None, *, facility: str = "badminton") -> str:
    """The address of the counter's form for an hour of today."""
    query = f"starts={half_hour(starts)}" + (f"&court={court}" if court else "")
    return f"{PLACE}/{facility}/walk-in?{query}"


async def follow(visitor: Visitor, answer: httpx.Response) -> httpx.Response:
    """The page that a form leads to."""
    assert answer.status_code == 303, answer.text
    return await visitor.get(answer.headers["location"])


def undo_of(page: httpx.Response) -> str:
    """The address that the undo button of a flash posts to."""
    found = re.search(r'data-flash>.*?<form method="post" action="([^"]+)">', page.text, re.DOTALL)
    assert found, page.text
    return html.unescape(found[1])


def set_phone(tx: WriteSession, now: datetime, member_id: int, phone: str) -> None:
    """Give a member a phone."""
    tx.execute(update(Member).where(Member.id == member_id).values(phone=phone))


async def taken(app: Litestar) -> dict[str, int]:
    """What came in today, by method."""
    found = await app.state.database.read(takings, CENTRE, TODAY)
    return {one.method: one.net for one in found}


async def hidden(visitor: Visitor, address: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    page = await visitor.get(address)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
