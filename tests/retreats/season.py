"""A season to apply for: the small house of `tests.rooms.house`, a tree of organisations, forty workers, two officers.

`driver.run(populate)` or `await database.write(populate)`; then `draft_season` or `open_season`, and `enter` for
applications that nobody has to fill in.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from booking.db import ReadSession, WriteSession
from booking.members.models import Account, Member, MemberCategory, Organisation, RoleGrant
from booking.places.catalogue import catalogue_changed
from booking.retreats.models import Applicant, Application, Batch, BatchRooms, DrawStep, Season
from booking.rooms.models import Allotment
from booking.rooms.rules.nights import night_of
from booking.rooms.schemas import MoveRequest
from booking.rooms.service.allotments import move_allotment
from booking.web.principal import Principal, Scope
from tests.rooms.house import DOUBLE, HOUSE, PUBLIC, TWIN, add, day
from tests.rooms.house import People as HousePeople
from tests.rooms.house import populate as populate_house

CITY = 1
ZHENHAI, BEILUN = 11, 12
"""Districts."""
TOWNSHIPS = {21: ZHENHAI, 22: ZHENHAI, 31: BEILUN, 32: BEILUN}
ENTERPRISES = {211: 21, 212: 21, 221: 22, 222: 22, 311: 31, 312: 31, 321: 32, 322: 32}
"""Each with its township."""
EACH = 5
"""Workers of one enterprise."""
OFFICER, DISTRICT_OFFICER, VILLAGER = 901, 902, 950
SEASON, CODE = 70, "2027-spring"
POOL = 70
"""The allotment of an open season."""
ARRIVALS = (22, 29, 36)
"""Days after today on which the three batches come, for three nights each."""
SOURCES = [
    ("kl8", "2026325", "2026-12-02", "2026326"),
    ("ssq", "2026140", "2026-12-03", "2026141"),
]


class Town(NamedTuple):
    """Who there is.

    Attributes:
        house: the desk of the sanatorium, and two members who belong to the city itself.
        officer: of the whole federation.
        district: the officer of Zhenhai, who verifies categories and sees its counts.
        workers: forty, five of each enterprise; worker `n` has the id `1000 + n`.
    """

    house: HousePeople
    officer: Principal
    district: Principal
    workers: list[Principal]

    def of(self, enterprise: int) -> list[Principal]:
        """The workers of an enterprise: women and men by turns, two frontline ones first, the last with unpaid dues."""
        return [one for one in self.workers if one.organisation_id == enterprise]


def populate(tx: WriteSession, now: datetime, /, **house: Any) -> Town:
    """Store the house, the tree and the people; `house` as for `tests.rooms.house.populate`."""
    people = populate_house(tx, now, **house)
    _tree(tx)
    workers = [_worker(number) for number in range(EACH * len(ENTERPRISES))]
    add(tx, Member, [row for row, _ in workers])
    add(tx, Account, [{"member_id": row["id"], "password_hash": "-", "activated_at": now} for row, _ in workers])
    verified = [
        {"member_id": row["id"], "category": category, "verified_at": now if category[0] != "?" else None}
        for row, categories in workers
        for category in categories
    ]
    add(tx, MemberCategory, [one | {"category": one["category"].lstrip("?")} for one in verified])
    officers = [
        _officer(tx, now, OFFICER, "顾海", CITY, Scope("federation_officer", "all", 0)),
        _officer(tx, now, DISTRICT_OFFICER, "镇小工", ZHENHAI, Scope("federation_officer", "organisation", ZHENHAI)),
    ]
    return Town(people, officers[0], officers[1], [_principal(row, categories) for row, categories in workers])


def _tree(tx: WriteSession) -> None:
    nodes = [
        (ZHENHAI, CITY, "330211", "district", "镇海区", "Zhenhai", 0),
        (BEILUN, CITY, "330206", "district", "北仑区", "Beilun", 0),
    ]
    for township, district in TOWNSHIPS.items():
        code = f"{'330211' if district == ZHENHAI else '330206'}{township:03}"
        nodes.append((township, district, code, "township", f"街道{township}", f"Township {township}", 0))
    townships = {node[0]: node[2] for node in nodes}
    for size, (enterprise, township) in enumerate(ENTERPRISES.items(), 1):
        code = f"{townships[township]}-e{enterprise}"
        name, name_en = f"工厂{enterprise}", f"Plant {enterprise}"
        nodes.append((enterprise, township, code, "enterprise", name, name_en, 100 * size))
    paths = {CITY: f"/{CITY}/"}
    for at, above, *_ in nodes:
        paths[at] = f"{paths[above]}{at}/"
    names = ("id", "parent_id", "code", "kind", "name", "name_en", "members")
    add(tx, Organisation, [dict(zip(names, node, strict=True)) | {"path": paths[node[0]]} for node in nodes])


def _worker(number: int) -> tuple[dict[str, Any], list[str]]:
    """A worker, and the categories that they have; one with a question mark is not verified."""
    enterprise, place = list(ENTERPRISES)[number // EACH], number % EACH
    odd = number // EACH % 2
    categories = [["frontline"], ["frontline"], ["?frontline" if odd else "sci_tech_talent"], [], []][place]
    row = {
        "id": 1000 + number,
        "number": f"w{1000 + number}",
        "name": f"职工{number:02}",
        "sex": "male" if (number + odd) % 2 else "female",
        "organisation_id": enterprise,
        "dues_paid_until": date(2025, 12, 31) if place == EACH - 1 else date(2027, 12, 31),
    }
    return row, categories


def _principal(row: dict[str, Any], categories: Sequence[str], *scopes: Scope) -> Principal:
    return Principal(
        member_id=row["id"],
        number=row["number"],
        name=row["name"],
        organisation_id=row["organisation_id"],
        categories=tuple(one for one in categories if one[0] != "?"),
        scopes=scopes,
    )


def _officer(tx: WriteSession, now: datetime, at: int, name: str, node: int, scope: Scope) -> Principal:
    row = {"id": at, "number": f"o{at}", "name": name, "sex": "male", "organisation_id": node}
    add(tx, Member, [row])
    add(tx, Account, [{"member_id": at, "password_hash": "-", "activated_at": now}])
    grant = {"member_id": at, "role": scope.role, "scope_kind": scope.kind, "scope_id": scope.id, "granted_at": now}
    add(tx, RoleGrant, [grant])
    return _principal(row, (), scope)


def draft_season(tx: WriteSession, now: datetime, /, **changed: Any) -> Season:
    """Store a season that officers still work at: three batches of four twins and two doubles, ten beds each.

    It opens now and closes in five days; `changed` are other values of its row.
    """
    row = _season(now) | changed
    add(tx, Season, [row])
    for number, arrival in enumerate(ARRIVALS, 1):
        nights = {"arrival": night_of(day(arrival)), "departure": night_of(day(arrival + 3))}
        names = {"name": f"第{number}批", "name_en": f"Batch {number}"}
        add(tx, Batch, [{"season_id": row["id"], "number": number} | names | nights])
        kept = {"frontline": 2, "sci_tech_talent": 1}
        twin = {"type_id": TWIN, "rooms": 4, "beds": 2, "price_fen": 90000, "guarantees": kept}
        double = {"type_id": DOUBLE, "rooms": 2, "beds": 1, "price_fen": 120000, "guarantees": {}}
        add(tx, BatchRooms, [{"season_id": row["id"], "batch": number} | rooms for rooms in (twin, double)])
    return found_season(tx, row["id"])


def open_season(tx: WriteSession, now: datetime, /, **changed: Any) -> Season:
    """Store a season that was published: its rooms are in a pool of its own."""
    open_pool(tx, now)
    season = draft_season(tx, now, **({"status": "open", "allotment_id": POOL, "version": 1} | changed))
    desk = Principal(
        member_id=103,
        number="m103",
        name="胡前台",
        organisation_id=1,
        scopes=(Scope("sanatorium_desk", "place", HOUSE),),
    )
    for arrival in ARRIVALS:
        for kind, rooms in ((TWIN, 4), (DOUBLE, 2)):
            first, until = day(arrival), day(arrival + 3)
            wish = MoveRequest(first=first, until=until, type=kind, rooms=rooms, origin=PUBLIC, target=POOL)
            move_allotment(tx, now, desk, HOUSE, wish)
    step = {"season_id": season.id, "number": 1, "kind": "opened", "by": OFFICER, "at": now, "detail": {}}
    add(tx, DrawStep, [step])
    return season


def open_pool(tx: WriteSession, now: datetime, place: int = HOUSE) -> None:
    """Make the pool of the open season, without any nights."""
    pool = {"place_id": place, "code": "retreat", "kind": "retreat", "name": "疗休养", "name_en": "Retreats"}
    add(tx, Allotment, [pool | {"id": POOL, "release_days": None, "created_at": now}])
    catalogue_changed(tx)


def _season(now: datetime) -> dict[str, Any]:
    def in_days(days: float) -> datetime:
        return now + timedelta(days=days)

    return {
        "id": SEASON,
        "code": CODE,
        "place_id": HOUSE,
        "title": "2027 年春季疗休养",
        "title_en": "Spring retreats 2027",
        "status": "draft",
        "allotment_id": None,
        "document": "甬工发 2026 年 18 号",
        "clause": "第四条",
        "policy": "minimum",
        "bits": 80,
        "sources": SOURCES,
        "most_choices": 6,
        "most_together": 4,
        "enterprise_heads": 4,
        "dues_required": True,
        "categories": [],
        "organisation_kinds": [],
        "rest_years": 1,
        "subsidy_fen": 60000,
        "free_categories": ["model_worker"],
        "subsidy_document": "甬工发 2026 年 18 号",
        "subsidy_clause": "第九条",
        "opens_at": now,
        "closes_at": in_days(5),
        "freezes_at": in_days(6),
        "publishes_at": in_days(9),
        "confirm_by": in_days(12),
        "second_confirm_by": in_days(15),
        "last_confirm_by": in_days(18),
        "remind_hours": 24,
        "created_by": OFFICER,
        "created_at": now,
        "version": 0,
    }


def found_season(tx: ReadSession, season_id: int = SEASON) -> Season:
    """The season as it is stored now."""
    season = tx.get(Season, id=season_id)
    assert season is not None
    return season


def enter(
    tx: WriteSession,
    now: datetime,
    season: Season,
    members: Sequence[Principal],
    wishes: Sequence[tuple[int, int]],
    *,
    rooms: int = 0,
    companions: Sequence[str] = (),
) -> int:
    """Store an application that takes part; answers its id. `wishes` are (batch, room type), the dearest first."""
    made = int.from_bytes(tx.tokens.bytes(8), "big") >> 1
    row = {
        "season_id": season.id,
        "id": made,
        "status": "entered",
        "rooms": rooms,
        "companions": list(companions),
        "wishes": list(wishes),
        "salt": tx.tokens.bytes(16),
        "reason": "",
        "created_at": now,
        "changed_at": now,
        "sequence": 0,
    }
    add(tx, Application, [row])
    applicants = [
        {
            "member_id": one.member_id,
            "season_id": season.id,
            "application_id": made,
            "number": number,
            "joined_at": now,
        }
        for number, one in enumerate(members)
    ]
    add(tx, Applicant, applicants)
    return made


def everybody(tx: WriteSession, now: datetime, season: Season, town: Town) -> list[int]:
    """An application of each worker who may apply, alone, for all batches; answers their ids."""
    found = []
    for place, worker in enumerate(town.workers):
        if place % EACH != EACH - 1:
            batches = [1 + (place + ahead) % len(ARRIVALS) for ahead in range(len(ARRIVALS))]
            wishes = [(batch, kind) for batch in batches for kind in (TWIN, DOUBLE)]
            found.append(enter(tx, now, season, [worker], wishes))
    return found
