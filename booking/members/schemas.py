"""What travels over the API of members."""

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from booking.web.principal import Role, Scope
from booking.web.wire import Id

Who = Annotated[str, Meta(min_length=1, max_length=60, description="A member number or a mobile phone number.")]
Number = Annotated[str, Meta(min_length=1, max_length=60, description="A member number.")]
Name = Annotated[str, Meta(min_length=1, max_length=60)]
Password = Annotated[str, Meta(min_length=1, max_length=1000)]
Code = Annotated[str, Meta(min_length=1, max_length=20, description="The six digits of the text message.")]
Label = Annotated[str, Meta(max_length=60, description="What its owner will know the token by.")]
Category: TypeAlias = Literal["frontline", "sci_tech_talent", "model_worker", "hardship"]
Reason = Annotated[str, Meta(min_length=1, max_length=200)]
ScopeKind: TypeAlias = Literal["place", "organisation", "all"]


class SignInRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Sign in with the password."""

    who: Who
    password: Password
    label: Label = ""


class CodeRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Ask for a one-time code."""

    number: Number
    name: Name


class PasswordRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Give in a code and set the password."""

    number: Number
    code: Code
    password: Password
    label: Label = ""


class PasswordChangeRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Replace one's own password."""

    current: Password
    password: Password


class SignOutRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which sign-ins end."""

    which: Literal["this", "others", "all"] = "this"


class TokenRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Make a named token."""

    label: Annotated[str, Meta(min_length=1, max_length=60)]


class RoleRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Give a member a role; `scope_id` is a place's id, a node's id, or 0 for everything."""

    number: Number
    role: Role
    scope_kind: ScopeKind
    scope_id: Id = 0


class CodeSent(msgspec.Struct, kw_only=True):
    """The same whether or not a code was sent: if number and name belong together, it was."""

    minutes: int
    attempts: int
    again_after_seconds: int


class TokenView(msgspec.Struct, kw_only=True):
    """A bearer token, the only time it is shown; `token` is null where a repeated request is answered again."""

    id: int
    token: str | None
    label: str
    expires_at: datetime


class SignInView(msgspec.Struct, kw_only=True):
    """A browser or an app that is signed in; `current` is the one that asks."""

    id: int
    kind: Literal["cookie", "bearer"]
    label: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    current: bool


class Ended(msgspec.Struct, kw_only=True):
    """How many sign-ins ended."""

    ended: int


class NodeView(msgspec.Struct, kw_only=True):
    """A node of the organisation tree."""

    id: int
    kind: str
    name: str
    name_en: str


class CategoryView(msgspec.Struct, kw_only=True):
    """A category; only verified ones count."""

    category: str
    verified: bool


class CategoryRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Claim a category."""

    category: Category


class RefusalRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Why a claim is not verified; the member reads it."""

    reason: Reason


class CategoryState(msgspec.Struct, kw_only=True):
    """What a member's category is now: `claimed`, `verified`, or `none`."""

    member_id: int
    category: str
    state: Literal["claimed", "verified", "none"]


class ClaimView(msgspec.Struct, kw_only=True):
    """A category that a member claims and nobody has verified."""

    member_id: int
    number: str
    name: str
    category: str
    organisation: str
    organisation_en: str
    above: str
    above_en: str


class ClaimsPage(msgspec.Struct, kw_only=True):
    """A page of claims; `next` is the cursor of the page after it."""

    items: list[ClaimView]
    next: str | None


class RoleView(msgspec.Struct, kw_only=True):
    """A role and where it holds."""

    role: Role
    scope_kind: ScopeKind
    scope_id: int


class StandingView(msgspec.Struct, kw_only=True):
    """Points that have not expired; 0 when they were taken back."""

    id: int
    points: int
    reason: str
    subject: str
    at: datetime
    expires_at: datetime


class MemberView(msgspec.Struct, kw_only=True):
    """A member; phone and cards are masked, the organisation runs from the city down."""

    id: int
    number: str
    name: str
    phone: str
    organisation: list[NodeView]
    categories: list[CategoryView]
    cards: list[str]
    joined_on: date | None
    dues_paid_until: date | None
    standing_points: int
    standing: list[StandingView]
    active: bool


class MeView(msgspec.Struct, kw_only=True):
    """Who is signed in, with which roles, and how many messages wait."""

    member: MemberView
    roles: list[RoleView]
    unread: int


class AccessView(msgspec.Struct, kw_only=True):
    """A line of the access log."""

    id: int
    at: datetime
    event: str
    agent: str
    address: str


class AccessPage(msgspec.Struct, kw_only=True):
    """A page of the access log, newest first; `next` is the cursor of the page after it."""

    items: list[AccessView]
    next: int | None


class ListedView(msgspec.Struct, kw_only=True):
    """A member in a list."""

    id: int
    number: str
    name: str


class MembersPage(msgspec.Struct, kw_only=True):
    """A page of members; `next` is the cursor of the page after it."""

    items: list[ListedView]
    next: int | None


class NodeName(msgspec.Struct, kw_only=True):
    """The names of a place or a node."""

    id: int
    name: str
    name_en: str


class GrantView(msgspec.Struct, kw_only=True):
    """A role that a member holds; `scope` names the place or the node, null for everything."""

    member_id: int
    number: str
    name: str
    role: Role
    scope_kind: ScopeKind
    scope_id: int
    granted_at: datetime
    scope: NodeName | None

    @property
    def held(self) -> Scope:
        """The role and where it holds, as rules know it."""
        return Scope(self.role, self.scope_kind, self.scope_id)


class Granted(msgspec.Struct, kw_only=True):
    """Whether the role is new to the member."""

    member_id: int
    role: Role
    scope_kind: ScopeKind
    scope_id: int
    new: bool


class CounterCode(msgspec.Struct, kw_only=True):
    """A code for the member at the counter; `code` is null where a repeated request is answered again."""

    member_id: int
    purpose: str
    code: str | None
    expires_at: datetime
