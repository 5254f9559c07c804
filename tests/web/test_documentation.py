"""The API document as a client reads it."""

from litestar import Litestar

from booking.settings import Settings
from tests.applications import application
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import App


def parameters(operation: dict[str, object]) -> list[str]:
    listed = operation.get("parameters", [])
    assert isinstance(listed, list)
    return [f"{one['in']} {one['name']}" for one in listed]


@sqlite_only
async def test_every_write_that_needs_a_key_says_so_once(database_url: str, clock: SettableClock) -> None:
    async with application(Settings(database=database_url), clock) as app:
        for _ in range(2):  # the document is rendered anew for everyone who asks
            operations = await operations_of(app)
            keyed = {name for name, one in operations.items() if parameters(one).count("header Idempotency-Key") == 1}
            assert ("post", "/api/v1/bookings") in keyed
            assert ("get", "/api/v1/bookings") not in keyed
            assert all(parameters(one).count("header Idempotency-Key") <= 1 for one in operations.values())


async def operations_of(app: Litestar) -> dict[tuple[str, str], dict[str, object]]:
    document = (await App(app).call("GET", "/schema/openapi.json")).json()
    return {
        (method, path): operation for path, found in document["paths"].items() for method, operation in found.items()
    }
