"""What every button of a room's page needs: who taps it, for which room, and the way back to the page."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from litestar import Response
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from booking.clock import Clock
from booking.db import Database, WriteSession
from booking.errors import BookingError, Busy
from booking.rooms.catalogue import House
from booking.rooms.pages.desk import forms
from booking.rooms.pages.desk.access import DEPENDENCIES, AnyRequest, address
from booking.rooms.pages.desk.forms import Form, Unfit
from booking.rooms.pages.desk.room import shown
from booking.rooms.queries.desk import desk_room
from booking.rooms.schemas_desk import DeskRoom
from booking.web.idempotency import KeyReused, once_form
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import redirect
from booking.web.principal import Principal
from booking.web.wire import Id

P = ParamSpec("P")
T = TypeVar("T")


class At(NamedTuple):
    """A clerk at a room's page."""

    request: AnyRequest
    database: Database
    clock: Clock
    house: House
    member: Principal
    stay_room: int

    @property
    def here(self) -> str:
        """The room's page."""
        return address(self.house, "rooms", self.stay_room)

    async def room(self) -> DeskRoom:
        """The room as it is now."""
        return await self.database.read(desk_room, self.clock(), self.house.id, self.stay_room)

    async def once(
        self,
        form: Form,
        command: Callable[Concatenate[WriteSession, datetime, P], T],
        answer: type[T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a command under the form's key; sent twice, it is done once."""
        key = form.get("idempotency_key", "")
        return await once_form(self.database, self.request, self.member.actor, key, command, answer, *args, **kwargs)

    def said(self, text: str, *, undo: str = "", to: str = "", **params: Any) -> Response[Any]:
        """Go on to a page (back to the room's) that says what was done."""
        return redirect(self.request, to or self.here, sentence(self.request, text, **params), undo=undo)

    async def doing(
        self, which: str, act: Callable[[Form], Awaitable[Response[Any]]], *, field: str = ""
    ) -> Response[Any]:
        """Do what a form asks; refused, the page comes back with the form as it was sent and the reason in it."""
        form = await forms.typed(self.request)
        try:
            return await act(form)
        except Busy:
            raise
        except KeyReused:
            text = sentence(self.request, N_("这一步刚才已经办好了，下面是现在的情况。"))
            return redirect(self.request, self.here, text, kind="info")
        except (Unfit, BookingError) as why:
            sent = forms.refused(self.request, which, form, why, field)
            return await shown(self.request, self.database, self.clock(), self.house, self.stay_room, sent)


def at_room(
    request: AnyRequest,
    house: NamedDependency[House],
    stay_room: FromPath[Id],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> At:
    """A clerk at the room in the address."""
    return At(request, database, clock, house, member, stay_room)


AT_ROOM = DEPENDENCIES | {"at": Provide(at_room, sync_to_thread=False)}
