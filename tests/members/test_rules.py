from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.errors import Invalid
from booking.members.errors import PasswordPersonal, PasswordTooShort
from booking.members.rules import identity, passwords, roles
from booking.members.rules import sign_ins as rules
from booking.web.principal import Scope
from tests.databases import NOON

AT_PLACES = st.sampled_from(["venue_manager", "gate_keeper", "sanatorium_desk"])
SCOPES = st.one_of(
    st.builds(Scope, AT_PLACES, st.just("place"), st.integers(1, 3)),
    st.builds(Scope, st.sampled_from(["venue_manager", "federation_officer"]), st.just("all"), st.just(0)),
    st.builds(Scope, st.just("federation_officer"), st.just("organisation"), st.integers(1, 3)),
)  # fmt: skip


def wide(text: str) -> str:
    """The same letters in full width, as Chinese input methods make them."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


class TestNumbers:
    @given(st.text(max_size=300))
    def test_normalising_twice_changes_nothing_more(self, text: str) -> None:
        once = identity.normalised_number(text)
        assert identity.normalised_number(once) == once
        assert len(once) <= identity.LONGEST_NUMBER

    @given(st.text(max_size=100))
    def test_nothing_a_database_would_refuse_remains(self, text: str) -> None:
        assert identity.normalised_number(text + "\x00\ud800").isprintable()
        assert identity.printable(text + "\x00\n", 60).isprintable()

    @pytest.mark.parametrize(
        "typed", ["13800001234", " 138 0000 1234", "+86 138-0000-1234", "008613800001234", wide("13800001234")]
    )
    def test_a_phone_is_read_however_it_is_written(self, typed: str) -> None:
        assert identity.normalised_phone(typed) == "13800001234"

    @pytest.mark.parametrize("typed", ["", "1380000123", "23800001234", "138000012345", "会员"])
    def test_what_is_no_mobile_number_is_none(self, typed: str) -> None:
        assert identity.normalised_phone(typed) is None

    @given(st.from_regex(r"1[0-9]{10}", fullmatch=True))
    def test_a_masked_phone_keeps_seven_digits(self, phone: str) -> None:
        masked = identity.masked_phone(phone)
        assert phone[3:7] not in masked.replace("*", "_") or phone[3:7] in (phone[:3] + phone[-4:])
        assert masked.count("*") == 4


class TestNames:
    @pytest.mark.parametrize(
        ("left", "right"),
        [("林 晓", "林晓"), ("阿依古丽·买买提", "阿依古丽•买买提"), ("Lin Xiao", "LINXIAO"), (wide("Lin"), "lin")],
    )
    def test_the_same_name_written_otherwise(self, left: str, right: str) -> None:
        assert identity.same_name(left, right)

    @pytest.mark.parametrize(("left", "right"), [("林晓", "林小"), ("", ""), (" ", "\x00"), ("林晓", "")])
    def test_other_names_and_no_names_differ(self, left: str, right: str) -> None:
        assert not identity.same_name(left, right)


class TestPasswords:
    @pytest.mark.parametrize(
        "password",
        [
            "1234567890", "0987654321", "12345678901234", "aaaaaaaaaa", "1212121212", "password123", "Password2026!",
            "PASSWORD!!!!", "woaini1314520", "qwertyuiop", "1qaz2wsx3edc", "poiuytrewq", "ningbo2026", "gonghui12351",
            wide("password123"), "mimamima88", "1q2w3e4r5t",
        ],
    )  # fmt: skip
    def test_what_is_tried_first_is_refused(self, password: str) -> None:
        assert passwords.is_common(password)
        with pytest.raises(Invalid):
            passwords.check_password(password)

    @pytest.mark.parametrize(
        "password", ["a quiet river in spring", "江边的旧码头下着小雨啊", "tr4vel-lantern-7", "wumingshan lu 88 hao"]
    )
    def test_a_phrase_of_ones_own_is_good(self, password: str) -> None:
        passwords.check_password(password, ("330200000001", "林晓", "13800000001"))

    @pytest.mark.parametrize(
        "password", ["my number 330200000001", "13800000001 is me", "ilove林晓forever", "LIN Xiao in the spring"]
    )
    def test_what_others_know_of_the_person_is_refused(self, password: str) -> None:
        with pytest.raises(PasswordPersonal):
            passwords.check_password(password, ("330200000001", "林晓", "13800000001", "lin xiao"))

    @given(st.text(max_size=9))
    def test_fewer_than_ten_characters_are_too_few(self, password: str) -> None:
        with pytest.raises(PasswordTooShort):
            passwords.check_password(password)

    @given(st.text(min_size=10, max_size=128))
    def test_any_characters_are_allowed_and_the_answer_never_is_a_crash(self, password: str) -> None:
        try:
            passwords.check_password(password)
        except Invalid as refused:
            assert refused.code == "password_too_common"  # noqa: PT017 - the only rule left


class TestLifetimes:
    @given(st.sampled_from(["cookie", "bearer"]), st.booleans(), st.integers(0, 400 * 24))
    def test_use_prolongs_but_never_beyond_the_longest(self, kind: str, staff: bool, hours: int) -> None:
        lives = rules.lifetime(kind, staff=staff)
        seen_at = NOON + timedelta(hours=hours)
        ends = rules.expiry(kind, NOON, seen_at, staff=staff)
        assert ends <= NOON + lives.longest
        assert ends <= seen_at + lives.idle

    def test_staff_are_signed_out_the_same_evening(self) -> None:
        assert (
            rules.lifetime("cookie", staff=True).idle < timedelta(days=1) < rules.lifetime("cookie", staff=False).idle
        )

    def test_a_token_is_good_for_one_use_alone(self) -> None:
        token = rules.TOKEN_PREFIXES["cookie"] + "0" * 64
        assert rules.looks_like_token(token, "cookie")
        assert not rules.looks_like_token(token, "bearer")


class TestRoles:
    @given(st.lists(SCOPES, max_size=4), SCOPES)
    def test_nobody_but_an_administrator_gives_more_than_gate_keepers_of_a_place(
        self, held: list[Scope], wanted: Scope
    ) -> None:
        if roles.may_grant(held, wanted):
            assert wanted.role == "gate_keeper"
            assert any(scope.role == "venue_manager" and scope.id in (0, wanted.id) for scope in held)

    @given(SCOPES)
    def test_an_administrator_gives_every_role(self, wanted: Scope) -> None:
        assert roles.may_grant([Scope("administrator", "all", 0)], wanted)

    @given(st.lists(SCOPES, max_size=4))
    def test_an_officer_reaches_no_further_than_their_nodes(self, held: list[Scope]) -> None:
        officers = [scope for scope in held if scope.role == "federation_officer" and scope.kind == "organisation"]
        reach = roles.reach(officers)
        assert not reach.everyone
        assert set(reach.organisations) == {scope.id for scope in officers}


class TestMachines:
    @pytest.mark.parametrize(
        ("agent", "name"),
        [
            ("Mozilla/5.0 (Linux; Android 14) Chrome/140 Mobile Safari/537 MicroMessenger/8", "WeChat · Android"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18) Version/18 Safari/604", "Safari · iPhone"),
            ("curl/8.5", "curl/8.5"),
            ("", ""),
        ],
    )
    def test_a_browser_is_named_as_its_owner_would(self, agent: str, name: str) -> None:
        assert identity.device_name(agent) == name

    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("unix", "unix"),
        ],
    )
    def test_one_customer_counts_as_one(self, address: str, network: str) -> None:
        assert identity.network_of(address) == network
