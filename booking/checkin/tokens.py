"""The pass token: what a QR code carries, signed, so that a gate without a network can believe it.

A token is the decimal form of 94 bytes read as one big-endian number, zero-padded to 227 digits: 30 bytes of
payload and their Ed25519 signature (RFC 8032). Digits because a keyboard-wedge scanner types them unharmed
through a Chinese input method, and because QR's numeric mode packs them best (as SMART Health Cards do).
With the eight rotating digits of `codes` behind them they are 235; version 6 at level M holds 255 (ISO/IEC
18004, table 7), so the payload says all that an offline gate must know about a pass it never heard of.

    offset  bytes  field        unit and range
    ------  -----  -----------  --------------------------------------------------------------------------
         0      1  version      1
         1      1  key id       0 to 255, into the ring of public keys
         2      7  place id     1 to 2**53 - 1
         9      7  pass id      1 to 2**53 - 1
        16      4  opens        minutes since 1970-01-01T00:00Z
        20      3  length       minutes, 1 to 2**24 - 1: the pass closes at opens + length (half-open)
        23      1  daily from   quarter hours after midnight in Shanghai, 0 to 95
        24      1  daily until  quarter hours after the same midnight, at most a day after daily from;
                                0 here and above: the pass does not keep to hours of the day
        25      1  party        heads, 1 to 255
        26      1  product      bits 4-7: the kind of thing the pass was issued for, 0 to 15
                   flags        bit 0: a static code; bit 1: single entry; bits 2-3: zero
        27      3  zones        bit n set: the pass opens zone n of its place, n from 0 to 23
        30     64  signature    over the 14 ASCII bytes "booking/pass/1" and bytes 0 to 29

All numbers are unsigned and big-endian. The prefix under the signature keeps a token from being mistaken for
anything else that the same key may sign. Nothing in a token names a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

VERSION = 1
PAYLOAD_BYTES = 30
SIGNATURE_BYTES = 64
TOKEN_BYTES = PAYLOAD_BYTES + SIGNATURE_BYTES
TOKEN_DIGITS = 227
"""Decimal digits of the largest number of 94 bytes."""
MAX_ID = 2**53 - 1
"""Ids stay exact in JavaScript."""
MAX_ZONE = 23
QUARTER_HOUR = 15 * 60

_CONTEXT = b"booking/pass/1"
_STATIC_CODE = 0b01
_SINGLE_ENTRY = 0b10
_KNOWN_FLAGS = _STATIC_CODE | _SINGLE_ENTRY
_LONGEST_TEXT = 1024
_DASHES = (0x2D, 0x2010, 0x2011, 0x2013, 0xFF0D)
# Scanners behind a Chinese input method may type full-width digits; people group digits by spaces or dashes.
_TYPED = {0xFF10 + n: str(n) for n in range(10)} | dict.fromkeys(_DASHES)


class Fault(StrEnum):
    """Why a text is not a token that this ring vouches for."""

    NOT_A_TOKEN = "not_a_token"  # noqa: S105 - a name of a fault
    """Not 227 digits, or a number too large for 94 bytes."""
    UNKNOWN_VERSION = "unknown_version"
    UNKNOWN_KEY = "unknown_key"
    """The ring has no such key: older than the pass, or the key id is made up."""
    RETIRED_KEY = "retired_key"
    """The ring has the key, but does not accept it at this time."""
    FORGED = "forged"
    """The signature is not that key's over these bytes."""
    MALFORMED = "malformed"
    """Signed, yet a field is out of its range."""


class Token(NamedTuple):
    """What a pass says about itself. Instants are Unix seconds on a whole minute."""

    key_id: int
    place_id: int
    pass_id: int
    opens: int
    closes: int
    party: int
    zones: tuple[int, ...]
    """Numbers of the zones it opens, rising."""
    daily_from: int = 0
    """Seconds after midnight in Shanghai, on a quarter hour; the pass admits each day from here …"""
    daily_until: int = 0
    """… until here, past 86,400 when the evening runs past midnight. 0 and 0: no hours of the day."""
    product: int = 0
    static_code: bool = False
    single_entry: bool = False


@dataclass(frozen=True, slots=True)
class PassKey:
    """A public key and the half-open time, in Unix seconds, in which gates accept what it signed.

    Raises:
        ValueError: the key is not 32 bytes.
    """

    public: bytes
    accepted_from: int
    accepted_until: int

    def __post_init__(self) -> None:
        VerifyKey(self.public)


def sign(token: Token, key: SigningKey) -> str:
    """The 227 digits of a token. The same token and key give the same digits.

    Raises:
        ValueError: a field is out of the range that the layout gives it.
    """
    payload = _pack(token)
    signature = key.sign(_CONTEXT + payload).signature
    return str(int.from_bytes(payload + signature, "big")).zfill(TOKEN_DIGITS)


