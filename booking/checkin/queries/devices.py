"""Gates as the API knows them: by the hash of their key, remembered by the process until one of them changes."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import Select, select

from booking.checkin.models import Gate
from booking.checkin.queries import keys
from booking.checkin.queries.keys import KeyRing, key_ring
from booking.db import ReadSession, prepared
from booking.web.models import Counter

VERSION = "gates"


class GatePrincipal(msgspec.Struct, frozen=True, kw_only=True):
    """A device that asks, by its own key.

    Attributes:
        direction: `entry`, `exit` or `both`.
        zones: those it leads into, the first counting when a pass opens several.
        revoked: its key was taken back for good; it is told so and learns nothing else.
    """

    place_id: int
    gate_id: int
    name: str
    name_en: str
    direction: str
    zones: tuple[int, ...]
    heads_mode: str
    staffed: bool
    locale: str
    revoked: bool

    @property
    def actor(self) -> str:
        """How the audit log names it."""
        return f"gate:{self.place_id}:{self.gate_id}"


class Device(NamedTuple):
    """A gate, and the keys with which what it reads is verified."""

    gate: GatePrincipal
    ring: KeyRing | None


def device(tx: ReadSession, api_key_hash: bytes, sealing_key: bytes) -> Device | None:
    """The gate with this key, revoked or not: one statement, as long as no gate and no signing key changes."""
    known = {row.name: row.value for row in tx.execute(_versions(tx))}
    gate = tx.remembered(VERSION, known.get(VERSION, 0), lambda: _load(tx)).get(api_key_hash)
    if gate is None:
        return None
    return Device(gate, key_ring(tx, sealing_key, known.get(keys.VERSION, 0)))


@prepared
def _versions(_: ReadSession) -> Select[str, int]:
    return select(Counter.name, Counter.value).where(Counter.name.in_((VERSION, keys.VERSION)))


def principal(gate: Gate) -> GatePrincipal:
    """A gate as it asks."""
    return GatePrincipal(
        place_id=gate.place_id,
        gate_id=gate.id,
        name=gate.name,
        name_en=gate.name_en,
        direction=gate.direction,
        zones=tuple(gate.zones),
        heads_mode=gate.heads_mode,
        staffed=gate.staffed,
        locale=gate.locale,
        revoked=gate.revoked_at is not None,
    )


def _load(tx: ReadSession) -> Mapping[bytes, GatePrincipal]:
    enrolled = tx.all(select(Gate).where(Gate.api_key_hash.is_not(None)))
    return {bytes(gate.api_key_hash or b""): principal(gate) for gate in enrolled}
