"""What a password must be: long enough, and not what everybody tries first.

OWASP ASVS 5.0, 6.2: at least eight characters (we ask for ten), at least 64 allowed, no rules on which kinds
of characters, no truncation, common passwords and words about the person refused.
"""

import re
import unicodedata
from collections.abc import Iterable

from booking.members.errors import PasswordCommon, PasswordPersonal, PasswordTooLong, PasswordTooShort

SHORTEST = 10
LONGEST = 128
LEAST_DIFFERENT = 5
"""Different characters; `aaaaaaaaaa` and `1212121212` are long but among the first that are tried."""
_PERSONAL_LEAST = 4
"""A shorter part of a number or name proves nothing."""

_RUNS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "147258369147258369",
)
"""Walks over the alphabet and the keyboard; backwards too."""

_COMMON = frozenset({
    # what is tried first everywhere
    "password", "passw0rd", "passwd", "letmein", "welcome", "iloveyou", "princess", "sunshine", "football",
    "monkey", "dragon", "master", "superman", "batman", "trustno", "shadow", "michael", "computer", "internet",
    "secret", "changeme", "default", "admin", "administrator", "root", "guest", "test", "testtest", "user",
    "login", "qwerty", "qwertyuiop", "asdfghjkl", "abc", "abcabc", "hello", "helloworld", "freedom", "whatever",
    # in Chinese keyboards' reach
    "woaini", "woaiwojia", "woaizuguo", "aini", "wodemima", "mima", "mimamima", "buzhidao", "nihao", "caonima",
    "zhongguo", "beijing", "shanghai", "zhejiang", "hangzhou", "wangyut", "taobao", "weixin", "alipay",
    # about this service
    "ningbo", "zhenhai", "beilun", "yinzhou", "gonghui", "zhigong", "yonggong", "yonggongyuyue", "ninggong",
    "gongren", "booking", "union", "member", "badminton", "basketball", "yumaoqiu", "lanqiu",
})  # fmt: skip
"""Words of our own list: whatever is left of them after digits and marks are taken off is refused."""


def check_password(password: str, personal: Iterable[str] = ()) -> None:
    """Refuse a password that would be guessed early.

    Args:
        password: exactly as typed; nothing is trimmed.
        personal: what others know of the person: member number, phone, name.

    Raises:
        PasswordTooShort: fewer than ten characters.
        PasswordTooLong: more than 128.
        PasswordCommon: a walk over the keyboard, a repetition, or a word from the list with digits around it.
        PasswordPersonal: it contains the member number, the phone or the name.
    """
    if len(password) < SHORTEST:
        raise PasswordTooShort(length=len(password), least=SHORTEST)
    if len(password) > LONGEST:
        raise PasswordTooLong(length=len(password), most=LONGEST)
    if is_common(password):
        raise PasswordCommon
    if is_personal(password, personal):
        raise PasswordPersonal


def is_common(password: str) -> bool:
    """Whether it is among what is tried first."""
    plain = _plain(password)
    letters = re.sub(r"[\W\d_]+", "", plain)
    return len(set(plain)) < LEAST_DIFFERENT or _is_run(plain) or _is_doubled_common(letters)


def is_personal(password: str, personal: Iterable[str]) -> bool:
    """Whether one of these, longer than three letters (two for Chinese names), stands in the password."""
    plain = _plain(password)
    return any(len(word.encode()) >= _PERSONAL_LEAST and word in plain for word in map(_plain, personal))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _is_run(plain: str) -> bool:
    return any(plain in walk * 2 or plain in walk[::-1] * 2 for walk in _RUNS)


def _is_doubled_common(letters: str) -> bool:
    half = letters[: len(letters) // 2]
    return letters in _COMMON or (half in _COMMON and letters == half * 2)
