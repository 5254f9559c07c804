"""Applying, alone and together: what is stored, who is told, and how each refusal is worded."""

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from booking.audit.models import AuditEntry
from booking.db import ReadSession, WriteSession
from booking.errors import BookingError
from booking.members.models import Member
from booking.notices.models import InboxMessage
from booking.places.catalogue import catalogue_changed
from booking.retreats import errors, errors_applying
from booking.retreats.models import Applicant, Application, Invitation, RetreatPast, Season
from booking.retreats.queries.applications import (
    application_view,
    live_application,
    my_application,
    wishes_of,
    withdrawn_application,
)
from booking.retreats.queries.invitations import asked_views
from booking.retreats.rules.applying import Offer, Party, check_party
from booking.retreats.schemas_applying import ApplicationRequest, ApplicationView, InviteRequest, WishRequest
from booking.retreats.service.applying.answering import accept, decline, leave
from booking.retreats.service.applying.entering import apply, edit, save
from booking.retreats.service.applying.inviting import invite, uninvite
from booking.retreats.service.applying.reminding import remind_unanswered, reminders_are_due
from booking.retreats.service.applying.withdrawing import take_back, withdraw
from booking.rooms.models import RoomType
from booking.web.facts import Named
from booking.web.principal import Principal
from tests.databases import NOON, Driver
from tests.retreats.season import CODE, POOL, SEASON, Town, draft_season, found_season, populate
from tests.rooms.house import ACCESSIBLE, DOUBLE, TWIN, add

SHARING, ALONE = 0, 1


def wishing(*wishes: tuple[int, int], **more: Any) -> ApplicationRequest:
    """A request: a twin of the first batch, alone in a room, unless said otherwise."""
    wanted = [WishRequest(batch, kind) for batch, kind in wishes or ((1, TWIN),)]
    return ApplicationRequest(wishes=wanted, **more)


def asking(*members: Principal) -> list[InviteRequest]:
    return [InviteRequest(one.number, one.name) for one in members]


def told(tx: ReadSession, who: Principal) -> list[str]:
    """The kinds of messages that somebody got, oldest first."""
    mine = select(InboxMessage.kind).where(InboxMessage.member_id == who.member_id)
    return [kind for (kind,) in tx.execute(mine.order_by(InboxMessage.at, InboxMessage.id))]


def rows(tx: ReadSession) -> list[tuple[int, int]]:
    """(member, number) of everybody who is in an application."""
    return [(one.member_id, one.number) for one in tx.all(select(Applicant).order_by(Applicant.member_id))]


@pytest.fixture
def town(driver: Driver) -> Town:
    """The people, and a season that is open."""
    return driver.run(furnish)


def furnish(tx: WriteSession, now: datetime) -> Town:
    """The people, and a season that is open; its nights are in no pool, since nobody is given a place here."""
    town = populate(tx, now, twins=1, horizon=1)
    draft_season(tx, now, status="open", allotment_id=POOL)
    return town


def apply_as(driver: Driver, who: Principal, request: ApplicationRequest | None = None) -> ApplicationView:
    return driver.run(apply, who, CODE, request or wishing())


def together(driver: Driver, lead: Principal, *others: Principal) -> ApplicationView:
    """An application that everybody asked has joined."""
    view = apply_as(driver, lead, wishing(invite=asking(*others)))
    for one in others:
        driver.run(accept, one, CODE, int(view.id, 16))
    return view


