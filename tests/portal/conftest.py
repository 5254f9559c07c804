"""The running application on the small city of venues."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from tests.databases import SettableClock
from tests.venues.city import City, build_city
from tests.venues.guests import serving


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application; its database is `app.state.database`."""
    async with serving(database_url, clock) as made:
        yield made


@pytest.fixture
async def town(app: Litestar) -> City:
    """The people of the city in the application's database."""
    return await build_city(app.state.database)
