"""A season of retreats to apply for, and a few made-up members who have done so.

The demo's own officer drafts and publishes it; its calendar counts from the day on which it is set. Sums, rooms and
dates are assumptions; the lotteries draw on their real weekdays, under issues that only look like theirs.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from booking.clock import local_date, local_instant
from booking.db import ReadSession, WriteSession
from booking.errors import BookingError
from booking.members.models import Member, RoleGrant
from booking.retreats.schemas_applying import ApplicationRequest, WishRequest
from booking.retreats.schemas_seasons import (
    AboutPart,
    BatchRequest,
    CalendarPart,
    DraftRequest,
    EligibilityPart,
    Lottery,
    RoomsRequest,
    SeasonEdit,
    SharesPart,
    SourceRequest,
    SourcesPart,
    SubsidyPart,
)
from booking.retreats.service.applying.entering import apply
from booking.retreats.service.seasons.drafting import draft_season
from booking.retreats.service.seasons.editing import edit_season
from booking.retreats.service.seasons.publishing import publish_season
from booking.rooms.catalogue import House, houses
from booking.seeding.actors import principal_of
from booking.seeding.dice import Dice, below
from booking.seeding.people import MOST_MEMBERS
from booking.web.principal import Principal

APPLICANTS = 60
BATCHES, NIGHTS = 3, 4
FIRST_AHEAD = 42
"""Days after today from which the first Monday is the first batch's."""
DOCUMENT = "职工疗休养抽签办法（演示假设）"
DAYS = {
    "opens_at": (0, time()),
    "closes_at": (14, time(17)),
    "freezes_at": (16, time(17)),
    "publishes_at": (24, time(10)),
    "confirm_by": (29, time(17)),
    "second_confirm_by": (33, time(17)),
    "last_confirm_by": (36, time(17)),
}
"""Days after today, and when on that day."""
DRAWN_ON: dict[Lottery, tuple[int, ...]] = {"kl8": (0, 1, 2, 3, 4, 5, 6), "ssq": (1, 3, 6), "dlt": (0, 2, 5)}
"""The weekdays of lotteries, Monday being 0."""
ROOMS: tuple[tuple[str, int, int, int, dict[str, int]], ...] = (
    ("twin", 8, 2, 120_000, {"frontline": 6, "sci_tech_talent": 1}),
    ("double", 4, 1, 160_000, {}),
)
"""Of each batch: room type, rooms, how many share one, the price in fen, beds that are kept."""


def retreat_season(tx: WriteSession, now: datetime) -> None:
    """One open season at the sanatorium."""
    officer, house = _officer(tx), next(iter(houses(tx).by_id.values()), None)
    if officer is None or house is None:
        return
    today = local_date(now)
    batches = _batches(house, today)
    first = batches[0].arrival
    half, half_en = ("春季", "Spring") if first.month <= 6 else ("秋季", "Autumn")
    code = f"{first.year}-{half_en.lower()}"
    title, title_en = f"{first.year} 年{half}疗休养", f"{half_en} retreats {first.year}"
    draft = draft_season(tx, now, officer, DraftRequest(code=code, title=title, title_en=title_en, place=house.id))
    about = AboutPart(
        title=title, title_en=title_en, document=DOCUMENT, clause="第四条", most_choices=6, most_together=4
    )
    edit = SeasonEdit(
        version=draft.version,
        about=about,
        calendar=_calendar(today),
        batches=batches,
        shares=SharesPart(policy="minimum", enterprise_heads=3),
        eligibility=EligibilityPart(rest_years=1),
        subsidy=SubsidyPart(
            subsidy_fen=80_000,
            free_categories=["model_worker"],
            subsidy_document=DOCUMENT,
            subsidy_clause="第九条",
        ),
        sources=SourcesPart(sources=_sources(today)),
    )
    edited = edit_season(tx, now, officer, code, edit)
    publish_season(tx, now, officer, code, edited.version)
    _apply(tx, now, code, batches)


def _officer(tx: ReadSession) -> Principal | None:
    """The first officer of the whole federation."""
    whole = select(RoleGrant.member_id).where(RoleGrant.role == "federation_officer", RoleGrant.scope_kind == "all")
    member_id = tx.scalar(whole.order_by(RoleGrant.member_id).limit(1))
    return None if member_id is None else principal_of(tx, member_id)


def _calendar(today: date) -> CalendarPart:
    moments = {name: local_instant(today + timedelta(days=days), at) for name, (days, at) in DAYS.items()}
    return CalendarPart(**moments, remind_hours=48)


def _batches(house: House, today: date) -> list[BatchRequest]:
    """Batches that come on Mondays, with the rooms that the house has."""
    first = _next_on((0,), today + timedelta(days=FIRST_AHEAD))
    by_code = {kind.code: kind for kind in house.types.values()}
    rooms = [
        RoomsRequest(
            type=by_code[code].id,
            rooms=min(count, len(house.rooms_of[by_code[code].id]) // 2),
            beds=beds,
            price_fen=fen,
            guarantees=dict(kept),  # type: ignore[arg-type]
        )
        for code, count, beds, fen, kept in ROOMS
        if code in by_code
    ]
    return [
        BatchRequest(
            name=f"第 {number} 批",
            name_en=f"Batch {number}",
            arrival=first + timedelta(weeks=number - 1),
            departure=first + timedelta(weeks=number - 1, days=NIGHTS),
            rooms=rooms,
        )
        for number in range(1, BATCHES + 1)
    ]


def _sources(today: date) -> list[SourceRequest]:
    """One issue of each lottery after the freeze; the next one counts if it is postponed."""
    freeze = today + timedelta(days=DAYS["freezes_at"][0])
    found = []
    for lottery, weekdays in DRAWN_ON.items():
        day = _next_on(weekdays, freeze + timedelta(days=2))
        following = _next_on(weekdays, day + timedelta(days=1))
        issue, fallback = (_issue(one, weekdays) for one in (day, following))
        found.append(SourceRequest(lottery=lottery, issue=issue, day=day, fallback=fallback))
    return found


def _next_on(weekdays: Sequence[int], day: date) -> date:
    """The first of these weekdays from a day on."""
    while day.weekday() not in weekdays:
        day += timedelta(days=1)
    return day


def _issue(day: date, weekdays: Sequence[int]) -> str:
    """The year, and the number of the draw in it."""
    first = date(day.year, 1, 1)
    drawn = sum((first + timedelta(days=ahead)).weekday() in weekdays for ahead in range((day - first).days + 1))
    return f"{day.year}{drawn:03}"


def _apply(tx: WriteSession, now: datetime, code: str, batches: Sequence[BatchRequest]) -> None:
    """Some made-up members apply, each alone: most of them share a room."""
    members = int(tx.scalar(select(func.max(Member.id)).where(Member.id <= MOST_MEMBERS)) or 0)
    dice = Dice(1, "retreats")
    for number in range(APPLICANTS if members else 0):
        who, start, many, how, *_ = dice.roll(number)
        sharing = how % 3 > 0
        liked = [
            WishRequest(at, one.type)
            for at, batch in enumerate(batches, 1)
            for one in batch.rooms
            if not sharing or one.beds > 1
        ]
        first = below(start, len(liked))
        wishes = (liked[first:] + liked[:first])[: 1 + below(many, len(liked))]
        request = ApplicationRequest(wishes=wishes, rooms=0 if sharing else 1)
        try:
            with tx.part() as part:
                apply(part, now, principal_of(part, 1 + below(who, members)), code, request)
        except BookingError:
            continue  # as anybody is refused
