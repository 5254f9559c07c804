"""A change in the reader's words: what was asked, and what happens to each person, whichever feature taught it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from booking.notices.messages import Rendered, render
from booking.places.models import Place
from booking.portal.manage.access import AnyRequest
from booking.rehearsal.kinds import kind_of
from booking.rehearsal.queries import ChangeView
from booking.rehearsal.rules import OUTCOMES, Effect, Outcome, Plan
from booking.rooms.catalogue import House
from booking.rooms.schemas import OutageRequest
from booking.venues.catalogue import FacilityFacts, Venues
from booking.venues.models import Court, Facility
from booking.web.facts import Day, Hours, Named, Param, say
from booking.web.formatting import is_english
from booking.web.language import language_of, sentence, translator_of
from booking.web.locale import N_

_ORDER: Mapping[Outcome, int] = {"refunded": 0, "offered": 1, "moved": 2, "kept": 3}
"""Those who lose most come first."""
_FIELDS = {
    "facility": N_("场地"),
    "courts": N_("哪几片"),
    "capacity": N_("名额改为"),
    "reason": N_("原因"),
    "offers": N_("替代方案"),
}


class Affected(NamedTuple):
    """Somebody in a plan, as the page names them.

    Attributes:
        call: there is something to tell, and nobody who reads messages: the desk has to call.
    """

    name: str
    party: int
    outcome: Outcome
    word: str
    before: str
    after: str
    refund_fen: int
    href: str | None
    message: Rendered | None
    call: bool


def rows(request: AnyRequest, at: Place, plan: Plan, now: datetime) -> list[Affected]:
    """Everybody in a plan, those who lose most first."""
    effects = sorted(plan.effects, key=lambda effect: (_ORDER[effect.outcome], effect.subject))
    return [_affected(request, at, effect, now) for effect in effects]


def _affected(request: AnyRequest, at: Place, effect: Effect, now: datetime) -> Affected:
    locale, translator = language_of(request), translator_of(request)
    message = None
    if effect.message and effect.readers:
        message = render(effect.message, effect.params, now, locale=locale, translate=translator.gettext)
    kind, _, number = effect.subject.rpartition(":")
    return Affected(
        name=effect.name,
        party=effect.party,
        outcome=effect.outcome,
        word=translator.gettext(OUTCOMES[effect.outcome], locale),
        before=said(effect.before, now, locale),
        after=said(effect.after, now, locale),
        refund_fen=effect.refund_fen,
        href=f"/manage/{at.code}/bookings/{number}" if kind == f"booking:{at.id}" else _stay(effect),
        message=message,
        call=bool(effect.message) and not effect.readers,
    )


def _stay(effect: Effect) -> str | None:
    """The page of a stay, which those who work at its house see as well."""
    return effect.link if effect.subject.startswith("stay:") else None


def said(facts: Mapping[str, Param], now: datetime, locale: str) -> str:
    """Facts side by side, in the order in which the feature gave them."""
    return " · ".join(say(fact, now, locale=locale) for fact in facts.values())


def described(
    request: AnyRequest, known: Venues, house: House | None, at: Place, change: ChangeView, now: datetime
) -> list[tuple[str, str]]:
    """What was asked for, field by field: names for ids, hours for instants, the rest as it is."""
    asked = kind_of(change.kind).read_request(change.request)
    if isinstance(asked, OutageRequest) and house is not None:
        return _of_rooms(request, house, asked, now)
    wanted = msgspec.structs.asdict(asked)
    facts = known.facilities.get((at.id, wanted.get("facility", 0)))
    lines: list[tuple[str, str]] = []
    if "starts" in wanted and "ends" in wanted:
        hours = Hours(wanted.pop("starts"), wanted.pop("ends"))
        lines.append((sentence(request, N_("时间")), say(hours, now, locale=language_of(request))))
    for name, value in wanted.items():
        label = sentence(request, _FIELDS[name]) if name in _FIELDS else name
        lines.append((label, _value(request, facts, name, value, now)))
    return lines


def _of_rooms(request: AnyRequest, house: House, asked: OutageRequest, now: datetime) -> list[tuple[str, str]]:
    """What was asked for where rooms go out of order."""
    locale = language_of(request)
    numbers = sorted(house.rooms[room].number for room in asked.rooms if room in house.rooms)
    dates = {"first": say(Day(asked.first), now, locale=locale), "until": say(Day(asked.until), now, locale=locale)}
    named = (", " if is_english(locale) else "、").join(numbers)
    return [
        (sentence(request, N_("日期")), sentence(request, N_("{first} 到 {until}（那天起恢复）"), **dates)),
        (sentence(request, N_("房间")), sentence(request, N_("{count} 间：{rooms}"), count=len(numbers), rooms=named)),
        (sentence(request, N_("原因")), asked.reason),
    ]


def _value(request: AnyRequest, facts: FacilityFacts | None, name: str, value: Any, now: datetime) -> str:
    locale = language_of(request)
    match name:
        case "facility" if facts is not None:
            return _named(facts.facility, now, locale)
        case "courts" if facts is not None:
            chosen = [_named(facts.courts[court], now, locale) for court in value if court in facts.courts]
            return (", " if is_english(locale) else "、").join(chosen) or sentence(request, N_("全部"))
        case "offers":
            return sentence(request, N_("给受影响的会员留好最近的空位") if value else N_("不留替代，只退费"))
        case _:
            return str(value)


def _named(thing: Facility | Court, now: datetime, locale: str) -> str:
    return say(Named(thing.name, thing.name_en), now, locale=locale)
