"""Commands of passes, gates and keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine, event, func, select

from booking.audit.models import AuditEntry
from booking.checkin import enrolment, facts
from booking.checkin.errors import (
    EnrolmentRefused,
    GateCodeTaken,
    GateRevoked,
    NoSuchGate,
    PartyTooLarge,
    UnknownZone,
)
from booking.checkin.models import Pass, PassUse, Scan, SigningKey
from booking.checkin.presented import read
from booking.checkin.queries.devices import device
from booking.checkin.queries.gates import gate_of, gates_of, presence, scan_page, scans_of_pass
from booking.checkin.queries.keys import key_ring
from booking.checkin.schemas import GateRequest, ScanRequest
from booking.checkin.service import effects, gates, keys
from booking.checkin.service.passes import reissue_pass, revoke_pass
from booking.checkin.service.redeem import redeem
from booking.checkin.showing import day_keys, show
from booking.db import Database, ReadSession, WriteSession
from booking.errors import Denied
from booking.places.catalogue import places
from tests.checkin.gates import COURTS, GYM, HOUR, build, enrolled, give_pass, zone_rules
from tests.databases import NOON, SettableClock
from tests.venues.city import CENTRE

SEALING, CODES = b"s" * 32, b"c" * 32


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that any database runs meanwhile."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def digits_of(tx: WriteSession, now: datetime, pass_id: int) -> str:
    row = tx.get(Pass, place_id=CENTRE, id=pass_id)
    assert row is not None
    return show(row, places(tx).zones, keys.ensure_key(tx, now, SEALING), CODES, now).digits


def scan(tx: WriteSession, now: datetime, /, key: str, digits: str, scan_id: str = "s1", **said: Any) -> Any:
    """What the route does, in one transaction."""
    found = device(tx, enrolment.key_hash(key), SEALING)
    assert found is not None
    ring = found.ring.keys if found.ring else {}
    request = ScanRequest(scan_id=scan_id, code=digits, **said)
    reading = read(digits, ring, int(now.timestamp()))
    return redeem(tx, now, found.gate, request, reading, day_keys(CODES, CENTRE, now))


class TestRedeem:
    @pytest.mark.parametrize("capacity", [None, 9])
    async def test_takes_few_statements(self, database: Database, capacity: int | None) -> None:
        doors = await database.write(build)
        await database.write(zone_rules, capacity=capacity)
        digits = await database.write(digits_of, await database.write(give_pass, party=2))
        await database.write(scan, doors.key, digits)
        found = await database.read(device, enrolment.key_hash(doors.key), SEALING)
        assert found is not None
        assert found.ring is not None
        request = ScanRequest(scan_id="s2", code=digits)
        reading = read(digits, found.ring.keys, int(NOON.timestamp()))
        with statements() as seen:
            redeemed = await database.write(redeem, found.gate, request, reading, day_keys(CODES, CENTRE, NOON))
        assert redeemed.outcome.status == "ok"
        asked = [one for one in seen if not one.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]
        assert len(asked) == (5 if capacity is None else 6), asked
        with statements() as seen:
            await database.read(device, enrolment.key_hash(doors.key), SEALING)
        assert len([one for one in seen if one.startswith("SELECT")]) == 1

    async def test_records_refusals_with_what_they_were_told(self, database: Database) -> None:
        doors = await database.write(build)
        await database.write(scan, doors.key, "not a code", forced=True, scanned_at=NOON - HOUR)
        row = (await database.read(lambda tx: tx.all(select(Scan))))[0]
        assert (row.status, row.reason, row.pass_id, row.forced) == ("error", "invalid", None, True)
        assert (row.scanned_at, row.received_at) == (NOON - HOUR, NOON)
        assert "not a code" not in str(row.verdict)

    async def test_a_verdict_holds_even_if_the_gate_forgets(self, database: Database) -> None:
        """The scan's row is written first: what was told once is told again, whatever has changed since."""
        doors = await database.write(build)
        digits = await database.write(digits_of, await database.write(give_pass))
        first = await database.write(scan, doors.key, digits)
        await database.write(zone_rules, capacity=0)
        again = await database.write(scan, doors.key, digits)
        assert again == first._replace(replayed=True)