class TestApply:
    def test_alone_it_takes_part_at_once(self, driver: Driver, town: Town) -> None:
        who = town.workers[0]
        view = apply_as(driver, who, wishing((2, TWIN), (1, DOUBLE), (1, TWIN)))
        assert (view.status, view.weight, view.lead, view.can_change, view.sequence) == ("entered", 1, True, True, 0)
        assert [(wish.batch, wish.type) for wish in view.wishes] == [(2, TWIN), (1, DOUBLE), (1, TWIN)]
        assert (view.wishes[0].batch_name, view.wishes[0].type_name) == ("第2批", "双床房")
        stored = driver.read(my_application, SEASON, who.member_id)
        assert stored is not None
        assert (stored.id, len(stored.salt), stored.rooms) == (int(view.id, 16), 16, 1)
        assert 0 <= stored.id < 2**63
        assert driver.read(told, who) == ["retreat.entered"]
        noted = driver.read(lambda tx: tx.all(select(AuditEntry).where(AuditEntry.action == "retreat.applied")))
        assert [(one.actor, one.subject) for one in noted] == [(who.actor, f"retreat_application:{view.id}")]

    def test_ids_and_salts_are_nobodys_guess(self, driver: Driver, town: Town) -> None:
        for who in town.workers[:4]:
            apply_as(driver, who)
        stored = driver.read(lambda tx: tx.all(select(Application)))
        assert len({one.salt for one in stored}) == len({one.id >> 40 for one in stored}) == 4

    def test_a_second_one_is_refused(self, driver: Driver, town: Town) -> None:
        apply_as(driver, town.workers[0])
        with pytest.raises(errors_applying.AlreadyApplied):
            apply_as(driver, town.workers[0], wishing((2, TWIN)))
        assert len(driver.read(rows)) == 1

    def test_it_shows_the_tickets_of_seasons_lost(self, driver: Driver, town: Town) -> None:
        who = town.workers[0]
        driver.run(lost, who, 2)
        assert apply_as(driver, who).weight == 3

    @pytest.mark.parametrize(
        ("request_", "error", "facts"),
        [
            (ApplicationRequest(wishes=[]), errors_applying.NoWishes, {"most": 6}),
            (wishing((9, TWIN)), errors.UnknownChoice, {"batch": 9}),
            (wishing((1, ACCESSIBLE)), errors.UnknownChoice, {"batch": 1}),
            (wishing((1, TWIN), (2, TWIN), (1, TWIN)), errors_applying.WishTwice, {}),
            (wishing((1, DOUBLE), rooms=SHARING), errors_applying.NotShared, {}),
            (wishing(rooms=SHARING, companions=["李家属"]), errors_applying.SharesAlone, {"others": 1}),
            (wishing(rooms=2), errors_applying.TooManyRoomsTogether, {"most": 1, "asked": 2}),
            (
                wishing((1, TWIN), (1, DOUBLE), companions=["李一", "李二"]),
                errors_applying.RoomTooSmall,
                {"sleeps": 2, "heads": 3, "over": 1, "rooms": 1},
            ),
            (wishing(invite=[InviteRequest("w1001", "别人")]), errors_applying.InviteeNotFound, {"number": "w1001"}),
            (wishing(invite=[InviteRequest("w1000", "职工00")]), errors_applying.InvitedThemselves, {}),
            (wishing(invite=[InviteRequest("w1001", "职工01")] * 2), errors_applying.AlreadyInvited, {}),
        ],
    )
    def test_what_cannot_be_drawn_for_is_refused_with_its_numbers(
        self,
        driver: Driver,
        town: Town,
        request_: ApplicationRequest,
        error: type[BookingError],
        facts: dict[str, Any],
    ) -> None:
        with pytest.raises(error) as refused:
            apply_as(driver, town.workers[0], request_)
        assert facts.items() <= refused.value.params.items()
        assert driver.read(rows) == []
        assert driver.read(lambda tx: tx.all(select(Application))) == []

    def test_more_wishes_than_allowed_are_counted(self, driver: Driver, town: Town) -> None:
        driver.run(change_season, most_choices=2)
        with pytest.raises(errors_applying.TooManyWishes) as refused:
            apply_as(driver, town.workers[0], wishing((1, TWIN), (2, TWIN), (3, TWIN)))
        assert refused.value.params.items() >= {"most": 2, "asked": 3, "over": 1, "clause": "第四条"}.items()

    def test_more_members_than_allowed_are_counted(self, driver: Driver, town: Town) -> None:
        driver.run(change_season, most_together=2)
        lead, *others = town.workers[:3]
        with pytest.raises(errors_applying.TooManyTogether) as refused:
            apply_as(driver, lead, wishing(rooms=2, invite=asking(*others)))
        assert refused.value.params.items() >= {"most": 2, "asked": 3, "over": 1}.items()

    def test_an_extra_bed_makes_room_for_a_third(self, driver: Driver, town: Town) -> None:
        view = apply_as(driver, town.workers[0], wishing((1, TWIN), companions=["李一", " 李二 "]))
        assert view.companions == ["李一", "李二"]

    def test_beds_that_were_taken_out_count_at_once(self, driver: Driver, town: Town) -> None:
        apply_as(driver, town.workers[0], wishing(companions=["李一", "李二"]))
        driver.run(take_extra_beds)
        with pytest.raises(errors_applying.RoomTooSmall):
            apply_as(driver, town.workers[1], wishing(companions=["李一", "李二"]))

    def test_whoever_is_not_eligible_reads_the_rule(self, driver: Driver, town: Town) -> None:
        unpaid = town.of(211)[4]
        with pytest.raises(errors.DuesUnpaid):
            apply_as(driver, unpaid)
        driver.run(change_season, categories=["frontline"])
        with pytest.raises(errors.CategoryNeeded):
            apply_as(driver, town.of(211)[3])
        assert apply_as(driver, town.of(211)[0]).status == "entered"

    def test_whoever_left_the_union_is_refused(self, driver: Driver, town: Town) -> None:
        driver.run(leave_union, town.workers[0])
        with pytest.raises(errors.MemberLeft):
            apply_as(driver, town.workers[0])

    def test_before_and_after_the_season_it_says_when(self, driver: Driver, town: Town) -> None:
        season = driver.read(found_season)
        driver.clock.now = season.closes_at
        with pytest.raises(errors_applying.ApplicationsClosed):
            apply_as(driver, town.workers[0])
        driver.run(
            change_season, opens_at=season.freezes_at, closes_at=season.publishes_at, freezes_at=season.confirm_by
        )
        with pytest.raises(errors_applying.NotOpenYet):
            apply_as(driver, town.workers[0])
        driver.run(change_season, status="cancelled")
        with pytest.raises(errors_applying.SeasonCancelled):
            apply_as(driver, town.workers[0])

    def test_nobody_applies_for_a_draft(self, driver: Driver) -> None:
        town = driver.run(populate)
        driver.run(draft_season)
        with pytest.raises(errors.SeasonNotFound):
            apply_as(driver, town.workers[0])


