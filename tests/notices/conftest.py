"""The running application, with the six people of members in its database."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from booking.settings import Settings
from tests.applications import application
from tests.databases import SettableClock
from tests.members.people import LIN, found_city
from tests.members.visitors import App, Visitor


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The application; its database is `app.state.database`."""
    settings = Settings(database=database_url, public_url="http://testserver")
    async with application(settings, clock) as made:
        await made.state.database.write(found_city)
        yield made


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[Visitor]:
    """Lin's browser, signed in."""
    visitor = Visitor(app)
    await visitor.sign_in(LIN)
    yield visitor
    await visitor.close()


@pytest.fixture
async def phone(app: Litestar) -> AsyncIterator[App]:
    """Lin's app, signed in."""
    client = App(app)
    await client.sign_in(LIN)
    yield client
    await client.client.aclose()
