"""The JSON API of places, as a program uses it."""

from collections.abc import AsyncIterator
from datetime import datetime

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import select, update

from booking.db import Database, WriteSession
from booking.retreats import turns
from booking.retreats.models import Applicant, Season
from booking.rooms.models import Stay
from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import App
from tests.retreats.places import Given, drawn, give, publish
from tests.retreats.season import CODE, everybody, found_season
from tests.rooms.house import DOUBLE, HOUSE, TWIN
from tests.venues.guests import phone_of, serving

pytestmark = sqlite_only
OWN, MANAGED = f"/retreats/{CODE}/places", f"/manage/retreats/{CODE}"


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application."""
    async with serving(database_url, clock) as made:
        yield made


@pytest.fixture
def database(app: Litestar) -> Database:
    found: Database = app.state.database
    return found


@pytest.fixture
async def given(database: Database) -> Given:
    return await database.write(drawn)


@pytest.fixture
async def published(database: Database, given: Given) -> list[int]:
    """Everybody applied, and the draw is out; the winners' applications."""
    await database.write(everybody, given.season, given.town)
    return await database.write(publish)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def loser_and_winner(database: Database, given: Given, won: list[int]) -> tuple[App | None, int, int]:
    """Members of applications that won nothing and something."""
    rows = await database.read(lambda tx: tx.all(select(Applicant).order_by(Applicant.member_id)))
    lost = next(row.member_id for row in rows if row.application_id not in won)
    return None, lost, next(row.member_id for row in rows if row.application_id in won)


class TestMine:
    async def test_from_the_offer_to_the_stay_and_back(self, app: Litestar, database: Database, given: Given) -> None:
        couple = given.town.workers[:2]
        application = await database.write(give, couple, (1, DOUBLE), rooms=2, companions=["小明"])
        phone, other = await phone_of(app, couple[0]), await phone_of(app, couple[1])
        found = (await phone.call("GET", OWN)).json()
        place = found["place"]
        assert (found["outcome"], found["application"], found["next_stage_at"]) == ("won", f"{application:016x}", None)
        assert (place["status"], place["can_confirm"], place["can_decline"]) == ("offered", True, True)
        assert [(one["own_fen"], one["why"]) for one in place["shares"]] == [
            (60000, "subsidised"),
            (60000, "subsidised"),
            (120000, "companion"),
        ]
        assert (place["own_fen"], place["borne_fen"], place["folio"], place["stay"]) == (240000, 120000, None, None)
        answer = await other.call("POST", f"{OWN}/confirm")
        assert answer.status_code == 201, answer.text
        place = answer.json()["place"]
        assert (place["status"], place["stay_status"], place["owed_fen"]) == ("confirmed", "confirmed", 240000)
        stay = await phone.call("GET", f"/stays/{HOUSE}/{place['stay']}")
        assert stay.json()["can_cancel"] is False
        cancelled = await phone.call("POST", f"/stays/{HOUSE}/{place['stay']}/cancel", {})
        assert code_of(cancelled) == (409, "stay_granted")
        bill = await other.call("GET", f"/folios/{HOUSE}/{place['folio']}")
        assert (bill.status_code, bill.json()["owed"]) == (200, 240000)
        gone = (await phone.call("POST", f"{OWN}/decline")).json()
        assert (gone["place"]["status"], gone["place"]["can_restore"], gone["next_tickets"]) == (
            "declined_late",
            True,
            1,
        )
        back = (await phone.call("POST", f"{OWN}/restore")).json()["place"]
        assert (back["status"], back["can_confirm"]) == ("offered", True)

    async def test_a_retry_confirms_once(self, app: Litestar, database: Database, given: Given) -> None:
        mine = given.town.workers[0]
        await database.write(give, [mine], (1, TWIN))
        phone = await phone_of(app, mine)
        first = await phone.call("POST", f"{OWN}/confirm", key="the same")
        again = await phone.call("POST", f"{OWN}/confirm", key="the same")
        assert again.json() == first.json()
        assert again.headers["idempotency-replayed"] == "true"
        assert len(await database.read(lambda tx: tx.all(select(Stay)))) == 1

    async def test_refusals_name_their_rule(
        self, app: Litestar, database: Database, given: Given, clock: SettableClock
    ) -> None:
        mine, other = given.town.workers[:2]
        await database.write(give, [mine], (1, TWIN))
        phone, stranger = await phone_of(app, mine), await phone_of(app, other)
        assert code_of(await stranger.call("GET", OWN)) == (404, "application_not_found")
        assert code_of(await stranger.call("POST", f"{OWN}/confirm")) == (404, "place_not_found")
        assert code_of(await phone.call("POST", "/retreats/1999-spring/places/confirm")) == (404, "season_not_found")
        assert (await (await phone_of(app)).call("POST", f"{OWN}/confirm")).status_code == 401
        await phone.call("POST", f"{OWN}/decline")
        assert code_of(await phone.call("POST", f"{OWN}/confirm")) == (409, "place_over")
        clock.now = given.season.confirm_by
        late = await phone.call("POST", f"{OWN}/restore")
        assert code_of(late) == (409, "undo_over")
        assert "12月7日" in late.json()["detail"]

    async def test_before_the_draw_there_is_nothing_to_say(
        self, app: Litestar, database: Database, given: Given
    ) -> None:
        mine = given.town.workers[0]
        await database.write(give, [mine], (1, TWIN))

        def frozen(tx: WriteSession, now: datetime) -> None:
            tx.execute(update(Season).values(status="frozen"))

        await database.write(frozen)
        assert code_of(await (await phone_of(app, mine)).call("GET", OWN)) == (404, "not_found")


