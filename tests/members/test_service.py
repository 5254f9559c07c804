import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from booking.audit.models import AuditEntry
from booking.db import Database, ReadSession, WriteSession
from booking.members.errors import (
    CodeWrong,
    LastAdministrator,
    MayNotGrant,
    NoSuchEntry,
    NoSuchGrant,
    NoSuchMember,
    NoSuchOrganisation,
    NoSuchPlace,
    NoSuchSignIn,
    ScopeDoesNotFit,
    StaffCodeRefused,
    StaffOnly,
    TicketExpired,
    TooManyAttempts,
    TooManyTokens,
    WrongCredentials,
)
from booking.members.models import AccessLogEntry, Account, Member, OneTimeCode, RoleGrant
from booking.members.queries.account import credentials_of, sign_ins_of
from booking.members.queries.lookup import find_member, members_of_organisation
from booking.members.queries.roles import grants_visible_to
from booking.members.queries.signed_in import belonging, signed_in
from booking.members.queries.standing import points_of
from booking.members.rules import sign_ins as rules
from booking.members.service import codes, limits, passwords, roles, sign_ins, standing
from booking.members.service.access import Visit
from booking.members.service.sign_ins import Attempt, Device, Opened
from booking.web.principal import Principal, Scope
from tests.databases import NOON, SettableClock
from tests.members.people import (
    ADMIN,
    CHEN,
    CITY,
    DISTRICT,
    GUARD,
    HALL,
    LIN,
    NAMES,
    OFFICER,
    OTHER_DISTRICT,
    PALACE,
    PLANT,
    ZHOU,
    add_member,
    add_role,
    code_in,
    number_of,
    phone_of,
    texts,
)

KEY = b"k" * 32
VISIT = Visit("Chrome", "192.0.2.1")
PHONE = Device("cookie", "Chrome · Android")


async def as_principal(database: Database, member_id: int) -> Principal:
    categories, scopes = await database.read(belonging, member_id)
    return Principal(
        member_id=member_id, number=number_of(member_id), name=NAMES[member_id], organisation_id=PLANT,
        categories=categories, scopes=scopes,
    )  # fmt: skip


async def attempt(database: Database, who: str, *, matched: bool) -> Any:
    found = await database.read(credentials_of, who)
    tried = Attempt(who, "192.0.2.1", found, matched)
    return await database.write(sign_ins.conclude_sign_in, tried, PHONE, VISIT)


async def opened(database: Database, member_id: int, kind: str = "cookie") -> Opened:
    return await database.write(sign_ins.open_sign_in, member_id, Device(kind, "x"), VISIT, "signed_in")


def events(tx: ReadSession, member_id: int) -> list[str]:
    rows = tx.execute(
        select(AccessLogEntry.event).where(AccessLogEntry.member_id == member_id).order_by(AccessLogEntry.id)
    )
    return list(rows.scalars())


def acts(tx: ReadSession) -> list[tuple[str, str, str]]:
    rows = tx.execute(select(AuditEntry.actor, AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id))
    return [(actor, action, subject) for actor, action, subject in rows]


