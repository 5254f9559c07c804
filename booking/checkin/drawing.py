"""The QR code of a pass as an SVG picture, for pages and print. The server's alone: turnstiles only read."""

import re
from html import escape

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_NUMBER, QRData

from booking.checkin.tokens import is_digits

VERSION = 6
"""41 modules a side for static and rotating codes alike, so that the picture does not jump when it renews."""
MOST_DIGITS = 255
"""What version 6 holds at level M (ISO/IEC 18004, table 7)."""
QUIET_ZONE = 4
"""Modules of white around the code, as the standard asks; a dark page would run into it otherwise."""

_MASK = 3
_RUNS = re.compile("1+")


def qr_svg(digits: str, label: str) -> str:
    """An SVG picture of a numeric QR code, version 6 at level M, always black on white.

    One path of horizontal strokes, a run of dark modules each: 3 kB, no style, nothing to load. The mask is
    fixed, since trying all eight costs eight times as much and a reader does not mind.

    Args:
        digits: the token, with its rotating digits or without.
        label: what a screen reader says instead of the picture.

    Raises:
        ValueError: not 1 to 255 digits.
    """
    if len(digits) > MOST_DIGITS or not is_digits(digits):
        raise ValueError(f"a pass code is 1 to {MOST_DIGITS} digits")
    matrix = _matrix(digits)
    side = len(matrix) + 2 * QUIET_ZONE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img"'
        f' aria-label="{escape(label)}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path stroke="#000" d="{_strokes(matrix)}"/></svg>'
    )


def _matrix(digits: str) -> list[list[bool | None]]:
    code = QRCode(version=VERSION, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    code.add_data(QRData(digits.encode(), mode=MODE_NUMBER, check_data=False), optimize=0)
    code.make(fit=False)
    modules: list[list[bool | None]] = code.modules
    return modules


def _strokes(matrix: list[list[bool | None]]) -> str:
    """Runs of dark modules as strokes one module wide: `M` to the middle of each row, then `h` and `m` along it."""
    path = []
    for y, row in enumerate(matrix, QUIET_ZONE):
        end = 0
        for run in _RUNS.finditer("".join("1" if dark else "0" for dark in row)):
            start, length = run.start(), run.end() - run.start()
            path.append(f"m{start - end} 0h{length}" if end else f"M{start + QUIET_ZONE} {y}.5h{length}")
            end = run.end()
    return "".join(path)
