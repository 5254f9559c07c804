"""One of each thing of retreats in the world of `tests.world`: a season that is open, an application, an invitation."""

from datetime import datetime
from typing import NamedTuple

from booking.db import WriteSession
from booking.draws.records import id_field
from booking.members.models import MemberCategory
from booking.retreats.schemas_applying import ApplicationRequest, InviteRequest, WishRequest
from booking.retreats.service.applying.entering import apply
from booking.retreats.service.placing import offer_places
from booking.web.principal import Principal
from tests.retreats.places import freeze_applications
from tests.retreats.season import CODE, POOL, SEASON, draft_season, enter, open_pool
from tests.rooms.house import PUBLIC, TWIN, add

DRAWN = "2026-autumn"


class RetreatSample(NamedTuple):
    """What there is. The application into which `worker` is asked is somebody else's; they have one of their own."""

    code: str
    application: str
    invited: int
    """The member whom the worker asked along."""
    drawn: str
    """A season before, which is drawn, and in which the worker won a place: that of application `won`."""
    won: str


def found_retreat(
    tx: WriteSession, now: datetime, place: int, worker: Principal, lead: Principal, invited: Principal
) -> RetreatSample:
    """An open season at a place with rooms, whose worker applies; somebody claims a category."""
    open_pool(tx, now, place)
    open_to_all = {"dues_required": False, "status": "open", "allotment_id": POOL}
    draft_season(tx, now, place_id=place, created_by=lead.member_id, **open_to_all)
    add(tx, MemberCategory, [{"member_id": worker.member_id, "category": "model_worker", "verified_at": None}])
    wishes = [WishRequest(batch, TWIN) for batch in (2, 1)]
    asked = apply(tx, now, lead, CODE, ApplicationRequest(wishes=wishes, invite=_invite(worker)))
    apply(tx, now, worker, CODE, ApplicationRequest(wishes=wishes, invite=_invite(invited)))
    won = _won(tx, now, place, worker)
    return RetreatSample(CODE, id_field(int(asked.id, 16)), invited.member_id, DRAWN, id_field(won))


def _won(tx: WriteSession, now: datetime, place: int, worker: Principal) -> int:
    """A place that waits for the worker's answer; the house gives it from what it sells to everybody."""
    known = {"id": SEASON + 1, "code": DRAWN, "place_id": place, "created_by": worker.member_id}
    season = draft_season(tx, now, **known, dues_required=False, status="drawn", allotment_id=PUBLIC)
    application = enter(tx, now, season, [worker], [(1, TWIN)], rooms=1)
    freeze_applications(tx, season)
    offer_places(tx, now, season, 1, [(application, 1, TWIN)])
    return application


def _invite(who: Principal) -> list[InviteRequest]:
    return [InviteRequest(who.number, who.name)]
