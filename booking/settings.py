"""What the operator decides, read from the environment once."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

DEMO_SECRET = "demo-city-only-not-a-secret"  # noqa: S105 - refused outside demo mode, see `read`
MIN_SECRET_LENGTH = 32


class SettingsError(Exception):
    """An environment variable that cannot be used; the message says what to write instead."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Frozen settings of one process.

    Attributes:
        database: `sqlite:///path` or `postgresql://user:password@host/name`.
        secret: the master secret from which the keys of passes, codes and sealed columns are derived.
        demo: the demo city with its published passwords; never for real members.
        public_url: how people reach the service, e.g. `https://booking.example.cn`; https turns Secure cookies on.
        ids_node: the node number of this process for ids, or None to draw one from the database at start.
        webhook_url: where the outbox is delivered by signed POST (booking/notices/webhook.py); empty for nowhere.
        webhook_secret: what it is signed with; the receiver knows it too.
        payments_url: where the API of the payment provider begins (booking/payments/wire.py); empty for payment at
            the desk alone.
        payments_key: proves to the provider that it is us.
        payments_secret: what the provider signs its messages with.
    """

    database: str = "sqlite:///var/booking.db"
    secret: str = DEMO_SECRET
    demo: bool = True
    public_url: str = "http://127.0.0.1:8000"
    ids_node: int | None = None
    webhook_url: str = ""
    webhook_secret: str = ""
    payments_url: str = ""
    payments_key: str = ""
    payments_secret: str = ""
    federation: str = "宁波市总工会"
    federation_en: str = "Ningbo Federation of Trade Unions"

    @property
    def secure(self) -> bool:
        """Whether people come by https."""
        return self.public_url.startswith("https://")

    @property
    def fixtures(self) -> Path:
        """The demo city's files, beside the package in a checkout."""
        return Path(__file__).parent.parent / "fixtures"

    def key(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose, derived from the master secret."""
        return hashlib.blake2b(
            purpose.encode(), key=hashlib.sha256(self.secret.encode()).digest(), digest_size=32
        ).digest()


def read(environment: Mapping[str, str]) -> Settings:
    """Settings from `BOOKING_*` variables.

    Raises:
        SettingsError: a value is out of range, or the published secret is used outside demo mode.
    """
    demo = environment.get("BOOKING_DEMO", "1") != "0"
    secret = environment.get("BOOKING_SECRET", DEMO_SECRET)
    if not demo and (secret == DEMO_SECRET or len(secret) < MIN_SECRET_LENGTH):
        raise SettingsError(
            f"BOOKING_SECRET must be set to at least {MIN_SECRET_LENGTH} unpredictable characters when BOOKING_DEMO=0; "
            "make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    database = environment.get("BOOKING_DATABASE", "sqlite:///var/booking.db")
    if not database.startswith(("sqlite:///", "postgresql://")):
        raise SettingsError(
            f"BOOKING_DATABASE is {database.split('@')[-1]!r}; "
            "write sqlite:///path/to/file.db or postgresql://user:password@host/name"
        )
    node = environment.get("BOOKING_NODE")
    if node is not None and not node.isdecimal():
        raise SettingsError(f"BOOKING_NODE is {node!r}; write a whole number from 0 to 255, different for each process")
    webhook = environment.get("BOOKING_WEBHOOK_URL", "")
    webhook_secret = environment.get("BOOKING_WEBHOOK_SECRET", "")
    if webhook and not (webhook.startswith(("https://", "http://")) and len(webhook_secret) >= MIN_SECRET_LENGTH):
        raise SettingsError(
            "BOOKING_WEBHOOK_URL must begin with https:// or http://, and needs a BOOKING_WEBHOOK_SECRET of at least "
            f"{MIN_SECRET_LENGTH} characters that the receiver knows too"
        )
    payments = environment.get("BOOKING_PAYMENTS_URL", "").rstrip("/")
    payments_key = environment.get("BOOKING_PAYMENTS_KEY", "")
    payments_secret = environment.get("BOOKING_PAYMENTS_SECRET", "")
    _check_payments(payments, payments_key, payments_secret, demo=demo)
    return Settings(
        payments_url=payments,
        payments_key=payments_key,
        payments_secret=payments_secret,
        webhook_url=webhook,
        webhook_secret=webhook_secret,
        database=database,
        secret=secret,
        demo=demo,
        public_url=environment.get("BOOKING_URL", "http://127.0.0.1:8000").rstrip("/"),
        ids_node=None if node is None else int(node),
    )


def _check_payments(url: str, key: str, secret: str, *, demo: bool) -> None:
    """A provider has an address, a key and a secret; in earnest the address is https.

    Raises:
        SettingsError: one of them is missing or too short.
    """
    if not url:
        return
    if not url.startswith(("https://", "http://") if demo else "https://"):
        raise SettingsError(
            "BOOKING_PAYMENTS_URL must begin with https:// (http:// is for the sandbox, with BOOKING_DEMO=1)"
        )
    if not key or len(secret) < MIN_SECRET_LENGTH:
        raise SettingsError(
            "BOOKING_PAYMENTS_URL needs a BOOKING_PAYMENTS_KEY, and a BOOKING_PAYMENTS_SECRET of at least "
            f"{MIN_SECRET_LENGTH} characters with which the provider signs"
        )
