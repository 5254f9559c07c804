"""Editing policies with their prices, as a federation's documents lay them down."""

from datetime import datetime

from sqlalchemy import delete, select

from booking.db import WriteSession, insert
from booking.places.schemas import Edited
from booking.places.service import check_code, note_edit, require_administrator
from booking.venues.errors import LengthsCross, PriceGap
from booking.venues.models import Policy, Price
from booking.venues.rules import opening, pricing
from booking.venues.schemas import PolicyRequest
from booking.web.locale import N_
from booking.web.principal import Principal

RESERVED = frozenset({"new"})
"""The page at /manage/policies/…, where the code of a policy would stand."""
_DAYS = {"weekday": N_("工作日"), "weekend": N_("周末"), "holiday": N_("节假日")}


def put_policy(tx: WriteSession, now: datetime, staff: Principal, request: PolicyRequest) -> Edited:
    """Make a policy, or change the one with this code, with its prices; bookings made before keep their price.

    Raises:
        Denied: the actor does not administer the service.
        BadCode, CodeReserved: the code cannot stand in an address.
        LengthsCross: the shortest booking is longer than the longest.
        PriceGap: some hour has no price for every member.
    """
    require_administrator(staff)
    code = check_code(request.code, RESERVED)
    if request.least_half_hours > request.most_half_hours:
        raise LengthsCross(least=request.least_half_hours, most=request.most_half_hours)
    known = tx.scalar(select(Policy.id).where(Policy.code == code))
    policy_id = int(known or tx.ids.next())
    values = {name: getattr(request, name) for name in request.__struct_fields__ if name != "prices"}
    row = insert(tx, Policy).values(id=policy_id, **values)
    tx.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))
    rates = [
        {
            "policy_id": policy_id,
            "id": number,
            "category": line.category,
            "days": line.days,
            "from_time": line.from_time,
            "until_time": line.until_time,
            "fen": line.fen,
        }
        for number, line in enumerate(request.prices, 1)
    ]
    check_prices([Price(**rate) for rate in rates])
    tx.execute(delete(Price).where(Price.policy_id == policy_id))
    tx.execute(insert(tx, Price).values(rates))
    return note_edit(tx, now, staff, 0, "policy", Edited(policy_id, code, known is None))


def check_prices(rates: list[Price]) -> None:
    """Every half hour of every kind of day has a price for everyone.

    Raises:
        PriceGap: one has none.
    """
    midnight = opening.HALF_HOURS_A_DAY * 20_000 - 16  # a local midnight: Shanghai is 16 half hours ahead of UTC
    for kind, named in _DAYS.items():
        for half_hour in range(midnight, midnight + opening.HALF_HOURS_A_DAY):
            try:
                pricing.quote(rates, kind, half_hour, half_hour + 1, ())
            except pricing.NoPrice as gap:
                minutes = (half_hour - midnight) * 30
                raise PriceGap(day=named, hour=f"{minutes // 60:02}:{minutes % 60:02}") from gap
