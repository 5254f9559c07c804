import asyncio
from typing import Any

import msgspec
import pytest

from booking.audit.queries import log
from booking.db import Database
from booking.errors import NotFound
from booking.notices import messages
from booking.notices.queries import inbox
from booking.rehearsal import kinds
from booking.rehearsal.errors import NotApplied, NotDrafted, PlanChanged, TakenMeanwhile, UnknownKind
from booking.rehearsal.kinds import Kind, register
from booking.rehearsal.queries import ChangeView, change, changes
from booking.rehearsal.rules import Headline
from booking.rehearsal.service import apply, draft, forget_drafts, rehearse, undo
from tests.databases import NOON, SettableClock
from tests.rehearsal.lockers import KIND, TEXTS, CloseLockers, free, give, used

PLACE = 3
MANAGER = 9


@pytest.fixture(autouse=True)
def _taught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_KINDS", {KIND.name: KIND})
    monkeypatch.setattr(messages, "_TEXTS", dict(TEXTS))


@pytest.fixture
async def three_used(database: Database) -> Database:
    """Lockers 1, 2 and 3 of five are used, by members 11, 12 and 13."""
    for locker in (1, 2, 3):
        await database.write(give, locker, 10 + locker)
    return database


async def drafted(database: Database, *lockers: int) -> int:
    request = CloseLockers(list(lockers))
    return await database.write(draft, place_id=PLACE, kind=KIND.name, request=request, by=MANAGER)


async def applied(database: Database, change_id: int) -> ChangeView:
    return await database.write(apply, place_id=PLACE, change_id=change_id, by=MANAGER)


async def undone(database: Database, change_id: int) -> ChangeView:
    return await database.write(undo, place_id=PLACE, change_id=change_id, by=MANAGER)


async def told(database: Database, member_id: int) -> list[str]:
    return [message.kind for message in await database.read(inbox, member_id)]


