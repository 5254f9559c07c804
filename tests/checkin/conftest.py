"""The application with doors and people, for the tests of passes and gates that need it running."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from booking.settings import Settings
from tests.applications import application
from tests.checkin.gates import Doors, Turnstile, build
from tests.databases import SettableClock


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application on an empty database."""
    async with application(Settings(database=database_url), clock) as made:
        yield made


@pytest.fixture
async def doors(app: Litestar) -> Doors:
    """The city with one turnstile into the courts."""
    built: Doors = await app.state.database.write(build)
    return built


@pytest.fixture
async def gate(app: Litestar, doors: Doors) -> AsyncIterator[Turnstile]:
    """That turnstile."""
    device = Turnstile(app, doors.key)
    yield device
    await device.close()