class TestLimits:
    LIMIT = limits.Limit("tries", 3, timedelta(minutes=10))

    async def test_the_fourth_is_refused_with_the_numbers(self, city: Database, clock: SettableClock) -> None:
        for _ in range(3):
            await city.write(limits.take, (self.LIMIT, "someone"))
        clock.advance(minutes=4)
        with pytest.raises(TooManyAttempts) as refused:
            await city.write(limits.take, (self.LIMIT, "someone"))
        assert refused.value.params == {"most": 3, "minutes": 10, "wait": 6, "retry_after": 360}

    async def test_the_time_begins_with_the_first_and_then_anew(self, city: Database, clock: SettableClock) -> None:
        for minutes in (0, 4, 5):
            clock.now = NOON + timedelta(minutes=minutes)
            await city.write(limits.take, (self.LIMIT, "someone"))
        clock.now = NOON + timedelta(minutes=10)
        for _ in range(3):
            await city.write(limits.take, (self.LIMIT, "someone"))
        with pytest.raises(TooManyAttempts) as refused:
            await city.write(limits.take, (self.LIMIT, "someone"))
        assert refused.value.params["retry_after"] == 600

    async def test_others_are_not_counted_and_a_good_try_is_given_back(self, city: Database) -> None:
        for _ in range(5):
            await city.write(limits.take, (self.LIMIT, "someone"))
            await city.write(give_back, self.LIMIT, "someone")
        for _ in range(3):
            await city.write(limits.take, (self.LIMIT, "other"))

    async def test_all_limits_count_or_none(self, city: Database) -> None:
        tight = limits.Limit("tight", 1, timedelta(minutes=1))
        await city.write(limits.take, (tight, "x"))
        for _ in range(5):
            with pytest.raises(TooManyAttempts):
                await city.write(limits.take, (self.LIMIT, "x"), (tight, "x"))
        for _ in range(3):
            await city.write(limits.take, (self.LIMIT, "x"))

    async def test_rivals_get_no_more_than_there_is(self, city: Database) -> None:
        tries = [city.write(limits.take, (self.LIMIT, "someone")) for _ in range(20)]
        answers = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(answer is None for answer in answers) == 3

    async def test_what_is_over_is_forgotten(self, city: Database, clock: SettableClock) -> None:
        await city.write(limits.take, (self.LIMIT, "someone"))
        assert await city.write(limits.forget_attempts) == 0
        clock.advance(minutes=10)
        assert await city.write(limits.forget_attempts) == 1


def give_back(tx: WriteSession, now: Any, limit: limits.Limit, subject: str) -> None:
    limits.give_back(tx, (limit, subject))


class TestSignIn:
    @pytest.mark.parametrize("who", [number_of(LIN), phone_of(LIN), f"+86 {phone_of(LIN)}"])
    async def test_number_or_phone(self, city: Database, clock: SettableClock, who: str) -> None:
        answer = await attempt(city, who, matched=True)
        found = await city.read(signed_in, rules.token_hash(answer.token), "cookie", clock())
        assert found is not None
        assert found.principal.member_id == LIN
        assert found.principal.categories == ("frontline",)  # hardship is not verified

    async def test_whoever_left_is_nobody(self, city: Database, clock: SettableClock) -> None:
        answer = await opened(city, LIN)
        await city.write(leave, LIN)
        assert await city.read(signed_in, rules.token_hash(answer.token), "cookie", clock()) is None
        assert await city.read(credentials_of, number_of(LIN)) is None

    async def test_a_cookie_is_no_bearer_token(self, city: Database, clock: SettableClock) -> None:
        answer = await opened(city, LIN)
        assert await city.read(signed_in, rules.token_hash(answer.token), "bearer", clock()) is None

    async def test_members_without_a_phone_are_not_found_by_what_is_no_phone(self, city: Database) -> None:
        await city.write(forget_phone, LIN)
        assert await city.read(credentials_of, "nothing at all") is None

    async def test_a_password_changed_meanwhile_does_not_open(self, city: Database) -> None:
        found = await city.read(credentials_of, number_of(LIN))
        await city.write(set_hash, LIN, "another")
        answer = await city.write(sign_ins.conclude_sign_in, Attempt("x", "n", found, True), PHONE, VISIT)
        assert isinstance(answer, WrongCredentials)

    async def test_the_cookie_that_a_browser_brings_ends(self, city: Database, clock: SettableClock) -> None:
        planted = await opened(city, CHEN)
        device = Device("cookie", "x", rules.token_hash(planted.token))
        await city.write(sign_ins.open_sign_in, LIN, device, VISIT, "signed_in")
        assert await city.read(signed_in, rules.token_hash(planted.token), "cookie", clock()) is None

    async def test_use_prolongs_and_staff_end_sooner(self, city: Database, clock: SettableClock) -> None:
        worker, staff = await opened(city, LIN), await opened(city, CHEN)
        assert worker.expires_at == NOON + rules.BROWSER.idle
        assert staff.expires_at == NOON + rules.STAFF_BROWSER.idle
        later = clock.advance(hours=3)
        await city.write(sign_ins.see_sign_in, worker.sign_in_id, later)
        [row] = await city.read(sign_ins_of, LIN, "cookie", later)
        assert (row.seen_at, row.expires_at) == (later, later + rules.BROWSER.idle)

    async def test_what_ended_by_itself_is_forgotten(self, city: Database, clock: SettableClock) -> None:
        await opened(city, LIN)
        clock.now = NOON + rules.BROWSER.idle
        assert await city.write(sign_ins.forget_sign_ins) == 1


