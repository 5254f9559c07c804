"""Taking a scan back: the light was green, but the turnstile did not turn."""

from typing import NamedTuple

from booking.checkin.facts import Direction, Reason, Status, Verdict

ANNUL_SECONDS = 15 * 60
"""How long after a scan its own device may take it back, this second included."""


class PastScan(NamedTuple):
    """A scan that someone wants annulled, and where the heads of its pass are now."""

    device_id: int
    status: Status
    direction: Direction
    at: int
    """Unix seconds by the clock that will also time the annulment."""
    heads: int
    annulled: bool
    party: int
    inside: int
    """Heads of the pass inside the zone now."""


def annul(scan: PastScan, device_id: int, at: int) -> Verdict:
    """Whether a device may take a scan back; a repeat is answered like the first.

    Only the device that scanned, within `ANNUL_SECONDS`, and only while the heads have not moved on since.
    """
    if scan.device_id != device_id:
        return _refused(Reason.RULES, "annul.other_device")
    if scan.status != Status.OK:
        return _refused(Reason.RULES, "annul.not_admitted")
    if scan.annulled:
        return _annulled(scan)
    if at < scan.at:
        return _refused(Reason.CLOCK_UNTRUSTED, "clock_untrusted")
    if at - scan.at > ANNUL_SECONDS:
        return _refused(Reason.INVALID_TIME, "annul.too_late")
    there = scan.inside if scan.direction == Direction.ENTRY else scan.party - scan.inside
    if scan.heads > there:
        return _refused(Reason.RULES, "annul.moved_on")
    return _annulled(scan)


def _annulled(scan: PastScan) -> Verdict:
    return Verdict(Status.OK, None, "ok.annulled", heads=scan.heads, party=scan.party)


def _refused(reason: Reason, sentence: str) -> Verdict:
    return Verdict(Status.ERROR, reason, sentence)
