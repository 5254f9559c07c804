"""The city of `people` in a database, and the application on it."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from booking.db import Database
from booking.settings import Settings
from tests.applications import application
from tests.databases import SettableClock
from tests.members.people import found_city


@pytest.fixture
async def city(database: Database) -> Database:
    """A database with the city in it."""
    await database.write(found_city)
    return database


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application, with the city in its database."""
    async with application(Settings(database=database_url), clock) as made:
        await made.state.database.write(found_city)
        yield made