class TestWhy:
    async def test_a_loser_learns_where_each_wish_closed_and_what_would_have_won(
        self, app: Litestar, database: Database, given: Given, published: list[int]
    ) -> None:
        _, lost, _ = await loser_and_winner(database, given, published)
        phone = await phone_of(app, next(one for one in given.town.workers if one.member_id == lost))
        found = (await phone.call("GET", OWN)).json()
        assert (found["outcome"], found["place"]) == ("lost", None)
        why = found["why"]
        assert 1 <= why["position"] <= why["of"] == 32
        assert len(why["missed"]) == 6
        assert all(one["position"] < why["position"] for one in why["missed"])
        assert {one["reason"] for one in why["missed"]} <= {"rooms", "guarantee", "quota"}
        assert all(one["node_name"] for one in why["missed"] if one["reason"] == "quota")
        assert why["change"] is None or why["change"]["position"] < why["position"]
        assert (found["tickets"], found["next_tickets"]) == (1, 2)
        assert datetime.fromisoformat(found["next_stage_at"]) == given.season.confirm_by

    async def test_a_winner_learns_what_was_dearer(
        self, app: Litestar, database: Database, given: Given, published: list[int]
    ) -> None:
        _, _, won = await loser_and_winner(database, given, published)
        phone = await phone_of(app, next(one for one in given.town.workers if one.member_id == won))
        found = (await phone.call("GET", OWN)).json()
        assert found["outcome"] == "won"
        assert len(found["why"]["missed"]) < 6
        assert found["why"]["change"] is None


