"""Money over the counter: the deposit, what is owed, what goes back, and what was keyed in by mistake."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import Response, Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from booking.db import WriteSession
from booking.errors import BookingError, Busy
from booking.payments.rules import Method
from booking.rooms.pages.desk import forms
from booking.rooms.pages.desk.at import AT_ROOM, At
from booking.rooms.pages.desk.forms import Form, Unfit
from booking.rooms.schemas_desk import MoneyMoved
from booking.rooms.service.desk import paying
from booking.web.formatting import money
from booking.web.language import words
from booking.web.locale import N_
from booking.web.pages import redirect
from booking.web.principal import Principal
from booking.web.wire import Id

Receiving = Callable[[WriteSession, datetime, Principal, int, int, Method], MoneyMoved]


@post("/deposit")
async def pay_deposit(at: NamedDependency[At]) -> Response[Any]:
    """Receive the deposit that is still missing."""

    async def act(form: Form) -> Response[Any]:
        return await _receive(at, form, paying.pay_deposit, N_("收到押金 {sum}。"))

    return await at.doing("deposit", act, field="method")


@post("/payments")
async def pay(at: NamedDependency[At]) -> Response[Any]:
    """Receive what is owed beyond the deposit."""

    async def act(form: Form) -> Response[Any]:
        return await _receive(at, form, paying.pay, N_("收到 {sum}。"))

    return await at.doing("pay", act, field="method")


async def _receive(at: At, form: Form, command: Receiving, said: str) -> Response[Any]:
    method = forms.method(form, "method", needed=True)
    if method is None:
        raise Unfit({"method": N_("请选怎么付。")})
    room = await at.room()
    moved = await at.once(form, command, MoneyMoved, at.member, at.house.id, room.stay, method)
    return at.said(said, undo=f"{at.here}/payments/{moved.transaction}/reverse", sum=money(moved.fen))


@post("/refund")
async def give_back(at: NamedDependency[At]) -> Response[Any]:
    """Give back what the account has in the guest's favour."""

    async def act(form: Form) -> Response[Any]:
        room = await at.room()
        moved = await at.once(form, paying.give_back, MoneyMoved, at.member, at.house.id, room.stay)
        return at.said(N_("已退 {sum}。"), sum=money(moved.fen))

    return await at.doing("refund", act)


@post("/payments/{transaction:int}/reverse")
async def take_back(at: NamedDependency[At], transaction: FromPath[Id]) -> Response[Any]:
    """Take a payment, deposit or refund back that was keyed in by mistake; twice it is refused, not done again."""
    room = await at.room()
    try:
        await at.database.write(paying.take_back, at.member, at.house.id, room.stay, transaction)
    except Busy:
        raise
    except BookingError as why:
        return redirect(at.request, at.here, words(at.request, why), kind="bad")
    return at.said(N_("这笔账已冲销。"))


router = Router(
    path="/front-desk/{place:str}/rooms/{stay_room:int}",
    route_handlers=[pay_deposit, pay, give_back, take_back],
    dependencies=dict(AT_ROOM),
)
