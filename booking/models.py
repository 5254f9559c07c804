"""Imports every table, so that Alembic and the metadata see all of them. Nothing else imports this module's names."""

from booking.audit import models as audit
from booking.checkin import models as checkin
from booking.db import Base
from booking.members import models as members
from booking.notices import models as notices
from booking.payments import models as payments
from booking.places import models as places
from booking.rehearsal import models as rehearsal
from booking.retreats import models as retreats
from booking.rooms import models as rooms
from booking.seeding import models as seeding
from booking.venues import models as venues
from booking.web import models as web

__all__ = [
    "audit",
    "checkin",
    "members",
    "metadata",
    "notices",
    "payments",
    "places",
    "rehearsal",
    "retreats",
    "rooms",
    "seeding",
    "venues",
    "web",
]

metadata = Base.metadata
