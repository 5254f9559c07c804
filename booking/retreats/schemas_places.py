"""What the routes of places answer. Ids of applications are 16 hexadecimal digits, money is fen."""

from datetime import date, datetime
from typing import Literal

import msgspec

PlaceStatus = Literal["offered", "confirmed", "declined", "declined_late", "lapsed"]


class ShareView(msgspec.Struct, frozen=True):
    """What one person's place costs whom.

    Attributes:
        why: `free` by a category, `subsidised` up to the season's sum, or `companion`, at their own cost.
    """

    name: str
    fen: int
    borne_fen: int
    own_fen: int
    why: Literal["free", "subsidised", "companion"]


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A place that was won, as the members of its application see it.

    Attributes:
        shared: a bed in a room with a stranger of the same sex.
        confirm_by: until when it is to be answered.
        shares: who pays what; `document` and `clause` say where the subsidy is written.
        house: the id of the place where the stay and the folio are found.
        stay: once it is confirmed; `stay_status` is `pending` while the room is being found, `refused` or `displaced`
            if the house has none after all.
        folio: the bill, for `/api/v1/folios/{house}/{folio}`; None where nothing costs anything.
        owed_fen: what is still to be paid of it; negative is a credit.
    """

    application: str
    stage: int
    status: PlaceStatus
    batch: int
    batch_name: str
    batch_name_en: str
    arrival: date
    departure: date
    type: int
    type_name: str
    type_name_en: str
    shared: bool
    confirm_by: datetime
    decided_at: datetime | None
    shares: list[ShareView]
    own_fen: int
    borne_fen: int
    document: str
    clause: str
    house: int
    stay: int | None
    stay_status: str
    folio: int | None
    owed_fen: int
    can_confirm: bool
    can_decline: bool
    can_restore: bool


class ChoiceView(msgspec.Struct, frozen=True, kw_only=True):
    """Rooms of a type in a batch."""

    batch: int
    batch_name: str
    batch_name_en: str
    type: int
    type_name: str
    type_name_en: str


class ClosingView(msgspec.Struct, frozen=True, kw_only=True):
    """How a wish closed for applications like this one.

    Attributes:
        position: of the application whose place closed it; 0 if it never was open.
        reason: `rooms`, `guarantee` (the rest is kept for other `categories`) or `quota` (of `node`, `heads` places).
    """

    choice: ChoiceView
    position: int
    reason: Literal["rooms", "guarantee", "quota"]
    categories: list[str]
    node: str
    node_name: str
    node_name_en: str
    heads: int


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """The smallest change that would have won.

    Attributes:
        kind: `rank_also` any of the choices, which were still open; or `draw_earlier`, at `position` or before.
    """

    kind: Literal["rank_also", "draw_earlier"]
    choices: list[ChoiceView]
    position: int | None


class WhyView(msgspec.Struct, frozen=True, kw_only=True):
    """Why the first stage gave what it gave: `position` of `of`, and each dearer wish with how it closed."""

    position: int
    of: int
    missed: list[ClosingView]
    change: ChangeView | None


class OutcomeView(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an application in a draw.

    Attributes:
        outcome: `won` some place, or `lost` so far.
        tickets: in this draw; `next_tickets`: in the next season, if nothing more comes of this one.
        next_stage_at: from when the places that were given up are drawn for; None if there is no further stage.
    """

    season: str
    application: str
    outcome: Literal["won", "lost"]
    place: PlaceView | None
    why: WhyView | None
    tickets: int
    next_tickets: int
    next_stage_at: datetime | None


class CellView(msgspec.Struct, frozen=True, kw_only=True):
    """How the places of a batch and room type stand, over all stages; in applications, `heads` in people."""

    choice: ChoiceView
    arrival: date
    rooms: int
    rooms_taken: int
    offered: int
    confirmed: int
    declined: int
    lapsed: int
    heads: int


class OpenPlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A place that nobody has answered, or whose stay the house could not keep (`unhoused`)."""

    application: str
    names: list[str]
    organisation: str
    organisation_en: str
    choice: ChoiceView
    status: PlaceStatus
    unhoused: bool
    confirm_by: datetime
    reminded_at: datetime | None


class PlacesView(msgspec.Struct, frozen=True, kw_only=True):
    """The places of a season; `open` and `unhoused` name people, `next` is the cursor of the page after."""

    season: str
    cells: list[CellView]
    open: list[OpenPlaceView]
    next: str | None
    unhoused: list[OpenPlaceView]


class Reminded(msgspec.Struct, frozen=True):
    """How many places' members were reminded."""

    places: int


class Seated(msgspec.Struct, frozen=True):
    """The stay that a place has now."""

    stay: int


class Collected(msgspec.Struct, frozen=True):
    """What was received."""

    fen: int


class WaitingView(msgspec.Struct, frozen=True):
    """Seasons that winners had lost before, on average: in the draw, and in the redraws."""

    own: float | None
    mean: float | None
    low: float | None
    high: float | None


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """What a draw was for one group, in heads.

    Attributes:
        name_en: of districts; other groups are known by their `code`.
        mean, low, high: what redraws give, the last two the bounds between which 95 of 100 of them lie.
        chance: how often a fair draw has some group that loses as much.
    """

    kind: Literal["district", "category", "size", "sex"]
    code: str
    name: str
    name_en: str
    heads: int
    won: int
    mean: float
    low: int
    high: int
    chance: float
    alarms: bool
    waiting: WaitingView


class TotalView(msgspec.Struct, frozen=True, kw_only=True):
    """What all measured seasons up to this one were for a group; `chance` is corrected for the number of groups."""

    kind: Literal["district", "category", "size", "sex"]
    code: str
    name: str
    name_en: str
    seasons: int
    heads: int
    won: int
    mean: float
    deviation: float
    chance: float
    alarms: bool


class FairnessView(msgspec.Struct, frozen=True, kw_only=True):
    """The fairness ledger of a season."""

    season: str
    measured_at: datetime
    redraws: int
    level: float
    groups: list[GroupView]
    totals: list[TotalView]
