"""Made-up members: the same from the same seed, spread over the tree as its sizes say."""

import tracemalloc
from collections import Counter
from datetime import date
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.seeding.cells import RowReader
from booking.seeding.dice import Dice, apportion, below
from booking.seeding.people import generate_members, member_number
from booking.seeding.reading import read_city
from booking.seeding.rows import MemberRow, OrganisationRow
from booking.seeding.tables import Cells

CITY = Path(__file__).parents[2] / "fixtures" / "city"
SMALL_TREE = [
    OrganisationRow(code="town", kind="township", name="镇"),
    OrganisationRow(code="village", kind="village", name="村", members=60),
    OrganisationRow(code="works", kind="enterprise", name="厂", members=240),
]


@pytest.fixture(scope="module")
def tree() -> tuple[OrganisationRow, ...]:
    return read_city(CITY).organisations


class TestDice:
    def test_a_number_depends_on_seed_purpose_and_index_alone(self) -> None:
        assert Dice(1, "members").roll(5) == Dice(1, "members").roll(5)
        rolls = {Dice(seed, purpose).roll(index) for seed in (1, 2) for purpose in "ab" for index in (5, 6)}
        assert len(rolls) == 8

    def test_the_first_numbers_never_change(self) -> None:
        assert Dice(2015, "members").roll(1)[:3] == (458670311, 1167080990, 2571303525)

    @given(draw=st.integers(0, 2**32 - 1), limit=st.integers(1, 10**6))
    def test_below_stays_below(self, draw: int, limit: int) -> None:
        assert 0 <= below(draw, limit) < limit

    @given(total=st.integers(0, 10**7), weights=st.lists(st.integers(0, 10**6), min_size=1).filter(any))
    def test_shares_add_up_and_are_fair_to_within_one(self, total: int, weights: list[int]) -> None:
        shares = apportion(total, weights)
        assert sum(shares) == total
        assert all(
            abs(share * sum(weights) - total * weight) < sum(weights)
            for share, weight in zip(shares, weights, strict=True)
        )


