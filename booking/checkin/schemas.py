"""What travels over the API of passes and gates."""

from datetime import datetime, time
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

LARGEST_ID = 2**53
Id = Annotated[int, Meta(ge=0, lt=LARGEST_ID)]
ZoneId = Annotated[int, Meta(ge=0, le=23)]
ScanId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_.:-]{1,64}$",
        description="The device's own number for this scan, made before its first try. A repeat is the same scan.",
    ),
]
Heads = Annotated[int, Meta(ge=0, le=255, description="How many go through now; 0 leaves it to the gate's mode.")]
Locale: TypeAlias = Literal["zh-CN", "en"]
DirectionName: TypeAlias = Literal["entry", "exit"]
StatusName: TypeAlias = Literal["ok", "incomplete", "error"]
ReasonName: TypeAlias = Literal[
    "invalid", "unpaid", "blocked", "invalid_time", "canceled", "already_redeemed", "product", "rules", "ambiguous",
    "revoked", "unapproved", "error", "wrong_zone", "zone_full", "code_expired", "clock_untrusted",
    "offline_lease_expired", "needs_online", "device_revoked",
]  # fmt: skip
Code = Annotated[str, Meta(min_length=1, max_length=20)]
Name = Annotated[str, Meta(min_length=1, max_length=60)]
Zones = Annotated[list[ZoneId], Meta(min_length=1, max_length=24)]
Word = Annotated[str, Meta(max_length=64)]
Instant = Annotated[datetime, Meta(tz=True)]


class ScanRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a scanner read, or a person typed.

    Attributes:
        code: the digits of a QR code, a manual code with its rotating digits or without, or a card number.
        direction: asked of gates that turn both ways; `entry` when absent.
        identity_seen: someone at the gate compared an identity document with the pass.
        pass_id: one of the `choices` of an `ambiguous` answer; a new scan with an id of its own.
        scanned_at: when the device scanned, by its own clock; recorded, never believed.
        forced: a person opened by hand; recorded, and the verdict is what it is.
        locale: the language of the sentence, if not the gate's own.
    """

    scan_id: ScanId
    code: Annotated[str, Meta(min_length=1, max_length=1024)]
    direction: DirectionName | None = None
    heads: Heads = 0
    identity_seen: bool = False
    pass_id: Annotated[int, Meta(ge=1, lt=LARGEST_ID)] | None = None
    scanned_at: Instant | None = None
    forced: bool = False
    locale: Locale | None = None


class ZoneView(msgspec.Struct, kw_only=True):
    """A zone of a place."""

    id: int
    name: str
    name_en: str


class Choice(msgspec.Struct, kw_only=True):
    """One of several passes that a card may mean now."""

    pass_id: int
    title: str
    title_en: str
    valid_from: datetime
    valid_until: datetime
    party: int


class Outcome(msgspec.Struct, kw_only=True):
    """A verdict as it is stored with its scan; the answer to a repeat is made from it again."""

    status: StatusName
    reason: ReasonName | None
    sentence: str
    """Which sentence says it."""
    needs: list[str] = []
    zone: ZoneView | None = None
    pass_id: int | None = None
    holder: str = ""
    """Masked."""
    title: str = ""
    title_en: str = ""
    heads: int = 0
    left: int = 0
    party: int = 0
    first_at: int = 0
    opens: int = 0
    closes: int = 0
    inside: int = 0
    capacity: int = -1
    hours_from: int = 0
    """When the hours began that the heads were counted for, as a Unix second."""
    choices: list[Choice] = []


class ScanAnswer(msgspec.Struct, kw_only=True):
    """The verdict of a gate.

    Attributes:
        status: `ok` opens; `incomplete` asks for what `needs` names; `error` says why not in `reason`.
        sentence: one line for the person at the gate, in its language.
        needs: any of `code`, `identity`, `heads`: a further scan that brings it would be complete.
        holder: the masked name.
        heads: how many go through now; `left` may still go the same way, of `party` in all.
        inside: heads in the zone now, this scan included.
        choices: the passes among which an `ambiguous` card leaves the choice.
        replayed: this scan was answered before; the verdict is that of then.
    """

    scan_id: str
    status: StatusName
    reason: ReasonName | None
    sentence: str
    direction: DirectionName
    needs: list[str]
    zone: ZoneView | None
    pass_id: int | None
    title: str
    title_en: str
    holder: str
    party: int
    heads: int
    left: int
    first_entry_at: datetime | None
    opens: datetime | None
    closes: datetime | None
    inside: int | None
    capacity: int | None
    choices: list[Choice]
    received_at: datetime
    annulled: bool
    replayed: bool


class AnnulAnswer(msgspec.Struct, kw_only=True):
    """Whether a scan was taken back; a repeat is answered like the first."""

    scan_id: str
    status: StatusName
    reason: ReasonName | None
    sentence: str
    heads: int


class ScanLine(msgspec.Struct, kw_only=True):
    """A scan in a list."""

    scan_id: str
    gate_id: int
    gate: str
    gate_en: str
    direction: DirectionName
    medium: str
    status: StatusName
    reason: ReasonName | None
    zone_id: int | None
    pass_id: int | None
    holder: str
    heads: int
    received_at: datetime
    forced: bool
    annulled: bool


class ScanPage(msgspec.Struct, kw_only=True):
    """Scans of a gate, the latest first."""

    items: list[ScanLine]
    next: int | None


class Presence(msgspec.Struct, kw_only=True):
    """How many heads are inside a zone now."""

    zone: ZoneView
    inside: int
    capacity: int | None


class EnrolRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Turn the code that a manager read out into a key."""

    code: Annotated[str, Meta(min_length=1, max_length=40)]
    software: Word = ""


class GateRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A gate as a manager describes it."""

    code: Code
    name: Name
    name_en: Annotated[str, Meta(max_length=60)] = ""
    direction: Literal["entry", "exit", "both"] = "both"
    zones: Zones
    heads_mode: Literal["one", "all", "ask"] = "one"
    staffed: bool = False
    locale: Locale = "zh-CN"


class GateView(msgspec.Struct, kw_only=True):
    """A gate, for its manager and for itself."""

    place_id: int
    id: int
    code: str
    name: str
    name_en: str
    direction: str
    zones: list[ZoneView]
    heads_mode: str
    staffed: bool
    locale: str
    state: Literal["new", "invited", "enrolled", "revoked"]
    enrolled_at: datetime | None
    last_seen_at: datetime | None
    software: str


class Enrolment(msgspec.Struct, kw_only=True):
    """A one-time enrolment code; it is shown this once."""

    gate_id: int
    code: str | None
    expires_at: datetime


class Enrolled(msgspec.Struct, kw_only=True):
    """The API key of a gate; it is shown this once."""

    key: str
    gate: GateView


class PassView(msgspec.Struct, kw_only=True):
    """A pass, for its holder.

    Attributes:
        code: the digits for a QR code in numeric mode; `rotating` is among them unless `static`.
        manual_code: twelve digits that name the pass; the eight of `rotating` typed after them prove it.
        renews_at: when `rotating` changes, and with it `code` unless it is `static`.
        link: a page that shows the pass to whoever has the address, without signing in.
    """

    place_id: int
    id: int
    title: str
    title_en: str
    place: str
    place_en: str
    zones: list[ZoneView]
    valid_from: datetime
    valid_until: datetime
    daily_from: time | None
    daily_until: time | None
    party: int
    status: str
    holder: str
    entered_at: datetime | None
    replaced_by: int | None
    static: bool
    code: str
    manual_code: str
    rotating: str
    renews_at: datetime
    link: str