class TestEdit:
    def test_wishes_are_ranked_anew_and_companions_come_along(self, driver: Driver, town: Town) -> None:
        who = town.workers[0]
        first = apply_as(driver, who, wishing((1, TWIN), (2, TWIN), rooms=SHARING))
        changed = wishing((2, TWIN), (1, TWIN), companions=["李家属"], sequence=first.sequence)
        view = driver.run(save, who, CODE, changed)
        assert [wish.batch for wish in view.wishes] == [2, 1]
        assert (view.id, view.rooms, view.companions) == (first.id, ALONE, ["李家属"])
        assert view.sequence > first.sequence

    def test_an_older_sequence_is_refused(self, driver: Driver, town: Town) -> None:
        who = town.workers[0]
        first = apply_as(driver, who)
        driver.run(edit, who, CODE, wishing((2, TWIN), sequence=first.sequence))
        with pytest.raises(errors_applying.ApplicationChanged):
            driver.run(edit, who, CODE, wishing((3, TWIN), sequence=first.sequence))
        stored = driver.read(my_application, SEASON, who.member_id)
        assert stored is not None
        assert wishes_of(stored) == [(2, TWIN)]

    def test_refused_it_stays_as_it_was(self, driver: Driver, town: Town) -> None:
        who = town.workers[0]
        first = apply_as(driver, who)
        with pytest.raises(errors_applying.NotShared):
            driver.run(edit, who, CODE, wishing((1, DOUBLE), rooms=SHARING, sequence=first.sequence))
        stored = driver.read(my_application, SEASON, who.member_id)
        assert stored is not None
        assert (wishes_of(stored), stored.sequence) == ([(1, TWIN)], first.sequence)

    def test_only_the_lead_changes_it_and_the_others_are_told(self, driver: Driver, town: Town) -> None:
        lead, other = town.workers[:2]
        together(driver, lead, other)
        sequence = view_of(driver, other).sequence
        with pytest.raises(errors_applying.NotTheLead):
            driver.run(edit, other, CODE, wishing((2, TWIN), sequence=sequence))
        driver.run(edit, lead, CODE, wishing((2, TWIN), sequence=sequence))
        assert driver.read(told, other)[-1] == "retreat.changed"

    def test_saving_what_is_there_already_tells_nobody(self, driver: Driver, town: Town) -> None:
        lead, other = town.workers[:2]
        together(driver, lead, other)
        before = driver.read(told, other)
        driver.run(edit, lead, CODE, wishing(sequence=view_of(driver, lead).sequence))
        assert driver.read(told, other) == before

    def test_after_the_close_nothing_changes(self, driver: Driver, town: Town) -> None:
        who = town.workers[0]
        first = apply_as(driver, who)
        driver.clock.now = driver.read(found_season).closes_at
        commands: list[tuple[Any, ...]] = [
            (edit, wishing((2, TWIN), sequence=first.sequence)),
            (withdraw,),
            (take_back,),
            (leave,),
            (invite, *asking(town.workers[1])),
            (uninvite, town.workers[1].member_id),
            (accept, int(first.id, 16)),
            (decline, int(first.id, 16)),
        ]
        for command, *args in commands:
            with pytest.raises(errors_applying.ApplicationsClosed):
                driver.run(command, who, CODE, *args)
        assert view_of(driver, who).can_change is False


