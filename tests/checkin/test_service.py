"""Commands that redeem, annul and issue."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from booking.checkin import enrolment, facts
from booking.checkin.errors import (
    PartyTooLarge,
)
from booking.checkin.models import Pass, PassUse, Scan
from booking.checkin.presented import read
from booking.checkin.queries.devices import device
from booking.checkin.queries.gates import presence
from booking.checkin.schemas import ScanRequest
from booking.checkin.service import effects
from booking.checkin.service.passes import reissue_pass, revoke_pass
from booking.checkin.service.redeem import redeem
from booking.checkin.showing import day_keys
from booking.db import Database, WriteSession
from tests.checkin.gates import COURTS, HOUR, build, give_pass, zone_rules
from tests.checkin.scanning import CODES, SEALING, digits_of, scan
from tests.databases import NOON
from tests.venues.city import CENTRE


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
