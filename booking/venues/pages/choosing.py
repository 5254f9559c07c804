"""What somebody chose at an hour: read from an address or a form, and written into an address so as not to be lost."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from litestar.datastructures import FormMultiDict, MultiDict

from booking.venues.catalogue import FacilityFacts
from booking.venues.pages.words import book_address, read_number, read_wall, wall
from booking.venues.queries.choosing import Choices
from booking.venues.schemas import MOST_HEADS, MOST_PARTNERS, HoldRequest, PartnerRequest

PARTNER_ROWS = 3
"""How many lines the form has for partners who are typed; an address may fill more."""


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
        usual = choices.length(None)
        half_hours = self.half_hours or (1 if usual is None else usual.half_hours)
        return HoldRequest(
            place=choices.facts.place.id,
            facility=choices.facts.facility.id,
            starts=choices.starts,
            ends=choices.starts + timedelta(minutes=30 * half_hours),
            court_kind=choices.kind or "",
            court=self.court,
            heads=self.heads,
            partners=[PartnerRequest(name=name or number, number=number) for number, name in self.partners],
        )


def read_chosen(fields: MultiDict[Any] | FormMultiDict) -> Chosen:
    """What an address or a form says; what it says wrongly counts as not said."""

    def text(name: str, longest: int = 60) -> str:
        value = fields.get(name, "")
        return value.strip()[:longest] if isinstance(value, str) else ""

    def every(name: str) -> list[str]:
        return [value for value in fields.getall(name, []) if isinstance(value, str)]

    rows = [(text(f"number_{row}", 20), text(f"name_{row}")) for row in range(1, MOST_PARTNERS + 1)]
    ticked = [one[:81].partition(" ") for one in every("with")]
    partners = [(number, name) for number, _, name in ticked if name] + [row for row in rows if any(row)]
    return Chosen(
        at=read_wall(text("at")),
        kind=text("kind", 20),
        half_hours=read_number(text("long"), None, 1, 48),
        court=read_number(text("court"), None),
        heads=read_number(text("heads"), 1, 1, MOST_HEADS) or 1,
        partners=list(dict.fromkeys(partners))[:MOST_PARTNERS],
    )
