"""Checks a draw: `python3 verify_draw.py FOLDER`; with a notary's units.csv in it, the whole draw is run again."""

import hashlib
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path

BALLS = {"kl8": [(20, 80)], "ssq": [(6, 33), (1, 16)], "dlt": [(5, 35), (2, 12)]}
DIGITS = {"3d": 3, "pl5": 5}
GONE = (-1, False)
Rows = list[list[str]]
Rules = defaultdict[str, Rows]
Places = dict[str, tuple[int, bool]]


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def compare(file: str, found: Iterable[object], expected: Iterable[object]) -> None:
    for row, (mine, theirs) in enumerate(zip_longest(found, expected), 1):
        if mine != theirs:
            sys.exit(f"{file} row {row}: found {mine}, expected {theirs}")


def read(folder: Path, file: str) -> Rows:
    *lines, end = (folder / file).read_bytes().split(b"\n")
    rows = [line.rpartition(b",") for line in lines]
    checks = [sha(f"{file}|{row}|".encode() + fields).hex()[:8].encode() for row, (fields, _, _) in enumerate(rows, 1)]
    compare(file, [*(check for _, _, check in rows), end], [*checks, b""])
    return [fields.decode().split(",") for fields, _, _ in rows]


def key_of(results: Rows) -> tuple[str, int]:
    """The key of RFC 3797 (ball sets ascending, ordered digits as one integer), and how many there could be."""
    key, outcomes = "", 1
    for lottery, _, announced in results:
        numbers = [int(number) for number in announced.split("+")]
        if lottery in DIGITS:
            outcomes *= 10 ** DIGITS[lottery]
            key += f"{int(''.join(map(str, numbers)))}./"
        for drawn, of in BALLS.get(lottery, []):
            key += "".join(f"{number}." for number in sorted(numbers[:drawn])) + "/"
            numbers, outcomes = numbers[drawn:], outcomes * math.comb(of, drawn)
    return key, outcomes


