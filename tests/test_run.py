"""`booking run`, as `make run` starts it: from nothing to a city that people can sign in to."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from booking.cli import main
from booking.commands.run import check_port
from booking.seeding.demo import published
from booking.settings import Settings
from tests.databases import sqlite_only
from tests.servers import ROOT, STARTED_WITHIN_SECONDS, free_port

DEMO = published(Settings().fixtures / "city")


class Run:
    """A running `booking run`."""

    def __init__(self, database_url: str, log: Path, *arguments: str) -> None:
        self.port = free_port()
        self.log = log
        options = ("--port", str(self.port), "--members", "60", "--no-life", *arguments)
        with log.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "booking.cli", "run", *options],
                env=os.environ | {"BOOKING_DATABASE": database_url},
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}")

    def wait_until_ready(self) -> str:
        """What it printed until it answers."""
        until = time.monotonic() + STARTED_WITHIN_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if self.http.get("/health/ready").status_code == 200:
                    return self.log.read_text()
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"it did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End it as Ctrl+C does; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.http.close()
        return self.process.wait(30)


Start = Callable[..., Run]


@pytest.fixture
def start(make_bare_url: Callable[[], str], tmp_path: Path) -> Iterator[Start]:
    """Starts `booking run` on one database, which has no tables at first."""
    url = make_bare_url()
    started: list[Run] = []

    def run(*arguments: str) -> Run:
        started.append(Run(url, tmp_path / f"run-{len(started)}.log", *arguments))
        return started[-1]

    yield run
    for one in started:
        one.stop()


class TestRun:
    @sqlite_only
    def test_from_nothing_to_a_city_that_people_can_sign_in_to(self, start: Start) -> None:
        first = start()
        said = first.wait_until_ready()
        url = f"http://127.0.0.1:{first.port}"
        assert "The demo city is ready" in said
        assert "演示城市已就绪" in said
        assert "members: 60 / 60" in said
        assert {url, f"{url}/docs", f"{url}/gate"} <= set(said.split())
        assert len(DEMO.accounts) == 7
        for account in DEMO.accounts:
            assert f"{account.number} " in said
            assert f" {account.password} " in said
            body = {"who": account.number, "password": account.password}
            assert first.http.post("/api/v1/sign-in", json=body).status_code == 201
        assert "场馆管理员 venue manager @ 镇海职工文化中心" in said
        (gate,) = DEMO.gates
        assert gate.enrolment_code in said
        enrolment = {"code": gate.enrolment_code}
        assert first.http.post("/api/v1/gates/enrol", json=enrolment).status_code == 201
        assert first.http.post("/api/v1/gates/enrol", json=enrolment).status_code != 201
        assert first.stop() == 0

        second = start()
        said = second.wait_until_ready()
        assert "members:" not in said
        assert "demo-worker-pass" in said
        assert second.http.post("/api/v1/gates/enrol", json=enrolment).status_code == 201
        assert second.stop(signal.SIGTERM) == 0


class TestRefusal:
    def test_a_port_that_is_taken(self, tmp_path: Path) -> None:
        database = tmp_path / "booking.db"
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            variables = {"BOOKING_DATABASE": f"sqlite:///{database}"}
            refused = CliRunner().invoke(main, ["run", "--port", port], env=variables)
        assert refused.exit_code == 1
        assert f"端口 {port} 已被占用" in refused.stderr
        assert f"Port {port} is taken" in refused.stderr
        assert not database.exists()

    def test_an_address_that_is_not_of_this_machine(self) -> None:
        with pytest.raises(Exception, match=r"cannot listen on 192\.0\.2\.1:8000"):
            check_port("192.0.2.1", 8000)

    def test_outside_demo_mode(self) -> None:
        variables = {"BOOKING_DEMO": "0", "BOOKING_SECRET": "s" * 40}
        refused = CliRunner().invoke(main, ["run"], env=variables)
        assert refused.exit_code == 1
        assert "`booking migrate`, then `booking serve`" in refused.stderr
