"""Who could ever be concerned when someone is seated: by nights, by rooms, and by groups that live in a row."""

from collections.abc import Iterable, Sequence

from booking.rooms.rules.assignment.board import Board, Item


def connected(board: Board, seeds: Sequence[Item], items: Sequence[Item]) -> list[Item]:
    """The items that could ever be concerned when the seeds are seated: linked by nights, rooms and groups.

    What is left out shares no night with anything inside, so it stays where it is.
    """
    families = _families(board, seeds, items)
    chosen = set(seeds)
    pool = [item for item in items if item not in chosen and board.family[item.rooms[0]] in families]
    runs = _runs(sorted([*seeds, *pool], key=lambda item: (item.arrival, item.id)))
    wanted = {item.id for item in seeds}
    found: list[Item] = []
    while reached := [run for run in runs if any(item.id in wanted for item in run)]:
        runs = [run for run in runs if run not in reached]
        found += [item for run in reached for item in run]
        wanted |= {partner for run in reached for item in run for partner in item.must}
    return [item for item in found if item not in chosen]


def _families(board: Board, seeds: Iterable[Item], items: Sequence[Item]) -> set[int]:
    """The families of rooms that are concerned, directly or because a group lives in two."""
    bound = [item for item in (*seeds, *items) if item.must and item.rooms]
    home = {item.id: board.family[item.rooms[0]] for item in bound}
    links = {(home[item.id], home[other]) for item in bound for other in item.must if other in home}
    families = {board.family[room] for seed in seeds for room in seed.rooms}
    while reached := {there for here, there in links if here in families} - families:
        families |= reached
    return families


def _runs(items: Iterable[Item]) -> list[list[Item]]:
    """Items in order of arrival, cut wherever nobody stays across."""
    runs: list[list[Item]] = []
    until = 0
    for item in items:
        if not runs or item.arrival >= until:
            runs.append([])
        runs[-1].append(item)
        until = max(until, item.departure)
    return runs


def overlapping(items: Iterable[Item], around: Sequence[Item]) -> list[Item]:
    """The items that share a night with the stretch that others take together."""
    first = min(item.arrival for item in around)
    last = max(item.departure for item in around)
    return [item for item in items if item.arrival < last and first < item.departure]
