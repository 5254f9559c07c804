"""A verdict as people and programs are told it: the sentence in the gate's language, the numbers as they are."""

from datetime import UTC, datetime

from booking.checkin.facts import NO_LIMIT, Verdict
from booking.checkin.schemas import AnnulAnswer, DirectionName, Outcome, ScanAnswer
from booking.checkin.sentences import SENTENCES
from booking.checkin.service.redeem import Redeemed
from booking.web.facts import Instant, Param, say_all
from booking.web.locale import Translator

_INSTANTS = ("opens", "closes", "first_at")
_NUMBERS = ("heads", "left", "party", "inside", "capacity", "unseen")


def sentence_of(said: Verdict | Outcome, now: datetime, locale: str, translator: Translator) -> str:
    """The one line for the person at the gate."""
    facts: dict[str, Param] = {name: getattr(said, name) for name in _NUMBERS if hasattr(said, name)}
    facts |= {name: Instant(_instant(getattr(said, name))) for name in _INSTANTS if getattr(said, name)}
    return translator.gettext(SENTENCES[said.sentence], locale).format_map(say_all(facts, now, locale=locale))


def scan_answer(redeemed: Redeemed, now: datetime, locale: str, translator: Translator) -> ScanAnswer:
    """The answer to a scan, fresh or repeated."""
    outcome = redeemed.outcome
    direction: DirectionName = redeemed.direction.value
    admitted = outcome.status == "ok"
    entered = admitted and direction == "entry"
    first_at = outcome.first_at or (int(redeemed.received_at.timestamp()) if entered else 0)
    limited = outcome.capacity != NO_LIMIT and outcome.pass_id is not None
    moved = outcome.heads if entered else -outcome.heads
    return ScanAnswer(
        scan_id=redeemed.scan_id,
        status=outcome.status,
        reason=outcome.reason,
        sentence=sentence_of(outcome, now, locale, translator),
        direction=direction,
        needs=outcome.needs,
        zone=outcome.zone,
        pass_id=outcome.pass_id,
        title=outcome.title,
        title_en=outcome.title_en,
        holder=outcome.holder,
        party=outcome.party,
        heads=outcome.heads,
        left=outcome.left,
        first_entry_at=_instant(first_at) if first_at else None,
        opens=_instant(outcome.opens) if outcome.opens else None,
        closes=_instant(outcome.closes) if outcome.closes else None,
        inside=max(0, outcome.inside + (moved if admitted else 0)) if limited else None,
        capacity=outcome.capacity if limited else None,
        choices=outcome.choices,
        received_at=redeemed.received_at,
        annulled=redeemed.annulled,
        replayed=redeemed.replayed,
    )


def http_status(outcome: Outcome) -> int:
    """201 admitted, 200 known but refused, 400 incomplete, 404 not a code of ours."""
    if outcome.status == "error":
        return 404 if outcome.reason == "invalid" else 200
    return 201 if outcome.status == "ok" else 400


def annul_answer(verdict: Verdict, scan_id: str, now: datetime, locale: str, translator: Translator) -> AnnulAnswer:
    """The answer to taking a scan back."""
    return AnnulAnswer(
        scan_id=scan_id,
        status=verdict.status.value,
        reason=None if verdict.reason is None else verdict.reason.value,
        sentence=sentence_of(verdict, now, locale, translator),
        heads=verdict.heads,
    )


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
