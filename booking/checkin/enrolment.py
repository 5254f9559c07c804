"""How a device gets its key: a short code that a person types once, then a key that no person ever sees again."""

import hashlib
from datetime import timedelta

KEY_PREFIX = "gate_"
KEY_BYTES = 32
CODE_BYTES = 10
"""80 bits, so that nobody guesses a code in the hour that it lives, however often they try."""
CODE_LIVES = timedelta(hours=1)

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O or U
_MISREAD = str.maketrans("ILO", "110", "-– ")


def code_of(secret: bytes) -> str:
    """Ten random bytes as sixteen characters in groups of four, e.g. `7K3M-9QRT-0XYZ-4D2H`."""
    number = int.from_bytes(secret, "big")
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * 15, -1, -5))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def tidy_code(typed: str) -> str:
    """A typed code as it was written, whatever the case and the dashes, with 0 and 1 for letters that look so."""
    return typed.upper().translate(_MISREAD)


def code_hash(typed: str) -> bytes:
    """What is kept of an enrolment code."""
    return hashlib.sha256(b"enrolment:" + tidy_code(typed).encode()).digest()


def key_hash(key: str) -> bytes:
    """What is kept of an API key of 256 random bits."""
    return hashlib.sha256(key.encode()).digest()


def looks_like_key(key: str) -> bool:
    """Whether it is worth a look in the database."""
    return key.startswith(KEY_PREFIX) and len(key) == len(KEY_PREFIX) + 2 * KEY_BYTES and key.isascii()