class TestLockout:
    """Kills the mutant that never locks, and the one that a right password opens in spite of the lock."""

    async def test_ten_failures_close_the_door_even_for_the_right_password(
        self, city: Database, clock: SettableClock
    ) -> None:
        for _ in range(rules.FAILURES_BEFORE_LOCK):
            assert isinstance(await attempt(city, number_of(LIN), matched=False), WrongCredentials)
        refused = await attempt(city, phone_of(LIN), matched=True)
        assert isinstance(refused, TooManyAttempts)
        assert refused.params["retry_after"] == rules.LOCKED_FOR.total_seconds()
        clock.advance(minutes=15)
        assert isinstance(await attempt(city, number_of(LIN), matched=True), Opened)
        assert (await city.read(events, LIN))[-3:] == ["sign_in_failed", "locked", "signed_in"]

    async def test_a_success_begins_the_count_anew(self, city: Database) -> None:
        for _ in range(2 * rules.FAILURES_BEFORE_LOCK):
            await attempt(city, number_of(LIN), matched=False)
            assert isinstance(await attempt(city, number_of(LIN), matched=True), Opened)

    async def test_failures_at_once_are_all_counted(self, city: Database) -> None:
        await asyncio.gather(*(attempt(city, number_of(LIN), matched=False) for _ in range(25)))
        account = await city.read(ReadSession.get, Account, member_id=LIN)
        assert account is not None
        assert account.failed_attempts == rules.FAILURES_BEFORE_LOCK


class TestSignOut:
    async def test_this_others_all(self, city: Database, clock: SettableClock) -> None:
        first, second, app = await opened(city, LIN), await opened(city, LIN), await opened(city, LIN, "bearer")
        stranger = await opened(city, CHEN)
        assert await city.write(sign_ins.sign_out, LIN, first.sign_in_id, "this", VISIT) == 1
        assert await city.write(sign_ins.sign_out, LIN, second.sign_in_id, "others", VISIT) == 1
        assert await city.read(sign_ins_of, LIN, "bearer", clock()) == []
        assert [row.id for row in await city.read(sign_ins_of, LIN, "cookie", clock())] == [second.sign_in_id]
        assert await city.write(sign_ins.sign_out, LIN, app.sign_in_id, "all", VISIT) == 1
        assert await city.read(signed_in, rules.token_hash(stranger.token), "cookie", clock()) is not None

    async def test_nobody_ends_what_is_someone_elses(self, city: Database) -> None:
        stranger = await opened(city, CHEN)
        with pytest.raises(NoSuchSignIn):
            await city.write(sign_ins.end_sign_in, LIN, stranger.sign_in_id, VISIT)

    async def test_named_tokens_are_limited(self, city: Database) -> None:
        for number in range(rules.MOST_TOKENS):
            await city.write(sign_ins.make_token, LIN, f"app {number}", VISIT)
        with pytest.raises(TooManyTokens):
            await city.write(sign_ins.make_token, LIN, "one more", VISIT)


