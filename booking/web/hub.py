"""Live events: open pages hear that something changed, and fetch what they show."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import contextmanager

QUEUE = 16
"""Topics a slow page may lag behind before further ones are dropped: it refreshes as a whole anyway."""
HEARTBEAT_SECONDS = 20.0


class Hub:
    """Hands topics such as `facility:3:12` to those who listen, without ever waiting for any of them."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Queue[str | None]]] = defaultdict(set)
        self.closed = asyncio.Event()

    def publish(self, topics: Iterable[str]) -> None:
        """Tell all listeners of these topics."""
        for topic in topics:
            for queue in self._listeners.get(topic, ()):
                if not queue.full():
                    queue.put_nowait(topic)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self.closed.set()
        for queues in self._listeners.values():
            for queue in queues:
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(None)

    @contextmanager
    def _listening(self, topics: tuple[str, ...]) -> Iterator[asyncio.Queue[str | None]]:
        queue: asyncio.Queue[str | None] = asyncio.Queue(QUEUE)
        for topic in topics:
            self._listeners[topic].add(queue)
        try:
            yield queue
        finally:
            for topic in topics:
                self._listeners[topic].discard(queue)
                if not self._listeners[topic]:
                    del self._listeners[topic]

    async def listen(self, *topics: str) -> AsyncGenerator[str]:
        """Topics as they change, and an empty string as a heartbeat when none did for a while."""
        with self._listening(topics) as queue:
            while not self.closed.is_set():
                try:
                    topic = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield ""
                    continue
                if topic is None:
                    return
                yield topic

    @property
    def listeners(self) -> int:
        """How many topics are listened to."""
        return sum(len(queues) for queues in self._listeners.values())
