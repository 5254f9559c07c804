"""Those who manage the small house by page, and what they find."""

import html
import re
from datetime import datetime
from typing import Any

import httpx
from litestar import Litestar
from sqlalchemy import select

from booking.db import WriteSession
from booking.members.models import RoleGrant
from booking.notices.models import InboxMessage
from booking.rooms.models import StayRoom
from booking.rooms.schemas import RoomWish
from booking.rooms.service.stays import confirm_stay, hold_stay
from booking.web.principal import Principal
from tests.members.visitors import Visitor, shown
from tests.rooms.house import HOUSE, add, wish

BASE = "/manage/banbianshan/rooms"
CHART = f"{BASE}/tape"


def make_manager(tx: WriteSession, now: datetime, who: Principal) -> None:
    role = {"role": "venue_manager", "scope_kind": "place", "scope_id": HOUSE, "granted_at": now}
    add(tx, RoleGrant, [{"member_id": who.member_id} | role])


async def booked(app: Litestar, who: Principal, first: int, until: int, *rooms: RoomWish) -> StayRoom:
    def command(tx: WriteSession, now: datetime) -> StayRoom:
        stay = hold_stay(tx, now, who, wish(first, until, *rooms))
        confirm_stay(tx, now, who, HOUSE, stay.id)
        return tx.all(select(StayRoom).where(StayRoom.stay_id == stay.id).order_by(StayRoom.number))[0]

    made: StayRoom = await app.state.database.write(command)
    return made


async def again(app: Litestar, one: StayRoom) -> StayRoom:
    found: StayRoom = await app.state.database.read(lambda tx: tx.get(StayRoom, place_id=HOUSE, id=one.id))
    return found


async def all_of(app: Litestar, table: Any, *where: Any) -> list[Any]:
    found: list[Any] = await app.state.database.read(lambda tx: tx.all(select(table).where(*where)))
    return found


async def told(app: Litestar, who: Principal) -> list[str]:
    mine = select(InboxMessage.kind).where(InboxMessage.member_id == who.member_id).order_by(InboxMessage.id)
    kinds: list[str] = await app.state.database.read(lambda tx: [kind for (kind,) in tx.execute(mine)])
    return kinds


async def landed(visitor: Visitor, answer: httpx.Response) -> httpx.Response:
    """The page to which an answer leads, with its message."""
    assert answer.status_code == 303, shown(answer)
    return await visitor.get(answer.headers["location"])


async def undo(visitor: Visitor, page: httpx.Response) -> httpx.Response:
    """Press the undo of the message on a page."""
    found = re.search(r'data-flash>.*?<form method="post" action="([^"]+)"', page.text, re.DOTALL)
    assert found, shown(page)
    return await visitor.post(html.unescape(found[1]), seen_at=CHART)
