"""The worker's pages of the sanatorium: its calendar, booking in three steps, and one's stay."""

from litestar import Router

from booking.rooms.pages import booking, changing, front, stay

router = Router(
    path="/",
    route_handlers=[
        front.front,
        booking.guests,
        booking.hold,
        stay.one_stay,
        stay.stay_file,
        stay.confirm,
        stay.cancel,
        stay.restore,
        changing.choose,
        changing.change,
    ],
    include_in_schema=False,
)
