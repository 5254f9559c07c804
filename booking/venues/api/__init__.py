"""The JSON API of venues."""

from litestar import Router
from litestar.di import Provide

from booking.venues.api import bookings, browsing, counter

router = Router(
    path="/api/v1",
    route_handlers=[*browsing.handlers, *bookings.handlers, *counter.handlers],
    dependencies={"near": Provide(browsing.point)},
    tags=["venues"],
)
