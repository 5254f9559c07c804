"""Who plays: the booker and partners, each with a pass of their own and told of every change."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Update, select, update

from booking.checkin.service.passes import (
    PassStatus,
    end_passes_of,
    issue_pass,
    reschedule_passes_of,
    revive_passes_of,
)
from booking.clock import instant_of
from booking.db import ReadSession, WriteSession, insert, prepared
from booking.members.models import Member, MemberCategory
from booking.notices.messages import MessageText, register
from booking.notices.service import tell
from booking.venues.catalogue import FacilityFacts
from booking.venues.errors import PartnerNotFound, TooManyPartners
from booking.venues.models import Booking, Partner
from booking.venues.queries.bookings import players_of
from booking.venues.schemas import MOST_PARTNERS, PartnerRequest
from booking.web.facts import Hours, Money, Params
from booking.web.locale import N_
from booking.web.principal import Principal

ISSUER = "venues"

register(
    "booking.confirmed",
    MessageText(
        N_("您的场地已约好"), N_("{facility}，{hours}。入场时出示入场码即可；要改时间或取消，请到“我的预约”。")
    ),
)
register("booking.changed", MessageText(N_("预约改了时间"), N_("{facility} 的预约改到 {hours}，入场码已换成新的。")))
register(
    "booking.cancelled", MessageText(N_("预约已取消"), N_("{facility}，{hours} 的预约已经取消，费用 {fen} 不再收取。"))
)
register("booking.restored", MessageText(N_("预约已恢复"), N_("{facility}，{hours} 的预约又为您留好了。")))


class Player(NamedTuple):
    """Someone on a booking; a guest has no member id."""

    member_id: int | None
    name: str


def find_partners(tx: ReadSession, booker: Principal, requested: Sequence[PartnerRequest]) -> list[Player]:
    """The partners as members or guests, each once, in the order given.

    Raises:
        TooManyPartners: more than one booking takes.
        PartnerNotFound: a number and a name do not belong together.
    """
    if len(requested) > MOST_PARTNERS:
        raise TooManyPartners(limit=MOST_PARTNERS, asked=len(requested), over=len(requested) - MOST_PARTNERS)
    players = [_player(tx, partner) for partner in requested]
    seen = {booker.member_id}
    found: list[Player] = []
    for player in players:
        if player.member_id is None or player.member_id not in seen:
            found.append(player)
            seen.add(player.member_id or 0)
    return found


def _player(tx: ReadSession, partner: PartnerRequest) -> Player:
    if not partner.number:
        return Player(None, partner.name)
    known = select(Member.id, Member.name).where(Member.number == partner.number, Member.left_at.is_(None))
    row = tx.execute(known).first()
    if row is None or row.name != partner.name:
        raise PartnerNotFound(name=partner.name, number=partner.number)
    return Player(row.id, row.name)


def categories_of(tx: ReadSession, member_id: int | None) -> list[str]:
    """The verified categories of a member, which price what they book; a guest has none."""
    verified = select(MemberCategory.category).where(
        MemberCategory.member_id == member_id, MemberCategory.verified_at.is_not(None)
    )
    return [] if member_id is None else list(tx.execute(verified).scalars())


def write_partners(
    tx: WriteSession, place: int, booking_id: int, booker: Principal | Player, partners: Sequence[Player]
) -> None:
    """Store who plays; number 0 is the booker."""
    people = [Player(booker.member_id, booker.name), *partners]
    rows = [
        {"place_id": place, "booking_id": booking_id, "number": number, "member_id": who.member_id, "name": who.name}
        for number, who in enumerate(people)
    ]
    tx.execute(insert(tx, Partner), rows)


def players(tx: ReadSession, booking: Booking) -> list[Partner]:
    """Everyone on a booking, the booker first."""
    return players_of(tx, booking.place_id, booking.id)


def issue_passes(tx: WriteSession, now: datetime, facts: FacilityFacts, booking: Booking) -> None:
    """A pass for each who plays and has none; the booker's also lets in those of the party who were not named."""
    people = players(tx, booking)
    for player in people:
        if player.pass_id is not None:
            continue
        pass_id = issue_pass(
            tx,
            now,
            place_id=booking.place_id,
            issuer=ISSUER,
            subject_id=booking.id,
            member_id=player.member_id,
            holder=player.name,
            title=facts.name.name,
            title_en=facts.name.name_en,
            zones=[facts.facility.zone_id],
            valid_from=instant_of(booking.starts),
            valid_until=instant_of(booking.ends),
            party=booking.party - len(people) + 1 if player.number == 0 else 1,
        )
        tx.execute(_pass_given(tx, booking.place_id, booking.id, player.number, pass_id))


@prepared
def _pass_given(_: ReadSession, place: int, booking_id: int, number: int, pass_id: int) -> Update:
    player = (Partner.place_id == place, Partner.booking_id == booking_id, Partner.number == number)
    return update(Partner).where(*player).values(pass_id=pass_id)


def reschedule_passes(tx: WriteSession, now: datetime, facts: FacilityFacts, booking: Booking) -> None:
    """The passes of a booking follow it to other hours or another zone."""
    reschedule_passes_of(
        tx,
        now,
        place_id=booking.place_id,
        issuer=ISSUER,
        subject_id=booking.id,
        zones=[facts.facility.zone_id],
        valid_from=instant_of(booking.starts),
        valid_until=instant_of(booking.ends),
    )


def end_passes(tx: WriteSession, now: datetime, booking: Booking, status: PassStatus) -> None:
    """The passes of a booking no longer open anything, and say why."""
    end_passes_of(tx, now, place_id=booking.place_id, issuer=ISSUER, subject_id=booking.id, status=status)


def revive_passes(tx: WriteSession, now: datetime, booking: Booking) -> None:
    """The same passes open again what they opened."""
    revive_passes_of(tx, now, place_id=booking.place_id, issuer=ISSUER, subject_id=booking.id)


def tell_all(tx: WriteSession, now: datetime, facts: FacilityFacts, booking: Booking, kind: str) -> None:
    """Tell every member on a booking what became of it."""
    hours = Hours(instant_of(booking.starts), instant_of(booking.ends))
    params: Params = {"facility": facts.name, "hours": hours, "fen": Money(booking.price_fen)}
    for player in players(tx, booking):
        if player.member_id is not None:
            tell(tx, now, player.member_id, kind, params, link=f"/bookings/{booking.place_id}/{booking.id}")
