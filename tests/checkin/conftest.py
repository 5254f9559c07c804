"""The application with doors and people, for the tests of passes and gates that need it running."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from booking import app as composition
from booking.checkin import api as checkin_api
from booking.checkin import pages as checkin_pages
from booking.clock import Tokens
from booking.settings import Settings
from booking.web import pages
from tests.checkin.gates import Doors, Turnstile, build
from tests.databases import SettableClock
from tests.members.visitors import running

ROUTERS = [pages.router, checkin_api.router, checkin_pages.router]
"""The rooms that these tests enter: to register every route of the house takes half a second a test."""


@pytest.fixture
async def app(database_url: str, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Litestar]:
    """The running application on an empty database."""
    monkeypatch.setattr(composition, "ROUTERS", ROUTERS)
    made = composition.create_app(Settings(database=database_url), clock=clock, tokens=Tokens(b"app"), background=False)
    async with running(made):
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
