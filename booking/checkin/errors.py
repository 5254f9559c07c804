"""Refusals about passes and gates, other than a gate's own verdicts."""

from booking.errors import Invalid
from booking.web.locale import N_


class PartyTooLarge(Invalid):
    """More heads than one pass can carry."""

    code = "party_too_large"
    text = N_("一张凭证最多 {most} 人，这次是 {asked} 人。请分成几张。")
