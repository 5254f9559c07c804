import asyncio
from contextlib import aclosing

from booking.db import Database
from booking.web.beacon import Beacon
from booking.web.hub import QUEUE, Hub
from tests.databases import postgres_only


async def heard(hub: Hub, *topics: str) -> str:
    async with aclosing(hub.listen(*topics)) as stream:
        async for topic in stream:
            return topic
    return "closed"


class TestHub:
    async def test_tells_those_who_listen_to_the_topic(self) -> None:
        hub = Hub()
        listening = asyncio.create_task(heard(hub, "facility:1:2"))
        await asyncio.sleep(0)
        hub.publish(["facility:9:9", "facility:1:2"])
        assert await listening == "facility:1:2"
        assert hub.listeners == 0

    async def test_a_slow_listener_loses_hints_and_never_blocks(self) -> None:
        hub = Hub()
        listening = asyncio.create_task(heard(hub, "a"))
        await asyncio.sleep(0)
        for _ in range(QUEUE * 10):
            hub.publish(["a"])
        assert await listening == "a"
        assert hub.listeners == 0

    async def test_closing_ends_every_stream(self) -> None:
        hub = Hub()
        listening = [asyncio.create_task(heard(hub, "a")) for _ in range(5)]
        await asyncio.sleep(0)
        hub.close()
        assert await asyncio.gather(*listening) == ["closed"] * 5


@postgres_only
class TestBeacon:
    async def test_reaches_the_pages_of_the_other_process_once(self, database: Database) -> None:
        hubs = Hub(), Hub()
        beacons = [Beacon(database.url, hub) for hub in hubs]
        for node, beacon in enumerate(beacons, 1):
            beacon.start(node)
        listening = [asyncio.create_task(heard(hub, "facility:1:2")) for hub in hubs]
        await asyncio.sleep(0.3)
        beacons[0].publish(["facility:1:2"])
        assert await asyncio.wait_for(asyncio.gather(*listening), 5) == ["facility:1:2"] * 2
        for beacon in beacons:
            await beacon.stop()
