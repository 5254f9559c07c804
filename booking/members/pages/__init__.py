"""The pages of members: the ways in, one's own account, and what staff do with members and roles."""

from litestar import Router

from booking.members.pages import account, activation, entering, staff

router = Router(
    path="/",
    route_handlers=[*entering.handlers, *activation.handlers, *account.handlers, *staff.handlers],
    include_in_schema=False,
)
