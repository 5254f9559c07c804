"""What online payment needs to know of a retreat's bill: who may pay it, whether it stands, and what it is called."""

from datetime import datetime

from sqlalchemy import select

from booking.db import ReadSession, WriteSession
from booking.payments.models import Folio, PaymentIntent
from booking.payments.payables import Bill, Payable
from booking.retreats.models import Applicant, Season
from booking.retreats.queries.placed import last_place
from booking.retreats.service.places_money import SUBJECT
from booking.retreats.service.telling_places import page_of
from booking.web.facts import Named
from booking.web.principal import Principal


def owner_of(folio: Folio) -> tuple[int, int] | None:
    """The (season, application) of a folio, or None if its subject is not one of ours."""
    _, _, rest = folio.subject.partition(":")
    season, _, application = rest.partition(":")
    if not season.isdecimal() or len(application) != 16:
        return None
    return int(season), int(application, 16)


def _bill(tx: ReadSession, now: datetime, folio: Folio) -> Bill | None:
    """What a folio is for; money that comes for a place that was given up goes back by itself."""
    owner = owner_of(folio)
    season = tx.get(Season, id=owner[0]) if owner else None
    if owner is None or season is None:
        return None
    place = last_place(tx, *owner)
    title = Named(season.title, season.title_en)
    return Bill(title, page_of(season), stands=place is not None and place.status == "confirmed")


def _may_pay(tx: ReadSession, folio: Folio, who: Principal) -> bool:
    """Any member of the application may see and pay its bill."""
    owner = owner_of(folio)
    if owner is None:
        return False
    mine = (Applicant.member_id == who.member_id, Applicant.season_id == owner[0])
    found: int | None = tx.scalar(select(Applicant.application_id).where(*mine))
    return found == owner[1]


def _paid(tx: WriteSession, now: datetime, folio: Folio, _intent: PaymentIntent) -> None:
    """A place stands whether it is paid or not; open pages hear of the money."""
    owner = owner_of(folio)
    if owner is not None:
        tx.touch(f"retreat:{owner[0]}")


RETREAT = Payable(SUBJECT, _bill, _may_pay, _paid)
