"""The parts of a draft as forms: what each shows, and what its form comes to."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_args

import msgspec

from booking.errors import BookingError
from booking.retreats.errors_seasons import CalendarCrosses
from booking.retreats.rules.calendar import MOMENTS
from booking.retreats.schemas_season_views import BatchView, SeasonView
from booking.retreats.schemas_seasons import (
    MOST_HEADS,
    AboutPart,
    BatchRequest,
    CalendarPart,
    EligibilityPart,
    MemberCategory,
    RoomsRequest,
    SharesPart,
    SourceRequest,
    SourcesPart,
    SubsidyPart,
)
from booking.web import forms
from booking.web.forms import Refused, Typed, Unfit
from booking.web.locale import N_

SOURCE_FIELDS = ("lottery", "issue", "day", "fallback")
CATEGORIES: tuple[MemberCategory, ...] = get_args(MemberCategory)
NOTED = ("issue", "day", "fallback")
"""What makes a line of the sources one: a lottery is always chosen."""
Beside = Callable[[BookingError], str]


class Part(NamedTuple):
    """One form of a draft.

    Attributes:
        name: as it stands in its address.
        shown: the form as the season is.
        read: what was typed, as the parts of a `SeasonEdit`; raises Refused.
        beside: the field beside which a refusal stands.
    """

    name: str
    title: str
    shown: Callable[[SeasonView], Typed]
    read: Callable[[Mapping[str, str], SeasonView], dict[str, Any]]
    beside: Beside = lambda _: ""


def _struct(part: type[msgspec.Struct], season: SeasonView) -> Typed:
    """The fields of a part as the season has them."""
    return forms.as_form(part(**{name: getattr(season, name) for name in part.__struct_fields__}))


def _about(form: Mapping[str, str], _: SeasonView) -> dict[str, Any]:
    return {"about": forms.read(AboutPart, form)}


def _calendar(form: Mapping[str, str], _: SeasonView) -> dict[str, Any]:
    return {"calendar": forms.read(CalendarPart, form)}


def _crossing(error: BookingError) -> str:
    """The later of the two dates that cross."""
    if not isinstance(error, CalendarCrosses):
        return ""
    return next((name for name, words in MOMENTS.items() if words == error.params["later"]), "")


def _eligibility(form: Mapping[str, str], _: SeasonView) -> dict[str, Any]:
    return {"eligibility": forms.read(EligibilityPart, {"categories": "", "organisation_kinds": ""} | dict(form))}


def _subsidy_shown(season: SeasonView) -> Typed:
    return _struct(SubsidyPart, season) | {"yuan": forms.yuan(season.subsidy_fen)}


def _subsidy(form: Mapping[str, str], _: SeasonView) -> dict[str, Any]:
    fen = forms.fen(form, "yuan")
    return {"subsidy": forms.read(SubsidyPart, {"free_categories": ""} | dict(form), subsidy_fen=fen)}


def _sources_shown(season: SeasonView) -> Typed:
    values = {"bits": str(season.bits)}
    for number, one in enumerate(season.sources, 1):
        values |= {f"{name}-{number}": str(getattr(one, name)) for name in SOURCE_FIELDS}
    return values


def _sources(form: Mapping[str, str], _: SeasonView) -> dict[str, Any]:
    named = forms.read_lines(SourceRequest, form, NOTED)
    return {"sources": forms.read(SourcesPart, form, sources=named)}


def batch_request(batch: BatchView) -> BatchRequest:
    """A batch as it would be asked for."""
    rooms = [
        RoomsRequest(
            type=one.type,
            rooms=one.rooms,
            beds=one.beds,
            price_fen=one.price_fen,
            guarantees=dict(one.guarantees),  # type: ignore[arg-type]
        )
        for one in batch.rooms
    ]
    return BatchRequest(
        name=batch.name, name_en=batch.name_en, arrival=batch.arrival, departure=batch.departure, rooms=rooms
    )


def _shares_shown(season: SeasonView) -> Typed:
    """For each room type and category the usual number of beds, and those of a batch where they differ."""
    values = _struct(SharesPart, season)
    usual = _usual(season)
    values |= {f"{kind}-{category}": str(beds) for (kind, category), beds in usual.items()}
    for batch in season.schedule:
        for one in batch.rooms:
            for category in CATEGORIES:
                beds = one.guarantees.get(category, 0)
                if beds != usual.get((one.type, category), 0):
                    values[f"{batch.number}-{one.type}-{category}"] = str(beds)
    return values


def _usual(season: SeasonView) -> dict[tuple[int, str], int]:
    counted: dict[tuple[int, str], Counter[int]] = {}
    for batch in season.schedule:
        for one in batch.rooms:
            for category in CATEGORIES:
                counted.setdefault((one.type, category), Counter())[one.guarantees.get(category, 0)] += 1
    return {key: max(sorted(found), key=found.__getitem__) for key, found in counted.items()}


def _shares(form: Mapping[str, str], season: SeasonView) -> dict[str, Any]:
    unfit: dict[str, Unfit] = {}
    wanted = []
    for batch in season.schedule:
        request = batch_request(batch)
        for one in request.rooms:
            one.guarantees = {
                category: _beds(form, (f"{batch.number}-{one.type}-{category}", f"{one.type}-{category}"), unfit)
                for category in CATEGORIES
            }
        wanted.append(request)
    try:
        shares = forms.read(SharesPart, form)
    except Refused as refused:
        raise Refused(dict(refused.errors) | unfit) from None
    if unfit:
        raise Refused(unfit)
    return {"shares": shares, "batches": wanted}


def _beds(form: Mapping[str, str], names: tuple[str, ...], unfit: dict[str, Unfit]) -> int:
    """The first of these fields that is filled in; 0 if none is."""
    for name in names:
        text = form.get(name, "")
        if text:
            if text.isdecimal() and int(text) <= MOST_HEADS:
                return int(text)
            unfit[name] = Unfit(N_("请填 {least} 到 {most} 的整数。"), least=0, most=MOST_HEADS)
    return 0


PARTS = (
    Part("about", N_("是什么"), lambda season: _struct(AboutPart, season), _about),
    Part("calendar", N_("日历"), lambda season: _struct(CalendarPart, season), _calendar, _crossing),
    Part("batches", N_("批次和房间"), lambda _: {}, lambda *_: {}),
    Part("shares", N_("保留床位和上限"), _shares_shown, _shares),
    Part("eligibility", N_("谁可以报"), lambda season: _struct(EligibilityPart, season), _eligibility),
    Part("subsidy", N_("补贴"), _subsidy_shown, _subsidy),
    Part("sources", N_("公开开奖"), _sources_shown, _sources),
)
"""The forms in their order; batches have pages of their own."""
BY_NAME = {part.name: part for part in PARTS}


def after(name: str) -> str:
    """The part behind this one; empty: the check."""
    names = [part.name for part in PARTS] + [""]
    return names[names.index(name) + 1]