class TestTogether:
    def test_it_gathers_until_everybody_answered(self, driver: Driver, town: Town) -> None:
        lead, one, two = town.workers[:3]
        view = apply_as(driver, lead, wishing(rooms=2, invite=asking(one, two)))
        assert (view.status, [(each.name, each.status) for each in view.invitations]) == (
            "gathering",
            [(one.name, "open"), (two.name, "open")],
        )
        assert driver.read(told, lead) == []
        assert driver.read(told, one) == ["retreat.invited"]
        (asked,) = driver.read(asked_views, driver.clock(), driver.read(found_season), one.member_id)
        assert (asked.lead_name, asked.members, asked.can_answer) == (lead.name, [lead.name], True)
        joined = driver.run(accept, one, CODE, int(view.id, 16))
        assert (joined.status, joined.lead, [each.name for each in joined.members]) == (
            "gathering",
            False,
            [lead.name, one.name],
        )
        assert driver.run(decline, two, CODE, int(view.id, 16)).status == "declined"
        after = view_of(driver, lead)
        assert (after.status, [each.status for each in after.invitations]) == ("entered", ["declined"])
        assert driver.read(told, lead) == ["retreat.accepted", "retreat.declined", "retreat.entered"]
        assert driver.read(told, one) == ["retreat.invited", "retreat.entered"]

    def test_its_tickets_are_those_of_who_has_fewest(self, driver: Driver, town: Town) -> None:
        lead, other = town.workers[:2]
        driver.run(lost, lead, 3)
        assert together(driver, lead, other).weight == 4
        assert view_of(driver, lead).weight == 1

    def test_answering_twice_changes_nothing(self, driver: Driver, town: Town) -> None:
        lead, one, two = town.workers[:3]
        view = apply_as(driver, lead, wishing(invite=asking(one, two)))
        first = driver.run(accept, one, CODE, int(view.id, 16))
        assert driver.run(accept, one, CODE, int(view.id, 16)) == first
        driver.run(decline, two, CODE, int(view.id, 16))
        before = view_of(driver, lead)
        driver.run(decline, two, CODE, int(view.id, 16))
        assert view_of(driver, lead) == before

    def test_nobody_answers_for_somebody_else(self, driver: Driver, town: Town) -> None:
        view = apply_as(driver, town.workers[0], wishing(invite=asking(town.workers[1])))
        for command in (accept, decline):
            with pytest.raises(errors_applying.InvitationNotFound):
                driver.run(command, town.workers[2], CODE, int(view.id, 16))

    def test_whoever_may_not_apply_is_told_so_and_not_their_friend(self, driver: Driver, town: Town) -> None:
        lead, unpaid = town.of(211)[0], town.of(211)[4]
        view = apply_as(driver, lead, wishing(invite=asking(unpaid)))
        assert view.status == "gathering"
        with pytest.raises(errors.DuesUnpaid):
            driver.run(accept, unpaid, CODE, int(view.id, 16))
        assert view_of(driver, lead).invitations[0].status == "open"

    def test_whoever_has_an_application_withdraws_it_first(self, driver: Driver, town: Town) -> None:
        lead, other = town.workers[:2]
        view = apply_as(driver, lead, wishing(invite=asking(other)))
        apply_as(driver, other)
        with pytest.raises(errors_applying.AlreadyApplied):
            driver.run(accept, other, CODE, int(view.id, 16))
        driver.run(withdraw, other, CODE)
        assert driver.run(accept, other, CODE, int(view.id, 16)).status == "entered"

    def test_an_invitation_can_be_taken_back_until_it_is_answered(self, driver: Driver, town: Town) -> None:
        lead, one, two = town.workers[:3]
        view = apply_as(driver, lead, wishing(invite=asking(one, two)))
        driver.run(accept, one, CODE, int(view.id, 16))
        with pytest.raises(errors_applying.InvitationOver):
            driver.run(uninvite, lead, CODE, one.member_id)
        assert driver.run(uninvite, lead, CODE, two.member_id).status == "entered"
        assert driver.read(told, two) == ["retreat.invited", "retreat.uninvited"]
        with pytest.raises(errors_applying.InvitationOver):
            driver.run(accept, two, CODE, int(view.id, 16))
        with pytest.raises(errors_applying.InvitationNotFound):
            driver.run(uninvite, lead, CODE, 12345)

    def test_whoever_declined_can_be_asked_again(self, driver: Driver, town: Town) -> None:
        lead, other = town.workers[:2]
        view = apply_as(driver, lead, wishing(invite=asking(other)))
        with pytest.raises(errors_applying.AlreadyInvited):
            driver.run(invite, lead, CODE, *asking(other))
        driver.run(decline, other, CODE, int(view.id, 16))
        again = driver.run(invite, lead, CODE, *asking(other))
        assert (again.status, again.invitations[0].status) == ("gathering", "open")
        driver.run(accept, other, CODE, int(view.id, 16))
        with pytest.raises(errors_applying.AlreadyInvited):
            driver.run(invite, lead, CODE, *asking(other))

    def test_a_second_thought_has_ten_minutes(self, driver: Driver, town: Town) -> None:
        lead, other = town.workers[:2]
        view = apply_as(driver, lead, wishing(invite=asking(other)))
        driver.run(decline, other, CODE, int(view.id, 16))
        driver.clock.advance(minutes=9)
        assert driver.run(accept, other, CODE, int(view.id, 16)).status == "entered"
        driver.run(leave, other, CODE)
        driver.clock.advance(minutes=10)
        with pytest.raises(errors_applying.InvitationOver):
            driver.run(accept, other, CODE, int(view.id, 16))

    def test_who_comes_back_finds_the_bed_taken(self, driver: Driver, town: Town) -> None:
        lead, other = town.workers[:2]
        view = apply_as(driver, lead, wishing((1, DOUBLE), invite=asking(other)))
        driver.run(decline, other, CODE, int(view.id, 16))
        driver.run(
            edit, lead, CODE, wishing((1, DOUBLE), companions=["李家属"], sequence=view_of(driver, lead).sequence)
        )
        with pytest.raises(errors_applying.RoomTooSmall):
            driver.run(accept, other, CODE, int(view.id, 16))
        assert len(driver.read(rows)) == 1

    def test_leaving_keeps_the_others(self, driver: Driver, town: Town) -> None:
        lead, one, two = town.workers[:3]
        together(driver, lead, one, two)
        driver.run(leave, one, CODE)
        assert [name for name, _ in driver.read(rows)] == [lead.member_id, two.member_id]
        assert driver.read(told, lead)[-1] == "retreat.left"
        with pytest.raises(errors_applying.ApplicationNotFound):
            driver.run(leave, one, CODE)
        with pytest.raises(errors_applying.LeadCannotLeave):
            driver.run(leave, lead, CODE)
        apply_as(driver, one)

    def test_rooms_that_no_longer_suit_who_is_left_wait_for_the_lead(self, driver: Driver, town: Town) -> None:
        """Otherwise somebody could be given two rooms by asking a friend who declines."""
        lead, other = town.workers[:2]
        view = apply_as(driver, lead, wishing(rooms=2, invite=asking(other)))
        driver.run(decline, other, CODE, int(view.id, 16))
        after = view_of(driver, lead)
        assert (after.status, after.problem) == ("gathering", "too_many_rooms_together")
        assert driver.run(edit, lead, CODE, wishing(sequence=after.sequence)).status == "entered"

    def test_who_shares_with_strangers_asks_nobody_along(self, driver: Driver, town: Town) -> None:
        apply_as(driver, town.workers[0], wishing(rooms=SHARING))
        with pytest.raises(errors_applying.SharesAlone):
            driver.run(invite, town.workers[0], CODE, *asking(town.workers[1]))


