"""No rank of coaches in anything that is written or printed, and no claim about employment.

Every table, picture, list and line of every command is read; what names coaches and tells how full they are
stands by unit and id, or by id, and follows no figure of load.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from tests.cli.calls import call
from tests.reports import commanded
from tests.reports.pages import Element, Page

LEAST_ROWS = 5
"""Fewer rows can be in any order by chance."""
LOADS = re.compile(
    r"load|utili[sz]ation|hours|heads|share|full|capacity|per.?cent|above|before|after|clients|least|percent|^value$",
    re.IGNORECASE,
)
"""Headings of what could rank a coach."""
EFFECTS = re.compile(
    r"(un)?employment (days|effect|rate)|re-?employ|find(s|ing)? work|exits? to work|back to work|get(s|ting)? a job"
    r"|chances? of work|työllist|sysselsätt",
    re.IGNORECASE,
)
RANGE_WITH_SOURCE = re.compile(r"\d.*(–|-| to ).*\d.*\b(19|20)\d\d\b")
NAMES = ("Aamu", "Beda", "Clas", "Daga")
"""First names of the file of names, none of which is a word."""


@dataclass(frozen=True)
class Shown:
    """A table somebody reads: where it stands, its headings, its rows as texts."""

    place: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A region with several units, what every command writes of it, and all they print."""
    folder = tmp_path_factory.mktemp("dignity")
    region, out = folder / "region", folder / "out"
    words = ("--clients", 900, "--coaches", 24, "--pressure", 1.15)
    assert call("demo", region, *words).code == 0
    coaches = pl.read_csv(region / "coaches.csv")["coach_id"].to_list()
    lines = [f"{coach},{NAMES[i % 4]} {coach[::-1].title()}son" for i, coach in enumerate(coaches)]
    (folder / "names.csv").write_text("\n".join(["coach_id,name", *lines]), encoding="utf-8")
    clients = pl.read_csv(region / "clients.csv", infer_schema=False).head(40)
    fresh = ["N" + c for c in clients["client_id"]]
    new = clients.with_columns(client_id=pl.Series(fresh), coach_id=None, coach_since=None, household=None)
    new.write_csv(folder / "new.csv")
    day, named = "2023-03-13", ("--coach-names", folder / "names.csv")
    told = ""
    calls = (
        ("allocate", region, *named),
        ("rebalance", region, "--max-moves", 60, *named),
        ("frontier", region, "--points", 4),
        ("handovers", region, "--months", 6, *named),
        ("contacts", region, "--weeks", 4),
        ("intake", region, folder / "new.csv", *named),
        ("cover", region, "--coach", coaches[2], "--temporary", "--from", day, "--to", "2023-03-31", *named),
        ("cover", region, "--coach", coaches[2], "--permanent", "--from", day, *named),
    )
    for i, (name, *asked) in enumerate(calls):
        told += _told(name, *asked, "--out", out / f"{name}{i}")
    for command in (commanded.look, commanded.month, commanded.update):
        (folder / command.__name__).mkdir()
        command(folder / command.__name__, out / command.__name__, "en")
    plan = next(out.glob("allocate*"))
    told += _told("explain", region, plan, clients["client_id"][0])
    told += _told("explain", region, plan, clients["client_id"][0], "--why-not", coaches[5])
    return out, told


def _told(*words: object) -> str:
    """What a command says on both channels."""
    called = call(*words)
    assert called.code == 0, called
    return called.out + called.err


@pytest.fixture(scope="module")
def orders(spoken: tuple[Path, str]) -> dict[str, dict[str, tuple[str, str]]]:
    """Folder of a command to coach id and its place in the only order there is: unit and id."""
    out = spoken[0]
    regions = dict.fromkeys((f.name for f in out.iterdir()), out.parent / "region")
    regions |= {"look": out / "look" / "region", "update": out / "update", "screen": out.parent / "region"}
    return {command: _order(region) for command, region in regions.items()}


def _order(region: Path) -> dict[str, tuple[str, str]]:
    frame = pl.read_csv(region / "coaches.csv", infer_schema=False).select("coach_id", "unit_id")
    return {coach: (unit, coach) for coach, unit in frame.iter_rows()}


