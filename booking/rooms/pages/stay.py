"""A stay: checked and confirmed while it is held, then all that one needs to know of it, and the way out of it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.clock import Clock, local_date
from booking.db import Database, WriteSession
from booking.errors import BookingError, Busy
from booking.notices.calendar import single
from booking.rooms.errors import StayNotFound
from booking.rooms.pages.asking import read_number
from booking.rooms.pages.instead import nearest_links
from booking.rooms.pages.seeing import ROOM_STATUS_NAMES, Seen, asked_again, look
from booking.rooms.pages.words import NEEDS, WHY_REFUSED, ladder
from booking.rooms.queries.calendar import calendar_events
from booking.rooms.rules.pricing import permille_of
from booking.rooms.schemas import MOST_ROOMS, CancelRequest, StayView
from booking.rooms.service.ending import cancel_stay, restore_stay
from booking.rooms.service.stays import STATUS_NAMES, confirm_stay
from booking.settings import Settings
from booking.web.idempotency import once_form
from booking.web.language import language_of, sentence, translator_of, words
from booking.web.locale import N_
from booking.web.pages import page, redirect
from booking.web.principal import Principal
from booking.web.wire import Id

AnyRequest = Request[Any, Any, Any]
Command = Callable[[WriteSession, datetime, Principal, int, int], StayView]
STATUS_KINDS = {
    "held": "wait",
    "pending": "wait",
    "confirmed": "good",
    "stayed": "good",
    "refused": "warn",
    "expired": "warn",
    "displaced": "bad",
    "no_show": "warn",
}
"""How each status looks; the others are neutral."""
STATUSES: dict[str, Any] = {
    "status_names": STATUS_NAMES,
    "status_kinds": STATUS_KINDS,
    "room_status_names": ROOM_STATUS_NAMES,
}


@get("/stays/{place:int}/{stay:int}")
async def one_stay(
    request: AnyRequest,
    place: FromPath[Id],
    stay: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[str]:
    """One stay."""
    return await shown(request, database, clock(), member, place, stay)


@get("/stays/{place:int}/{stay:int}/calendar.ics")
async def stay_file(
    request: AnyRequest,
    place: FromPath[Id],
    stay: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """A stay as a file for a calendar program."""
    language = language_of(request)
    translate = translator_of(request).gettext
    events = await database.read(
        calendar_events,
        clock(),
        member.member_id,
        locale=language,
        translate=translate,
        site=settings.public_url,
        stay=(place, stay),
    )
    if not events:
        raise StayNotFound
    headers = {"Content-Disposition": f'attachment; filename="stay-{stay}.ics"', "Cache-Control": "private"}
    return Response(content=single(events[0], language), media_type="text/calendar", headers=headers)


@post("/stays/{place:int}/{stay:int}/confirm")
async def confirm(
    request: AnyRequest,
    place: FromPath[Id],
    stay: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Make a hold a stay."""
    return await _act(request, database, clock(), member, place, stay, confirm_stay, N_("订好了，等您来。"))


@post("/stays/{place:int}/{stay:int}/cancel")
async def cancel(
    request: AnyRequest,
    place: FromPath[Id],
    stay: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Give up all of it, or the room that the form names; it can be taken back at once."""
    form = await request.form()
    room = read_number(str(form.get("room", "")), None, 1, MOST_ROOMS)
    which = CancelRequest([] if room is None else [room])

    def give_up(tx: WriteSession, now: datetime, actor: Principal, place_id: int, stay_id: int) -> StayView:
        return cancel_stay(tx, now, actor, place_id, stay_id, which)

    said = N_("住宿已取消。") if room is None else N_("这间房退掉了。")
    return await _act(request, database, clock(), member, place, stay, give_up, said)


@post("/stays/{place:int}/{stay:int}/restore")
async def restore(
    request: AnyRequest,
    place: FromPath[Id],
    stay: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Take a cancellation back."""
    return await _act(request, database, clock(), member, place, stay, restore_stay, N_("住宿恢复了。"))


async def _act(
    request: AnyRequest,
    database: Database,
    now: datetime,
    member: Principal,
    place: int,
    stay: int,
    command: Command,
    said: str,
) -> Response[Any]:
    """Run a command on a stay and go back to it; refused, the page says why."""
    key = str((await request.form()).get("idempotency_key", ""))
    try:
        if key:
            view = await once_form(database, request, member.actor, key, command, StayView, member, place, stay)
        else:  # an undo button of a message: these commands may be sent twice
            view = await database.write(command, member, place, stay)
    except (Busy, StayNotFound):
        raise
    except BookingError as error:
        return await shown(request, database, now, member, place, stay, error)
    own = f"/stays/{place}/{stay}"
    said = said if view.status != "pending" else ""
    return redirect(
        request, own, sentence(request, said) if said else "", undo=f"{own}/restore" if view.can_restore else ""
    )


async def shown(
    request: AnyRequest,
    database: Database,
    now: datetime,
    member: Principal,
    place: int,
    stay: int,
    error: BookingError | None = None,
) -> Response[str]:
    """The page of a stay, with the reason if something was refused."""
    seen = await database.read(look, now, place, stay, member)
    view, asked = seen.view, asked_again(seen.view)
    return page(
        request,
        "rooms/check.html" if view.status == "held" and seen.mine else "rooms/stay.html",
        status_code=200 if error is None else error.status,
        path=f"/stays/{place}/{stay}",
        stay=view,
        seen=seen,
        house=seen.house,
        minutes=_minutes_left(view, now),
        refused="" if error is None else words(request, error),
        alternatives=nearest_links(request, now, asked, seen.nearest, seen.house),
        change=asked.address("/stays/book", instead=view.id),
        again=asked.address("/stays", type=None),
        online=bool(request.app.state.settings.payments_url),
        refusals=WHY_REFUSED,
        needs=NEEDS,
        **_terms(seen, local_date(now)),
        **STATUSES,
    )


def _minutes_left(view: StayView, now: datetime) -> int:
    """Until the hold ends, as people count."""
    left = max(timedelta(0), (view.hold_expires_at or now) - now)
    return max(1, -(-int(left.total_seconds()) // 60))


def _terms(seen: Seen, today: date) -> dict[str, Any]:
    """The rooms whose guests are still to come, and what giving each of them up costs."""
    standing = [room for room in seen.view.rooms if room.status not in ROOM_STATUS_NAMES]
    return {
        "standing": standing,
        "ladder": ladder(seen.house.policy.cancel_fees, seen.view.arrival, [room.fen for room in standing], today),
        "fees": {room.number: permille_of(room.fen, seen.cancel_permille) for room in standing},
    }
