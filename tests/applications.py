"""The application as tests run it: on a database of their own, at their hour, without background loops."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar

from booking.app import assemble, compose
from booking.clock import Tokens
from booking.settings import Settings
from tests.databases import SettableClock
from tests.members.visitors import running

_assembled: dict[tuple[bool, bytes], Litestar] = {}
_running: set[int] = set()


@asynccontextmanager
async def application(settings: Settings, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application; its database is `app.state.database`.

    To register all routes takes 0.4 s: it is done once a test run, for one test after the other.
    """
    parts = compose(settings, clock, Tokens(b"app"), background=False)
    fixed = (settings.secure, settings.key("csrf"))
    if fixed not in _assembled:
        _assembled[fixed] = assemble(parts)
    app = _assembled[fixed]
    assert id(app) not in _running, "one application at a time: two at once need `create_app`"
    _running.add(id(app))
    try:
        app.state.update(parts.dict())
        async with running(app):
            yield app
    finally:
        _running.remove(id(app))
