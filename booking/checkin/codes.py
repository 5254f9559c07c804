"""The digits beside a token: eight that rotate, and the short code that people type.

**Rotating digits** make a screenshot worthless within a minute. They are RFC 6238's one-time codes with
HMAC-SHA-256, eight digits and 30-second steps counted from 1970. The secret of a pass is derived, not stored:

    day key     = HMAC-SHA-256(root key, "booking/day/1" || place id, 8 bytes || service day, 4 bytes)
    pass secret = HMAC-SHA-256(day key, "booking/pass-code/1" || pass id, 8 bytes)
    code        = RFC 4226 truncation of HMAC-SHA-256(pass secret, step, 8 bytes), mod 10**8

A gate that carries the day keys of its own place for the days of its lease checks every pass there without a
network, and a stolen gate gives away no other place and no later day. A service day begins at four in the
morning in Shanghai, when the doors are shut, so that an evening that runs past midnight keeps its key.

**The manual code** is ten random digits and two check digits (ISO/IEC 7064, MOD 97-10: any wrong digit and any
two neighbours swapped are noticed), shown in groups of four. It only says which pass is meant; that the right
person shows it is for the rotating digits typed after it, or for a look at an identity document.
"""

import hmac
from collections.abc import Mapping
from enum import StrEnum

from booking.checkin.tokens import is_digits, tidy

STEP_SECONDS = 30
CODE_DIGITS = 8
MANUAL_BODY_DIGITS = 10
MANUAL_DIGITS = MANUAL_BODY_DIGITS + 2
SHANGHAI_OFFSET = 8 * 3600
"""Seconds that Shanghai is ahead of UTC, all year (no summer time since 1991)."""
SERVICE_DAY_STARTS = 4 * 3600
"""Seconds after local midnight at which a service day begins."""


class CodeCheck(StrEnum):
    """What the rotating digits, or their absence, say."""

    CURRENT = "current"
    """The digits of this step or of a neighbouring one."""
    EXPIRED = "expired"
    """Other digits: an old screenshot, a phone whose clock is wrong, or a guess."""
    ABSENT = "absent"
    """No digits were shown."""
    UNCHECKED = "unchecked"
    """Digits were shown, but whoever checks lacks the key of that day."""


def service_day(at: int) -> int:
    """The service day of a Unix second, as days since 1970; it begins at 04:00 in Shanghai."""
    return (at + SHANGHAI_OFFSET - SERVICE_DAY_STARTS) // 86_400


def day_key(root: bytes, place_id: int, day: int) -> bytes:
    """The 32-byte key of a place for one service day."""
    message = b"booking/day/1" + place_id.to_bytes(8, "big") + day.to_bytes(4, "big")
    return hmac.digest(root, message, "sha256")


def pass_secret(key: bytes, pass_id: int) -> bytes:
    """The 32-byte secret of a pass on the day of a day key: what its page needs to make codes offline."""
    return hmac.digest(key, b"booking/pass-code/1" + pass_id.to_bytes(8, "big"), "sha256")


def rotating_code(secret: bytes, step: int) -> str:
    """The eight digits of a 30-second step counted from 1970 (RFC 6238 with SHA-256)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha256")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**CODE_DIGITS).zfill(CODE_DIGITS)


def check_code(digits: str, pass_id: int, at: int, day_keys: Mapping[int, bytes]) -> CodeCheck:
    """Compare shown digits with those of the step of `at` and its two neighbours.

    Args:
        digits: what was shown after the token or manual code; "" when nothing was.
        pass_id: the pass whose secret makes the codes.
        at: Unix seconds by the checker's clock.
        day_keys: the place's keys by service day, as many as the checker has.
    """
    if not digits:
        return CodeCheck.ABSENT
    if not is_digits(digits):
        return CodeCheck.EXPIRED
    current = missing = False
    for step in (at // STEP_SECONDS - 1, at // STEP_SECONDS, at // STEP_SECONDS + 1):
        key = day_keys.get(service_day(step * STEP_SECONDS))
        if key is None:
            missing = True
        else:
            current |= hmac.compare_digest(rotating_code(pass_secret(key, pass_id), step), digits)
    if current:
        return CodeCheck.CURRENT
    return CodeCheck.UNCHECKED if missing else CodeCheck.EXPIRED


def manual_code(body: str) -> str:
    """Ten random digits with their two check digits behind them.

    Raises:
        ValueError: the body is not ten digits.
    """
    if len(body) != MANUAL_BODY_DIGITS or not is_digits(body):
        raise ValueError("a manual code has ten digits before its check digits")
    return f"{body}{98 - int(body) * 100 % 97:02}"


def read_manual_code(text: str) -> str | None:
    """The twelve digits of a well-typed manual code, groups joined, or None when it cannot be one."""
    digits = tidy(text)
    if len(digits) != MANUAL_DIGITS or not is_digits(digits):
        return None
    # Compared with what we write, not by the remainder alone: 00, 01 and 99 leave the same as 97, 98 and 02.
    return digits if manual_code(digits[:MANUAL_BODY_DIGITS]) == digits else None


def grouped(digits: str) -> str:
    """Digits in groups of four, as a person reads them aloud."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
