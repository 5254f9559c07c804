"""What taking rooms offline means for each who is affected, and the words in which they are told."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from booking.db import ReadSession
from booking.notices.messages import MessageText, register
from booking.payments.queries import balance
from booking.rehearsal.rules import Effect, Outcome
from booking.rooms.catalogue import House
from booking.rooms.models import Stay, StayRoom
from booking.rooms.queries.searching import nearest
from booking.rooms.rules.nights import Nights, date_of, night_of
from booking.rooms.schemas import Nearest, OutageRequest
from booking.rooms.service.guests import guests_of
from booking.web.facts import Day, Money, Named, Param
from booking.web.locale import N_

register(
    "rooms.moved",
    MessageText(
        N_("您选的房换了一间"),
        N_("{house}，{arrival} 到 {departure}：{room} 房因{reason}停用，已换到同房型的 {other} 房，日期和价格不变。"),
    ),
)
register(
    "rooms.moved_back",
    MessageText(N_("您的房换回来了"), N_("{house}，{arrival} 到 {departure}：仍是您选的 {room} 房。")),
)
register(
    "rooms.displaced",
    MessageText(
        N_("您的住宿因房间停用取消"),
        N_("{house}，{arrival} 到 {departure} 的房间因{reason}停用，没有同房型的空房，已付 {fen} 全退。很抱歉。"),
    ),
)
register(
    "rooms.displaced_nearby",
    MessageText(
        N_("您的住宿因房间停用取消"),
        N_(
            "{house}，{arrival} 到 {departure} 的房间因{reason}停用，已付 {fen} 全退。"
            "最近还有空房的是{offer}，{offer_arrival} 到 {offer_departure}，需要请尽早订。很抱歉。"
        ),
    ),
)
register(
    "rooms.brought_back",
    MessageText(N_("您的住宿恢复了"), N_("{house}，{arrival} 到 {departure} 的住宿照旧，住客码仍然有效。")),
)


class Teller:
    """Words the effects of one outage; everyone's guests are read once."""

    def __init__(
        self,
        tx: ReadSession,
        now: datetime,
        house: House,
        request: OutageRequest,
        stays: Mapping[int, Stay],
        rooms: Sequence[StayRoom],
    ) -> None:
        self._tx, self._now, self._house, self._request, self._stays = tx, now, house, request, stays
        self._readers: dict[int, set[int]] = defaultdict(set)
        for guest in guests_of(tx, house.id, rooms):
            if guest.member_id is not None:
                self._readers[guest.stay_room_id].add(guest.member_id)

    def moved(self, room: StayRoom, origin: int, target: int) -> Effect:
        """An equal room instead; those who were never told a number need no message when it changes."""
        names = self._door(origin), self._door(target)
        told = room.pinned == "chosen" and self._stays[room.stay_id].status == "confirmed"
        return self._effect(
            room,
            "moved",
            after={"room": names[1]},
            messages=("rooms.moved", "rooms.moved_back") if told else ("", ""),
            params={"other": names[1]},
        )

    def kept(self, room: StayRoom) -> Effect:
        """Guests in the house stay, and their room closes after them."""
        return self._effect(room, "kept", after={}, messages=("", ""), params={})

    def displaced(self, rooms: Iterable[StayRoom], closing: Collection[int]) -> list[Effect]:
        """No room is left: what was paid goes back, with the first of a stay's rooms that are named."""
        of_stay: dict[int, list[StayRoom]] = defaultdict(list)
        for room in rooms:
            of_stay[room.stay_id].append(room)
        found = []
        for stay_id, gone in sorted(of_stay.items()):
            refund = self._refund(self._stays[stay_id], gone)
            for room in gone:
                found.append(self._lost(room, refund, closing))
                refund = 0
        return found

    def _lost(self, room: StayRoom, refund: int, closing: Collection[int]) -> Effect:
        near = self._nearest(room, closing)
        params: dict[str, Param] = {"fen": Money(refund)}
        if near is not None:
            params |= {"offer": Named(near.name, near.name_en)}
            params |= {"offer_arrival": Day(near.arrival), "offer_departure": Day(near.departure)}
        agreed = self._stays[room.stay_id].status == "confirmed"
        message = "rooms.displaced" if near is None else "rooms.displaced_nearby"
        messages = (message, "rooms.brought_back") if agreed else ("", "")
        effect = self._effect(room, "refunded", after={}, messages=messages, params=params)
        return msgspec.structs.replace(effect, refund_fen=refund)

    def _nearest(self, room: StayRoom, closing: Collection[int]) -> Nearest | None:
        """What is free instead and stays free: not the closing types on the closing nights."""
        nights = Nights(room.arrival, room.departure)
        for one in nearest(self._tx, self._now, self._house, room.type_id, nights, room.heads):
            apart = night_of(one.departure) <= self._request.nights.arrival
            apart = apart or night_of(one.arrival) >= self._request.nights.departure
            if apart or one.type not in closing:
                return one
        return None

    def _refund(self, stay: Stay, gone: Sequence[StayRoom]) -> int:
        """What was paid beyond what the stay comes to without these rooms."""
        if stay.folio_id is None:
            return 0
        paid = balance(self._tx, stay.place_id, stay.folio_id).paid_in_all
        return max(0, paid - max(0, stay.price_fen - sum(room.price_fen for room in gone)))

    def _effect(
        self,
        room: StayRoom,
        outcome: Outcome,
        *,
        after: dict[str, Param],
        messages: tuple[str, str],
        params: dict[str, Param],
    ) -> Effect:
        stay = self._stays[room.stay_id]
        nights: dict[str, Param] = {"arrival": Day(date_of(room.arrival)), "departure": Day(date_of(room.departure))}
        before: dict[str, Param] = {"room": self._door(room.room_id)}
        always: dict[str, Param] = {"house": self._house.name, "reason": self._request.reason}
        readers = self._readers[room.id] | ({stay.member_id} - {None})
        return Effect(
            subject=f"stay:{stay.place_id}:{stay.id}:{room.number}",
            member_id=stay.member_id,
            name=stay.contact_name,
            party=room.heads,
            outcome=outcome,
            before=before | nights,
            after=after,
            readers=tuple(sorted(reader for reader in readers if reader is not None)),
            phone=stay.contact_phone if stay.member_id is None else "",
            message=messages[0],
            params=always | before | nights | params,
            undone_message=messages[1],
            link=f"/stays/{stay.place_id}/{stay.id}",
        )

    def _door(self, room_id: int | None) -> Named:
        number = self._house.rooms[room_id].number if room_id is not None and room_id in self._house.rooms else ""
        return Named(number, number)
