from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from booking.db import Database
from booking.members import hashing
from booking.members.models import SignIn
from booking.members.service.access import NOT_A_VISIT
from booking.members.service.sign_ins import make_token
from tests.databases import SettableClock, sqlite_only
from tests.members.people import (
    ADMIN,
    CHEN,
    DISTRICT,
    GUARD,
    HALL,
    LIN,
    NAMES,
    OFFICER,
    PALACE,
    PASSWORD,
    ZHOU,
    code_in,
    number_of,
    phone_of,
    texts,
)
from tests.members.visitors import App

NEW = "three boats under the bridge"


async def last_text(app: Litestar) -> str:
    found: list[str] = await app.state.database.read(texts)
    return found[-1]


class TestSignIn:
    async def test_a_token_for_the_password(self, app: Litestar) -> None:
        phone = App(app)
        answer = await phone.call(
            "POST", "/sign-in", {"who": phone_of(LIN), "password": PASSWORD, "label": "我的小程序"}
        )
        assert answer.status_code == 201
        assert answer.headers["cache-control"] == "no-store"
        me = await App(app, answer.json()["token"]).call("GET", "/me")
        assert me.json()["member"]["number"] == number_of(LIN)
        assert me.json()["member"]["phone"] == "138****0001"
        assert me.json()["unread"] == 0

    async def test_the_same_refusal_and_the_same_work_for_all(
        self, app: Litestar, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not timed but counted: a wrong password costs one verification and two commands, known or not."""
        checked: list[str] = []
        fits = hashing.fits

        def counted(stored: str, password: str) -> bool:
            checked.append(stored)
            return fits(stored, password)

        monkeypatch.setattr(hashing, "fits", counted)
        for who in (number_of(LIN), number_of(ZHOU), "nobody", phone_of(LIN), "\x00", "🦆"):
            checked.clear()
            committed = app.state.database.store.committed
            answer = await App(app).call("POST", "/sign-in", {"who": who, "password": "wrong password"})
            assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")
            assert [stored[:10] for stored in checked] == ["$argon2id$"]  # a real hash, also for nobody
            assert app.state.database.store.committed - committed == 2

    async def test_too_many_tries_from_one_number(self, app: Litestar, clock: SettableClock) -> None:
        """Known and unknown numbers run into the same limit, from whichever address."""
        for who in (number_of(LIN), "unknown-1"):
            for number in range(10):
                visitor = App(app, address=f"192.0.2.{number}")
                answer = await visitor.call("POST", "/sign-in", {"who": who, "password": "wrong"})
                assert answer.status_code == 401
            answer = await App(app).call("POST", "/sign-in", {"who": who, "password": PASSWORD})
            assert answer.status_code == 429
            assert answer.headers["retry-after"] == "900"
            assert answer.json()["code"] == "too_many_attempts"
            assert answer.json()["params"]["most"] == 10
        clock.advance(minutes=15)
        assert (await App(app).sign_in(LIN)).status_code == 201

    async def test_a_plant_behind_one_address_signs_in(self, app: Litestar) -> None:
        for _ in range(12):
            assert (await App(app).sign_in(LIN)).status_code == 201


@sqlite_only
class TestAuthentication:
    async def test_an_unknown_token_is_refused(self, app: Litestar) -> None:
        for token in ("mbr_" + "0" * 64, "c_" + "0" * 64, "x", "", "会员"):
            header = b"Bearer " + token.encode()
            answer = await App(app).client.get("/me", headers=[(b"authorization", header)])
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"

    async def test_nobody_is_refused_where_somebody_is_needed(self, app: Litestar) -> None:
        for path in ("/me", "/me/tokens", "/roles", "/members/lookup?key=1"):
            assert (await App(app).call("GET", path)).status_code == 401

    async def test_a_token_expires_and_use_prolongs_it(self, app: Litestar, clock: SettableClock) -> None:
        phone = App(app)
        await phone.sign_in(LIN)
        for _ in range(3):
            clock.advance(days=80)
            assert (await phone.call("GET", "/me")).status_code == 200
            await app.state.database.write(nothing)  # the note of its use comes before
        clock.advance(days=91)
        assert (await phone.call("GET", "/me")).status_code == 401

    async def test_a_request_without_a_token_reads_nothing(
        self, app: Litestar, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def refuse(*_: Any, **__: Any) -> None:
            raise AssertionError

        monkeypatch.setattr(Database, "read", refuse)
        assert (await App(app).call("GET", "/schema/openapi.json")).status_code == 200

    async def test_the_role_of_this_moment_counts(self, app: Litestar) -> None:
        chen, admin = App(app), App(app)
        await chen.sign_in(CHEN)
        await admin.sign_in(ADMIN)
        lookup = f"/members/lookup?key={number_of(LIN)}"
        assert (await chen.call("GET", lookup)).status_code == 200
        await admin.call("DELETE", f"/roles/{CHEN}/venue_manager/place/{HALL}")
        assert (await chen.call("GET", lookup)).status_code == 403


class TestActivation:
    async def test_code_and_password(self, app: Litestar) -> None:
        who = {"number": number_of(ZHOU), "name": NAMES[ZHOU]}
        sent = await App(app).call("POST", "/activation/code", who)
        assert sent.json() == {"minutes": 10, "attempts": 5, "again_after_seconds": 60}
        code = code_in(await last_text(app))
        made = await App(app).call("POST", "/activation", {"number": number_of(ZHOU), "code": code, "password": NEW})
        assert made.status_code == 201
        assert (await App(app, made.json()["token"]).call("GET", "/me")).status_code == 200
        assert (await App(app).sign_in(ZHOU, NEW)).status_code == 201

    async def test_strangers_are_told_the_same(self, app: Litestar) -> None:
        answers = [
            await App(app).call("POST", "/activation/code", {"number": number, "name": name})
            for number, name in ((number_of(ZHOU), NAMES[ZHOU]), ("nobody", "无名"), (number_of(LIN), NAMES[LIN]))
        ]
        assert len({(answer.status_code, answer.content) for answer in answers}) == 1

    async def test_a_pause_between_codes_and_five_an_hour(self, app: Litestar, clock: SettableClock) -> None:
        who = {"number": number_of(ZHOU), "name": NAMES[ZHOU]}
        assert (await App(app).call("POST", "/activation/code", who)).status_code == 201
        refused = await App(app).call("POST", "/activation/code", who)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
        for _ in range(4):
            clock.advance(minutes=1)
            assert (await App(app).call("POST", "/activation/code", who)).status_code == 201
        clock.advance(minutes=1)
        refused = await App(app).call("POST", "/activation/code", who)
        assert (refused.status_code, refused.json()["params"]["most"]) == (429, 5)

    async def test_a_weak_password_costs_no_code(self, app: Litestar) -> None:
        await App(app).call("POST", "/reset/code", {"number": number_of(LIN), "name": NAMES[LIN]})
        body = {"number": number_of(LIN), "code": code_in(await last_text(app)), "password": "1234567890"}
        refused = await App(app).call("POST", "/reset", body)
        assert (refused.status_code, refused.json()["code"]) == (422, "password_too_common")
        assert (await App(app).call("POST", "/reset", body | {"password": NEW})).status_code == 201

    async def test_a_wrong_code(self, app: Litestar) -> None:
        body = {"number": number_of(ZHOU), "code": "000000", "password": NEW}
        refused = await App(app).call("POST", "/activation", body)
        assert (refused.status_code, refused.json()["code"]) == (422, "code_wrong")
        assert "5" in refused.json()["detail"]


@sqlite_only
class TestMe:
    async def test_sign_out_takes_effect_at_once(self, app: Litestar) -> None:
        first, second = App(app), App(app)
        await first.sign_in(LIN)
        await second.sign_in(LIN)
        answer = await first.call("POST", "/sign-out", {"which": "others"})
        assert (answer.status_code, answer.json()) == (201, {"ended": 1})
        assert (await second.call("GET", "/me")).status_code == 401
        await first.call("POST", "/sign-out", {"which": "this"})
        assert (await first.call("GET", "/me")).status_code == 401

    async def test_a_repeated_request_for_a_token_makes_one_and_shows_it_once(self, app: Litestar) -> None:
        phone = App(app)
        await phone.sign_in(LIN)
        first = await phone.call("POST", "/me/tokens", {"label": "日历"}, key="one")
        again = await phone.call("POST", "/me/tokens", {"label": "日历"}, key="one")
        assert first.json() == again.json() | {"token": first.json()["token"]}
        assert again.json()["token"] is None
        assert again.headers["idempotency-replayed"] == "true"
        listed = (await phone.call("GET", "/me/tokens")).json()
        assert [row["label"] for row in listed if not row["current"]] == ["日历"]
        program = App(app, first.json()["token"])
        assert (await program.call("GET", "/me")).status_code == 200
        await phone.call("DELETE", f"/me/tokens/{first.json()['id']}")
        assert (await program.call("GET", "/me")).status_code == 401

    async def test_nobody_ends_what_is_someone_elses(self, app: Litestar) -> None:
        lin, chen = App(app), App(app)
        await lin.sign_in(LIN)
        theirs = (await chen.sign_in(CHEN)).json()["id"]
        assert (await lin.call("DELETE", f"/me/sign-ins/{theirs}")).status_code == 404

    async def test_writes_ask_for_a_key(self, app: Litestar) -> None:
        phone = App(app)
        await phone.sign_in(LIN)
        answer = await phone.client.post("/sign-out", json={})
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")

    async def test_the_password_is_changed_by_whoever_knows_it(self, app: Litestar) -> None:
        phone, other = App(app), App(app)
        await phone.sign_in(LIN)
        await other.sign_in(LIN)
        wrong = await phone.call("PUT", "/me/password", {"current": "wrong", "password": NEW})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_password")
        done = await phone.call("PUT", "/me/password", {"current": PASSWORD, "password": NEW})
        assert (done.status_code, done.json()) == (200, {"ended": 1})
        assert (await phone.call("GET", "/me")).status_code == 200
        assert (await other.call("GET", "/me")).status_code == 401
        assert (await App(app).sign_in(LIN)).status_code == 401

    async def test_the_access_log_page_by_page(self, app: Litestar) -> None:
        phone = App(app)
        for _ in range(5):
            await phone.sign_in(LIN)
        seen, cursor = [], ""
        while True:
            answer = (await phone.call("GET", f"/me/access-log?limit=2{cursor}")).json()
            seen += answer["items"]
            if answer["next"] is None:
                break
            cursor = f"&cursor={answer['next']}"
        assert [row["event"] for row in seen] == ["signed_in"] * 5
        assert seen == sorted(seen, key=lambda row: -row["id"])


@sqlite_only
class TestStaff:
    async def test_look_up_and_hand_out_a_code(self, app: Litestar) -> None:
        chen = App(app)
        await chen.sign_in(CHEN)
        found = (await chen.call("GET", f"/members/lookup?key={phone_of(ZHOU)}")).json()
        assert (found["id"], found["active"]) == (ZHOU, False)
        issued = await chen.call("POST", f"/members/{ZHOU}/code", key="one")
        again = await chen.call("POST", f"/members/{ZHOU}/code", key="one")
        assert again.json() == issued.json() | {"code": None}
        body = {"number": number_of(ZHOU), "code": issued.json()["code"], "password": NEW}
        assert (await App(app).call("POST", "/activation", body)).status_code == 201

    async def test_an_officer_lists_their_part_of_the_tree(self, app: Litestar) -> None:
        officer = App(app)
        await officer.sign_in(OFFICER)
        first = (await officer.call("GET", f"/members?organisation={DISTRICT}&limit=4")).json()
        rest = (await officer.call("GET", f"/members?organisation={DISTRICT}&limit=4&cursor={first['next']}")).json()
        assert [row["id"] for row in first["items"] + rest["items"]] == sorted(NAMES)
        assert rest["next"] is None
        assert (await officer.call("GET", "/members?organisation=1")).status_code == 404

    async def test_roles_are_given_and_taken_back(self, app: Litestar) -> None:
        chen = App(app)
        await chen.sign_in(CHEN)
        wanted = {"number": number_of(LIN), "role": "gate_keeper", "scope_kind": "place", "scope_id": HALL}
        given = await chen.call("POST", "/roles", wanted)
        assert (given.status_code, given.json()["new"]) == (201, True)
        held = {(row["member_id"], row["role"]) for row in (await chen.call("GET", "/roles")).json()}
        assert held == {(CHEN, "venue_manager"), (GUARD, "gate_keeper"), (LIN, "gate_keeper")}
        elsewhere = await chen.call("POST", "/roles", wanted | {"scope_id": PALACE})
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "may_not_grant")
        path = f"/roles/{LIN}/gate_keeper/place/{HALL}"
        assert (await chen.call("DELETE", path)).status_code == 200
        assert (await chen.call("DELETE", path)).status_code == 404

    async def test_others_see_nothing(self, app: Litestar) -> None:
        for who in (LIN, GUARD):
            visitor = App(app)
            await visitor.sign_in(who)
            for path in ("/roles", f"/members/lookup?key={number_of(LIN)}", f"/members?organisation={DISTRICT}"):
                assert (await visitor.call("GET", path)).status_code == 403


BAD = [
    b"", b"{", b"[]", b'"x"', b"null", b"[" * 100_000, b'{"who": 1, "password": "x"}', b"\xff\xfe",
    b'{"who": "x", "password": "y", "more": 1}', b'{"who": "", "password": "y"}',
    b'{"who": "' + b"x" * 100 + b'", "password": "y"}', b'{"who": "x"}', b'{"who": "\\ud800", "password": "\\ud800x"}',
]  # fmt: skip


@sqlite_only
class TestBadRequests:
    async def test_clear_problems_never_500(self, app: Litestar) -> None:
        for body in BAD:
            answer = await App(app).client.post("/sign-in", content=body, headers={"content-type": "application/json"})
            assert 400 <= answer.status_code < 500, body
            assert answer.headers["content-type"].startswith("application/problem+json")

    async def test_another_content_type(self, app: Litestar) -> None:
        body = b'{"who": "x", "password": "y"}'
        for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", ""):
            answer = await App(app).client.post("/sign-in", content=body, headers={"content-type": kind})
            assert answer.status_code in (400, 401, 415), kind

    async def test_numbers_and_paths_out_of_range(self, app: Litestar) -> None:
        admin = App(app)
        await admin.sign_in(ADMIN)
        for path in (
            "/me/access-log?limit=0", "/me/access-log?limit=1000", "/me/access-log?cursor=x",
            f"/me/access-log?cursor={2**80}", "/members?organisation=-1", "/members",
            "/members/lookup?key=", "/members/lookup?key=%00", f"/members?organisation={2**63}",
        ):  # fmt: skip
            assert 400 <= (await admin.call("GET", path)).status_code < 500, path
        for path in (
            "/roles/1/king/all/0", "/roles/1/administrator/moon/0", f"/me/tokens/{2**80}", "/me/tokens/-1",
        ):  # fmt: skip
            assert 400 <= (await admin.call("DELETE", path)).status_code < 500, path


@sqlite_only
class TestSecrets:
    async def test_no_token_and_no_code_is_stored_in_clear(self, app: Litestar, tmp_path: Path) -> None:
        phone, chen = App(app), App(app)
        token = (await phone.sign_in(LIN)).json()["token"]
        named = (await phone.call("POST", "/me/tokens", {"label": "日历"})).json()["token"]
        await chen.sign_in(CHEN)
        code = (await chen.call("POST", f"/members/{ZHOU}/code")).json()["code"]
        stored = contents(tmp_path)
        assert number_of(LIN).encode() in stored  # it is the right file
        for secret in (token, named, token[4:], named[4:], code, PASSWORD):
            assert secret.encode() not in stored

    async def test_a_token_is_kept_as_its_hash(self, city: Database) -> None:
        opened = await city.write(make_token, LIN, "x", NOT_A_VISIT)
        row = await city.read(lambda tx: tx.get(SignIn, id=opened.sign_in_id))
        assert row is not None
        assert len(row.token_hash) == 32


@sqlite_only
class TestDocument:
    async def test_every_refusal_met_here_is_in_the_document(self, app: Litestar) -> None:
        document = (await App(app).call("GET", "/schema/openapi.json")).json()
        expected = {
            ("post", "/sign-in"): {"201", "400", "401", "413", "415", "429", "500", "503"},
            ("post", "/activation"): {"201", "400", "401", "413", "415", "422", "429", "500", "503"},
            ("get", "/me"): {"200", "400", "401", "500", "503"},
            ("delete", "/roles/{member_id}/{role}/{scope_kind}/{scope_id}"): {
                "200", "400", "401", "403", "404", "409", "422", "500", "503"
            },
        }  # fmt: skip
        for (method, path), statuses in expected.items():
            assert set(document["paths"]["/api/v1" + path][method]["responses"]) == statuses


def contents(folder: Path) -> bytes:
    """The database file, and the log that is not in it yet."""
    return b"".join(file.read_bytes() for file in folder.glob("booking.db*"))


def nothing(tx: Any, now: Any) -> None:
    """Takes its turn in the writer."""
