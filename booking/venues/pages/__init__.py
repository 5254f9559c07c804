"""The pages of venues: finding a place, its page, its days, and booking an hour."""

from litestar import Router

from booking.venues.pages import booking, day, finding, place

router = Router(
    path="/",
    route_handlers=[
        finding.find,
        place.place_page,
        day.day_page,
        day.grid_fragment,
        day.live,
        booking.choose,
        booking.book,
    ],
    include_in_schema=False,
)
