"""What rooms teach the rehearsal: taking rooms offline for some nights."""

from booking.rehearsal.kinds import Kind
from booking.rooms.schemas import OutageRequest
from booking.rooms.service.offline.applying import apply_outage
from booking.rooms.service.offline.planning import plan_outage
from booking.rooms.service.offline.stamping import stamp_of
from booking.rooms.service.offline.undoing import undo_outage

TAKE_OFFLINE = Kind(
    name="rooms.take_offline",
    request=OutageRequest,
    plan=plan_outage,
    apply=apply_outage,
    undo=undo_outage,
    stamp=stamp_of,
)
"""What the rehearsal learns; the composition root registers it."""

__all__ = ["TAKE_OFFLINE"]
