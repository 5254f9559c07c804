"""Ways to get assignment wrong that look right: each must be caught by the judges, or the judges are asleep."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from booking.rooms.rules.assignment import Impossible, Outcome, Overfull, Plan, Snapshot, Stay, rearrange
from tests.rooms.hotels import Rearrange, assert_judges_agree, small_hotels


def judge(decide: Rearrange) -> None:
    for shot, wishes in small_hotels(1000):
        assert_judges_agree(shot, wishes, decide(shot, wishes))


def never_moves_a_claim(shot: Snapshot, wishes: Sequence[Stay]) -> Outcome:
    outcome = rearrange(shot, wishes)
    if isinstance(outcome, Plan) and outcome.moves:
        nights = tuple(range(wishes[0].arrival, wishes[0].departure))
        return Impossible(Overfull(nights, (), 1))
    return outcome


def only_counts(shot: Snapshot, wishes: Sequence[Stay]) -> Outcome:
    """Compares stays with rooms of the type on each night, and believes that this is enough."""
    outcome = rearrange(shot, wishes)
    rooms = [room.id for room in shot.rooms if room.type == wishes[0].type]
    stays = [stay for stay in (*shot.stays, *wishes) if stay.type == wishes[0].type]
    full = any(sum(one.arrival <= night < one.departure for one in stays) > len(rooms) for night in range(shot.last))
    if full or isinstance(outcome, Plan):
        return outcome
    return Plan(tuple(rooms[0] for _ in wishes))


def ignores_pins(shot: Snapshot, wishes: Sequence[Stay]) -> Outcome:
    return rearrange(replace(shot, stays=tuple(replace(s, chosen=False, arrived=False) for s in shot.stays)), wishes)


def ignores_blocks(shot: Snapshot, wishes: Sequence[Stay]) -> Outcome:
    return rearrange(replace(shot, blocks=()), wishes)


def ignores_needs(shot: Snapshot, wishes: Sequence[Stay]) -> Outcome:
    rooms = tuple(replace(room, accessible=True, features=frozenset({"sea"})) for room in shot.rooms)
    return rearrange(replace(shot, rooms=rooms), wishes)


def ignores_groups(shot: Snapshot, wishes: Sequence[Stay]) -> Outcome:
    return rearrange(replace(shot, groups=()), wishes)


def mixes_up_the_types(shot: Snapshot, wishes: Sequence[Stay]) -> Outcome:
    rooms = tuple(replace(room, type=0) for room in shot.rooms)
    stays = tuple(replace(stay, type=0) for stay in shot.stays)
    return rearrange(replace(shot, rooms=rooms, stays=stays), [replace(wish, type=0) for wish in wishes])


def leaves_a_night_early(shot: Snapshot, wishes: Sequence[Stay]) -> Outcome:
    long = tuple(stay for stay in shot.stays if stay.departure - stay.arrival > 1)
    return rearrange(replace(shot, stays=tuple(replace(one, departure=one.departure - 1) for one in long)), wishes)


def forgets_the_last_move(shot: Snapshot, wishes: Sequence[Stay]) -> Outcome:
    outcome = rearrange(shot, wishes)
    return replace(outcome, moves=outcome.moves[:-1]) if isinstance(outcome, Plan) else outcome


class TestMutants:
    def test_the_rule_itself_passes(self) -> None:
        judge(rearrange)

    def test_never_moving_a_claim_is_caught(self) -> None:
        with pytest.raises(AssertionError):
            judge(never_moves_a_claim)

    def test_only_counting_is_caught(self) -> None:
        with pytest.raises(AssertionError):
            judge(only_counts)

    @pytest.mark.parametrize(
        "mutant",
        [
            ignores_pins,
            ignores_blocks,
            ignores_needs,
            ignores_groups,
            mixes_up_the_types,
            leaves_a_night_early,
            forgets_the_last_move,
        ],
    )
    def test_it_is_caught(self, mutant: Rearrange) -> None:
        with pytest.raises(AssertionError):
            judge(mutant)