class TestCodes:
    async def ask(self, city: Database, member_id: int, purpose: str, name: str | None = None) -> list[str]:
        name = NAMES[member_id] if name is None else name
        await city.write(codes.send_code, KEY, purpose, number_of(member_id), name, VISIT)
        return await city.read(texts)

    async def test_activation(self, city: Database, clock: SettableClock) -> None:
        [text] = await self.ask(city, ZHOU, "activation")
        ticket = await city.write(codes.exchange_code, KEY, "activation", number_of(ZHOU), code_in(text))
        assert isinstance(ticket, codes.Ticket)
        answer = await city.write(passwords.set_password, "activation", ticket, "a hash", PHONE, VISIT, locale="zh-CN")
        assert await city.read(signed_in, rules.token_hash(answer.token), "cookie", clock()) is not None
        assert await city.read(events, ZHOU) == ["code_sent", "activated"]
        with pytest.raises(TicketExpired):
            await city.write(passwords.set_password, "activation", ticket, "h", PHONE, VISIT, locale="zh-CN")

    async def test_reset_ends_every_sign_in_and_the_lock(self, city: Database, clock: SettableClock) -> None:
        await opened(city, LIN)
        await opened(city, LIN, "bearer")
        for _ in range(rules.FAILURES_BEFORE_LOCK):
            await attempt(city, number_of(LIN), matched=False)
        [text] = await self.ask(city, LIN, "reset")
        ticket = await city.write(codes.exchange_code, KEY, "reset", number_of(LIN), code_in(text))
        assert isinstance(ticket, codes.Ticket)
        answer = await city.write(passwords.set_password, "reset", ticket, "new", PHONE, VISIT, locale="zh-CN")
        assert [row.id for row in await city.read(sign_ins_of, LIN, "cookie", clock())] == [answer.sign_in_id]
        assert await city.read(sign_ins_of, LIN, "bearer", clock()) == []
        assert isinstance(await attempt(city, number_of(LIN), matched=True), Opened)

    @pytest.mark.parametrize("name", ["林小", "", "周"])
    async def test_a_name_that_does_not_fit_sends_nothing(self, city: Database, name: str) -> None:
        assert await self.ask(city, ZHOU, "activation", name) == []

    async def test_no_phone_sends_nothing(self, city: Database) -> None:
        await city.write(forget_phone, ZHOU)
        assert await self.ask(city, ZHOU, "activation") == []

    async def test_the_wrong_way_in_is_answered_by_text_without_a_code(self, city: Database) -> None:
        [text] = await self.ask(city, LIN, "activation")
        assert "已经开通" in text
        assert "还没有开通" in (await self.ask(city, ZHOU, "reset"))[-1]

    async def test_a_code_falls_at_the_fifth_wrong_try(self, city: Database) -> None:
        [text] = await self.ask(city, ZHOU, "activation")
        wrong = "000000" if code_in(text) != "000000" else "111111"
        for _ in range(rules.CODE_ATTEMPTS):
            answer = await city.write(codes.exchange_code, KEY, "activation", number_of(ZHOU), wrong)
            assert isinstance(answer, CodeWrong)
        right = await city.write(codes.exchange_code, KEY, "activation", number_of(ZHOU), code_in(text))
        assert isinstance(right, CodeWrong)

    async def test_guesses_at_once_are_all_counted(self, city: Database) -> None:
        await self.ask(city, ZHOU, "activation")
        guesses = [city.write(codes.exchange_code, KEY, "activation", number_of(ZHOU), "x") for _ in range(20)]
        await asyncio.gather(*guesses)
        code = await city.read(ReadSession.get, OneTimeCode, member_id=ZHOU)
        assert code is not None
        assert code.attempts == rules.CODE_ATTEMPTS

    async def test_a_code_and_a_ticket_expire(self, city: Database, clock: SettableClock) -> None:
        [text] = await self.ask(city, ZHOU, "activation")
        ticket = await city.write(codes.exchange_code, KEY, "activation", number_of(ZHOU), code_in(text))
        assert isinstance(ticket, codes.Ticket)
        clock.advance(minutes=15)
        with pytest.raises(TicketExpired):
            await city.write(passwords.set_password, "activation", ticket, "h", PHONE, VISIT, locale="zh-CN")
        text = (await self.ask(city, ZHOU, "activation"))[-1]
        clock.advance(minutes=10)
        late = await city.write(codes.exchange_code, KEY, "activation", number_of(ZHOU), code_in(text))
        assert isinstance(late, CodeWrong)

    async def test_a_code_is_good_for_its_purpose_and_its_member(self, city: Database) -> None:
        [text] = await self.ask(city, ZHOU, "activation")
        for purpose, number in (("reset", number_of(ZHOU)), ("activation", number_of(LIN)), ("activation", "?")):
            answer = await city.write(codes.exchange_code, KEY, purpose, number, code_in(text))
            assert isinstance(answer, CodeWrong)

    async def test_two_use_one_ticket_and_one_wins(self, city: Database) -> None:
        [text] = await self.ask(city, ZHOU, "activation")
        ticket = await city.write(codes.exchange_code, KEY, "activation", number_of(ZHOU), code_in(text))
        assert isinstance(ticket, codes.Ticket)
        tries = [
            city.write(passwords.set_password, "activation", ticket, "h", PHONE, VISIT, locale="en") for _ in range(8)
        ]
        answers = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(answer, Opened) for answer in answers) == 1
        assert sum(isinstance(answer, TicketExpired) for answer in answers) == 7


