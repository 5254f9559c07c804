"""Whole hotels: everyone assigned anew, and rooms that go out of order."""

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations

import pytest

from benchmarks.hotels import Size, hotel
from booking.rooms.rules import assignment
from booking.rooms.rules.assignment import (
    Block,
    ClosingPlan,
    Fate,
    Group,
    Snapshot,
    SolverMissing,
    Stay,
    assign_all,
    assign_exactly,
    plan_closing,
    plan_closing_exactly,
)
from tests.rooms.hotels import (
    SUITE,
    TWIN,
    assert_assigns,
    assert_lives,
    fewest_moves,
    next_to,
    random_hotel,
    row_of,
)

Close = Callable[..., ClosingPlan]


def forgotten(shot: Snapshot) -> Snapshot:
    """The same hotel without the rooms of those who may move: a plan exists."""
    return replace(shot, stays=tuple(one if one.pinned else replace(one, room=None) for one in shot.stays))


def with_neighbours(dice: random.Random, shot: Snapshot) -> Snapshot:
    """The same hotel, where some who live next to each other want to, or must."""
    beside = [(a.id, b.id) for a, b in combinations(shot.stays, 2) if next_to(shot, a.room or 0, b.room or 0)]
    pairs = dice.sample(beside, min(len(beside), dice.randint(0, 2)))
    return replace(shot, groups=tuple(Group(pair, must=dice.random() < 0.5) for pair in pairs))


def nights_lost(stay: Stay) -> int:
    return stay.departure - stay.arrival


class TestAssignAll:
    def test_whoever_has_a_room_keeps_it(self) -> None:
        shot = Snapshot(0, 4, row_of(3), (Stay(1, TWIN, 0, 2, 3), Stay(2, TWIN, 2, 4, 2), Stay(3, TWIN, 0, 4)))
        found = assign_all(shot)
        assert found.rooms == {1: 3, 2: 2, 3: 1}
        assert (found.moves, found.proved) == ((), True)

    def test_someone_moves_when_that_makes_room(self) -> None:
        shot = Snapshot(0, 4, row_of(2), (Stay(1, TWIN, 0, 2, 1), Stay(2, TWIN, 2, 4, 2), Stay(3, TWIN, 0, 4)))
        found = assign_all(shot)
        assert_assigns(shot, found)
        assert len(found.moves) == 1

    def test_pairs_live_side_by_side(self) -> None:
        stays = tuple(Stay(at, TWIN, 0, 4) for at in range(1, 7))
        found = assign_all(Snapshot(0, 4, row_of(6), stays, (Group((1, 6)), Group((2, 5)), Group((3, 4)))))
        assert len(found.kept) == 3

    def test_nobody_leaves_the_room_they_hold_so_that_others_are_neighbours(self) -> None:
        held = tuple(Stay(at, TWIN, 0, 4, at) for at in (1, 2, 3))
        shot = Snapshot(0, 4, row_of(4), (*held, Stay(9, TWIN, 0, 4)), (Group((1, 9)),))
        found = assign_all(shot)
        assert found.moves == ()
        assert found.parted == ((1, 9),)

    def test_a_better_type_is_given_when_the_own_one_is_full(self) -> None:
        rooms = (*row_of(1), *row_of(1, SUITE, first=10))
        shot = Snapshot(0, 4, rooms, (Stay(1, TWIN, 0, 4), Stay(2, TWIN, 0, 4)), upgrades={TWIN: (SUITE,)})
        assert sorted(assign_all(shot).rooms.values()) == [1, 10]
        assert len(assign_all(replace(shot, upgrades={})).unplaced) == 1

    def test_small_hotels_are_assigned_by_the_rules(self) -> None:
        dice = random.Random(7)
        unplaced = 0
        for _ in range(500):
            shot = with_neighbours(dice, random_hotel(dice, 8, 25))
            for start in (shot, forgotten(shot)):
                found = assign_all(start)
                assert_assigns(start, found)
                unplaced += len(found.unplaced)
            assert assign_all(shot).moves == ()
        assert unplaced < 30

    def test_a_month_of_a_full_hotel(self) -> None:
        shot = hotel(Size(nights=30, full=0.97, pinned=0.15))
        found = assign_all(shot)
        assert_assigns(shot, found)
        assert len(found.unplaced) < 10
        assert len(found.kept) > 100


