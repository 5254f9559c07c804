"""Serving over HTTP, and stopping cleanly: streams end first, then what is in flight, then the process."""

import signal
import ssl
from pathlib import Path
from types import FrameType

import uvicorn
from litestar import Litestar

from booking.app import create_app
from booking.settings import Settings
from booking.web.hub import Hub

LONGEST_STOP_SECONDS = 20
KEEP_ALIVE_SECONDS = 75


class Server(uvicorn.Server):
    """uvicorn, but a signal first ends the live streams, which would otherwise hold the stop up."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Readiness goes off and streams end; uvicorn then finishes what is in flight."""
        self._hub.close()
        super().handle_exit(sig, frame)


def serve(settings: Settings, *, host: str, port: int, certificate: Path | None, key: Path | None) -> None:
    """Serve until told to stop, in this process.

    Args:
        settings: what the operator decided.
        host: the address to listen on.
        port: the port to listen on.
        certificate: a PEM file for https, with `key`; phones on a local network need it for the camera.
        key: the certificate's private key.
    """
    run(create_app(settings), host=host, port=port, certificate=certificate, key=key)


def run(app: Litestar, *, host: str, port: int, certificate: Path | None = None, key: Path | None = None) -> None:
    """Serve an application that was made already; otherwise like `serve`."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
        timeout_graceful_shutdown=LONGEST_STOP_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        access_log=False,
        log_level="warning",
        server_header=False,
        lifespan="on",
    )
    signal.signal(signal.SIGTERM, lambda *_: None)  # raised again after a clean stop: exit with 0
    Server(config, app.state.hub).run()
