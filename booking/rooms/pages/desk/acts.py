"""What the buttons of a room's page do for its guests: in, longer, elsewhere, out, and not at all."""

from typing import Any

from litestar import Response, Router, post
from litestar.di import NamedDependency

from booking.rooms.pages.desk import forms
from booking.rooms.pages.desk.access import address
from booking.rooms.pages.desk.at import AT_ROOM, At
from booking.rooms.pages.desk.forms import LATER, Form, Unfit
from booking.rooms.queries.lodging import lodging
from booking.rooms.schemas import StayView
from booking.rooms.schemas_desk import (
    ArriveRequest,
    DepartRequest,
    DeskRoom,
    ExtendRequest,
    LateView,
    RoomChangeRequest,
)
from booking.rooms.service import desk
from booking.rooms.service.desk.expecting import expect_later
from booking.web.formatting import money
from booking.web.locale import N_
from booking.web.pages import redirect

LONGEST_REASON = 60


@post("/arrive")
async def arrive(at: NamedDependency[At]) -> Response[Any]:
    """Let the guests in, and go on to what is handed to them."""

    async def act(form: Form) -> Response[Any]:
        room = await at.room()
        request = ArriveRequest(
            documents=forms.documents(form, room.guests),
            room=forms.whole(form.get("room", "")) or None,
            card=form.get("card", "")[:32],
            deposit=forms.method(form, "deposit", needed=room.deposit_due_fen > 0),
        )
        await at.once(form, desk.arrive, DeskRoom, at.member, at.house.id, at.stay_room, request)
        return redirect(at.request, f"{at.here}/welcome")

    return await at.doing("arrive", act)


@post("/documents")
async def see_documents(at: NamedDependency[At]) -> Response[Any]:
    """Write down the documents of guests who came later."""

    async def act(form: Form) -> Response[Any]:
        room = await at.room()
        seen = forms.documents(form, room.guests)
        if not seen:
            first = next((guest.number for guest in room.guests if not guest.identified), 0)
            raise Unfit({f"last_{first}": N_("请至少登记一位客人的证件。")})
        await at.once(form, desk.see_documents, DeskRoom, at.member, at.house.id, at.stay_room, seen)
        return at.said(N_("证件登记好了。"))

    return await at.doing("documents", act)


@post("/change")
async def change_room(at: NamedDependency[At]) -> Response[Any]:
    """Give the guests another room: one of those that are ready, or the one whose number was typed."""

    async def act(form: Form) -> Response[Any]:
        number = form.get("number", "")
        target = forms.room_numbered(at.house, number) if number else forms.whole(form.get("room", ""))
        reason = (form.get("other") or form.get("reason", ""))[:LONGEST_REASON]
        unfit = {} if target else {"room": N_("请选一间，或填房号。")}
        if unfit or not reason:
            raise Unfit(unfit | ({} if reason else {"reason": N_("请选或写一个原因。")}))
        request = RoomChangeRequest(target, reason)
        room = await at.once(form, desk.change_room, DeskRoom, at.member, at.house.id, at.stay_room, request)
        here = room.status == "in_house"
        said = N_("已换到 {room}，请给客人换房卡。") if here else N_("已留 {room}。")
        return at.said(said, room=room.room)

    return await at.doing("change", act, field="room")


@post("/extend")
async def extend(at: NamedDependency[At]) -> Response[Any]:
    """Let the guests stay longer in their room."""

    async def act(form: Form) -> Response[Any]:
        request = ExtendRequest(forms.day(form, "departure"))
        room = await at.once(form, desk.extend, DeskRoom, at.member, at.house.id, at.stay_room, request)
        return at.said(N_("续住好了，{room} 的房卡重新写过，旧卡请换下。"), room=room.room)

    return await at.doing("extend", act, field="departure")


@post("/depart")
async def depart(at: NamedDependency[At]) -> Response[Any]:
    """Let the guests go, settle the account, and go on to the next."""

    async def act(form: Form) -> Response[Any]:
        left_open = form.get("pay") == LATER
        if left_open and not form.get("leave_open"):
            raise Unfit({"leave_open": N_("挂账要写原因和谁来付。")})
        request = DepartRequest(
            pay=forms.method(form, "pay", needed=False),
            leave_open=form.get("leave_open", "") if left_open else "",
        )
        before = await at.database.read(lodging, at.clock(), at.house, at.stay_room)
        room = await at.once(form, desk.depart, DeskRoom, at.member, at.house.id, at.stay_room, request)
        to = f"{address(at.house)}?list=departures"
        if before.last and before.due < 0:
            return at.said(
                N_("{room} 已离店，退给客人 {sum}，原路退回。"), to=to, room=room.room, sum=money(-before.due)
            )
        return at.said(N_("{room} 已离店，房间转为待打扫。"), to=to, room=room.room)

    return await at.doing("depart", act, field="pay")


@post("/late")
async def note_late(at: NamedDependency[At]) -> Response[Any]:
    """Write down when the guests mean to come."""

    async def act(form: Form) -> Response[Any]:
        room, hour = await at.room(), forms.hour(form, at.house)
        await at.once(form, expect_later, LateView, at.member, at.house.id, room.stay, hour)
        return at.said(
            N_("记下了：约 {time} 到。") if hour else N_("记下了：时间没定。"), time=f"{hour:%H:%M}" if hour else ""
        )

    return await at.doing("late", act, field="arrive_at")


@post("/no-show")
async def mark_no_show(at: NamedDependency[At]) -> Response[Any]:
    """Give up the rooms of a stay whose guests did not come."""

    async def act(form: Form) -> Response[Any]:
        room = await at.room()
        await at.once(form, desk.mark_no_show, StayView, at.member, at.house.id, room.stay)
        return at.said(N_("已记为没有到店，房间放出来了。"), undo=f"{at.here}/came")

    return await at.doing("no-show", act)


@post("/came")
async def take_back_no_show(at: NamedDependency[At]) -> Response[Any]:
    """Expect guests again who were marked too soon: they stand at the desk."""

    async def act(form: Form) -> Response[Any]:
        room = await at.room()
        who = (at.member, at.house.id, room.stay)
        if form.get("idempotency_key"):
            await at.once(form, desk.take_back_no_show, StayView, *who)
        else:  # the undo button of a message: twice is refused, not done again
            await at.database.write(desk.take_back_no_show, *who)
        return at.said(N_("撤回了，可以办理入住。"))

    return await at.doing("came", act)


router = Router(
    path="/front-desk/{place:str}/rooms/{stay_room:int}",
    route_handlers=[arrive, see_documents, change_room, extend, depart, note_late, mark_no_show, take_back_no_show],
    dependencies=dict(AT_ROOM),
)