class TestAssignExactly:
    @pytest.fixture(autouse=True)
    def needs_solver(self) -> None:
        pytest.importorskip("ortools")

    def test_nobody_is_left_out_where_a_plan_exists(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(assignment.greedy, "CHAIN_NODES", 0)
        monkeypatch.setattr(assignment.greedy, "SWAP_NODES", 0)
        dice = random.Random(8)
        helped = 0
        for _ in range(300):
            shot = forgotten(with_neighbours(dice, random_hotel(dice, 14, 60)))
            greedy = assign_all(shot)
            if greedy.unplaced:
                helped += 1
                found = assign_exactly(shot, 20, greedy)
                assert_assigns(shot, found)
                assert found.unplaced == ()
        assert helped > 10

    @pytest.mark.drill
    def test_a_quarter_of_full_hotels(self) -> None:
        for seed in range(3):
            shot = hotel(Size(nights=90, full=0.97, pinned=0.15), seed)
            found = assign_exactly(shot, 60)
            assert_assigns(shot, found)
            assert found.unplaced == ()

    def test_as_many_are_placed_as_there_is_room_for(self) -> None:
        dice = random.Random(9)
        for _ in range(40):
            shot = forgotten(random_hotel(dice, 6, 12))
            more = tuple(Stay(100 + at, TWIN, at, at + 3) for at in range(3))
            shot = replace(shot, stays=(*shot.stays, *more))
            found = assign_exactly(shot, 20)
            assert_assigns(shot, found)
            assert found.proved
            assert len(found.unplaced) == fewest_left_out(shot)

    def test_three_weeks_of_a_full_hotel(self) -> None:
        shot = hotel(Size(nights=21, full=0.97, pinned=0.15, pairs=40))
        greedy = assign_all(shot)
        found = assign_exactly(shot, 60, greedy)
        assert_assigns(shot, found)
        assert greedy.unplaced
        assert found.unplaced == ()
        assert len(found.kept) >= len(greedy.kept)

    def test_without_time_it_says_so(self) -> None:
        shot = hotel(Size(nights=30, full=0.97, pinned=0.05))
        greedy = assign_all(shot)
        found = assign_exactly(shot, 0, greedy)
        assert found.rooms == greedy.rooms
        assert not found.proved

    def test_without_the_solver_it_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "ortools.sat.python", None)
        with pytest.raises(SolverMissing, match="solver"):
            assign_exactly(hotel(Size(nights=30, full=0.97, pinned=0.05)), 5)


class TestClosing:
    def test_whoever_lived_there_gets_another_room(self) -> None:
        shot = Snapshot(0, 4, row_of(2), (Stay(1, TWIN, 0, 2, 1, chosen=True), Stay(2, TWIN, 2, 4, 2)))
        plan = plan_closing(shot, [Block(1, 0, 4, "pipes")])
        assert plan == ClosingPlan((Fate(1, "moves", 1, 2),), fewest=True)

    def test_a_guest_in_the_house_stays_and_is_reported(self) -> None:
        shot = Snapshot(0, 4, row_of(2), (Stay(1, TWIN, 0, 4, 1, arrived=True),))
        plan = plan_closing(shot, [Block(1, 1, 4)])
        assert plan.in_house == (1,)
        assert plan.displaced == ()

    def test_the_cheaper_stay_is_displaced(self) -> None:
        shot = Snapshot(0, 4, row_of(3), (Stay(1, TWIN, 0, 4, 1), Stay(2, TWIN, 0, 4, 2), Stay(3, TWIN, 0, 4, 3)))
        closing = [Block(1, 0, 4), Block(2, 0, 4)]
        free = replace(shot, rooms=row_of(4))
        for dear in (1, 2):
            plan = plan_closing(free, closing, lambda stay, dear=dear: 900 if stay.id == dear else 100)  # type: ignore[misc]
            assert plan.displaced == (3 - dear,)
            assert plan.fewest

    def test_one_long_stay_goes_rather_than_two_short_ones(self) -> None:
        held = (Stay(1, TWIN, 0, 4, 1), Stay(2, TWIN, 0, 1, 2), Stay(3, TWIN, 2, 3, 2))
        plan = plan_closing(Snapshot(0, 4, row_of(3), held), [Block(1, 0, 4), Block(2, 0, 4)])
        assert plan.displaced == (1,)
        assert plan.fewest

    def test_nobody_in_an_open_room_is_displaced(self) -> None:
        shot = Snapshot(0, 4, row_of(2), (Stay(1, TWIN, 0, 4, 1), Stay(2, TWIN, 0, 4, 2)))
        assert plan_closing(shot, [Block(1, 0, 4)]).displaced == (1,)

    def test_one_who_reaches_beyond_the_snapshot_is_not_guessed_about(self) -> None:
        shot = Snapshot(0, 4, row_of(2), (Stay(1, TWIN, 2, 6, 1),))
        with pytest.raises(ValueError, match="beyond"):
            plan_closing(shot, [Block(1, 0, 4)])

    def test_greedy_keeps_the_rules_and_claims_no_more_than_is_so(self) -> None:
        over = 0
        for shot, closing in closures(400):
            plan = plan_closing(shot, closing, nights_lost)
            assert_closes(shot, closing, plan)
            best = fewest_displaced(shot, closing)
            over += len(plan.displaced) - best[0]
            assert len(plan.displaced) >= best[0]
            if plan.fewest:
                assert len(plan.displaced) == best[0]
        assert over < 20

    def test_the_solver_displaces_the_fewest_and_the_cheapest(self) -> None:
        pytest.importorskip("ortools")
        for shot, closing in closures(60, seed=2):
            plan = plan_closing_exactly(shot, closing, 20, nights_lost)
            assert_closes(shot, closing, plan)
            assert plan.fewest
            lost = sum(nights_lost(stay) for stay in shot.stays if stay.id in plan.displaced)
            assert (len(plan.displaced), lost) == fewest_displaced(shot, closing)

    def test_twenty_rooms_of_a_full_hotel(self) -> None:
        start = hotel(Size(nights=21, full=0.91, pinned=0.05, pairs=40))
        rooms = assign_all(start).rooms
        shot = replace(start, stays=tuple(replace(s, room=rooms[s.id]) for s in start.stays if s.id in rooms))
        closing = [Block(room, 10, 17, "pipes") for room in range(41, 61)]
        plan = plan_closing(shot, closing, nights_lost)
        assert_closes(shot, closing, plan)
        assert len(plan.displaced) < len(plan.fates)