class TestCodeAtTheCounter:
    async def test_staff_hand_out_a_code_that_works(self, city: Database) -> None:
        chen = await as_principal(city, CHEN)
        issued = await city.write(codes.issue_code_at_counter, KEY, chen, ZHOU)
        assert issued.purpose == "activation"
        ticket = await city.write(codes.exchange_code, KEY, "activation", number_of(ZHOU), issued.code)
        assert isinstance(ticket, codes.Ticket)
        assert await city.read(acts) == [(f"member:{CHEN}", "code.issued", f"member:{ZHOU}")]
        [text] = await city.read(texts)
        assert issued.code not in text  # its owner is warned, not given a second way in
        assert await city.read(events, ZHOU) == ["code_at_counter"]

    async def test_the_command_line_may(self, city: Database) -> None:
        issued = await city.write(codes.issue_code_at_counter, KEY, None, ADMIN)
        assert issued.purpose == "reset"
        assert await city.read(acts) == [("cli", "code.issued", f"member:{ADMIN}")]

    async def test_workers_hand_out_none(self, city: Database) -> None:
        with pytest.raises(StaffOnly):
            await city.write(codes.issue_code_at_counter, KEY, await as_principal(city, LIN), ZHOU)

    async def test_a_manager_cannot_take_over_a_colleague(self, city: Database) -> None:
        with pytest.raises(StaffCodeRefused):
            await city.write(codes.issue_code_at_counter, KEY, await as_principal(city, CHEN), ADMIN)
        await city.write(codes.issue_code_at_counter, KEY, await as_principal(city, ADMIN), CHEN)

    async def test_an_officer_reaches_their_own_part_of_the_tree(self, city: Database) -> None:
        officer = await as_principal(city, OFFICER)
        await city.write(add_member, 50, OTHER_DISTRICT)
        await city.write(codes.issue_code_at_counter, KEY, officer, ZHOU)
        with pytest.raises(NoSuchMember):
            await city.write(codes.issue_code_at_counter, KEY, officer, 50)

    async def test_a_role_lost_a_moment_ago_counts_no_more(self, city: Database) -> None:
        chen = await as_principal(city, CHEN)
        await city.write(roles.revoke_role, None, CHEN, Scope("venue_manager", "place", HALL))
        with pytest.raises(StaffOnly):
            await city.write(codes.issue_code_at_counter, KEY, chen, ZHOU)


