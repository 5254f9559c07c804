"""The pages of the sanatorium: the worker's calendar, booking in three steps and stay; the front desk's."""

from litestar import Router

from booking.rooms.pages import booking, changing, desk, front, stay, waiting

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
        waiting.ask,
        waiting.join,
        waiting.waits,
        waiting.leave,
        changing.choose,
        changing.change,
        desk.router,
    ],
    include_in_schema=False,
)
