"""Files of houses with rooms: what is wrong in them is said with file, line, column and what to write instead."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from booking.db import Database
from booking.rooms.catalogue import houses
from booking.rooms.models import AllotmentNight
from booking.seeding.loading import Wanted, fingerprint_of, load_city
from booking.seeding.problems import FilesRefused
from booking.seeding.reading import read_city
from tests.seeding.cities import write_city

HOUSE = {
    "hotels": "place,document,clause,effective_from,arrive_from,leave_by,horizon_days,most_nights,most_rooms,"
    "hold_minutes,deposit_permille,cancel_fees,no_show_permille,zones,assumed\n"
    "plaza,客房办法,第三条,2026-01-01,14:00,12:00,30,14,4,30,200,3:200 1:500,1000,courts,all\n",
    "room_types": "place,code,name,name_en,beds,sleeps,extra_beds,square_metres,features,upgrades,assumed\n"
    "plaza,twin,双床房,Twin,2xsingle,2,1,28,wifi,suite,all\n"
    "plaza,suite,套房,Suite,1xdouble 2xsingle,4,0,56,,,all\n",
    "rooms": "place,type,zone,number,wing,floor,neighbours,accessible,features\n"
    "plaza,twin,courts,A101,A,1,A102,no,sea_view\n"
    "plaza,twin,courts,A102,A,1,A101,yes,\n"
    "plaza,suite,courts,A103,A,1,,no,\n",
    "room_rates": "place,type,category,days,from_day,until_day,fen\n"
    "plaza,twin,member,any,,,20000\n"
    "plaza,twin,guest,any,,,32000\n"
    "plaza,suite,member,weekday,,,50000\n"
    "plaza,suite,guest,any,,,80000\n"
    "plaza,twin,member,any,2026-07-01,2026-08-31,26000\n",
    "extras": "place,code,kind,name,name_en,per,member_fen,guest_fen\n"
    "plaza,full-board,meal_plan,三餐,Full board,guest_night,9000,12000\n",
    "allotments": "place,code,kind,name,name_en,opens_permille,release_days\n"
    "plaza,public,public,公开预订,Open booking,0,\n"
    "plaza,hold-back,hold_back,机动保留,Held back,500,3\n",
}


def write_house(folder: Path, **changes: tuple[str, str]) -> Path:
    """The small city with a house, some of its text replaced: `rooms=("A101", "A1")`."""
    write_city(folder)
    for name, text in HOUSE.items():
        (folder / f"{name}.csv").write_text(text.replace(*changes.get(name, ("", ""))), encoding="utf-8")
    return folder


async def test_a_house_is_loaded_with_its_nights_on_sale(database: Database, tmp_path: Path) -> None:
    folder = write_house(tmp_path)
    fingerprint = fingerprint_of(folder, members=0, seed=1, demo=False)
    wanted = Wanted(city=read_city(folder), fingerprint=fingerprint, members=0, seed=1, demo=False)
    await load_city(database, wanted, lambda *_: None)
    house = (await database.read(houses)).by_id[2]
    assert [(kind.code, kind.beds) for kind in house.types.values()] == [
        ("twin", ["single", "single"]),
        ("suite", ["double", "single", "single"]),
    ]
    assert house.rooms[1].neighbours == [2]
    assert house.upgrades == {1: (2,)}
    assert [tuple(step) for step in house.policy.cancel_fees] == [(3, 200), (1, 500)]
    summed = select(AllotmentNight.allotment_id, func.sum(AllotmentNight.capacity)).group_by(
        AllotmentNight.allotment_id
    )
    assert sorted(map(tuple, await database.read(lambda tx: tx.execute(summed).all()))) == [(1, 60), (2, 30)]


def test_a_city_without_a_house_needs_none_of_its_files(tmp_path: Path) -> None:
    assert read_city(write_city(tmp_path)).rooms == ()


@pytest.mark.parametrize(
    ("name", "change", "line", "column"),
    [
        ("rooms", ("A102,no", "A103,no"), 2, "neighbours"),
        ("rooms", ("A102,no", "A101,no"), 2, "neighbours"),
        ("rooms", ("A102,no", "A999,no"), 2, "neighbours"),
        ("rooms", ("plaza,suite", "plaza,villa"), 4, "type"),
        ("rooms", ("plaza,suite", "zhenhai,suite"), 4, "place"),
        ("rooms", ("A103", "A101"), 4, "number"),
        ("hotels", ("3:200 1:500", "1:500 3:200"), 2, "cancel_fees"),
        ("hotels", ("3:200", "3-200"), 2, "cancel_fees"),
        ("hotels", (",courts,", ",cellar,"), 2, "zones"),
        ("room_types", ("2xsingle,2", "single,2"), 2, "beds"),
        ("room_types", (",suite,all", ",villa,all"), 2, "upgrades"),
        ("room_rates", ("2026-07-01,2026-08-31", "2026-07-01,"), 6, "from_day"),
        ("room_rates", ("2026-07-01,2026-08-31", "2026-09-01,2026-08-31"), 6, "from_day"),
        ("room_rates", ("suite,guest,any", "suite,guest,weekend"), 3, "code"),
        ("extras", ("meal_plan", "dinner"), 2, "kind"),
        ("allotments", ("public,public", "public,training"), 2, "place"),
        ("allotments", ("Held back,500", "Held back,5000"), 3, "opens_permille"),
        ("allotments", ("Open booking,0", "Open booking,5"), 2, "opens_permille"),
    ],
)
def test_a_slip_is_found(tmp_path: Path, name: str, change: tuple[str, str], line: int, column: str) -> None:
    with pytest.raises(FilesRefused) as refused:
        read_city(write_house(tmp_path, **{name: change}))
    assert (line, column) in {(problem.line, problem.column) for problem in refused.value.problems}


def test_two_pools_cannot_have_more_than_all_rooms(tmp_path: Path) -> None:
    text = HOUSE["allotments"] + "plaza,batch,retreat,疗休养,Retreats,600,\n"
    folder = write_house(tmp_path)
    (folder / "allotments.csv").write_text(text, encoding="utf-8")
    with pytest.raises(FilesRefused) as refused:
        read_city(folder)
    assert [(problem.line, problem.column) for problem in refused.value.problems] == [(4, "opens_permille")]