def tables(out: Path) -> Iterator[Shown]:
    """Every table of every file."""
    for path in sorted(out.rglob("*")):
        place = str(path.relative_to(out))
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                head, *rows = list(csv.reader(file))
            yield Shown(place, tuple(head), tuple(map(tuple, rows)))
        elif path.suffix == ".xlsx":
            for page in openpyxl.load_workbook(path):
                cells = [["" if v is None else str(v) for v in row] for row in page.values]
                yield Shown(f"{place} {page.title}", tuple(cells[0]), tuple(map(tuple, cells[1:])))
        elif path.suffix == ".html":
            yield from _of_page(place, Page(path.read_text(encoding="utf-8")).root)
        elif path.suffix == ".json" and "certificate" not in path.name:
            yield from _of_json(place, json.loads(path.read_text(encoding="utf-8")))


def _of_page(place: str, root: Element) -> Iterator[Shown]:
    """Tables, and each picture as a table of the numbers that its marks tell."""
    for table in root.all("table"):
        head, *rows = [tuple(c.text() for c in row.children) for row in table.all("tr")]
        yield Shown(f"{place} {table.all('caption')[0].text()}", head, tuple(rows))
    for svg in root.all("svg"):
        marks = [title.text() for group in svg.all("g") for title in group.children if title.tag == "title"]
        told = [(m.split(":")[0].split(" ")[0], *re.findall(r"\d+(?=\s?%)", m)) for m in marks]
        yield Shown(f"{place} picture", ("coach", "before", "after"), tuple(t for t in told if len(t) == 3))


def _of_json(place: str, value: Any) -> Iterator[Shown]:
    """Lists of objects, and objects of one number for each key."""
    if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        head = tuple(value[0])
        yield Shown(place, head, tuple(tuple(str(v.get(h)) for h in head) for v in value))
    elif isinstance(value, dict) and value and all(isinstance(v, int | float) for v in value.values()):
        yield Shown(place, ("key", "value"), tuple((k, str(v)) for k, v in value.items()))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in inner:
        yield from _of_json(place, part)


def number(text: str) -> float | None:
    """A cell as a number; None for what is none."""
    found = re.fullmatch(r"[−-]?[\d\s\u202f\u00a0,]*\.?\d+\s?%?", text.strip())
    if found is None:
        return None
    return float(re.sub(r"[\s\u202f\u00a0,%]", "", text).replace("−", "-"))


def monotone(values: list[Any]) -> bool:
    """Whether values only rise or only fall, with three different ones at least."""
    pairs = list(pairwise(values))
    return len(set(values)) > 2 and (all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs))


def faults(shown: Shown, order: dict[str, tuple[str, str]]) -> list[str]:
    """How a table ranks coaches; empty where it does not."""
    found = []
    for at in range(len(shown.headings)):
        rows = [(r[at].split(" ")[0], r) for r in shown.rows if len(r) > at and r[at].split(" ")[0] in order]
        if len(rows) < max(LEAST_ROWS, len(shown.rows) / 2):
            continue
        coaches = [coach for coach, _row in rows]
        loads = {
            heading: [number(row[i]) for _coach, row in rows]
            for i, heading in enumerate(shown.headings)
            if i != at and LOADS.search(heading) and all(len(row) > i for _coach, row in rows)
        }
        loads = {heading: values for heading, values in loads.items() if None not in values}
        by_id, by_unit = coaches == sorted(coaches), coaches == sorted(coaches, key=order.__getitem__)
        if loads and len(set(coaches)) == len(coaches) and not (by_id or by_unit):
            found.append(f"{shown.place}: coaches stand neither by id nor by unit and id")
        if not (by_id or by_unit):
            found += [f"{shown.place}: ranked by {h}" for h, values in loads.items() if monotone(values)]
    return found


ORDER = {f"K{i}": (f"U{i % 2}", f"K{i}") for i in range(9)}