class Cell:
    """One choice. A count is [limit in beds, rooms, men, women]; `sets` has one a set of guaranteed categories."""

    def __init__(self, total: int, beds: int, kept: dict[int, int], over: bool) -> None:
        free, every = total - sum(kept.values()), sum(kept)
        self.beds, self.over, self.every = beds, over, every
        self.everyone, self.open = [total, 0, 0, 0], [free, 0, 0, 0]
        inside = {some: sum(n for bit, n in kept.items() if bit & some) for some in range(every + 1)}
        self.sets = {s: [n if over else free + n, 0, 0, 0] for s, n in inside.items() if s & ~every == 0}

    def fits(self, need: list[int], count: list[int]) -> bool:
        rooms, men, women = (a + b for a, b in zip(count[1:], need, strict=True))
        return self.beds * (rooms - (-men // self.beds) - (-women // self.beds)) <= count[0]

    def counts(self, mine: int, reserved: bool) -> list[list[int]]:  # those that a unit falls under
        sets = [count for some, count in self.sets.items() if mine & self.every & ~some == 0]
        return [self.everyone, *([self.open] if self.over and not reserved else sets)]


def one_pass(rules: Rules, units: dict[str, list[str]], order: list[str], places: Places, number: int) -> None:
    """Each free unit in order gets its first choice that nothing blocks. The later passes (`number`) release limits."""
    over, choices, released = rules["policy"][0][0] == "over", rules["choice"], [3, 2, 1][: max(0, number - 1)]
    bit = {name: 1 << index for index, (name,) in enumerate(rules["category"])}
    kept = defaultdict[int, dict[int, int]](dict)
    for at, category, beds in rules["guarantee"]:
        kept[int(at)] |= {bit[category]: int(beds)} if number == 0 and beds != "0" else {}
    cells = [Cell(int(one[2]) * int(one[3]), int(one[3]), kept[at], over) for at, one in enumerate(choices)]
    above, level = {"": list[str]()}, {code: int(of) for code, _, of in rules["node"]}
    for code, parent, _ in rules["node"]:
        above[code] = [code, *above[parent]]
    left = Counter({(pool, node): int(n) for pool, node, n in rules["cap"] if level[node] not in released})
    for unit_id in sorted((i for i in order if places.get(i) != GONE), key=lambda i: i not in places):
        _, *numbers, categories, members, wishes, _ = units[unit_id]
        need, mine = [int(n) for n in numbers], sum(bit[name] for name in categories.split("+") if name)
        held = places.get(unit_id)
        for choice in [held[0]] if held else [int(wish) for wish in wishes.split("+") if wish]:
            path = [(choices[choice][4], node) for member in members.split("+") for node in above[member]]
            heads, cell = Counter(cap for cap in path if cap in left), cells[choice]
            reserved = held[1] if held else over and not cell.fits(need, cell.open)
            counts = cell.counts(mine, reserved)
            has_beds = all(cell.fits(need, count) for count in counts)
            if held or (has_beds and all(left[cap] >= n for cap, n in heads.items())):
                places[unit_id] = (choice, reserved)
                for count in counts:
                    count[1:] = [a + b for a, b in zip(count[1:], need, strict=True)]
                left.subtract(heads)
                break


def rerun(folder: Path, rules: Rules, roll: Rows, order: list[str]) -> None:
    """The whole draw from a notary's file: the first stage, and those on what was released."""
    notarys, places, stage = read(folder, "units.csv"), Places(), 1
    inners = [
        [i, unit[0], sha(bytes.fromhex(salt) + ",".join([i, *unit]).encode()).hex()] for i, *unit, salt in notarys
    ]
    compare("units.csv", inners, roll)
    while (folder / (file := f"result-{stage}.csv")).exists():
        if stage > 1:
            kept = {unit_id for _, unit_id in read(folder, f"kept-{stage}.csv")}
            places = {i: place if i in kept else GONE for i, place in places.items()}
        for number in range(5 if stage == 2 else 1):
            one_pass(rules, {i: unit for i, *unit in notarys}, order, places, number)
        won = [(str(at), i, places[i][0]) for at, i in enumerate(order, 1) if places.get(i, GONE) != GONE]
        compare(file, read(folder, file), ([at, i, *rules["choice"][choice][:2]] for at, i, choice in won))
        print(f"stage {stage}: all {len(won)} places are right")
        stage += 1


def main(folder: Path) -> None:
    rules, manifest = Rules(list), read(folder, "manifest.csv")
    found = [[file, str(len(read(folder, file))), sha((folder / file).read_bytes()).hex()] for file, _, _ in manifest]
    compare("manifest.csv", manifest, found)
    for name, *fields in read(folder, "rules.csv"):
        rules[name].append(fields)
    roll, seeding = read(folder, "roll.csv"), read(folder, "seed.csv")
    level = [sha(b"\0" + bytes.fromhex(i) + bytes([int(w)]) + bytes.fromhex(h)) for i, w, h in roll] or [sha(b"")]
    while len(level) > 1:  # RFC 6962: one left over at the end of a level rises as it is
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha(b"\1" + left + right) for left, right in pairs] + (level[-1:] if len(level) % 2 else [])
    facts = [level[0].hex(), str(len(roll)), sha((folder / "rules.csv").read_bytes()).hex()]
    compare("commitment.csv", (value for _, value in read(folder, "commitment.csv")[:3]), facts)
    results = [fields for name, *fields in seeding if name == "result"]
    named = [[a, i if i == d else b] for (a, b, _, d), (_, i, _) in zip(rules["source"], results, strict=False)]
    compare("seed.csv", (one[:2] for one in results), named)
    key, outcomes = key_of(results)
    if outcomes < 2 ** int(rules["bits"][0][0]):
        sys.exit("rules.csv row 4: the sources are too small")
    seed = sha(f"RETREAT1|SHA-256|{facts[0]}|{facts[2]}|{key}".encode())
    compare("seed.csv", seeding[len(results) :], [["key", key], ["seed", seed.hex()]])
    best = {i: min(sha(b"T" + seed + bytes.fromhex(i) + bytes([t])) for t in range(int(w))).hex() for i, w, _ in roll}
    order = sorted(best, key=lambda unit_id: (best[unit_id], unit_id))
    compare("order.csv", read(folder, "order.csv"), ([str(at), i, best[i]] for at, i in enumerate(order, 1)))
    print(f"{len(order)} tickets and their order are right; the seed is {seed.hex()}")
    if (folder / "units.csv").exists():
        rerun(folder, rules, roll, order)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