class TestWithdraw:
    def test_it_is_given_up_and_taken_back(self, driver: Driver, town: Town) -> None:
        who = town.workers[0]
        first = apply_as(driver, who, wishing((1, TWIN), (2, TWIN)))
        gone = driver.run(withdraw, who, CODE)
        assert (gone.status, gone.lead, gone.can_change) == ("withdrawn", True, False)
        assert driver.read(rows) == []
        with pytest.raises(errors_applying.ApplicationNotFound):
            driver.run(withdraw, who, CODE)
        back = driver.run(take_back, who, CODE)
        assert (back.id, back.status, back.wishes) == (first.id, "entered", first.wishes)
        with pytest.raises(errors_applying.NothingToTakeBack):
            driver.run(take_back, who, CODE)

    def test_who_applied_anew_cannot_have_both(self, driver: Driver, town: Town) -> None:
        who = town.workers[0]
        apply_as(driver, who)
        driver.run(withdraw, who, CODE)
        second = apply_as(driver, who, wishing((2, TWIN)))
        with pytest.raises(errors_applying.AlreadyApplied):
            driver.run(take_back, who, CODE)
        assert view_of(driver, who).id == second.id
        driver.clock.advance(minutes=1)
        driver.run(withdraw, who, CODE)
        assert driver.run(take_back, who, CODE).id == second.id, "the last one counts"

    def test_the_others_are_told_and_come_back_with_it(self, driver: Driver, town: Town) -> None:
        lead, one, two = town.workers[:3]
        together(driver, lead, one, two)
        with pytest.raises(errors_applying.NotTheLead):
            driver.run(withdraw, one, CODE)
        driver.run(withdraw, lead, CODE)
        assert driver.read(rows) == []
        assert driver.read(told, one)[-1] == "retreat.withdrawn"
        elsewhere = apply_as(driver, two)
        back = driver.run(take_back, lead, CODE)
        assert [each.name for each in back.members] == [lead.name, one.name]
        assert [(each.name, each.status) for each in back.invitations] == [(two.name, "declined")]
        assert view_of(driver, two).id == elsewhere.id
        assert driver.read(told, one)[-1] == "retreat.restored"

    def test_whoever_was_asked_is_asked_again_with_it(self, driver: Driver, town: Town) -> None:
        lead, other = town.workers[:2]
        view = apply_as(driver, lead, wishing(invite=asking(other)))
        driver.run(withdraw, lead, CODE)
        with pytest.raises(errors_applying.InvitationOver):
            driver.run(accept, other, CODE, int(view.id, 16))
        assert driver.run(take_back, lead, CODE).status == "gathering"
        assert driver.run(accept, other, CODE, int(view.id, 16)).status == "entered"

    def test_nobody_takes_back_what_another_withdrew(self, driver: Driver, town: Town) -> None:
        lead, other = town.workers[:2]
        together(driver, lead, other)
        driver.run(withdraw, lead, CODE)
        assert driver.read(withdrawn_application, SEASON, other.member_id) is None
        with pytest.raises(errors_applying.NothingToTakeBack):
            driver.run(take_back, other, CODE)


