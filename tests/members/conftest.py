"""The city of `people` in a database, and the application on it."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from booking.app import create_app
from booking.clock import Tokens
from booking.db import Database
from booking.settings import Settings
from tests.databases import SettableClock
from tests.members.people import found_city
from tests.members.visitors import running


@pytest.fixture
async def city(database: Database) -> Database:
    """A database with the city in it."""
    await database.write(found_city)
    return database


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application, with the city in its database."""
    made = create_app(Settings(database=database_url), clock=clock, tokens=Tokens(b"app"), background=False)
    async with running(made):
        await made.state.database.write(found_city)
        yield made
