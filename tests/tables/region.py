"""A tiny region as text, for the tests to spoil."""

from __future__ import annotations

from pathlib import Path

TABLES: dict[str, str] = {
    "snapshot": "date,region,source\n2024-03-04,Pikkala,hand\n",
    "municipalities": (
        "municipality,name,area,lat,lon,neighbours\n"
        "020,Akaa,south,61.167,23.865,837\n"
        "837,Tampere,city,61.498,23.761,020\n"
    ),
    "units": "unit_id,name,employer,integration\nu1,Centre,837,no\nu2,Arrivals,837,yes\n",
    "coaches": (
        "coach_id,unit_id,municipality,serves,languages,age_groups,fte,protected_clients,start,end\n"
        "v1,u1,837,837 020,fi en,,1.0,2,2020-01-01,\n"
        "v2,u1,020,020,fi sv,youth adult,0.5,0,,2024-12-31\n"
        "v3,u2,837,*,fi ar,,1.0,0,,\n"
    ),
    "absences": "coach_id,first_day,last_day,share\nv1,2024-03-10,2024-03-12,0.5\n",
    "travel": "from_municipality,to_municipality,minutes\n020,837,35\n",
    "clients": (
        "client_id,municipality,birth_year,language,other_languages,registered_on,first_meeting,"
        "need_level,channel,coach_id,coach_since,protected_address,extra_meetings\n"
        "k1,837,1990,fi,en:B1 sv:A2,2023-05-01,2023-05-08,2,in_person,v1,2023-05-01,no,0\n"
        "k2,020,2001,ar,,2024-01-15,,3,phone,v3,2024-01-15,no,0.5\n"
        "k3,020,1975,sv,,2022-11-30,,1,remote,v2,2022-12-01,no,0\n"
        "k4,837,1985,fi,,2024-03-01,,2,in_person,,,no,0\n"
    ),
    "exclusions": "client_id,coach_id,until,reason_code\nk4,v2,,conflict_of_interest\n",
    "pins": "client_id,coach_id,until,reason_code\nk3,v2,2024-12-31,client_wish\n",
}


def write_region(folder: Path, **tables: str | bytes | None) -> Path:
    """Write the region, some tables replaced (by text or bytes) or left out (None)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (TABLES | tables).items():
        if text is not None:
            content = text if isinstance(text, bytes) else text.encode()
            (folder / f"{name}.csv").write_bytes(content)
    return folder


def changed(table: str, old: str, new: str) -> dict[str, str]:
    """The table with one text replaced, which must be there."""
    assert old in TABLES[table], old
    return {table: TABLES[table].replace(old, new, 1)}
