"""The small house, and the running application on it."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from booking.db import Database
from tests.databases import SettableClock
from tests.members.visitors import Visitor
from tests.rooms.house import People, populate
from tests.rooms.managing import make_manager
from tests.venues.guests import browser_of, serving


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application; its database is `app.state.database`."""
    async with serving(database_url, clock) as made:
        yield made


@pytest.fixture
async def staying(app: Litestar) -> People:
    """The people of the house in the application's database."""
    database: Database = app.state.database
    return await database.write(populate)


@pytest.fixture
async def manager(app: Litestar, staying: People) -> Visitor:
    """A browser in which the desk's worker is signed in, who manages the house as well."""
    await app.state.database.write(make_manager, staying.desk)
    return await browser_of(app, staying.desk)