class TestRoles:
    KEEPER = Scope("gate_keeper", "place", HALL)

    async def test_a_manager_names_gate_keepers_of_their_own_place(self, city: Database) -> None:
        chen = await as_principal(city, CHEN)
        assert await city.write(roles.grant_role, chen, LIN, self.KEEPER)
        assert not await city.write(roles.grant_role, chen, LIN, self.KEEPER)
        assert (await as_principal(city, LIN)).holds("gate_keeper", HALL)
        for scope in (Scope("gate_keeper", "place", PALACE), Scope("venue_manager", "place", HALL)):
            with pytest.raises(MayNotGrant):
                await city.write(roles.grant_role, chen, LIN, scope)
        await city.write(roles.revoke_role, chen, LIN, self.KEEPER)
        assert not (await as_principal(city, LIN)).holds("gate_keeper", HALL)
        assert [act[1] for act in await city.read(acts)] == ["role.granted", "role.revoked"]
        assert await city.read(events, LIN) == ["role_granted", "role_revoked"]

    @pytest.mark.parametrize(
        ("scope", "error"),
        [
            (Scope("gate_keeper", "organisation", DISTRICT), ScopeDoesNotFit),
            (Scope("administrator", "place", HALL), ScopeDoesNotFit),
            (Scope("administrator", "all", 7), ScopeDoesNotFit),
            (Scope("venue_manager", "place", 999), NoSuchPlace),
            (Scope("federation_officer", "organisation", 999), NoSuchOrganisation),
        ],
    )
    async def test_a_scope_that_does_not_fit(self, city: Database, scope: Scope, error: type[Exception]) -> None:
        with pytest.raises(error):
            await city.write(roles.grant_role, None, LIN, scope)

    async def test_a_right_lost_a_moment_ago_counts_no_more(self, city: Database) -> None:
        chen = await as_principal(city, CHEN)
        await city.write(roles.revoke_role, None, CHEN, Scope("venue_manager", "place", HALL))
        with pytest.raises(MayNotGrant):
            await city.write(roles.grant_role, chen, LIN, self.KEEPER)

    async def test_a_new_role_shortens_the_life_of_open_browsers(self, city: Database, clock: SettableClock) -> None:
        await opened(city, LIN)
        await city.write(roles.grant_role, None, LIN, self.KEEPER)
        [row] = await city.read(sign_ins_of, LIN, "cookie", clock())
        assert row.expires_at == NOON + rules.STAFF_BROWSER.idle

    async def test_nobody_gets_a_role_who_is_not_there(self, city: Database) -> None:
        with pytest.raises(NoSuchMember):
            await city.write(roles.grant_role, None, 999, self.KEEPER)
        with pytest.raises(NoSuchGrant):
            await city.write(roles.revoke_role, None, LIN, self.KEEPER)

    async def test_the_last_administrator_stays(self, city: Database) -> None:
        admin = await as_principal(city, ADMIN)
        everything = Scope("administrator", "all", 0)
        with pytest.raises(LastAdministrator):
            await city.write(roles.revoke_role, admin, ADMIN, everything)
        with pytest.raises(NoSuchGrant):
            await city.write(roles.revoke_role, admin, LIN, everything)
        await city.write(roles.grant_role, admin, LIN, everything)
        await city.write(roles.revoke_role, admin, ADMIN, everything)
        assert (await as_principal(city, LIN)).holds("administrator")

    async def test_two_administrators_remove_each_other_and_one_remains(self, city: Database) -> None:
        """Kills the mutant that counts without locking the rows."""
        everything = Scope("administrator", "all", 0)
        for other in (LIN, GUARD):
            await city.write(add_role, other, "administrator", "all", 0)
        tries = [city.write(roles.revoke_role, None, member_id, everything) for member_id in (LIN, GUARD, ADMIN)]
        answers = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(answer, LastAdministrator) for answer in answers) == 1
        left = await city.read(ReadSession.scalar, select(func.count()).where(RoleGrant.role == "administrator"))
        assert left == 1

    async def test_each_sees_the_roles_that_concern_them(self, city: Database) -> None:
        everyone = await city.read(grants_visible_to, await as_principal(city, ADMIN))
        assert {row.member_id for row in everyone} == {CHEN, GUARD, OFFICER, ADMIN}
        own = await city.read(grants_visible_to, await as_principal(city, CHEN))
        assert {row.member_id for row in own} == {CHEN, GUARD}
        assert own[0].scope is not None
        assert own[0].scope.name == "镇海职工文化中心"
        with pytest.raises(StaffOnly):
            await city.read(grants_visible_to, await as_principal(city, LIN))


