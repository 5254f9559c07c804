"""Commands of gates and keys."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select

from booking.audit.models import AuditEntry
from booking.checkin import enrolment
from booking.checkin.errors import (
    EnrolmentRefused,
    GateCodeTaken,
    GateRevoked,
    NoSuchGate,
    UnknownZone,
)
from booking.checkin.models import SigningKey
from booking.checkin.queries.devices import device
from booking.checkin.queries.gates import gate_of, gates_of, scan_page, scans_of_pass
from booking.checkin.queries.keys import key_ring
from booking.checkin.schemas import GateRequest
from booking.checkin.service import gates, keys
from booking.db import Database, ReadSession
from booking.errors import Denied
from tests.checkin.gates import COURTS, GYM, build, enrolled, give_pass
from tests.checkin.scanning import SEALING, digits_of, scan
from tests.databases import NOON, SettableClock
from tests.venues.city import CENTRE


class TestGates:
    async def test_enrol_once(self, database: Database, clock: SettableClock) -> None:
        doors = await database.write(build)
        manager = doors.city.manager
        code = (await database.write(gates.invite_gate, manager, CENTRE, doors.gate_id)).code
        assert code is not None
        made = await database.write(gates.enrol, code.lower().replace("-", " ").replace("0", "o"))
        assert await self.known(database, made.key)
        assert not await self.known(database, doors.key)
        with pytest.raises(EnrolmentRefused):
            await database.write(gates.enrol, code)

    async def test_a_code_ends_after_an_hour_and_when_another_is_made(
        self, database: Database, clock: SettableClock
    ) -> None:
        doors = await database.write(build)
        first = (await database.write(gates.invite_gate, doors.city.manager, CENTRE, doors.gate_id)).code
        second = (await database.write(gates.invite_gate, doors.city.manager, CENTRE, doors.gate_id)).code
        assert first is not None
        assert second is not None
        with pytest.raises(EnrolmentRefused):
            await database.write(gates.enrol, first)
        clock.advance(hours=1)
        with pytest.raises(EnrolmentRefused):
            await database.write(gates.enrol, second)

    async def known(self, database: Database, key: str) -> bool:
        found = await database.read(device, enrolment.key_hash(key), SEALING)
        return found is not None and not found.gate.revoked

    async def test_a_rolled_key_ends_the_old_one(self, database: Database) -> None:
        doors = await database.write(build)
        found = await database.read(device, enrolment.key_hash(doors.key), SEALING)
        assert found is not None
        rolled = await database.write(gates.roll_key, found.gate)
        assert (await self.known(database, doors.key), await self.known(database, rolled.key)) == (False, True)

    async def test_revoked_for_good(self, database: Database) -> None:
        doors = await database.write(build)
        manager = doors.city.manager
        code = (await database.write(gates.invite_gate, manager, CENTRE, doors.gate_id)).code
        assert code is not None
        await database.write(gates.revoke_gate, manager, CENTRE, doors.gate_id)
        assert not await self.known(database, doors.key)
        with pytest.raises(EnrolmentRefused):
            await database.write(gates.enrol, code)
        with pytest.raises(GateRevoked):
            await database.write(gates.invite_gate, manager, CENTRE, doors.gate_id)
        with pytest.raises(NoSuchGate):
            await database.write(gates.revoke_gate, manager, CENTRE, 1)

    async def test_only_managers_of_the_place(self, database: Database) -> None:
        doors = await database.write(build)
        request = GateRequest(code="x", name="x", zones=[COURTS])
        for command in (
            lambda tx, now: gates.create_gate(tx, now, doors.city.worker, CENTRE, request),
            lambda tx, now: gates.create_gate(tx, now, doors.city.manager, 2, request),
            lambda tx, now: gates.edit_gate(tx, now, doors.city.worker, CENTRE, doors.gate_id, request),
            lambda tx, now: gates.invite_gate(tx, now, doors.city.worker, CENTRE, doors.gate_id),
            lambda tx, now: gates.revoke_gate(tx, now, doors.city.worker, CENTRE, doors.gate_id),
        ):
            with pytest.raises(Denied):
                await database.write(command)

    async def test_edit_changes_what_the_device_may(self, database: Database) -> None:
        doors = await database.write(build)
        request = GateRequest(code="g1", name="南门", zones=[GYM, COURTS, GYM], direction="exit", staffed=True)
        view = await database.write(gates.edit_gate, doors.city.manager, CENTRE, doors.gate_id, request)
        assert [zone.id for zone in view.zones] == [GYM, COURTS]
        found = await database.read(device, enrolment.key_hash(doors.key), SEALING)
        assert found is not None
        assert (found.gate.direction, found.gate.zones, found.gate.staffed) == ("exit", (GYM, COURTS), True)
        assert await database.read(lambda tx: tx.scalar(select(func.count()).where(AuditEntry.action == "gate.edited")))

    async def test_codes_and_zones_are_checked(self, database: Database) -> None:
        doors = await database.write(build)
        manager = doors.city.manager
        with pytest.raises(GateCodeTaken):
            await database.write(enrolled, manager)
        with pytest.raises(UnknownZone):
            await database.write(enrolled, manager, code="g2", zones=[9])
        other = await database.write(enrolled, manager, code="g2")
        same = GateRequest(code="g1", name="x", zones=[COURTS])
        with pytest.raises(GateCodeTaken):
            await database.write(gates.edit_gate, manager, CENTRE, other.gate.id, same)

    async def test_is_seen_when_it_says_so_and_when_it_scans(self, database: Database, clock: SettableClock) -> None:
        doors = await database.write(build)
        found = await database.read(device, enrolment.key_hash(doors.key), SEALING)
        assert found is not None
        clock.advance(minutes=5)
        said = clock.now
        await database.write(gates.see_gate, found.gate)
        assert (await database.read(gate_of, CENTRE, doors.gate_id)).last_seen_at == said
        clock.advance(minutes=5)
        await database.write(scan, doors.key, "x")
        listed = await database.read(gates_of, CENTRE)
        assert [(one.state, one.last_seen_at) for one in listed] == [("enrolled", clock.now)]


class TestScans:
    async def test_are_listed_page_by_page(self, database: Database, clock: SettableClock) -> None:
        doors = await database.write(build)
        pass_id = await database.write(give_pass)
        digits = await database.write(digits_of, pass_id)
        for number in range(3):
            clock.advance(seconds=1)
            await database.write(scan, doors.key, digits, f"s{number}")
        page = await database.read(scan_page, CENTRE, doors.gate_id, 2**53 - 1, 2)
        assert [line.scan_id for line in page.items] == ["s2", "s1"]
        rest = await database.read(scan_page, CENTRE, doors.gate_id, page.next or 0, 2)
        assert ([line.scan_id for line in rest.items], rest.next) == (["s0"], None)
        lines = await database.read(scans_of_pass, CENTRE, pass_id)
        assert [(line.status, line.holder) for line in lines] == [("error", "林*"), ("error", "林*"), ("ok", "林*")]


class TestKeys:
    async def test_private_parts_are_sealed(self, database: Database) -> None:
        ring = await database.write(keys.ensure_key, SEALING)
        row = (await database.read(lambda tx: tx.all(select(SigningKey))))[0]
        assert bytes(ring.signing) not in bytes(row.sealed_private_key)
        assert bytes(row.public_key) == bytes(ring.signing.verify_key)

    async def test_another_master_secret_opens_nothing(self, database_url: str, database: Database) -> None:
        await database.write(keys.ensure_key, SEALING)

        def fresh(tx: ReadSession) -> None:
            tx._memory.clear()
            key_ring(tx, b"x" * 32)

        with pytest.raises(InvalidTag):
            await database.read(fresh)

    async def test_is_made_once_and_remembered(self, database: Database) -> None:
        first = await database.write(keys.ensure_key, SEALING)
        assert await database.write(keys.ensure_key, SEALING) is first
        assert await database.read(key_ring, SEALING) is first

    async def test_overlaps(self, database: Database, clock: SettableClock) -> None:
        old = await database.write(keys.ensure_key, SEALING)
        new = await database.write(keys.rotate_keys, SEALING, timedelta(days=30))
        assert (old.key_id, new.key_id) == (0, 1)
        until = datetime.fromtimestamp(new.keys[0].accepted_until, UTC)
        assert until == NOON + timedelta(days=30)
        leaked = await database.write(keys.rotate_keys, SEALING, timedelta(0))
        assert leaked.key_id == 2
        assert {leaked.keys[0].accepted_until, leaked.keys[1].accepted_until} == {int(NOON.timestamp())}

    async def test_numbers_go_round(
        self, database: Database, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(keys, "KEY_IDS", 3)
        made = []
        for _ in range(4):
            made.append((await database.write(keys.rotate_keys, SEALING, timedelta(0))).key_id)
            clock.advance(days=1)
        assert made == [0, 1, 2, 0]

    async def test_fails_rather_than_forget_a_key_that_is_still_believed(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(keys, "KEY_IDS", 2)
        await database.write(keys.rotate_keys, SEALING)
        await database.write(keys.rotate_keys, SEALING)
        with pytest.raises(keys.NoKeyLeft):
            await database.write(keys.rotate_keys, SEALING)


class TestEnrolmentCode:
    def test_is_read_as_it_is_typed(self) -> None:
        code = enrolment.code_of(bytes(range(10)))
        assert len(code) == 19
        assert enrolment.code_hash(code) == enrolment.code_hash(code.lower().replace("-", "") + " ")
        assert enrolment.tidy_code("o-i l") == "011"

    def test_has_a_letter_for_every_five_bits(self) -> None:
        assert enrolment.code_of(b"\xff" * 10) == "ZZZZ-ZZZZ-ZZZZ-ZZZZ"
        assert enrolment.code_of(bytes(10)) == "0000-0000-0000-0000"
