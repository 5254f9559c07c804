"""Codes stand in addresses: none may be that of a page of the console."""

import re

import pytest
from litestar import Litestar

from booking.db import Database
from booking.places import service as places_service
from booking.places.errors import CodeReserved
from booking.venues.schemas import FacilityRequest
from booking.venues.service import editing, policies
from tests.databases import sqlite_only
from tests.venues.city import CENTRE, build_city

pytestmark = sqlite_only


@pytest.mark.parametrize(
    ("before", "reserved"),
    [
        ("/manage", places_service.RESERVED),
        ("/manage/{place:str}", editing.RESERVED),
        ("/manage/policies", policies.RESERVED),
        ("/places", frozenset()),
        ("/places/{place:str}", frozenset()),
    ],
)
def test_every_page_beside_a_code_is_reserved(app: Litestar, before: str, reserved: frozenset[str]) -> None:
    beside = re.compile(re.escape(before) + r"/([a-z0-9-]+)(?:/|$)")
    pages = {found[1] for route in app.routes if (found := beside.match(route.path))}
    assert pages == reserved


async def test_a_reserved_code_is_refused_with_one_that_would_do(database: Database) -> None:
    city = await build_city(database)
    hall = FacilityRequest(
        code="gates",
        zone="courts",
        name="门厅",
        name_en="Gates",
        sport="gym",
        kind="pooled",
        capacity=5,
        policy="ball-court",
    )
    with pytest.raises(CodeReserved) as refused:
        await database.write(editing.put_facility, city.manager, CENTRE, hall)
    assert refused.value.params == {"given": "gates", "instead": "gates-1"}
