"""The pages of members: the ways in, one's own account, and what staff do with members and roles."""

from litestar import Router

from booking.members.pages import account, activation, categories, entering, staff

router = Router(
    path="/",
    route_handlers=[*entering.handlers, *activation.handlers, *account.handlers, *categories.handlers, *staff.handlers],
    include_in_schema=False,
)
