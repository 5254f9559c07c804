"""What a gate must know of a pass to decide: its row, what was used of it, and who is in the zone."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, select

from booking.checkin import facts, hours
from booking.checkin.codes import service_day
from booking.checkin.facts import History, PassState
from booking.checkin.models import Pass, PassUse, ZonePresence
from booking.checkin.queries.devices import GatePrincipal
from booking.checkin.showing import daily_seconds
from booking.db import ReadSession, Ready, prepared
from booking.members.models import Card
from booking.places.models import Zone

NEAR = timedelta(days=1)
"""A card means the passes of its member from yesterday to tomorrow: the others would not be admitted anyway."""
MOST_PASSES = 50
_EPOCH = date(1970, 1, 1)

_PASS = (
    Pass.id, Pass.holder, Pass.title, Pass.title_en, Pass.zones, Pass.valid_from, Pass.valid_until, Pass.daily_from,
    Pass.daily_until, Pass.party, Pass.product, Pass.single_entry, Pass.status,
)  # fmt: skip
_USE = (
    PassUse.zone_id, PassUse.admitted, PassUse.hours_from, PassUse.admitted_in_hours, PassUse.inside,
    PassUse.service_day, PassUse.first_entry_at,
)  # fmt: skip


class Use(NamedTuple):
    """What has been used of a pass in a zone; see `PassUse`."""

    zone_id: int
    admitted: int
    hours_from: datetime
    admitted_in_hours: int
    inside: int
    service_day: date
    first_entry_at: datetime | None


class Held(NamedTuple):
    """A pass as the ledger has it."""

    id: int
    holder: str
    title: str
    title_en: str
    zones: list[int]
    valid_from: datetime
    valid_until: datetime
    daily_from: time | None
    daily_until: time | None
    party: int
    product: int
    single_entry: bool
    status: str
    uses: Mapping[int, Use]
    """By zone, for the zones of the gate that asks."""


def held_by_id(tx: ReadSession, gate: GatePrincipal, pass_id: int) -> list[Held]:
    """The pass of a token, none or one."""
    return _held(tx, _by_id(tx, gate.place_id, gate.zones, pass_id))


def held_by_manual_code(tx: ReadSession, gate: GatePrincipal, code: str) -> list[Held]:
    """The pass with these twelve digits, none or one."""
    return _held(tx, _by_manual_code(tx, gate.place_id, gate.zones, code))


def held_by_card(tx: ReadSession, gate: GatePrincipal, card: str, now: datetime) -> list[Held]:
    """The passes of the member with this 5·1 card, from yesterday to tomorrow."""
    return _held(tx, _by_card(tx, gate.place_id, gate.zones, card, now + NEAR, now - NEAR))


@prepared
def _by_id(_: ReadSession, place_id: int, zones: Collection[int], pass_id: int) -> Select[*tuple[Any, ...]]:
    return _passes(place_id, zones, Pass.id == pass_id)


@prepared
def _by_manual_code(_: ReadSession, place_id: int, zones: Collection[int], code: str) -> Select[*tuple[Any, ...]]:
    return _passes(place_id, zones, Pass.manual_code == code)


@prepared
def _by_card(
    _: ReadSession, place_id: int, zones: Collection[int], card: str, begun_by: datetime, not_over_by: datetime
) -> Select[*tuple[Any, ...]]:
    member_of_card = select(Card.member_id).where(Card.number == card, Card.blocked_at.is_(None))
    near = and_(Pass.valid_from < begun_by, Pass.valid_until > not_over_by)
    return _passes(place_id, zones, and_(Pass.member_id == member_of_card.scalar_subquery(), near))


def _passes(place_id: int, zones: Collection[int], which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Passes of a gate's place. On PostgreSQL their rows stay as they are until the transaction ends."""
    of_gate = and_(PassUse.place_id == Pass.place_id, PassUse.pass_id == Pass.id, PassUse.zone_id.in_(zones))
    return (
        select(*_PASS, *_USE)
        .select_from(Pass)
        .outerjoin(PassUse, of_gate)
        .where(Pass.place_id == place_id, which)
        .order_by(Pass.valid_from, Pass.id)
        .limit(MOST_PASSES)
        .with_for_update(read=True, of=Pass)
    )


def _held(tx: ReadSession, statement: Ready[Select[*tuple[Any, ...]]]) -> list[Held]:
    found: dict[int, Held] = {}
    for row in tx.execute(statement):
        used, of_pass = tuple(row[len(_PASS) :]), tuple(row[: len(_PASS)])
        held = found.get(row.id) or Held._make((*of_pass, {}))
        never_used = used[0] is None
        found[row.id] = held if never_used else held._replace(uses={**held.uses, used[0]: Use._make(used)})
    return list(found.values())


def inside_now(tx: ReadSession, place_id: int, zones: Iterable[int], now: datetime) -> dict[int, int]:
    """Heads inside each of these zones; those never entered are absent."""
    counted = _presence(tx, place_id, list(zones), service_date(now))
    return {row.zone_id: row.inside for row in tx.execute(counted)}


@prepared
def _presence(_: ReadSession, place_id: int, zones: Collection[int], day: date) -> Select[int, int]:
    return select(ZonePresence.zone_id, ZonePresence.inside).where(
        ZonePresence.place_id == place_id, ZonePresence.zone_id.in_(zones), ZonePresence.service_day == day
    )


def service_date(now: datetime) -> date:
    """The day that counts of heads belong to; it begins at four in the morning in Shanghai."""
    return _EPOCH + timedelta(days=service_day(int(now.timestamp())))


def zone_facts(zone: Zone | None, inside: int) -> facts.Zone:
    """The rules of a zone as the decision takes them; one that was retired has no room."""
    if zone is None:
        return facts.Zone(capacity=0)
    return facts.Zone(
        early_minutes=zone.early_minutes,
        late_minutes=zone.late_minutes,
        reentry=zone.reentry,
        anti_passback=zone.anti_passback,
        static_code=zone.static_code,
        capacity=facts.NO_LIMIT if zone.capacity is None else zone.capacity,
        inside=inside,
    )


def pass_facts(place_id: int, held: Held, *, static_code: bool) -> facts.Pass:
    """A pass as the decision takes it; `static_code` is what the scanned token says."""
    daily_from, daily_until = daily_seconds(held.daily_from, held.daily_until)
    return facts.Pass(
        place_id=place_id,
        zones=tuple(held.zones),
        opens=int(held.valid_from.timestamp()),
        closes=int(held.valid_until.timestamp()),
        party=held.party,
        state=PassState(held.status),
        daily_from=daily_from,
        daily_until=daily_until,
        product=held.product,
        static_code=static_code,
        single_entry=held.single_entry,
    )


def hours_from(known: facts.Pass, zone: facts.Zone, at: int) -> int:
    """When the hours that hold now begin, early minutes left out, as a Unix second: what a use of them counts for."""
    return hours.admission(known, zone, at)[0] + zone.early_minutes * 60


def history(use: Use | None, now: datetime, hours_began: int) -> History:
    """What a pass has done in a zone, as the decision takes it."""
    if use is None:
        return History()
    return History(
        admitted=use.admitted,
        admitted_in_hours=use.admitted_in_hours if int(use.hours_from.timestamp()) == hours_began else 0,
        inside=use.inside if use.service_day == service_date(now) else 0,
        first_at=0 if use.first_entry_at is None else int(use.first_entry_at.timestamp()),
    )