def verify(text: str, ring: Mapping[int, PassKey], at: int) -> Token | Fault:
    """What the token says, if a key that the ring accepts `at` this Unix second signed it, else why not.

    Never raises, whatever the text. White space, grouping dashes and full-width digits are forgiven.
    """
    digits = tidy(text)
    if len(digits) != TOKEN_DIGITS or not is_digits(digits):
        return Fault.NOT_A_TOKEN
    number = int(digits)
    if number >> (8 * TOKEN_BYTES):
        return Fault.NOT_A_TOKEN
    data = number.to_bytes(TOKEN_BYTES, "big")
    payload, signature = data[:PAYLOAD_BYTES], data[PAYLOAD_BYTES:]
    if payload[0] != VERSION:
        return Fault.UNKNOWN_VERSION
    key = ring.get(payload[1])
    if key is None:
        return Fault.UNKNOWN_KEY
    if not key.accepted_from <= at < key.accepted_until:
        return Fault.RETIRED_KEY
    try:
        VerifyKey(key.public).verify(_CONTEXT + payload, signature)
    except BadSignatureError:
        return Fault.FORGED
    return _unpack(payload)


def tidy(text: str) -> str:
    """The text without white space and grouping dashes, full-width digits made plain; "" if absurdly long."""
    if len(text) > _LONGEST_TEXT:
        return ""
    return "".join(text.translate(_TYPED).split())


def is_digits(text: str) -> bool:
    """Whether a text is ASCII digits only, at least one: `str.isdigit` alone takes ² and ٣ too."""
    return text.isascii() and text.isdigit()


def _pack(token: Token) -> bytes:
    problem = _problem(token)
    if problem:
        raise ValueError(problem)
    flags = _STATIC_CODE * token.static_code | _SINGLE_ENTRY * token.single_entry
    return b"".join(
        (
            bytes((VERSION, token.key_id)),
            token.place_id.to_bytes(7, "big"),
            token.pass_id.to_bytes(7, "big"),
            (token.opens // 60).to_bytes(4, "big"),
            ((token.closes - token.opens) // 60).to_bytes(3, "big"),
            bytes((token.daily_from // QUARTER_HOUR, token.daily_until // QUARTER_HOUR)),
            bytes((token.party, token.product << 4 | flags)),
            sum(1 << zone for zone in token.zones).to_bytes(3, "big"),
        )
    )


def _unpack(payload: bytes) -> Token | Fault:
    opens = int.from_bytes(payload[16:20], "big") * 60
    mask = int.from_bytes(payload[27:30], "big")
    token = Token(
        key_id=payload[1],
        place_id=int.from_bytes(payload[2:9], "big"),
        pass_id=int.from_bytes(payload[9:16], "big"),
        opens=opens,
        closes=opens + int.from_bytes(payload[20:23], "big") * 60,
        party=payload[25],
        zones=tuple(zone for zone in range(MAX_ZONE + 1) if mask >> zone & 1),
        daily_from=payload[23] * QUARTER_HOUR,
        daily_until=payload[24] * QUARTER_HOUR,
        product=payload[26] >> 4,
        static_code=bool(payload[26] & _STATIC_CODE),
        single_entry=bool(payload[26] & _SINGLE_ENTRY),
    )
    unknown_flags = payload[26] & 0x0F & ~_KNOWN_FLAGS
    return Fault.MALFORMED if unknown_flags or _problem(token) else token


def _problem(token: Token) -> str:
    """The first field out of its range, in words, or ""."""
    checks = (
        (0 <= token.key_id <= 255, "key_id is a byte"),
        (0 < token.place_id <= MAX_ID, "place_id is from 1 to 2**53 - 1"),
        (0 < token.pass_id <= MAX_ID, "pass_id is from 1 to 2**53 - 1"),
        (token.opens % 60 == 0 and 0 <= token.opens < 2**32 * 60, "opens is a whole minute from 1970 on"),
        (token.closes % 60 == 0 and 0 < token.closes - token.opens < 2**24 * 60, "closes is a minute after opens"),
        (1 <= token.party <= 255, "party is from 1 to 255"),
        (0 <= token.product <= 15, "product is from 0 to 15"),
        (bool(token.zones) and list(token.zones) == sorted(set(token.zones)), "zones rise, at least one"),
        (all(0 <= zone <= MAX_ZONE for zone in token.zones), "zones are from 0 to 23"),
        (_daily_hours_fit(token.daily_from, token.daily_until), "daily hours are quarter hours of a day"),
    )
    return next((words for fits, words in checks if not fits), "")


def _daily_hours_fit(start: int, end: int) -> bool:
    if start % QUARTER_HOUR or end % QUARTER_HOUR:
        return False
    return start == end == 0 or (0 <= start < 86_400 and start < end <= start + 86_400)
