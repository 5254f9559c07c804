"""What is published: enough to check the draw, too little to learn who applied from where."""

import hashlib
import random
from collections import Counter
from itertools import product

import pytest

from booking.draws import rows
from booking.draws.merkle import inner_hash
from booking.draws.publishing import SMALLEST, STEP, Season, at_freeze, published, run
from booking.draws.records import RULES, SALT, UNITS, read_rules, read_units, record, rules_file, units_file
from booking.draws.rules import Cap, Choice, Guarantee, Level, Node, Rules
from booking.draws.sources import DrawnNumbers
from booking.draws.units import Kind, Need, Unit, Units
from tests.draws.seasons import FROZEN, SOURCES, random_instance, random_season


def city_season(applicants: int, seed: int = 1) -> Season:
    """A city of three districts with eight townships each, some of them tiny."""
    dice = random.Random(seed)
    nodes = [Node("c", "", Level.CITY)]
    for d in range(3):
        nodes.append(Node(f"d{d}", "c", Level.DISTRICT))
        for t in range(8):
            nodes.append(Node(f"d{d}t{t}", f"d{d}", Level.TOWNSHIP))
            nodes += [Node(f"d{d}t{t}e{e}", f"d{d}t{t}", Level.ENTERPRISE) for e in range(3)]
    leaves = [node.code for node in nodes if node.level is Level.ENTERPRISE]
    choices = tuple(Choice(f"b{b}", "twin", 4) for b in range(5))
    caps = tuple(Cap(0, node.code, (60, 25, 6, 2)[node.level]) for node in nodes)
    guarantees = tuple(Guarantee(index, "frontline", 2) for index in range(5))
    rules = Rules("city", choices, tuple(nodes), caps, ("frontline",), guarantees, sources=SOURCES)
    units = []
    for _ in range(applicants):
        need = dice.choice((Need(men=1), Need(women=1), Need(rooms=1)))
        home = leaves[min(int(dice.expovariate(0.08)), len(leaves) - 1)]
        kind = Kind(need, ("frontline",) if dice.random() < 0.2 else (), (home,) * (2 if need.rooms else 1))
        units.append(Unit(dice.randrange(2**64), dice.randint(1, 4), kind, tuple(dice.sample(range(5), 3))))
    results = (
        DrawnNumbers("kl8", "2026301", tuple(range(1, 21))),
        DrawnNumbers("ssq", "2026130", (1, 2, 3, 4, 5, 6, 7)),
    )
    some = Units.of(rules, units)
    return Season(rules, some, dice.randbytes(SALT * len(some)), FROZEN, results)


@pytest.fixture(scope="module")
def season() -> Season:
    return city_season(900)


@pytest.fixture(scope="module")
def files(season: Season) -> dict[str, bytes]:
    return published(season)


class TestFiles:
    def test_rules_and_units_come_back_as_they_were(self) -> None:
        for number in range(100):
            rules, units = random_instance(number)
            columns = Units.of(rules, units)
            salts = random.Random(number).randbytes(SALT * len(columns))
            assert read_rules(rules_file(rules)) == rules
            found, same = read_units(rules, units_file(columns, salts))
            assert (list(found), same) == (list(columns), salts)

    def test_the_fast_path_publishes_the_same_bytes(self) -> None:
        for number in range(30):
            made = random_season(number)
            assert published(made) == published(made, plain=True)

    def test_at_the_freeze_nothing_depends_on_the_seed(self, season: Season, files: dict[str, bytes]) -> None:
        frozen = at_freeze(season)
        assert frozen.keys() == {RULES, "roll.csv", "commitment.csv", "manifest.csv"}
        assert all(files[name] == data for name, data in frozen.items() if name != "manifest.csv")

    def test_a_name_with_every_sign_stays_one_field(self) -> None:
        name = "a,b+c%d e\nf\t疗休养"
        assert rows.unescaped(rows.escaped(name)) == name
        assert not set(",+ \n\t") & set(rows.escaped(name))


