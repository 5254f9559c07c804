"""What else a gate is shown than QR codes, and scans that are taken back."""

from litestar import Litestar

from tests.checkin.gates import (
    HOUR,
    Doors,
    Turnstile,
    device,
    give_card,
    give_pass,
    shown,
    write,
    zone_rules,
)
from tests.databases import NOON, SettableClock


class TestTypedAndCards:
    async def test_a_manual_code_needs_the_digits_too(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        view = await shown(app, doors, await write(app, give_pass))
        bare = await gate.scan(view["manual_code"])
        assert (bare.status_code, bare.json()["needs"]) == (400, ["code"])
        wrong = await gate.scan(view["manual_code"] + "00000000")
        assert wrong.json()["reason"] == "code_expired"
        grouped = " ".join((view["manual_code"] + view["rotating"])[at : at + 4] for at in range(0, 20, 4))
        assert (await gate.scan(grouped)).status_code == 201

    async def test_or_a_look_at_an_identity_document(self, app: Litestar, doors: Doors) -> None:
        staffed = await device(app, doors, staffed=True)
        view = await shown(app, doors, await write(app, give_pass))
        assert (await staffed.scan(view["manual_code"])).json()["needs"] == ["code", "identity"]
        assert (await staffed.scan(view["manual_code"], identity_seen=True)).status_code == 201

    async def test_nobody_looks_at_documents_at_a_turnstile(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        view = await shown(app, doors, await write(app, give_pass))
        assert (await gate.scan(view["manual_code"], identity_seen=True)).status_code == 400

    async def test_a_card_means_its_members_pass(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        await write(app, give_card, "6212 3456".replace(" ", ""))
        assert (await gate.scan("62123456")).status_code == 404
        await write(app, give_pass, valid_from=NOON + 4 * HOUR, valid_until=NOON + 5 * HOUR)
        assert (await gate.scan("62123456")).json()["reason"] == "invalid_time"
        now = await write(app, give_pass)
        answer = await gate.scan("6212 3456")
        assert (answer.status_code, answer.json()["pass_id"]) == (201, now)

    async def test_several_passes_leave_the_choice(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        await write(app, give_card, "62123456")
        mine = [await write(app, give_pass, title=title) for title in ("羽毛球", "乒乓球")]
        answer = await gate.scan("62123456")
        assert (answer.status_code, answer.json()["reason"]) == (200, "ambiguous")
        assert [choice["pass_id"] for choice in answer.json()["choices"]] == mine
        chosen = await gate.scan("62123456", pass_id=mine[1])
        assert (chosen.status_code, chosen.json()["pass_id"]) == (201, mine[1])
        last = await gate.scan("62123456")
        assert (last.status_code, last.json()["pass_id"]) == (201, mine[0])

    async def test_a_card_that_looks_like_a_manual_code(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        card = (await shown(app, doors, await write(app, give_pass, member_id=102)))["manual_code"]
        card = "621234567890"[:10]
        number = card + f"{98 - int(card) * 100 % 97:02}"
        await write(app, give_card, number)
        await write(app, give_pass)
        answer = await gate.scan(number)
        assert answer.status_code == 201

    async def test_a_blocked_card_is_nobodys(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        await write(app, give_card, "62123456", blocked_at=NOON)
        await write(app, give_pass)
        assert (await gate.scan("62123456")).status_code == 404


class TestAnnul:
    async def test_gives_the_entry_back(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        await write(app, zone_rules, reentry=False)
        code = (await shown(app, doors, await write(app, give_pass)))["code"]
        await gate.scan(code, "s1")
        for _ in range(2):
            undone = await gate.annul("s1")
            assert (undone.status_code, undone.json()["status"]) == (200, "ok")
        assert await gate.inside() == 0
        assert (await gate.scan(code, "s1")).json()["annulled"]
        assert (await gate.scan(code, "s2")).status_code == 201

    async def test_of_an_exit(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        code = (await shown(app, doors, await write(app, give_pass)))["code"]
        await gate.scan(code)
        await gate.scan(code, "out", direction="exit")
        assert (await gate.annul("out")).json()["status"] == "ok"
        assert await gate.inside() == 1
        assert (await gate.scan(code)).json()["reason"] == "already_redeemed"

    async def test_not_after_a_quarter_of_an_hour(
        self, app: Litestar, doors: Doors, gate: Turnstile, clock: SettableClock
    ) -> None:
        code = (await shown(app, doors, await write(app, give_pass)))["code"]
        await gate.scan(code, "s1")
        clock.advance(minutes=15, seconds=1)
        assert (await gate.annul("s1")).json()["reason"] == "invalid_time"
        assert await gate.inside() == 1

    async def test_not_by_another_gate_nor_of_a_refusal(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        code = (await shown(app, doors, await write(app, give_pass)))["code"]
        await gate.scan(code, "s1")
        await gate.scan(code, "s2")
        other = await device(app, doors)
        assert (await other.annul("s1")).status_code == 404
        assert (await gate.annul("s2")).json()["reason"] == "rules"
        assert (await gate.annul("never")).status_code == 404

    async def test_not_once_they_have_gone_on(self, app: Litestar, doors: Doors, gate: Turnstile) -> None:
        code = (await shown(app, doors, await write(app, give_pass)))["code"]
        await gate.scan(code, "s1")
        await gate.scan(code, direction="exit")
        assert (await gate.annul("s1")).json()["reason"] == "rules"