class TestReminders:
    def test_who_has_not_answered_is_reminded_once(self, driver: Driver, town: Town) -> None:
        lead, one, two = town.workers[:3]
        view = apply_as(driver, lead, wishing(invite=asking(one, two)))
        driver.run(decline, one, CODE, int(view.id, 16))
        season = driver.read(found_season)
        driver.clock.now = season.closes_at - timedelta(hours=season.remind_hours + 1)
        assert not driver.read(reminders_are_due, driver.clock())
        assert driver.run(remind_unanswered) == 0
        driver.clock.advance(hours=1)
        assert driver.read(reminders_are_due, driver.clock())
        assert driver.run(remind_unanswered) == 1
        assert driver.run(remind_unanswered) == 0
        assert not driver.read(reminders_are_due, driver.clock())
        assert driver.read(told, two) == ["retreat.invited", "retreat.unanswered"]
        assert driver.read(told, one) == ["retreat.invited"]
        assert driver.read(told, lead) == ["retreat.declined", "retreat.gathering"]

    def test_the_lead_of_rooms_that_do_not_suit_is_reminded_too(self, driver: Driver, town: Town) -> None:
        lead, other = town.workers[:2]
        view = apply_as(driver, lead, wishing(rooms=2, invite=asking(other)))
        driver.run(decline, other, CODE, int(view.id, 16))
        driver.clock.now = driver.read(found_season).closes_at - timedelta(hours=1)
        driver.run(remind_unanswered)
        assert driver.read(told, lead)[-1] == "retreat.gathering"

    def test_whoever_is_asked_in_the_last_hours_is_not_asked_twice(self, driver: Driver, town: Town) -> None:
        lead, other = town.workers[:2]
        driver.clock.now = driver.read(found_season).closes_at - timedelta(hours=1)
        apply_as(driver, lead, wishing(invite=asking(other)))
        assert driver.run(remind_unanswered) == 0

    def test_applications_that_take_part_are_left_alone(self, driver: Driver, town: Town) -> None:
        together(driver, *town.workers[:2])
        driver.clock.now = driver.read(found_season).closes_at - timedelta(hours=1)
        assert driver.run(remind_unanswered) == 0