class TestLookup:
    @pytest.mark.parametrize("text", [number_of(LIN), phone_of(LIN), "510900000001", "5109 0000 0001"])
    async def test_by_number_phone_or_card(self, city: Database, text: str) -> None:
        card = await city.read(find_member, await as_principal(city, CHEN), text, NOON)
        assert (card.id, card.phone, card.cards) == (LIN, "138****0001", ["••••••••0001"])
        assert [node.name for node in card.organisation] == ["宁波市", "镇海区", "骆驼街道", "东海电机厂"]

    @pytest.mark.parametrize("text", ["", "林晓", "3302", "\x00", "13800009999"])
    async def test_nothing_less_than_a_whole_number_finds_anyone(self, city: Database, text: str) -> None:
        with pytest.raises(NoSuchMember):
            await city.read(find_member, await as_principal(city, CHEN), text, NOON)

    @pytest.mark.parametrize("who", [LIN, GUARD])
    async def test_workers_and_guards_look_up_nobody(self, city: Database, who: int) -> None:
        with pytest.raises(StaffOnly):
            await city.read(find_member, await as_principal(city, who), number_of(LIN), NOON)

    async def test_an_officer_finds_their_own_alone(self, city: Database) -> None:
        await city.write(add_member, 50, OTHER_DISTRICT)
        officer = await as_principal(city, OFFICER)
        assert (await city.read(find_member, officer, number_of(LIN), NOON)).id == LIN
        with pytest.raises(NoSuchMember):
            await city.read(find_member, officer, number_of(50), NOON)

    async def test_the_members_of_a_node_page_by_page(self, city: Database) -> None:
        await city.write(add_member, 50, OTHER_DISTRICT)
        officer, seen, after = await as_principal(city, OFFICER), [], 0
        while rows := await city.read(members_of_organisation, officer, DISTRICT, after, 4):
            seen += [row.id for row in rows]
            after = rows[-1].id
        assert seen == sorted(NAMES)
        for elsewhere in (CITY, OTHER_DISTRICT, 999):
            with pytest.raises(NoSuchOrganisation):
                await city.read(members_of_organisation, officer, elsewhere, 0, 4)
        with pytest.raises(StaffOnly):
            await city.read(members_of_organisation, await as_principal(city, CHEN), PLANT, 0, 4)


class TestStanding:
    async def test_points_count_until_they_expire_or_are_taken_back(self, city: Database, clock: SettableClock) -> None:
        async def give(points: int, days: int) -> int:
            ends = NOON + timedelta(days=days)
            return await city.write(
                standing.add_points, LIN, points, reason="no_show", subject="booking:1", expires_at=ends
            )

        async def take_back(entry_id: int) -> None:
            await city.write(standing.annul_points, LIN, entry_id, actor="member:3", place_id=HALL, why="was ill")

        first, _ = await give(2, 30), await give(3, 60)
        assert await city.read(points_of, LIN, NOON) == 5
        assert await city.read(points_of, LIN, NOON + timedelta(days=30)) == 3
        await take_back(first)
        assert await city.read(points_of, LIN, NOON) == 3
        with pytest.raises(NoSuchEntry):
            await take_back(first)


def leave(tx: WriteSession, now: Any, member_id: int) -> None:
    tx.execute(update(Member).where(Member.id == member_id).values(left_at=now))


def forget_phone(tx: WriteSession, now: Any, member_id: int) -> None:
    tx.execute(update(Member).where(Member.id == member_id).values(phone=None))


def set_hash(tx: WriteSession, now: Any, member_id: int, stored: str) -> None:
    tx.execute(update(Account).where(Account.member_id == member_id).values(password_hash=stored))