class TestPrivacy:
    """Somebody who has all published files, all enterprises, categories and wishes that exist, and time."""

    def test_trying_all_records_finds_no_leaf(self, season: Season, files: dict[str, bytes]) -> None:
        roll = rows.read("roll.csv", files["roll.csv"])
        published_hashes = {inner for _, _, inner in roll}
        enterprises = [node.code for node in season.rules.nodes if node.level is Level.ENTERPRISE]
        index = next(i for i, unit in enumerate(season.units) if unit.kind.need == Need(men=1))
        target = season.units[index]
        guesses = [
            record(Unit(target.id, target.weight, Kind(Need(men=1), categories, (home,)), target.choices))
            for home, categories in product(enterprises, ((), ("frontline",)))
        ]
        assert record(target) in guesses  # so the attack would work but for the salt
        salts = (b"", bytes(SALT), target.id.to_bytes(16, "big"), bytes.fromhex(roll[index][2])[:SALT])
        tried = {found for guess in guesses for salt in salts for found in _hashes(salt, guess, target.id)}
        assert not tried & published_hashes
        own = season.salts[SALT * index : SALT * (index + 1)]
        assert any(inner_hash(own, guess).hex() in published_hashes for guess in guesses)

    def test_salts_do_not_repeat_a_hash_of_equal_records(self, season: Season, files: dict[str, bytes]) -> None:
        inners = [inner for _, _, inner in rows.read("roll.csv", files["roll.csv"])]
        assert len(set(inners)) == len(season.units)

    def test_no_file_names_an_enterprise_or_category_beside_an_id(
        self, season: Season, files: dict[str, bytes]
    ) -> None:
        enterprises = {node.code for node in season.rules.nodes if node.level is Level.ENTERPRISE}
        ids = {f"{unit_id:016x}" for unit_id in season.units.ids}
        for name in files.keys() - {RULES}:
            for fields in rows.read(name, files[name]):
                assert not enterprises & set(fields), name
                assert not (ids & set(fields) and set(season.rules.categories) & set(fields)), name
        assert UNITS not in files

    def test_no_count_is_small_and_none_follows_from_others(self, season: Season, files: dict[str, bytes]) -> None:
        counts = {code: int(heads) for code, heads, _ in rows.read("counts-1.csv", files["counts-1.csv"])}
        heads = Counter(member[:4] for unit in season.units for member in unit.kind.members)
        assert min(heads.values()) < SMALLEST  # so there is something to hide
        assert min(counts.values()) >= SMALLEST
        assert sum(counts.values()) == sum(heads.values())
        shown = {code: number for code, number in counts.items() if not code.endswith("*")}
        assert all(heads[code] == number for code, number in shown.items())
        for code in counts.keys() - shown.keys():
            hidden = [town for town in heads if town not in shown and town.startswith(code[:-1])]
            assert len(hidden) != 1 or heads[hidden[0]] >= SMALLEST

    @pytest.mark.parametrize("number", range(40))
    def test_counts_hide_small_numbers_in_any_city(self, number: int) -> None:
        made = city_season(random.Random(number).randint(1, 150), number)
        found = published(made)["counts-1.csv"]
        counts = [int(heads) for _, heads, _ in rows.read("counts-1.csv", found)]
        assert sum(counts) == sum(len(unit.kind.members) for unit in made.units)
        assert min(counts) >= min(SMALLEST, sum(counts))

    def test_closings_are_coarse_and_of_no_enterprise(self, season: Season, files: dict[str, bytes]) -> None:
        exact = run(season)[0].first
        assert any(position % STEP for position in exact.quotas.values())
        levels = season.rules.levels
        for _, node, _, position in rows.read("quota-1.csv", files["quota-1.csv"]):
            assert levels[node] < Level.ENTERPRISE
            assert int(position) % STEP == 0
        assert all(int(row[6]) % STEP == 0 for row in rows.read("closing-1.csv", files["closing-1.csv"]))


def _hashes(salt: bytes, guess: bytes, unit_id: int) -> set[str]:
    texts = (salt + guess, guess + salt, unit_id.to_bytes(8, "big") + salt + guess)
    return {hashlib.sha256(text).hexdigest() for text in texts}