class TestRules:
    @given(
        st.builds(Party, st.integers(1, 6), st.integers(0, 6), st.integers(0, 4)),
        st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), min_size=1, max_size=3),
    )
    def test_the_change_that_is_named_would_do(self, party: Party, rooms: list[tuple[int, int]]) -> None:
        """Whoever takes so many fewer people as a refusal says is not refused for that again."""
        offers = [Offer(Named("批"), Named("房"), beds, sleeps) for beds, sleeps in rooms]
        refused = _refusal(party, offers)
        if isinstance(refused, errors_applying.RoomTooSmall):
            fewer = party.heads - refused.params["over"]
            assert fewer >= 1
            smaller = Party(min(party.members, fewer), max(0, fewer - party.members), party.rooms)
            refused = _refusal(smaller, [one for one in offers if one.type == refused.params["type"]][:1])
            assert not isinstance(refused, errors_applying.RoomTooSmall) or len(rooms) > 1
        elif isinstance(refused, errors_applying.TooManyTogether):
            fewer = party.members - refused.params["over"]
            assert not isinstance(_refusal(party._replace(members=fewer), offers), errors_applying.TooManyTogether)
        elif isinstance(refused, errors_applying.TooManyRoomsTogether):
            enough = party._replace(rooms=refused.params["most"])
            assert not isinstance(_refusal(enough, offers), errors_applying.TooManyRoomsTogether)
        elif refused is None and party.rooms:
            assert all(party.heads <= party.rooms * sleeps for _, sleeps in rooms)


