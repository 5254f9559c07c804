"""What a pass shows: its signed token, its rotating digits, and until when they hold. Pure, and never stored.

A pass whose zones all open to a static code shows one; otherwise the digits that rotate are part of the QR code.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import NamedTuple

from booking.checkin.codes import STEP_SECONDS, day_key, pass_secret, rotating_code, service_day
from booking.checkin.models import Pass
from booking.checkin.queries.keys import KeyRing
from booking.checkin.tokens import Token, sign
from booking.places.models import Zone

DAY_SECONDS = 86_400


class Shown(NamedTuple):
    """The codes of a pass at one moment."""

    token: str
    """The 227 digits of the signed token."""
    rotating: str
    """The eight digits of this half minute."""
    renews_at: datetime
    static: bool
    """Whether the token alone opens its zones."""

    @property
    def digits(self) -> str:
        """What the QR code holds."""
        return self.token if self.static else self.token + self.rotating

    def seconds_left(self, now: datetime) -> int:
        """Whole seconds until the digits renew, at least one."""
        return max(1, round((self.renews_at - now).total_seconds()))


def show(held: Pass, zones: Mapping[tuple[int, int], Zone], ring: KeyRing, codes_key: bytes, now: datetime) -> Shown:
    """The codes of a pass as of `now`; `codes_key` is the root of all rotating digits."""
    at = int(now.timestamp())
    step = at // STEP_SECONDS
    secret = pass_secret(day_key(codes_key, held.place_id, service_day(at)), held.id)
    static = opens_statically([zones.get((held.place_id, zone)) for zone in held.zones])
    token = sign(_token(held, ring.key_id, static=static), ring.signing)
    renews_at = datetime.fromtimestamp((step + 1) * STEP_SECONDS, UTC)
    return Shown(token, rotating_code(secret, step), renews_at, static)


def opens_statically(zones: Sequence[Zone | None]) -> bool:
    """Whether the policy of every zone lets a code in that does not rotate."""
    return all(zone is not None and zone.static_code for zone in zones)


def daily_seconds(daily_from: time | None, daily_until: time | None) -> tuple[int, int]:
    """Hours of the day as seconds after midnight, an end on the next day past 86,400; none are (0, 0)."""
    if daily_from is None or daily_until is None:
        return 0, 0
    start, end = _seconds(daily_from), _seconds(daily_until)
    return start, end if end > start else end + DAY_SECONDS


def day_keys(codes_key: bytes, place_id: int, now: datetime) -> dict[int, bytes]:
    """The keys of a place with which the digits of `now` and of half a minute around it are checked."""
    at = int(now.timestamp())
    days = {service_day(at - STEP_SECONDS), service_day(at + STEP_SECONDS)}
    return {day: day_key(codes_key, place_id, day) for day in days}


def _token(held: Pass, key_id: int, *, static: bool) -> Token:
    daily_from, daily_until = daily_seconds(held.daily_from, held.daily_until)
    return Token(
        key_id=key_id,
        place_id=held.place_id,
        pass_id=held.id,
        opens=int(held.valid_from.timestamp()),
        closes=int(held.valid_until.timestamp()),
        party=held.party,
        zones=tuple(held.zones),
        daily_from=daily_from,
        daily_until=daily_until,
        product=held.product,
        static_code=static,
        single_entry=held.single_entry,
    )


def _seconds(wall: time) -> int:
    return wall.hour * 3600 + wall.minute * 60 + wall.second
