"""Types that every feature's requests share."""

from typing import Annotated

from msgspec import Meta

LARGEST_ID = 2**53
Id = Annotated[int, Meta(ge=0, lt=LARGEST_ID)]
"""Ids stay below 2**53, so that JavaScript reads them exactly; 0 is the federation itself."""
