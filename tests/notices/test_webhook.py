import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.notices.relay import Delivery, nowhere
from booking.notices.webhook import FRESH, SIGNATURE, Webhook, channel, is_genuine, sign
from tests.databases import NOON

SECRET = b"shared with the gateway"
DELIVERY = Delivery(9, "notice.told", "member:7", {"名": 1}, NOON, 2)


class Gateway(HTTPServer):
    """A receiver that answers as it is told and keeps what it got."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 204
        self.got: list[tuple[bytes, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Gateway)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((body, self.headers[SIGNATURE]))
        self.send_response(self.server.status)
        if self.server.status == 307:
            self.send_header("Location", self.server.url + "/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class TestDeliver:
    async def test_posts_a_signed_body(self, gateway: Gateway) -> None:
        await Webhook(gateway.url, SECRET, lambda: NOON).deliver(DELIVERY)
        ((body, signature),) = gateway.got
        assert msgspec.json.decode(body, type=Delivery) == DELIVERY
        assert is_genuine(SECRET, NOON, body, signature)

    @pytest.mark.parametrize("status", [307, 400, 500])
    async def test_anything_but_2xx_has_failed(self, gateway: Gateway, status: int) -> None:
        gateway.status = status
        with pytest.raises(OSError, match=str(status)):
            await Webhook(gateway.url, SECRET, lambda: NOON).deliver(DELIVERY)
        assert len(gateway.got) == 1

    async def test_does_not_hold_up_the_event_loop(self, gateway: Gateway) -> None:
        webhook = Webhook(gateway.url, SECRET, lambda: NOON)
        await asyncio.gather(*(webhook.deliver(DELIVERY) for _ in range(5)))
        assert len(gateway.got) == 5

    def test_only_http(self) -> None:
        with pytest.raises(ValueError, match="https"):
            Webhook("file:///etc/passwd", SECRET, lambda: NOON)


class TestSignature:
    def test_known_value(self) -> None:
        # printf '1795579200.{}' | openssl dgst -sha256 -hmac secret
        assert sign(b"secret", NOON, b"{}") == (
            "t=1795579200,v1=30cc9b1d155899197ff248ef44b759077a83a9557708fff82ec8961c45b82601"
        )

    def test_another_body_secret_or_time(self) -> None:
        signature = sign(SECRET, NOON, b"body")
        assert not is_genuine(SECRET, NOON, b"Body", signature)
        assert not is_genuine(b"other", NOON, b"body", signature)
        assert not is_genuine(SECRET, NOON + FRESH + timedelta(seconds=1), b"body", signature)
        assert not is_genuine(SECRET, NOON - FRESH - timedelta(seconds=1), b"body", signature)
        assert not is_genuine(SECRET, NOON, b"body", signature.replace("t=17", "t=18"))

    @given(st.text(max_size=40))
    def test_nonsense_is_refused_and_never_breaks(self, signature: str) -> None:
        assert not is_genuine(SECRET, NOON, b"body", signature)


def test_without_an_address_there_is_no_channel() -> None:
    assert channel("", "", lambda: NOON) is nowhere
    assert channel("https://gateway.example.cn/hook", "s" * 32, lambda: NOON) is not nowhere