def _refusal(party: Party, offers: list[Offer]) -> BookingError | None:
    class Terms:
        title = title_en = status = document = clause = ""
        most_choices, most_together = 6, 4
        opens_at = closes_at = NOON

    try:
        check_party(Terms(), offers, party)
    except BookingError as error:
        return error
    return None


COMMANDS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(0, 3)), min_size=5, max_size=25)


class TestHistories:
    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(COMMANDS)
    def test_whatever_four_people_do_the_books_agree(
        self, driver: Driver, town: Town, commands: list[tuple[int, int, int]]
    ) -> None:
        driver.run(forget)
        people = town.workers[:4]
        for what, who, whom in commands:
            act = ACTS[what]
            with contextlib.suppress(BookingError):
                act(driver, people[who], people[whom])
            driver.read(check)


def _accept(driver: Driver, who: Principal, whom: Principal) -> None:
    driver.run(accept, who, CODE, _application_of(driver, whom))


def _decline(driver: Driver, who: Principal, whom: Principal) -> None:
    driver.run(decline, who, CODE, _application_of(driver, whom))


def _application_of(driver: Driver, who: Principal) -> int:
    found = driver.read(my_application, SEASON, who.member_id)
    return 0 if found is None else found.id


ACTS: list[Callable[[Driver, Principal, Principal], Any]] = [
    lambda driver, who, whom: apply_as(driver, who, wishing(invite=[] if who is whom else asking(whom))),
    lambda driver, who, whom: driver.run(invite, who, CODE, *asking(whom)),
    lambda driver, who, whom: driver.run(uninvite, who, CODE, whom.member_id),
    _accept,
    _decline,
    lambda driver, who, _: driver.run(leave, who, CODE),
    lambda driver, who, whom: driver.run(withdraw if who is whom else take_back, who, CODE),
]


def check(tx: ReadSession) -> None:
    """One lead in each application that is alive and nobody in one that is not; it takes part when all answered."""
    applicants = tx.all(select(Applicant))
    for application in tx.all(select(Application)):
        members = [one for one in applicants if one.application_id == application.id]
        asked = tx.all(select(Invitation).where(Invitation.application_id == application.id))
        if application.status == "withdrawn":
            assert not members
            assert [one.status for one in asked].count("made") == 1
            continue
        numbers = sorted(one.number for one in members)
        assert numbers[0] == 0
        assert len(set(numbers)) == len(numbers)
        joined = {one.member_id for one in asked if one.status == "accepted"}
        assert {one.member_id for one in members if one.number} == joined
        waits = any(one.status == "open" for one in asked)
        assert (application.status == "gathering") == waits


def view_of(driver: Driver, who: Principal) -> ApplicationView:
    """The application of somebody, as they see it now."""

    def read(tx: ReadSession) -> ApplicationView:
        mine = live_application(tx, SEASON, who.member_id)
        return application_view(tx, driver.clock(), found_season(tx), mine, who.member_id)

    return driver.read(read)


def change_season(tx: WriteSession, now: datetime, /, **values: Any) -> None:
    tx.execute(update(Season).where(Season.id == SEASON).values(**values))


def forget(tx: WriteSession, now: datetime) -> None:
    for table in (Invitation, Applicant, Application):
        tx.execute(delete(table))


def take_extra_beds(tx: WriteSession, now: datetime) -> None:
    tx.execute(update(RoomType).values(extra_beds=0))
    catalogue_changed(tx)


def leave_union(tx: WriteSession, now: datetime, who: Principal) -> None:
    tx.execute(update(Member).where(Member.id == who.member_id).values(left_at=now))


def lost(tx: WriteSession, now: datetime, who: Principal, seasons: int) -> None:
    """Somebody lost so many earlier seasons."""
    flags = dict.fromkeys(("won", "declined", "declined_late", "did_not_come"), False)
    for at in range(seasons):
        past = draft_season(tx, now, id=100 * who.member_id + at, code=f"past-{who.member_id}-{at}")
        row = {"member_id": who.member_id, "season_id": past.id, "ranked": 3, "retreat_on": None, "at": now}
        add(tx, RetreatPast, [row | flags])
