"""The sandbox over HTTP: the API for merchants, and the page on which people pay."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import uvicorn
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Request, Response, Router, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Redirect
from msgspec import Meta

from booking.clock import Clock, Tokens, system_clock
from booking.payments.sandbox.bank import Bank, Refused
from booking.payments.sandbox.messenger import Messenger
from booking.payments.sandbox.store import PAGE, Store

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

Address = Annotated[str, Meta(pattern="^https?://", max_length=2000)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Instant = Annotated[datetime, Meta(tz=True)]
AnyRequest = Request[Any, Any, Any]


class OpenRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A merchant opens a payment."""

    merchant_reference: Name
    amount: Annotated[int, Meta(ge=1, le=10**12)]
    currency: Name
    description: Annotated[str, Meta(max_length=500)]
    return_url: Address
    notify_url: Address
    expires_at: Instant


class RefundRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A merchant sends money back."""

    merchant_reference: Name
    payment: Name
    amount: Annotated[int, Meta(ge=1, le=10**12)]


def merchant(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Whoever asks knows the key.

    Raises:
        NotAuthorizedException: they do not.
    """
    given = connection.headers.get("authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {connection.app.state.key}".encode()):
        raise NotAuthorizedException


@get("/health", sync_to_thread=False)
def health() -> dict[str, str]:
    """Whether it runs."""
    return {"status": "ok"}


@post("/payments", sync_to_thread=False)
def open_payment(data: JSONBody[OpenRequest], bank: NamedDependency[Bank]) -> dict[str, Any]:
    """Open a payment."""
    return bank.open(msgspec.structs.asdict(data))


@get("/payments/{payment:str}", sync_to_thread=False)
def look_at_payment(payment: FromPath[str], bank: NamedDependency[Bank]) -> dict[str, Any]:
    """How a payment stands."""
    return bank.shown("payments", bank.payment(payment))


@get("/payments", sync_to_thread=False)
def list_payments(
    bank: NamedDependency[Bank],
    merchant_reference: FromQuery[str | None] = None,
    created_from: FromQuery[datetime] = FIRST,
    created_until: FromQuery[datetime] = LAST,
    after: FromQuery[str] = "",
) -> dict[str, Any]:
    """Payments of a period, or the one of a merchant reference."""
    if merchant_reference is not None:
        return {"data": bank.by_reference(merchant_reference)}
    return _page(bank.listed("payments", created_from, created_until, after))


@post("/refunds", sync_to_thread=False)
def refund(data: JSONBody[RefundRequest], bank: NamedDependency[Bank]) -> dict[str, Any]:
    """Send money back."""
    return bank.refund(msgspec.structs.asdict(data))


@get("/refunds", sync_to_thread=False)
def list_refunds(
    bank: NamedDependency[Bank],
    created_from: FromQuery[datetime] = FIRST,
    created_until: FromQuery[datetime] = LAST,
    after: FromQuery[str] = "",
) -> dict[str, Any]:
    """Refunds of a period."""
    return _page(bank.listed("refunds", created_from, created_until, after))


@get("/pay/{payment:str}", sync_to_thread=False)
def pay_page(payment: FromPath[str], bank: NamedDependency[Bank], request: AnyRequest) -> Response[str]:
    """What a guest sees: the sum, and two buttons."""
    found = bank.payment(payment)
    html = request.app.state.templates.get_template("pay.html").render(
        payment=found, yuan=f"{found['amount'] // 100}.{found['amount'] % 100:02}"
    )
    return Response(html, media_type="text/html", headers={"content-security-policy": POLICY})


@post("/pay/{payment:str}/{choice:str}", sync_to_thread=False)
def choose(
    payment: FromPath[str], choice: FromPath[Literal["pay", "decline"]], bank: NamedDependency[Bank]
) -> Redirect:
    """Let the payment succeed or fail, and go back to the merchant."""
    found = bank.end(payment, "paid" if choice == "pay" else "failed")
    return Redirect(found["return_url"], status_code=303)


merchants = Router(
    path="/v1",
    route_handlers=[open_payment, look_at_payment, list_payments, refund, list_refunds],
    guards=[merchant],
)


def _page(rows: list[dict[str, Any]]) -> dict[str, Any]:
    more = len(rows) > PAGE
    return {"data": rows[:PAGE], "next": rows[PAGE - 1]["id"] if more else None}


def _refused(_request: AnyRequest, error: Refused) -> Response[Any]:
    return Response({"error": str(error)}, status_code=error.status)


def create_sandbox(
    *,
    url: str,
    key: str,
    secret: str,
    path: str = ":memory:",
    clock: Clock = system_clock,
    tokens: Tokens | None = None,
) -> Litestar:
    """The sandbox as an ASGI application.

    Args:
        url: where people find it.
        key: what merchants must know.
        secret: what its messages are signed with.
        path: its SQLite file.
        clock: the time.
        tokens: the source of ids.
    """
    store = Store(path)
    bank = Bank(store, clock, tokens or Tokens(), url)
    messenger = Messenger(store, bank, secret.encode(), clock)

    @asynccontextmanager
    async def running(app: Litestar) -> AsyncIterator[None]:
        app.state.key = key
        loader = FileSystemLoader(Path(__file__).parent / "templates")
        app.state.templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        task = asyncio.create_task(messenger.run())
        try:
            yield
        finally:
            messenger.stop()
            await task
            store.close()

    return Litestar(
        [merchants, health, pay_page, choose],
        lifespan=[running],
        dependencies={"bank": Provide(lambda: bank, sync_to_thread=False)},
        exception_handlers={Refused: _refused},
        openapi_config=None,
        logging_config=None,
    )


def serve_sandbox(*, host: str, port: int, key: str, secret: str, path: str) -> None:
    """Serve the sandbox until told to stop."""
    app = create_sandbox(url=f"http://{host}:{port}", key=key, secret=secret, path=path)
    uvicorn.run(app, host=host, port=port, access_log=False, log_level="warning", server_header=False)
