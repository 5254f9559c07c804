"""Tickets: fixed bytes, the order that they make, and what weight is worth."""

import hashlib
import random
from math import sqrt

import numpy as np
import pytest

from booking.draws import fast_hashing, tickets
from booking.draws.rules import Rules
from booking.draws.tickets import order_of, ticket
from booking.draws.units import Kind, Need, Unit, Units
from booking.draws.weights import SeasonPast, losses_after, weight_of

NOTHING = Rules("any", ())
MAN = Kind(Need(men=1))
SEED = bytes(range(32))


def units(*weights: int, ids: list[int] | None = None) -> Units:
    numbers = ids or [1000 + index for index in range(len(weights))]
    return Units.of(NOTHING, [Unit(number, weight, MAN, ()) for number, weight in zip(numbers, weights, strict=True)])


class TestTicket:
    def test_is_the_best_hash_of_as_many_as_the_weight(self) -> None:
        hashes = [hashlib.sha256(b"T" + SEED + (7).to_bytes(8, "big") + bytes([t])).digest() for t in range(4)]
        assert [ticket(SEED, 7, weight) for weight in (1, 2, 3, 4)] == [min(hashes[:n]) for n in (1, 2, 3, 4)]

    def test_order_is_by_ticket_and_ties_go_to_the_lower_id(self) -> None:
        same, later = bytes(32), bytes(31) + b"\1"
        assert list(order_of(later + same + same)) == [1, 2, 0]
        assert list(fast_hashing.order_of(later + same + same)) == [1, 2, 0]

    def test_fast_and_plain_are_the_same_bytes(self) -> None:
        dice = random.Random(1)
        for number in (0, 1, 2, 3, 500, fast_hashing.CHUNK + 3):
            ids = sorted({dice.randrange(2**64) for _ in range(number)})
            some = units(*(dice.randint(1, 4) for _ in ids), ids=ids)
            found = tickets.tickets(SEED, some)
            assert fast_hashing.all_tickets(SEED, some) == found
            assert fast_hashing.order_of(found) == order_of(found)


class TestWeight:
    def test_first_places_come_as_one_two_three_four(self) -> None:
        """Property 11: the chance to be first is the share of the tickets. Kills: tickets that count once."""
        draws, firsts = 20_000, np.zeros(4, int)
        for number in range(draws):
            seed = number.to_bytes(32, "big")
            firsts[min(range(4), key=lambda index: ticket(seed, 50 + index, index + 1))] += 1
        for index, found in enumerate(firsts):
            share = (index + 1) / 10
            assert abs(found / draws - share) < 4 * sqrt(share * (1 - share) / draws)

    def test_grows_with_seasons_lost_up_to_four(self) -> None:
        assert [weight_of(losses) for losses in range(6)] == [1, 2, 3, 4, 4, 4]

    @pytest.mark.parametrize(
        ("season", "after"),
        [
            (SeasonPast(ranked=3), 3),
            (SeasonPast(ranked=2), 2),
            (SeasonPast(ranked=5, declined=True), 2),
            (SeasonPast(ranked=5, won=True), 0),
            (SeasonPast(ranked=5, won=True, did_not_come=True), 0),
            (SeasonPast(ranked=5, declined=True, declined_late=True), 0),
        ],
    )
    def test_counts_a_loss_only_of_who_tried(self, season: SeasonPast, after: int) -> None:
        assert losses_after(2, season) == after
