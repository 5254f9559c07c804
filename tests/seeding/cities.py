"""A city small enough to be read at a glance, to be spoilt one cell at a time."""

from pathlib import Path

SMALL = {
    "region.csv": "name,name_en,south,west,north,east\n宁波市,Ningbo,28.85,120.90,30.60,122.30\n",
    "sports.csv": "code,name,name_en,programme\n"
    "badminton,羽毛球,Badminton,health_sport\n"
    "reading,阅览,Reading,culture\n",
    "organisations.csv": "code,parent,kind,name,name_en,members,assumed\n"
    "330200,,city,宁波市,Ningbo,0,\n"
    "330211,330200,district,镇海区,Zhenhai,0,\n"
    "330211003,330211,township,骆驼街道,Luotuo,0,\n"
    "330211003-v01,330211003,village,尚志村,,60,all\n"
    "330211003-e001,330211003,enterprise,宁波某某机电有限公司,,240,name members\n",
    "calendar.csv": "day,kind,name,name_en,source,assumed\n"
    "2026-10-01,holiday,国庆节,National Day,国办发明电[2025]7号,\n"
    "2026-10-10,workday,国庆节调休上班,Working day,国办发明电[2025]7号,\n",
    "policies.csv": "code,name,name_en,document,clause,effective_from,opens_days_ahead,opens_at,least_half_hours,"
    "most_half_hours,day_limit_half_hours,week_limit_bookings,cancel_cutoff_minutes,hold_minutes,"
    "most_no_show_points,eligible,assumed\n"
    "court,球场,Courts,预约办法,第六条,2026-01-01,7,08:00,1,4,4,3,120,10,6,,all\n"
    "quiet,阅览室,Reading,预约办法,第七条,2026-01-01,7,00:00,1,8,8,14,30,10,6,model_worker hardship,all\n",
    "prices.csv": "policy,category,days,from_time,until_time,fen\n"
    "court,member,weekday,00:00,17:00,500\n"
    "court,member,weekday,17:00,24:00,1000\n"
    "court,member,weekend,00:00,24:00,1000\n"
    "court,member,holiday,00:00,24:00,1000\n"
    "court,model_worker,any,00:00,24:00,0\n"
    "quiet,member,any,00:00,24:00,0\n",
    "places.csv": "code,kind,name,name_en,district,address,latitude,longitude,floor_area,assumed\n"
    "zhenhai,culture_centre,镇海职工文化中心,Zhenhai Centre,330211,骆驼街道,29.9712,121.5786,4500,latitude longitude\n"
    "plaza,plaza,五一广场,May Day Plaza,330211,东部新城,29.8652,121.6237,86500,\n",
    "zones.csv": "place,code,name,name_en,capacity,early_minutes,late_minutes,reentry,anti_passback,static_code,"
    "assumed\n"
    "zhenhai,courts,球类馆,Ball courts,124,30,15,yes,yes,yes,all\n"
    "zhenhai,quiet,阅览区,Reading area,,15,15,yes,yes,no,all\n"
    "plaza,courts,体育馆,Sports hall,600,30,15,yes,yes,yes,all\n",
    "facilities.csv": "place,zone,code,name,name_en,sport,kind,slot_minutes,capacity,policy,assumed\n"
    "zhenhai,courts,badminton,羽毛球,Badminton,badminton,exclusive,60,,court,\n"
    "zhenhai,quiet,reading,阅览室,Reading room,reading,pooled,30,80,quiet,\n"
    "plaza,courts,badminton,羽毛球,Badminton,badminton,exclusive,60,,court,\n",
    "courts.csv": "place,facility,code,name,name_en,kind,units,features,accessible\n"
    "zhenhai,badminton,1,1号场,Court 1,court,bd1,pvc_floor,yes\n"
    "zhenhai,badminton,2,2号场,Court 2,court,bd2,,no\n"
    "plaza,badminton,all,全场,Whole hall,full,bd1 bd2,,yes\n",
    "opening.csv": "place,facility,days,opens,closes\n"
    "zhenhai,,mon-fri,07:00,22:00\n"
    "zhenhai,,sat sun holiday,08:00,22:00\n"
    "zhenhai,reading,mon-sun,09:00,11:30\n"
    "zhenhai,reading,mon-sun,13:00,20:30\n"
    "plaza,,mon-sun,07:00,24:00\n",
    "gates.csv": "place,code,name,name_en,direction,zones,heads_mode,staffed,demo_enrolment_code\n"
    "zhenhai,main,正门闸机,Main gate,both,courts quiet,one,yes,DEMO-1\n",
    "accounts.csv": "number,name,name_en,sex,birth_year,phone,organisation,categories,card,roles,password\n"
    "demo-worker,林晓,Lin Xiao,female,1993,15490000001,330211003-e001,frontline,510900000001,,demo-worker-pass\n"
    "demo-zhenhai,陈镇,Chen Zhen,male,1980,15490000003,330211003-e001,,,venue_manager@zhenhai,demo-zhenhai-pass\n",
}


def write_city(folder: Path, **changes: str | bytes) -> Path:
    """The small city in a folder, with whole files exchanged: `courts="…"` for courts.csv."""
    for name, text in SMALL.items():
        change = changes.get(name.removesuffix(".csv"), text)
        (folder / name).write_bytes(change if isinstance(change, bytes) else change.encode())
    return folder


def spoilt(file: str, line: int, **cells: str) -> str:
    """A file of the small city with some cells of one line written anew."""
    lines = SMALL[f"{file}.csv"].splitlines()
    columns, row = lines[0].split(","), lines[line - 1].split(",")
    for column, cell in cells.items():
        row[columns.index(column)] = cell
    lines[line - 1] = ",".join(row)
    return "\n".join(lines) + "\n"


def with_row(file: str, row: str) -> str:
    """A file of the small city with one more row at its end."""
    return f"{SMALL[f'{file}.csv']}{row}\n"
