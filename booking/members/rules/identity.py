"""How people write who they are: member numbers, phones, names, cards; and the machines they come from."""

import re
import unicodedata
from ipaddress import IPv6Address, ip_address

LONGEST_NUMBER = 40
MOBILE = re.compile(r"1\d{10}")
_NAME_DOTS = dict.fromkeys(map(ord, "·・•‧∙."), "·")
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def normalised_number(text: str) -> str:
    """A member or card number as it is stored: half-width, lower case, letters, digits and hyphens alone."""
    plain = unicodedata.normalize("NFKC", text[: 4 * LONGEST_NUMBER]).lower()
    return "".join(letter for letter in plain if letter.isalnum() or letter == "-")[:LONGEST_NUMBER]


def normalised_phone(text: str) -> str | None:
    """A mainland mobile number as eleven digits, or None; +86, 0086, spaces and hyphens are forgiven."""
    plain = unicodedata.normalize("NFKC", text[:80])
    digits = "".join(letter for letter in plain if letter in "0123456789")
    for prefix in ("0086", "86"):
        if len(digits) == 11 + len(prefix):
            digits = digits.removeprefix(prefix)
    return digits if MOBILE.fullmatch(digits) else None


def same_name(left: str, right: str) -> bool:
    """Whether two ways of writing a name mean the same: width, spaces, case and the kind of middle dot aside."""
    return bool(_bare_name(left)) and _bare_name(left) == _bare_name(right)


def _bare_name(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text[:200]).casefold().translate(_NAME_DOTS)
    return "".join(letter for letter in plain if letter.isalnum() or letter == "·")


def masked_phone(phone: str | None) -> str:
    """`138****5678`; empty when none is known."""
    return f"{phone[:3]}****{phone[-4:]}" if phone else ""


def masked_card(number: str) -> str:
    """The last four digits of a card, the others dotted out."""
    return "•" * max(0, len(number) - 4) + number[-4:]


def printable(text: str, longest: int) -> str:
    """What someone typed or sent, without control characters, no longer than this."""
    return "".join(letter for letter in text[: 4 * longest] if letter.isprintable()).strip()[:longest]


def device_name(agent: str) -> str:
    """`Chrome · Android` for what a browser says of itself: enough for its owner to recognise it."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " · ".join(filter(None, (browser, system))) or printable(agent, 40)


def network_of(address: str) -> str:
    """Whom a limit by address counts as one: an IPv4 address, or the /64 that one IPv6 customer is given."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64)) + "/64"
