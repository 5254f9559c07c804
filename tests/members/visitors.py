"""The real application, and people who visit it with a browser or an app."""

import asyncio
import html
import itertools
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from litestar import Litestar

from tests.members.people import PASSWORD, number_of

PHONE = "Mozilla/5.0 (Android) Chrome/140"
_keys = itertools.count(1)


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[Litestar]:
    """The application between its start and its stop, both in one task of their own."""
    started, stop = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await stop.wait()

    task = asyncio.create_task(live())
    await asyncio.wait({task, asyncio.create_task(started.wait())}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    yield app
    stop.set()
    await task


def to(app: Litestar, address: str) -> httpx.ASGITransport:
    """A way to the application, coming from this address."""
    asgi: Any = app
    return httpx.ASGITransport(asgi, raise_app_exceptions=False, client=(address, 50000))


class Visitor:
    """Someone with a browser: keeps cookies, and sends forms as their page has them."""

    def __init__(
        self, app: Litestar, address: str = "192.0.2.1", agent: str = "Mozilla/5.0 (Android) Chrome/140"
    ) -> None:
        self.client = httpx.AsyncClient(
            transport=to(app, address),
            base_url="http://testserver",
            headers={"user-agent": agent, "accept": "text/html", "accept-language": "zh-CN"},
        )

    async def get(self, path: str, *, follow: bool = False) -> httpx.Response:
        return await self.client.get(path, follow_redirects=follow)

    async def post(
        self, path: str, fields: Mapping[str, str] | None = None, *, seen_at: str = "/sign-in"
    ) -> httpx.Response:
        """Send a form with the hidden fields of the page that it stands on."""
        page = await self.get(seen_at, follow=True)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        token = {"_csrf_token": hidden["_csrf_token"]} | {
            name: value for name, value in hidden.items() if name == "idempotency_key"
        }
        return await self.client.post(path, data={**token, **(fields or {})})

    async def sign_in(self, member_id: int, password: str = PASSWORD, **fields: str) -> httpx.Response:
        return await self.post("/sign-in", {"who": number_of(member_id), "password": password, **fields})

    @property
    def cookie(self) -> str | None:
        return self.client.cookies.get("signin")

    async def close(self) -> None:
        await self.client.aclose()


class App:
    """A program that speaks the API, with or without a token."""

    def __init__(self, app: Litestar, token: str | None = None, address: str = "192.0.2.1") -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.client = httpx.AsyncClient(
            transport=to(app, address),
            base_url="http://testserver/api/v1",
            headers=headers,
        )

    async def call(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        """One request; a write gets an `Idempotency-Key` of its own unless one is given."""
        headers = {} if method == "GET" else {"Idempotency-Key": key or f"key-{next(_keys)}"}
        content = {} if body is None else {"json": body}
        return await self.client.request(method, path, headers=headers, **content)

    async def sign_in(self, member_id: int, password: str = PASSWORD) -> httpx.Response:
        answer = await self.call("POST", "/sign-in", {"who": number_of(member_id), "password": password})
        if answer.status_code == 201:
            self.client.headers["authorization"] = f"Bearer {answer.json()['token']}"
        return answer


def shown(answer: httpx.Response) -> str:
    """The text of a page without its marks."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))
