"""The pages of passes and gates."""

from litestar import Router
from litestar.di import Provide

from booking.checkin.pages import gate, passes

router = Router(
    path="/",
    route_handlers=[*passes.handlers, *gate.handlers],
    dependencies={"at": Provide(passes.door)},
    include_in_schema=False,
)
