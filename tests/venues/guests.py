"""Those who come to the application: with a browser, or with an app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar

from booking.settings import Settings
from booking.web.principal import Principal
from tests.applications import application
from tests.databases import SettableClock
from tests.members.visitors import App, Visitor
from tests.venues.city import sign_in


@asynccontextmanager
async def serving(url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The application on a database, without its background loops."""
    async with application(Settings(database=url), clock) as made:
        yield made


async def phone_of(app: Litestar, who: Principal | None = None) -> App:
    """An app, signed in as somebody or not."""
    return App(app, None if who is None else await app.state.database.write(sign_in, who))


async def browser_of(app: Litestar, who: Principal | None = None) -> Visitor:
    """A browser, signed in as somebody or not."""
    visitor = Visitor(app)
    if who is not None:
        visitor.client.cookies.set("signin", await app.state.database.write(sign_in, who, "cookie"))
    return visitor
