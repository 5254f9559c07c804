"""Those who come to the application: with a browser, or with an app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar

from booking.app import create_app
from booking.clock import Tokens
from booking.settings import Settings
from booking.web.principal import Principal
from tests.databases import SettableClock
from tests.members.visitors import App, Visitor, running
from tests.venues.city import sign_in


@asynccontextmanager
async def serving(url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The application on a database, without its background loops."""
    async with running(
        create_app(Settings(database=url), clock=clock, tokens=Tokens(b"app"), background=False)
    ) as made:
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