class TestOfficers:
    async def test_see_how_places_stand_and_who_has_not_answered(
        self, app: Litestar, database: Database, given: Given
    ) -> None:
        silent, coming, sharer = given.town.workers[0], given.town.workers[5], given.town.workers[10]
        await database.write(give, [silent], (1, DOUBLE), rooms=1)
        await database.write(give, [coming], (1, DOUBLE), rooms=1, companions=["小明"])
        await database.write(give, [sharer], (2, TWIN))
        for one in (coming, sharer):
            await (await phone_of(app, one)).call("POST", f"{OWN}/confirm")
        officer = await phone_of(app, given.town.officer)
        found = (await officer.call("GET", f"{MANAGED}/places")).json()
        (cell,) = [one for one in found["cells"] if (one["choice"]["batch"], one["choice"]["type"]) == (1, DOUBLE)]
        counted = [cell[name] for name in ("offered", "confirmed", "declined", "lapsed", "heads", "rooms_taken")]
        assert counted == [1, 1, 0, 0, 2, 1]
        (shared,) = [one for one in found["cells"] if (one["choice"]["batch"], one["choice"]["type"]) == (2, TWIN)]
        assert (shared["rooms_taken"], shared["heads"]) == (1, 1)
        assert [one["names"] for one in found["open"]] == [[silent.name]]
        assert (found["next"], found["unhoused"]) == (None, [])
        assert (await officer.call("POST", f"{MANAGED}/places/remind")).json() == {"places": 1}
        assert code_of(await officer.call("POST", f"{MANAGED}/places/remind")) == (409, "nothing_to_remind")

    async def test_page_through_those_who_have_not_answered(
        self, app: Litestar, database: Database, given: Given
    ) -> None:
        for one in given.town.workers[:5]:
            await database.write(give, [one], (1, TWIN))
        officer, seen, cursor = await phone_of(app, given.town.officer), [], ""
        while True:
            page = (await officer.call("GET", f"{MANAGED}/places?limit=2{cursor}")).json()
            seen += [name for one in page["open"] for name in one["names"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert sorted(seen) == sorted(one.name for one in given.town.workers[:5])

    async def test_seat_whom_the_house_could_not_keep(self, app: Litestar, database: Database, given: Given) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, DOUBLE), rooms=1)
        await (await phone_of(app, mine)).call("POST", f"{OWN}/confirm")

        def displace(tx: WriteSession, now: datetime) -> None:
            tx.execute(update(Stay).values(status="displaced"))

        await database.write(displace)
        officer = await phone_of(app, given.town.officer)
        (lost,) = (await officer.call("GET", f"{MANAGED}/places")).json()["unhoused"]
        assert (lost["application"], lost["unhoused"]) == (f"{application:016x}", True)
        assert (await officer.call("POST", f"{MANAGED}/places/{lost['application']}/seat")).status_code == 201
        assert (await officer.call("GET", f"{MANAGED}/places")).json()["unhoused"] == []

    async def test_the_house_receives_what_a_bill_owes(self, app: Litestar, database: Database, given: Given) -> None:
        mine = given.town.workers[0]
        application = await database.write(give, [mine], (1, TWIN))
        await (await phone_of(app, mine)).call("POST", f"{OWN}/confirm")
        desk = await phone_of(app, given.town.house.desk)
        address = f"{MANAGED}/places/{application:016x}/pay"
        assert (await desk.call("POST", address, {"method": "cash"})).json() == {"fen": 30000}
        assert code_of(await desk.call("POST", address, {"method": "cash"})) == (409, "nothing_to_collect")
        assert (await (await phone_of(app, mine)).call("POST", address, {"method": "cash"})).status_code == 403
        assert (await desk.call("POST", f"{MANAGED}/places/7{'f' * 15}/pay", {"method": "cash"})).status_code == 404

    async def test_nobody_else_sees_any_of_it(self, app: Litestar, database: Database, given: Given) -> None:
        for who in (given.town.workers[0], given.town.district, given.town.house.desk):
            phone = await phone_of(app, who)
            for address in ("places", "fairness"):
                assert code_of(await phone.call("GET", f"{MANAGED}/{address}")) == (403, "not_an_officer")
            assert (await phone.call("POST", f"{MANAGED}/places/remind")).status_code == 403


class TestFairness:
    async def test_is_measured_once_from_the_published_files(
        self,
        app: Litestar,
        database: Database,
        given: Given,
        published: list[int],
    ) -> None:
        officer = await phone_of(app, given.town.officer)
        assert code_of(await officer.call("GET", f"{MANAGED}/fairness")) == (409, "fairness_not_ready")
        assert await turns.measure_fairness(database, 20) == 1
        assert await turns.measure_fairness(database, 20) == 0
        found = (await officer.call("GET", f"{MANAGED}/fairness")).json()
        assert (found["redraws"], found["level"]) == (20, 0.01)
        kinds = {kind: [one for one in found["groups"] if one["kind"] == kind] for kind in ("district", "sex", "size")}
        assert [one["name_en"] for one in kinds["district"]] == ["Beilun", "Zhenhai"]
        assert all(sum(one["heads"] for one in groups) == 32 for groups in kinds.values())
        assert all(sum(one["won"] for one in groups) == len(published) for groups in kinds.values())
        assert sum(one["mean"] for one in kinds["sex"]) == pytest.approx(sum(one["mean"] for one in kinds["size"]))
        assert {one["seasons"] for one in found["totals"]} == {1}
        assert not any(one["alarms"] for one in found["groups"])

    async def test_files_that_cannot_be_read_keep_nobody_waiting(
        self, database: Database, given: Given, published: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def broken(work: object, *args: object) -> object:
            raise ValueError("unreadable")

        monkeypatch.setattr(turns, "apart", broken)
        assert await turns.measure_fairness(database, 20) == 0
        assert await database.read(lambda tx: found_season(tx).status) == "drawn"