class TestGenerateMembers:
    def test_a_member_is_the_same_however_many_are_asked_for(self, tree: tuple[OrganisationRow, ...]) -> None:
        few = list(generate_members(7, 50, tree))
        many = list(islice(generate_members(7, 3_550_000, tree), 50))
        assert few == many
        assert few[20:] == list(generate_members(7, 30, tree, first=21))

    def test_another_seed_makes_other_people(self, tree: tuple[OrganisationRow, ...]) -> None:
        one, other = (list(generate_members(seed, 50, tree)) for seed in (7, 8))
        assert [member.number for member in one] == [member.number for member in other]
        assert sum(a.name == b.name for a, b in zip(one, other, strict=True)) < 10

    def test_the_first_member_never_changes(self) -> None:
        assert next(generate_members(2015, 1, SMALL_TREE)) == MemberRow(
            number="3302000000156",
            name="徐晓波",
            sex="male",
            birth_year=1991,
            phone="15455622719",
            organisation="works",
            categories=("frontline",),
            dues_paid_until=date(2026, 12, 31),
            joined_on=date(2015, 10, 18),
        )

    def test_as_many_as_there_are_places_fill_each_organisation_exactly(self) -> None:
        homes = Counter(member.organisation for member in generate_members(7, 300, SMALL_TREE))
        assert homes == {"village": 60, "works": 240}

    def test_a_few_are_spread_over_the_whole_city(self, tree: tuple[OrganisationRow, ...]) -> None:
        parents = {organisation.code: organisation.parent for organisation in tree}
        townships = {parents[member.organisation] for member in generate_members(7, 5_000, tree)}
        assert len(townships) >= 150

    def test_numbers_telephones_and_cards_are_unique(self, tree: tuple[OrganisationRow, ...]) -> None:
        members = list(generate_members(7, 20_000, tree))
        for column in ("number", "phone", "card"):
            values = [value for member in members if (value := getattr(member, column)) is not None]
            assert len(set(values)) == len(values)

    def test_nobody_has_a_telephone_or_card_of_the_demo_accounts(self, tree: tuple[OrganisationRow, ...]) -> None:
        accounts = read_city(CITY).accounts
        assert all(account.phone >= "15490000000" for account in accounts)
        assert all((account.card or "510900000000") >= "510900000000" for account in accounts)
        for member in generate_members(7, 20_000, tree):
            assert member.phone is not None
            assert "15400000000" <= member.phone < "15490000000"
            assert member.card is None or "510000000000" <= member.card < "510900000000"

    def test_rates_are_those_of_the_city(self, tree: tuple[OrganisationRow, ...]) -> None:
        members = list(generate_members(7, 20_000, tree))
        categories = Counter(category for member in members for category in member.categories or ())
        rate = {name: count / len(members) for name, count in categories.items()}
        assert sum(member.card is not None for member in members) / len(members) == pytest.approx(1.41 / 3.55, abs=0.01)
        assert rate["frontline"] == pytest.approx(0.45, abs=0.02)
        assert rate["sci_tech_talent"] == pytest.approx(0.012, abs=0.002)
        assert rate["hardship"] == pytest.approx(0.005, abs=0.0015)
        assert rate["model_worker"] == pytest.approx(0.001, abs=0.0007)
        assert sum(member.sex == "male" for member in members) / len(members) == pytest.approx(0.58, abs=0.01)
        assert sum(member.dues_paid_until < date(2026, 6, 30) for member in members if member.dues_paid_until) > 700
        names = Counter(member.name[0] for member in members)
        assert [name for name, _ in names.most_common(3)] == ["王", "陈", "张"]
        assert any(member.name.startswith(("欧阳", "诸葛", "上官")) and len(member.name) > 2 for member in members)

    def test_lives_make_sense(self, tree: tuple[OrganisationRow, ...]) -> None:
        for member in generate_members(7, 20_000, tree):
            assert member.joined_on is not None
            assert member.birth_year is not None
            assert member.dues_paid_until is not None
            assert member.joined_on.year - member.birth_year >= 18
            assert member.joined_on < member.dues_paid_until
            assert 2 <= len(member.name) <= 4

    def test_every_member_is_one_that_a_list_could_bring(self, tree: tuple[OrganisationRow, ...]) -> None:
        reader = RowReader(MemberRow)
        for member in generate_members(7, 2_000, tree):
            cells = {field: getattr(member, field) or "" for field in member.__struct_fields__}
            text = {field: " ".join(cell) if isinstance(cell, tuple) else str(cell) for field, cell in cells.items()}
            read = reader.read(Cells(2, text), "members.csv")
            assert read == member or (member.categories == () and isinstance(read, MemberRow))

    def test_memory_does_not_grow_with_the_number(self, tree: tuple[OrganisationRow, ...]) -> None:
        members = generate_members(7, 3_550_000, tree)
        next(members)
        tracemalloc.start()
        for _ in islice(members, 20_000):
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 1_000_000

    def test_serials_out_of_range_are_refused(self) -> None:
        with pytest.raises(ValueError, match="9999999"):
            generate_members(7, 2, SMALL_TREE, first=9_999_999)
        with pytest.raises(ValueError, match="no organisation"):
            generate_members(7, 1, SMALL_TREE[:1])


class TestMemberNumber:
    @given(serial=st.integers(1, 9_999_999), at=st.integers(0, 12), digit=st.integers(0, 9))
    def test_one_wrong_digit_is_seen(self, serial: int, at: int, digit: int) -> None:
        number = member_number(serial)
        assert len(number) == 13
        assert int(number) % 97 == 1
        slip = number[:at] + str(digit) + number[at + 1 :]
        assert slip == number or int(slip) % 97 != 1
