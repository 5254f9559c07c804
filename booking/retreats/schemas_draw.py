"""What the routes of a draw take and answer. Ids are 16 hexadecimal digits, positions count from 1."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from booking.retreats.schemas_seasons import Status

MOST_SOURCES, MOST_NUMBERS = 8, 32
Lottery = Annotated[str, Meta(min_length=1, max_length=10)]
Issue = Annotated[str, Meta(min_length=1, max_length=20)]
Number = Annotated[int, Meta(ge=0, le=999)]
Reason = Annotated[str, Meta(min_length=1, max_length=300)]


class ResultRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What one public draw came out as: all numbers in the order announced."""

    lottery: Lottery
    issue: Issue
    numbers: Annotated[list[Number], Meta(max_length=MOST_NUMBERS)]


class ResultsRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The numbers of all named draws, in the order of the rules."""

    results: Annotated[list[ResultRequest], Meta(max_length=MOST_SOURCES)]


class PostponeRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A named draw that does not take place as planned."""

    lottery: Lottery
    issue: Issue
    reason: Reason


class RerunRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Why a published draw is run again."""

    reason: Reason


class DrawSource(msgspec.Struct, kw_only=True):
    """A public draw that seeds the season's.

    Attributes:
        counts: the issue that counts: the fallback once `postponed`.
        bits: its entropy.
        numbers: as announced, once they are final.
    """

    lottery: str
    name: str
    issue: str
    day: date
    fallback: str
    postponed: bool
    counts: str
    bits: float
    numbers: list[int]


class Commitment(msgspec.Struct, kw_only=True):
    """What was fixed at the freeze, before anybody could know the seed."""

    root: str
    rules: str
    units: int
    heads: int
    left_out: int
    frozen: str


class Seed(msgspec.Struct, kw_only=True):
    """What followed from the commitment and the announced numbers."""

    key: str
    seed: str


class Turn(msgspec.Struct, kw_only=True):
    """One of the first in the order of the tickets, and what it got in the first stage: nothing if empty."""

    position: int
    id: str
    ticket: str
    batch: str
    type: str


class StageView(msgspec.Struct, kw_only=True):
    """A stage that was published: how many kept their places, how many won one in it."""

    stage: int
    at: datetime
    kept: int
    won: int


class ClosingView(msgspec.Struct, kw_only=True):
    """When a choice closed for applications of one shape; the position is rounded down to a multiple of `step`."""

    batch: str
    type: str
    rooms: int
    men: int
    women: int
    categories: list[str]
    position: int
    reason: str


class QuotaView(msgspec.Struct, kw_only=True):
    """When a node's places ended for applications of so many heads; rounded down likewise."""

    code: str
    name: str
    name_en: str
    heads: int
    position: int


class CountView(msgspec.Struct, kw_only=True):
    """Heads of a township, or of several small ones put together: `rest` then, and the name is that of the node above.

    `won` has a number for each stage.
    """

    code: str
    name: str
    name_en: str
    rest: bool
    applied: int
    won: list[int]


class FileView(msgspec.Struct, kw_only=True):
    """A file as it is now; with `step` its address never changes its content."""

    name: str
    step: int
    bytes: int
    sha256: str
    address: str


class StepView(msgspec.Struct, kw_only=True):
    """Something that was done for the draw; `reason` where one had to be given.

    `same` says of a rerun whether it gave the published bytes, and `differs` what it found otherwise.
    """

    number: int
    kind: str
    at: datetime
    by: str
    reason: str
    same: bool | None
    differs: list[str]


class DrawView(msgspec.Struct, kw_only=True):
    """A draw as everybody may see it, as far as it has come."""

    season: str
    title: str
    title_en: str
    status: Status
    version: str
    sources: list[DrawSource]
    bits: int
    commitment: Commitment | None
    seed: Seed | None
    order: list[Turn]
    stages: list[StageView]
    step: int
    closings: list[ClosingView]
    quotas: list[QuotaView]
    counts: list[CountView]
    files: list[FileView]
    steps: list[StepView]


class ManagedDraw(msgspec.Struct, kw_only=True):
    """A draw as its officers see it.

    Attributes:
        task: what is to be done next: `freeze`, `enter`, `confirm`, `draw`, `second_stage`, `last_stage`, `nothing`.
        due: from when.
        excluded: applications that the freeze left out, by the code of the rule.
        open_places: winners who have not answered.
        entered_by_me: whether the numbers that wait to be confirmed are the reader's own.
    """

    draw: DrawView
    task: str
    due: datetime | None
    excluded: dict[str, int]
    open_places: int
    entered_by_me: bool


class RerunView(msgspec.Struct, kw_only=True):
    """What a rerun found: `faults` is empty if every byte is the same."""

    same: bool
    faults: list[str]
    draw: ManagedDraw
