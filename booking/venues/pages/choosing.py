"""What somebody chose at an hour: read from an address or a form, and written into an address so as not to be lost."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from booking.venues.catalogue import FacilityFacts
from booking.venues.pages.words import book_address, read_number, read_wall, wall
from booking.venues.queries.choosing import Choices
from booking.venues.schemas import MOST_HEADS, MOST_PARTNERS, HoldRequest, PartnerRequest

PARTNER_ROWS = 5
"""How many lines the form has at first; an address may fill more."""


class Chosen(NamedTuple):
    """An hour, and what goes with it; `partners` are (member number, name)."""

    at: datetime | None
    kind: str
    half_hours: int | None
    court: int | None
    heads: int
    partners: list[tuple[str, str]]

    @property
    def wall(self) -> str:
        """The hour as it stands in addresses and forms."""
        return "" if self.at is None else wall(self.at)

    @property
    def asked(self) -> dict[str, Any]:
        """Everything but the hour, as it stands in addresses."""
        named = {
            f"{what}_{row}": text
            for row, partner in enumerate(self.partners, 1)
            for what, text in zip(("number", "name"), partner, strict=True)
        }
        heads = self.heads if self.heads > 1 else None
        return {"kind": self.kind, "long": self.half_hours, "court": self.court, "heads": heads} | named

    def address(self, facts: FacilityFacts) -> str:
        """The page on which all this is chosen."""
        place, facility = facts.place.code, facts.facility.code
        if self.at is None:
            return f"/places/{place}/{facility}"
        return book_address(place, facility, self.at, **self.asked)

    def request(self, choices: Choices) -> HoldRequest:
        """The booking that it means."""
        length = choices.length(self.half_hours)
        ends = choices.starts if length is None else length.ends
        return HoldRequest(
            place=choices.facts.place.id,
            facility=choices.facts.facility.id,
            starts=choices.starts,
            ends=ends,
            court_kind=choices.kind or "",
            court=self.court,
            heads=self.heads,
            partners=[PartnerRequest(name=name or number, number=number) for number, name in self.partners],
        )


def read_chosen(fields: Mapping[str, Any]) -> Chosen:
    """What an address or a form says; what it says wrongly counts as not said."""

    def text(name: str, longest: int = 60) -> str:
        value = fields.get(name, "")
        return value.strip()[:longest] if isinstance(value, str) else ""

    rows = [(text(f"number_{row}", 20), text(f"name_{row}")) for row in range(1, MOST_PARTNERS + 1)]
    return Chosen(
        at=read_wall(text("at")),
        kind=text("kind", 20),
        half_hours=read_number(text("long"), None, 1, 48),
        court=read_number(text("court"), None),
        heads=read_number(text("heads"), 1, 1, MOST_HEADS) or 1,
        partners=[row for row in rows if any(row)],
    )
