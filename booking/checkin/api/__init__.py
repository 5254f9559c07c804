"""The JSON API of passes and gates: what devices, holders and managers ask."""

from litestar import Router
from litestar.di import Provide

from booking.checkin import authentication
from booking.checkin.api import gates, passes, scans

router = Router(
    path="/api/v1",
    route_handlers=[*scans.handlers, *gates.handlers, *passes.handlers],
    dependencies={"device": Provide(authentication.device), "gate": Provide(authentication.gate)},
    tags=["passes and gates"],
)