class TestDraft:
    async def test_shows_who_is_affected_and_changes_nothing(self, three_used: Database) -> None:
        change_id = await drafted(three_used, 1, 2, 3)
        shown = await three_used.read(change, PLACE, change_id)
        assert shown.headline == Headline(
            affected=3, people=3, displaced=1, moved=2, offered=0, refunded=1, kept=0, refund_fen=500
        )
        assert [effect.outcome for effect in shown.plan.effects] == ["moved", "moved", "refunded"]
        assert (shown.status, shown.drafted_by, shown.drafted_at) == ("drafted", MANAGER, NOON)
        assert await three_used.read(used) == {1: 11, 2: 12, 3: 13}
        assert await told(three_used, 11) == []

    async def test_a_plan_may_be_found_beforehand_on_a_reader(self, three_used: Database) -> None:
        request = CloseLockers([1])
        plan = await three_used.read(rehearse, NOON, PLACE, KIND.name, request)
        change_id = await three_used.write(
            draft, place_id=PLACE, kind=KIND.name, request=request, by=MANAGER, plan=plan
        )
        assert (await applied(three_used, change_id)).headline.moved == 1

    async def test_a_kind_that_nobody_taught(self, database: Database) -> None:
        with pytest.raises(UnknownKind) as refused:
            await database.write(draft, place_id=PLACE, kind="x", request={}, by=MANAGER)
        assert refused.value.params["known"] == "lockers.close"

    async def test_a_message_without_words_is_found_before_anyone_would_get_it(
        self, three_used: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(messages, "_TEXTS", {})
        with pytest.raises(ValueError, match=r"locker\.moved"):
            await drafted(three_used, 1)


class TestApply:
    async def test_does_what_was_shown_and_tells_everyone(self, three_used: Database, clock: SettableClock) -> None:
        change_id = await drafted(three_used, 1, 2, 3)
        clock.advance(minutes=5)
        done = await applied(three_used, change_id)
        assert (done.status, done.applied_by, done.applied_at) == ("applied", MANAGER, clock.now)
        assert await three_used.read(used) == {4: 11, 5: 12}
        assert [await told(three_used, member) for member in (11, 12, 13, 14)] == [
            ["locker.moved"],
            ["locker.moved"],
            ["locker.lost"],
            [],
        ]

    async def test_is_on_record(self, three_used: Database) -> None:
        change_id = await drafted(three_used, 1)
        await applied(three_used, change_id)
        (noted,) = await three_used.read(log, PLACE, subject=f"change:{change_id}")
        assert (noted.actor, noted.action) == (f"member:{MANAGER}", "change.applied")
        assert (noted.detail["kind"], noted.detail["displaced"], noted.detail["moved"]) == (KIND.name, 0, 1)

    async def test_not_when_it_would_now_do_something_else(self, three_used: Database) -> None:
        change_id = await drafted(three_used, 1, 2)
        await three_used.write(give, 4, 14)
        with pytest.raises(PlanChanged) as refused:
            await applied(three_used, change_id)
        assert refused.value.params == {"affected_then": 2, "displaced_then": 0, "affected": 2, "displaced": 1}
        assert [effect.outcome for effect in refused.value.plan.effects] == ["moved", "refunded"]
        assert await three_used.read(used) == {1: 11, 2: 12, 3: 13, 4: 14}
        assert (await three_used.read(change, PLACE, change_id)).status == "drafted"
        assert await told(three_used, 11) == []

    async def test_what_does_not_touch_the_plan_does_not_matter(self, three_used: Database) -> None:
        change_id = await drafted(three_used, 1)
        await three_used.write(give, 5, 15)
        assert (await applied(three_used, change_id)).status == "applied"

    async def test_once_even_when_two_managers_ask_at_once(self, three_used: Database) -> None:
        change_id = await drafted(three_used, 1)
        outcomes = await asyncio.gather(*(applied(three_used, change_id) for _ in range(5)), return_exceptions=True)
        assert sum(isinstance(outcome, NotDrafted) for outcome in outcomes) == 4
        assert await told(three_used, 11) == ["locker.moved"]

    async def test_all_or_nothing(self, three_used: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: Any) -> None:
            KIND.apply(*_)
            raise LookupError

        change_id = await drafted(three_used, 1)
        broken = Kind(KIND.name, KIND.request, KIND.plan, fail, KIND.undo)
        monkeypatch.setattr(kinds, "_KINDS", {KIND.name: broken})
        with pytest.raises(LookupError):
            await applied(three_used, change_id)
        assert await three_used.read(used) == {1: 11, 2: 12, 3: 13}
        assert (await three_used.read(change, PLACE, change_id)).status == "drafted"

    async def test_not_from_another_place(self, three_used: Database) -> None:
        change_id = await drafted(three_used, 1)
        with pytest.raises(NotFound):
            await three_used.write(apply, place_id=PLACE + 1, change_id=change_id, by=MANAGER)


class TestUndo:
    async def test_gives_everything_back_and_says_so(self, three_used: Database, clock: SettableClock) -> None:
        change_id = await drafted(three_used, 1, 2, 3)
        await applied(three_used, change_id)
        clock.advance(hours=1)
        done = await undone(three_used, change_id)
        assert (done.status, done.undone_by, done.undone_at) == ("undone", MANAGER, clock.now)
        assert await three_used.read(used) == {1: 11, 2: 12, 3: 13}
        assert await told(three_used, 13) == ["locker.back", "locker.lost"]
        actions = [noted.action for noted in await three_used.read(log, PLACE)]
        assert actions == ["change.undone", "change.applied"]

    async def test_not_when_something_else_took_the_place(self, three_used: Database) -> None:
        change_id = await drafted(three_used, 1)
        await applied(three_used, change_id)
        await three_used.write(give, 1, 99)
        with pytest.raises(TakenMeanwhile) as refused:
            await undone(three_used, change_id)
        assert refused.value.params["by"] == "会员 99"
        assert (await three_used.read(change, PLACE, change_id)).status == "applied"
        assert await three_used.read(used) == {1: 99, 2: 12, 3: 13, 4: 11}
        await three_used.write(free, 1)
        assert (await undone(three_used, change_id)).status == "undone"

    async def test_only_what_is_in_effect(self, three_used: Database) -> None:
        change_id = await drafted(three_used, 1)
        with pytest.raises(NotApplied):
            await undone(three_used, change_id)
        await applied(three_used, change_id)
        outcomes = await asyncio.gather(*(undone(three_used, change_id) for _ in range(4)), return_exceptions=True)
        assert sum(isinstance(outcome, NotApplied) for outcome in outcomes) == 3
        with pytest.raises(NotDrafted):
            await applied(three_used, change_id)


class TestChanges:
    async def test_newest_first_without_drafts(self, three_used: Database) -> None:
        first, _, last = [await drafted(three_used, locker) for locker in (1, 2, 3)]
        await applied(three_used, first)
        await undone(three_used, first)
        await applied(three_used, last)
        found = await three_used.read(changes, PLACE)
        assert [(one.id, one.status) for one in found] == [(last, "applied"), (first, "undone")]
        assert [one.id for one in await three_used.read(changes, PLACE, last)] == [first]
        assert await three_used.read(changes, PLACE + 1) == []

    async def test_a_request_comes_back_as_the_features_own(self, three_used: Database) -> None:
        change_id = await drafted(three_used, 1)
        shown = await three_used.read(change, PLACE, change_id)
        assert KIND.read_request(shown.request) == CloseLockers([1])
        with pytest.raises(msgspec.ValidationError):
            KIND.read_request({"lockers": "x"})


def test_two_kinds_of_one_name() -> None:
    register(KIND)
    with pytest.raises(ValueError, match=r"lockers\.close"):
        register(Kind(KIND.name, KIND.request, KIND.plan, KIND.apply, KIND.undo))


class TestForgetDrafts:
    async def test_old_drafts_go_and_what_was_applied_stays(self, three_used: Database, clock: SettableClock) -> None:
        kept, old = await drafted(three_used, 1), await drafted(three_used, 2)
        await applied(three_used, kept)
        clock.advance(days=30)
        assert await three_used.write(forget_drafts) == 0
        fresh = await drafted(three_used, 3)
        clock.advance(seconds=1)
        assert await three_used.write(forget_drafts) == 1
        assert (await three_used.read(change, PLACE, kept)).status == "applied"
        assert (await three_used.read(change, PLACE, fresh)).status == "drafted"
        with pytest.raises(NotFound):
            await three_used.read(change, PLACE, old)