class TestEffects:
    """The conditions beneath the decision: they hold even for one who looked too early."""

    PASSAGE = effects.Passage(CENTRE, 0, COURTS, 1, NOON, NOON.date())

    async def enter(self, database: Database, times: int, party: int, zone: facts.Zone, **said: Any) -> int:
        await database.write(build)
        pass_id = await database.write(give_pass)
        known = facts.Pass(CENTRE, (COURTS,), 0, 60, party, **said)
        passage = self.PASSAGE._replace(pass_id=pass_id)
        return sum([await database.write(effects.enter, passage, known, zone) for _ in range(times)])

    @pytest.mark.parametrize(
        ("zone", "said", "admitted"),
        [
            (facts.Zone(reentry=False), {}, 2),
            (facts.Zone(reentry=True), {}, 2),
            (facts.Zone(reentry=True, anti_passback=False), {}, 5),
            (facts.Zone(reentry=True, anti_passback=False), {"single_entry": True}, 2),
            (facts.Zone(reentry=False), {"daily_until": 3600}, 2),
            (facts.Zone(reentry=True, anti_passback=False, capacity=3), {}, 3),
        ],
    )
    async def test_admit_no_more_than_there_are(
        self, database: Database, zone: facts.Zone, said: dict[str, Any], admitted: int
    ) -> None:
        assert await self.enter(database, 5, 2, zone, **said) == admitted
        inside = await database.read(presence, CENTRE, [COURTS], NOON)
        assert inside[0].inside == admitted

    async def test_who_found_no_room_has_not_entered(self, database: Database) -> None:
        assert await self.enter(database, 2, 2, facts.Zone(reentry=False, capacity=1)) == 1
        use = (await database.read(lambda tx: tx.all(select(PassUse))))[0]
        assert (use.admitted, use.inside, use.admitted_in_hours) == (1, 1, 1)

    async def test_new_hours_count_anew(self, database: Database) -> None:
        zone, known = facts.Zone(reentry=False), facts.Pass(CENTRE, (COURTS,), 0, 60, 1, daily_until=3600)
        await database.write(build)
        passage = self.PASSAGE._replace(pass_id=await database.write(give_pass))
        later = passage._replace(hours_from=NOON + HOUR)
        tries = [passage, passage, later, later]
        assert [await database.write(effects.enter, one, known, zone) for one in tries] == [True, False, True, False]
        assert await database.write(lambda tx, now: effects.take_back_entry(tx, later))
        assert await database.write(effects.enter, later, known, zone)

    async def test_nobody_leaves_twice(self, database: Database) -> None:
        zone = facts.Zone()
        assert await self.enter(database, 1, 1, zone) == 1
        use = (await database.read(lambda tx: tx.all(select(PassUse))))[0]
        passage = self.PASSAGE._replace(pass_id=use.pass_id)
        assert [await database.write(lambda tx, now: effects.leave(tx, passage, zone)) for _ in range(2)] == [
            True,
            False,
        ]
        assert not await database.write(lambda tx, now: effects.take_back_entry(tx, passage))


class TestIssuePass:
    async def test_every_pass_has_a_manual_code_of_its_own(self, database: Database) -> None:
        await database.write(build)

        def many(tx: WriteSession, now: datetime) -> list[int]:
            return [give_pass(tx, now) for _ in range(50)]

        await database.write(many)
        assert await database.read(lambda tx: tx.scalar(select(func.count(Pass.manual_code.distinct())))) == 50

    async def test_tries_again_when_a_manual_code_is_taken(self, database: Database) -> None:
        await database.write(build)

        class Repeating:
            drawn = iter(["0000000001", "0000000001", "0000000002"])

            def digits(self, count: int) -> str:
                return next(self.drawn)

        def twice(tx: WriteSession, now: datetime) -> None:
            tx.tokens = Repeating()  # type: ignore[assignment]
            give_pass(tx, now)
            give_pass(tx, now)

        await database.write(twice)
        codes = [row.manual_code for row in await database.read(lambda tx: tx.all(select(Pass).order_by(Pass.id)))]
        assert [code[:10] for code in codes] == ["0000000001", "0000000002"]

    async def test_refuses_what_no_token_can_say(self, database: Database) -> None:
        await database.write(build)
        with pytest.raises(PartyTooLarge):
            await database.write(give_pass, party=256)
        wrongs: list[dict[str, Any]] = [{"party": 0}, {"zones": []}, {"zones": [24]}, {"valid_until": NOON}]
        for wrong in wrongs:
            with pytest.raises(ValueError):  # noqa: PT011 - any of several
                await database.write(give_pass, **wrong)

    async def test_a_revoked_pass_is_not_reissued(self, database: Database) -> None:
        await database.write(build)
        pass_id = await database.write(give_pass)
        assert await database.write(revoke_pass, place_id=CENTRE, pass_id=pass_id)
        assert not await database.write(revoke_pass, place_id=CENTRE, pass_id=pass_id)
        assert await database.write(reissue_pass, place_id=CENTRE, pass_id=pass_id) is None
        assert await database.write(reissue_pass, place_id=CENTRE, pass_id=1) is None


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