def closures(count: int, seed: int = 1) -> Iterator[tuple[Snapshot, list[Block]]]:
    dice = random.Random(seed)
    for _ in range(count):
        shot = random_hotel(dice, 6, dice.randint(4, 12))
        room = dice.choice(shot.rooms)
        first = dice.randint(0, 4)
        yield shot, [Block(room.id, first, dice.randint(first + 1, 6), "pipes")]


def under(shot: Snapshot, closing: list[Block]) -> list[Stay]:
    return [
        stay
        for stay in shot.stays
        if any(stay.room == one.room and stay.arrival < one.last and one.first < stay.departure for one in closing)
    ]


def without(shot: Snapshot, closing: list[Block]) -> tuple[Snapshot, list[Stay], list[Stay]]:
    """The hotel as a judge sees it: with blocks for guests who stay, who must have a room, and who may be displaced."""
    hit = under(shot, closing)
    staying = [Block(stay.room or 0, stay.arrival, stay.departure) for stay in hit if stay.arrived]
    leaving = [replace(stay, room=None, chosen=False) for stay in hit if not stay.arrived]
    others = [stay for stay in shot.stays if stay not in hit]
    return replace(shot, blocks=(*shot.blocks, *closing, *staying)), others, leaving


def fewest_displaced(shot: Snapshot, closing: list[Block]) -> tuple[int, int]:
    """By trying everything: the fewest that must go, and the fewest nights lost with so many."""
    after, others, leaving = without(shot, closing)
    for count in range(len(leaving) + 1):
        lost = [
            sum(nights_lost(stay) for stay in gone)
            for gone in combinations(leaving, count)
            if fewest_moves(after, [*others, *(stay for stay in leaving if stay not in gone)]) is not None
        ]
        if lost:
            return count, min(lost)
    raise AssertionError("those in open rooms fit")


def assert_closes(shot: Snapshot, closing: list[Block], plan: ClosingPlan) -> None:
    after, others, leaving = without(shot, closing)
    fates = {fate.stay: fate for fate in plan.fates}
    assert len(fates) == len(plan.fates)
    hit = {stay.id for stay in under(shot, closing)}
    assert set(plan.in_house) == {stay.id for stay in shot.stays if stay.id in hit and stay.arrived}
    assert set(plan.displaced) <= {stay.id for stay in leaving}
    rooms = {stay.id: fates[stay.id].room if stay.id in fates else stay.room for stay in (*others, *leaving)}
    placed = [stay for stay in (*others, *leaving) if rooms[stay.id] is not None]
    assert_lives(after, placed, {stay: room for stay, room in rooms.items() if room is not None})
    assert all(stay.id in fates for stay in leaving)


def fewest_left_out(shot: Snapshot) -> int:
    loose = [stay for stay in shot.stays if not stay.pinned]
    pinned = [stay for stay in shot.stays if stay.pinned]
    for count in range(len(loose) + 1):
        for gone in combinations(loose, count):
            if fewest_moves(shot, [*pinned, *(stay for stay in loose if stay not in gone)]) is not None:
                return count
    raise AssertionError("the pinned fit")
