"""The pages, and who opens them; a page that is missing here fails a test."""

from typing import NamedTuple

from tests.addresses import Route
from tests.test_routes import QUERIES
from tests.world import World


class Visit(NamedTuple):
    """Somebody opens a page."""

    path: str
    who: str | None
    status: int = 200

    def address(self, world: World) -> str:
        """Where the page is in that world."""
        route = Route("GET", self.path, None)
        query = QUERIES.get(str(route))
        return world.address(route) + (f"?{query}" if query else "")


LISTED: dict[str | None, str] = {
    None: """
        / /places /places/{code:str} /places/{place:str}/{facility:str} /places/{place:str}/{facility:str}/book
        /retreats/{code:str}/draw /retreats/{code:str}/verify
        /stays /retreats /retreats/{code:str}
        /sign-in /activate /activate/code /reset /reset/code /p/{token:str} /gate /help /design /docs /problems
    """,
    "worker": """
        /account /account/access-log /account/password /account/calendar /inbox /bookings
        /bookings/{place:int}/{booking:int} /bookings/{place:int}/{booking:int}/change /passes/{place:int}/{pass_id:int}
        /stays/book /stays/wait /stays/waits /stays/{place:int}/{stay:int} /stays/{place:int}/{stay:int}/change
        /retreats/{code:str}/apply /retreats/{code:str}/apply/party /retreats/{code:str}/apply/check
        /retreats/{code:str}/mine /retreats/{code:str}/receipt /retreats/{code:str}/invitations/{application:str}
        /pay/{place:int}/{folio:int} /pay/{place:int}/{folio:int}/{intent:int}
    """,
    "manager": """
        /front-desk/{place:str} /front-desk/{place:str}/close /front-desk/{place:str}/floor
        /front-desk/{place:str}/rooms/{stay_room:int} /front-desk/{place:str}/walk-in
        /manage/members /manage/staff /manage/{place:str} /manage/{place:str}/audit /manage/{place:str}/blocks
        /manage/{place:str}/blocks/{block:int} /manage/{place:str}/bookings/{booking:int}
        /manage/{place:str}/bookings/{booking:int}/change /manage/{place:str}/bookings/{booking:int}/pass
        /manage/{place:str}/changes /manage/{place:str}/changes/{change_id:int} /manage/{place:str}/edit
        /manage/{place:str}/gates /manage/{place:str}/gates/new /manage/{place:str}/gates/{gate:int}
        /manage/{place:str}/edit/facilities/new /manage/{place:str}/edit/facilities/{facility_id:int}
        /manage/{place:str}/edit/facilities/{facility_id:int}/courts/new
        /manage/{place:str}/edit/facilities/{facility_id:int}/courts/{court:int}
        /manage/{place:str}/edit/facilities/{facility_id:int}/hours /manage/{place:str}/edit/place
        /manage/{place:str}/edit/zones/new /manage/{place:str}/edit/zones/{zone:int} /manage/{place:str}/takings
        /manage/{place:str}/{facility:str} /manage/{place:str}/{facility:str}/blocks/new
        /manage/{place:str}/{facility:str}/close /manage/{place:str}/{facility:str}/walk-in
        /manage/{place:str}/rooms/tape /manage/{place:str}/rooms/tape/{stay_room:int}
        /manage/{place:str}/rooms/outages /manage/{place:str}/rooms/offline /manage/{place:str}/rooms/figures
        /manage/{place:str}/rooms/pools
    """,
    "admin": """
        /manage/retreats/{code:str}/draw
        /manage/retreats /manage/retreats/new /manage/retreats/{code:str} /manage/retreats/{code:str}/about
        /manage/retreats/{code:str}/calendar /manage/retreats/{code:str}/batches
        /manage/retreats/{code:str}/batches/new /manage/retreats/{code:str}/batches/{number:int}
        /manage/retreats/{code:str}/shares /manage/retreats/{code:str}/eligibility
        /manage/retreats/{code:str}/subsidy /manage/retreats/{code:str}/sources
        /manage/retreats/{code:str}/quotas /manage/retreats/{code:str}/rehearsal
        /manage/retreats/{code:str}/places /manage/retreats/{code:str}/arrivals /manage/retreats/{code:str}/fairness
        /manage/categories /manage/retreats/{code:str}/categories
        /manage /manage/calendar /manage/places/new /manage/policies /manage/policies/new /manage/policies/{code:str}
    """,
}
PAGES = [Visit(path, who) for who, listed in LISTED.items() for path in listed.split()]
ELSE = """
    /activate/password /bookings/{place:int}/{booking:int}/calendar.ics /calendar/{name:str} /health/live /health/ready
    /front-desk /front-desk/{place:str}/floor/plan /front-desk/{place:str}/lists
    /front-desk/{place:str}/rooms/{stay_room:int}/welcome /live/front-desk/{place:int}
    /live/facility/{place:int}/{facility:int} /manage/{place:str}/takings.csv /manage/{place:str}/rooms/figures.csv
    /manage/{place:str}/rooms/figures.xlsx /manage/{place:str}/{facility:str}/board
    /p/{token:str}/card /p/{token:str}/qr.svg /passes/{place:int}/{pass_id:int}/card
    /passes/{place:int}/{pass_id:int}/qr.svg /places/{place:str}/{facility:str}/grid /reset/password
    /stays/{place:int}/{stay:int}/calendar.ics /retreats/{code:str}/receipt.json
    /retreats/{code:str}/files/{name:str}
    /manage/retreats/{code:str}/arrivals.csv /manage/retreats/{code:str}/arrivals.xlsx
    /manage/retreats/{code:str}/fairness.csv
    /manage/retreats/stays/{place:int}/{stay:int} /retreats/stays/{place:int}/{stay:int}
"""
NOT_PAGES = frozenset(ELSE.split())
"""Files, streams, parts of pages, and steps that lead back when they are not reached from the one before."""
STATES = [
    Visit("/nowhere", None, 404),
    Visit("/manage", "worker", 403),
    Visit("/inbox", "other"),
    Visit("/bookings", "other"),
    Visit("/bookings?when=past", "worker"),
    Visit("/", "worker"),
    Visit("/front-desk/zhenhai?q=m101", "manager"),
    Visit("/retreats/2026-autumn/mine", "worker"),
]
"""Pages that look different for others, and refusals."""
