"""What the routes of applications take and answer. Ids of applications are 16 hexadecimal digits, money is fen."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from booking.retreats.rules.applying import Wish

Name = Annotated[str, Meta(min_length=1, max_length=60)]
Number = Annotated[str, Meta(min_length=1, max_length=20, description="A member number.")]
SmallId = Annotated[int, Meta(ge=0, lt=2**53)]
MOST_WISHES, MOST_COMPANIONS, MOST_INVITED, MOST_ROOMS = 100, 20, 20, 20
"""Far above what any season allows: its own limits are refused in words."""

ApplicationStatus = Literal["gathering", "entered", "withdrawn", "excluded"]
InvitationStatus = Literal["open", "accepted", "declined", "taken_back"]


class WishRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Rooms of a type in a batch."""

    batch: SmallId
    type: SmallId


class InviteRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Ask a member to come along; number and name must belong together."""

    number: Number
    name: Name


class ApplicationRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is applied for.

    Attributes:
        wishes: the dearest first.
        rooms: whole rooms; 0: one member alone, who shares a room with a stranger of the same sex.
        companions: real names of those who come along at their own cost and take no part in the draw.
        invite: members who are asked to join; each answers for themselves. Whoever was asked before stays asked.
        sequence: that of the application as it was read, to change it; left out, a new application.
    """

    wishes: Annotated[list[WishRequest], Meta(max_length=MOST_WISHES)]
    rooms: Annotated[int, Meta(ge=0, le=MOST_ROOMS)] = 1
    companions: Annotated[list[Name], Meta(max_length=MOST_COMPANIONS)] = []
    invite: Annotated[list[InviteRequest], Meta(max_length=MOST_INVITED)] = []
    sequence: SmallId | None = None

    @property
    def wished(self) -> list[Wish]:
        """The wishes as rules know them."""
        return [(wish.batch, wish.type) for wish in self.wishes]


class WishView(msgspec.Struct, frozen=True, kw_only=True):
    """A wish; `price_fen` is for one head and the whole batch, before any subsidy."""

    batch: int
    batch_name: str
    batch_name_en: str
    type: int
    type_name: str
    type_name_en: str
    arrival: date
    departure: date
    price_fen: int


class ApplicantView(msgspec.Struct, frozen=True, kw_only=True):
    """A member of an application; the lead made it and answers for it."""

    name: str
    lead: bool
    me: bool
    joined_at: datetime


class InvitationView(msgspec.Struct, frozen=True, kw_only=True):
    """A member who was asked to join; `accepted` ones are among the members and not listed here."""

    member: int
    name: str
    status: InvitationStatus
    invited_at: datetime
    answered_at: datetime | None


class ApplicationView(msgspec.Struct, frozen=True, kw_only=True):
    """An application, as its members see it.

    Attributes:
        status: `gathering` while somebody has not answered or the rooms do not sleep everybody: it does not take part
            yet; `entered` once it does; `withdrawn`; `excluded` at the freeze, because of `reason`.
        rooms: whole rooms; 0: shares one with a stranger of the same sex.
        lead: whether whoever asks made it: only they change it.
        weight: tickets: those of the member who has fewest.
        position: in the order of the draw, once it is drawn.
        can_change: whether it can still be changed, withdrawn or left.
        problem: the code of what keeps it from taking part although everybody answered, "" if nothing does.
        sequence: to be sent along with a change.
    """

    season: str
    id: str
    status: ApplicationStatus
    reason: str
    rooms: int
    companions: list[str]
    wishes: list[WishView]
    members: list[ApplicantView]
    invitations: list[InvitationView]
    lead: bool
    weight: int
    position: int | None
    can_change: bool
    problem: str
    created_at: datetime
    changed_at: datetime
    closes_at: datetime
    sequence: int


class AskedView(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation as whoever is invited sees it."""

    season: str
    season_title: str
    season_title_en: str
    application: str
    lead_name: str
    status: InvitationStatus
    rooms: int
    companions: list[str]
    wishes: list[WishView]
    members: list[str]
    invited_at: datetime
    closes_at: datetime
    can_answer: bool


class AskedList(msgspec.Struct, frozen=True):
    """Invitations in one season, the newest first."""

    items: list[AskedView]


class MineView(msgspec.Struct, frozen=True, kw_only=True):
    """An application in a list of one's own; `stage` is the status of its season."""

    season: str
    season_title: str
    season_title_en: str
    stage: str
    id: str
    status: ApplicationStatus
    can_change: bool
    closes_at: datetime
    publishes_at: datetime


class MineList(msgspec.Struct, frozen=True):
    """Applications of one's own."""

    items: list[MineView]


class StatusCount(msgspec.Struct, frozen=True, kw_only=True):
    """Applications of one status, and the heads in them from below the officer's node."""

    status: str
    applications: int
    heads: int


class CategoryCount(msgspec.Struct, frozen=True, kw_only=True):
    """Applicants with a verified category, and those who claim it."""

    category: str
    heads: int
    claimed: int


class NodeCount(msgspec.Struct, frozen=True, kw_only=True):
    """Applicants from a node just below the officer's, and from all below it."""

    id: int
    name: str
    name_en: str
    heads: int


class CountsView(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer sees of a season: numbers of applicants below their node.

    Attributes:
        claims: categories that wait to be verified, of all members there; some are `claims_of_applicants`.
        freezes_at: until when they can be verified for this season.
    """

    season: str
    statuses: list[StatusCount]
    categories: list[CategoryCount]
    nodes: list[NodeCount]
    claims: int
    claims_of_applicants: int
    closes_at: datetime
    freezes_at: datetime


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What proves that an application is in the draw, unchanged.

    Attributes:
        record: the row that is committed to, as docs/draw-format.md says: as it was frozen, or as it would be now.
        salt: 32 hexadecimal digits; whoever has it and the record can show what was applied for.
        inner: SHA-256(salt ‖ record); leaf: SHA-256(0x00 ‖ id ‖ weight ‖ inner).
        frozen: whether these are the bytes that the commitment fixes; the others below are empty before.
        index: of the leaf among the `units` leaves, from 0.
        proof: the sibling hashes from the leaf up to the root (RFC 6962, 2.1.1).
        root: as it was published at the freeze.
        holds: whether the proof leads from the leaf to the root.
    """

    season: str
    id: str
    weight: int
    record: str
    salt: str
    inner: str
    leaf: str
    frozen: bool
    index: int | None = None
    units: int | None = None
    proof: list[str] = []
    root: str = ""
    holds: bool = False
