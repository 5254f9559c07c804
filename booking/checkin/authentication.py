"""Which gate asks, by the API key of its device, and the keys that passes are signed with."""

from datetime import datetime
from typing import Any

from litestar import Request
from litestar.di import NamedDependency

from booking.checkin import enrolment
from booking.checkin.errors import DeviceRevoked, DeviceUnknown
from booking.checkin.queries import devices
from booking.checkin.queries.devices import Device, GatePrincipal
from booking.checkin.queries.keys import KeyRing
from booking.checkin.service.keys import ensure_key
from booking.db import Database
from booking.settings import Settings

_BEARER = "bearer "


def sealing_key(settings: Settings) -> bytes:
    """What the private parts of the signing keys are sealed under."""
    return settings.key("passes")


def codes_key(settings: Settings) -> bytes:
    """The root of the rotating digits of all passes."""
    return settings.key("pass-codes")


def links_key(settings: Settings) -> bytes:
    """What the unguessable addresses of passes are made with."""
    return settings.key("pass-links")


async def device(
    request: Request[Any, Any, Any], database: NamedDependency[Database], settings: NamedDependency[Settings]
) -> Device:
    """The gate that asks, revoked or not, and the keys to verify what it reads.

    Raises:
        DeviceUnknown: the request has no key of a gate.
    """
    header = request.headers.get("authorization", "")
    key = header[len(_BEARER) :].strip() if header.lower().startswith(_BEARER) else ""
    if not enrolment.looks_like_key(key):
        raise DeviceUnknown
    found = await database.read(devices.device, enrolment.key_hash(key), sealing_key(settings))
    if found is None:
        raise DeviceUnknown
    return found


async def gate(device: NamedDependency[Device]) -> GatePrincipal:
    """The gate that asks, for all but its scans.

    Raises:
        DeviceRevoked: its key was taken back.
    """
    if device.gate.revoked:
        raise DeviceRevoked
    return device.gate


async def signing_ring(database: Database, settings: Settings, known: KeyRing | None, now: datetime) -> KeyRing:
    """The ring that was read, unless its key has signed long enough or none was ever made."""
    if known is not None and now < known.signs_until:
        return known
    return await database.write(ensure_key, sealing_key(settings))
