"""What else would do, as links that each lead to a page with everything filled in."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from litestar import Request

from booking.venues.pages.words import KIND_NAMES, book_address
from booking.venues.views import Alternative, SearchHit
from booking.web.formatting import clock_time, day, distance, named, time_range
from booking.web.language import language_of, sentence
from booking.web.locale import N_

Link = tuple[str, str, str]
"""A text, an address and a detail."""

CHANGES = {
    "same_hour": N_("同一时间，换一片"),
    "shift": N_("同一场馆，换个时间"),
    "shorten": N_("同一场馆，少一点时间"),
    "next_place": N_("同一时间，换个场馆"),
    "other_kind": N_("同一时间，换{kind}"),
    "next_day": N_("同一场馆，换一天"),
}


def alternative_links(
    request: Request[Any, Any, Any], now: datetime, alternatives: Iterable[Alternative], **asked: Any
) -> list[Link]:
    """The alternatives of a refusal; `asked` is what else was chosen and stays so."""
    return [_alternative(request, now, one, asked) for one in alternatives]


def _alternative(request: Request[Any, Any, Any], now: datetime, one: Alternative, asked: dict[str, Any]) -> Link:
    language = language_of(request)
    kind = sentence(request, KIND_NAMES.get(one.court_kind or "", one.court_kind or ""))
    where = named({"name": one.place_name, "name_en": one.place_name_en}, locale=language)
    hours = f"{day(one.starts, now, locale=language)} {time_range(one.starts, one.ends, locale=language)}"
    details = [sentence(request, CHANGES[one.kind], kind=kind)]
    if one.kind == "next_place":
        details += [where] + ([] if one.metres is None else [distance(one.metres, locale=language)])
    details.append(sentence(request, N_("还剩 {free}"), free=one.free))
    half_hours = int((one.ends - one.starts).total_seconds()) // 1800
    href = book_address(
        one.place_code, one.facility_code, one.starts, **(asked | {"kind": one.court_kind, "long": half_hours})
    )
    return hours, href, " · ".join(details)


def hit_links(request: Request[Any, Any, Any], hits: Sequence[SearchHit], half_hours: int, *, told: bool) -> list[Link]:
    """Search hits by the hour at which they have room; `told` is whether distances are from the reader."""
    language = language_of(request)
    links = []
    for hit in hits:
        if hit.next_free is not None:
            where = named({"name": hit.place_name, "name_en": hit.place_name_en}, locale=language)
            what = named({"name": hit.facility_name, "name_en": hit.facility_name_en}, locale=language)
            details = [what] + ([] if hit.metres is None or not told else [distance(hit.metres, locale=language)])
            asked = {"kind": hit.court_kind, "long": half_hours}
            href = book_address(hit.place_code, hit.facility_code, hit.next_free, **asked)
            links.append((f"{clock_time(hit.next_free)} {where}", href, " · ".join(details)))
    return links
