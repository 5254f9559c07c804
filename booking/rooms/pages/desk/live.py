"""Open pages of the desk hear that a stay or a room changed, and fetch what they show."""

from collections.abc import AsyncIterator

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from booking.rooms.service.allotments import check_staff
from booking.web.hub import Hub
from booking.web.principal import Principal
from booking.web.wire import Id

RETRY_MILLISECONDS = 5000


@get("/live/front-desk/{place:int}")
async def live(place: FromPath[Id], hub: NamedDependency[Hub], member: NamedDependency[Principal]) -> ServerSentEvent:
    """An event for each change of a house's stays, and of how clean its rooms are."""
    check_staff(member, place)
    return ServerSentEvent(_changes(hub, f"rooms:{place}", f"housekeeping:{place}"))


async def _changes(hub: Hub, *topics: str) -> AsyncIterator[ServerSentEventMessage]:
    yield ServerSentEventMessage(retry=RETRY_MILLISECONDS, comment="live")
    async for heard in hub.listen(*topics):
        if heard:
            yield ServerSentEventMessage(event="changed", data=heard)
        else:
            yield ServerSentEventMessage(comment="still here")


handlers = [live]