@pytest.mark.parametrize(
    ("coaches", "loads", "ranked"),
    [
        (range(6), (97, 120, 80, 99, 101, 95), False),
        ((0, 2, 4, 6, 1, 3), (97, 120, 80, 99, 101, 95), False),
        (range(6), (80, 90, 95, 99, 101, 120), False),
        ((3, 1, 5, 0, 2, 4), (120, 110, 101, 99, 95, 80), True),
        ((3, 1, 5, 0, 2, 4), (97, 120, 80, 99, 101, 95), True),
        ((3, 3, 1, 1, 5, 0), (120, 120, 110, 101, 99, 95), True),
        ((3, 3, 1, 1, 5, 0), (120, 99, 110, 101, 120, 95), False),
    ],
)
def test_a_ranked_list_is_found(coaches: Any, loads: tuple[int, ...], ranked: bool) -> None:
    """A table by load, or in no order of ids, is a rank; one by id, or by unit and id, is none."""
    rows = tuple((f"K{c} Anna", f"{load} %") for c, load in zip(coaches, loads, strict=True))
    assert bool(faults(Shown("x", ("Coach", "Share after"), rows), ORDER)) is ranked


def test_no_table_ranks_coaches(
    spoken: tuple[Path, str], orders: dict[str, dict[str, tuple[str, str]]]
) -> None:
    """No table, sheet, page, picture or list has coaches in the order of how full they are."""
    read = list(tables(spoken[0]))
    assert not [fault for shown in read for fault in faults(shown, orders[shown.place.split("/")[0]])]
    order = orders["screen"]
    of_coaches = [s for s in read if sum(r[0].split(" ")[0] in order for r in s.rows if r) >= len(order) / 2]
    kinds = {Path(s.place.split(" ")[0]).suffix for s in of_coaches}
    assert {".xlsx", ".html"} <= kinds


def test_no_line_on_the_screen_ranks_coaches(
    spoken: tuple[Path, str], orders: dict[str, dict[str, tuple[str, str]]]
) -> None:
    """Lines that follow each other and begin with a coach and a load are not in the order of load."""
    lines = [re.split(r"\s{2,}|[│|]", line.strip(" │|")) for line in spoken[1].splitlines()]
    rows = tuple((line[0].strip(), *re.findall(r"\d+(?= %)", " ".join(line)))[:2] for line in lines)
    assert not faults(
        Shown("screen", ("coach", "full"), tuple(r for r in rows if len(r) == 2)), orders["screen"]
    )


def texts_of(out: Path) -> Iterator[tuple[str, str]]:
    """Place and text of every file that people read."""
    for path in sorted(out.rglob("*")):
        place = str(path.relative_to(out))
        if path.suffix in (".csv", ".json", ".yaml"):
            yield from ((place, line) for line in path.read_text(encoding="utf-8").splitlines())
        elif path.suffix == ".html":
            root = Page(path.read_text(encoding="utf-8")).root
            yield from (
                (place, e.text()) for tag in ("p", "li", "td", "th", "dd", "dt") for e in root.all(tag)
            )
        elif path.suffix == ".xlsx":
            for page in openpyxl.load_workbook(path):
                yield from ((f"{place} {page.title}", str(v)) for row in page.values for v in row if v)


@pytest.fixture(scope="module")
def texts(spoken: tuple[Path, str]) -> list[tuple[str, str]]:
    """Place and text of all that is written."""
    return list(texts_of(spoken[0]))


def test_nothing_claims_an_effect_on_employment(
    spoken: tuple[Path, str], texts: list[tuple[str, str]]
) -> None:
    """What more coach time does for employment is claimed nowhere, save as a range with its source."""
    read = [*texts, *(("screen", line) for line in spoken[1].splitlines())]
    claims = [(place, text) for place, text in read if EFFECTS.search(text)]
    assert not [claim for claim in claims if not RANGE_WITH_SOURCE.search(claim[1])]
    assert len(read) > 1000


def test_names_of_coaches_stand_on_pages_and_in_workbooks_alone(
    spoken: tuple[Path, str], texts: list[tuple[str, str]]
) -> None:
    """Names from the file of names are in the pages and workbooks of the plans, in no other file and on no screen."""
    out, said = spoken
    places = {place for place, text in texts if any(f"{name} " in text for name in NAMES)}
    assert {Path(place.split(" ")[0]).suffix for place in places} == {".html", ".xlsx"}
    folders = {re.sub(r"\d", "", place.split("/")[0]) for place in places}
    assert folders == {"allocate", "rebalance", "handovers", "intake", "cover"}
    assert not any(name in said for name in NAMES)
    plain = [p for p in out.rglob("*") if p.is_file() and p.suffix not in (".html", ".xlsx")]
    assert plain
    assert not [p.name for p in plain for name in NAMES if name.encode() in p.read_bytes()]
