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
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from tests.cli.every_command import NAMES, Ran
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
WITH_NAMES = {"names.csv", "raw", "office.key"}
"""What is given with names in it, and the key file."""
PLANS = {"plan", "moves", "handovers", "intake", "cover", "away", "named.xlsx", "named_plan.xlsx"}
"""Folders and workbooks in which coaches have their names."""


@dataclass(frozen=True)
class Shown:
    """A table somebody reads: where it stands, its headings, its rows as texts."""

    place: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@pytest.fixture(scope="module")
def orders(every_command: Ran) -> dict[str, dict[str, tuple[str, str]]]:
    """Coach id to its place in the only order there is, unit and id, of the folders with ids of their own."""
    out = every_command.folder
    pseudonymous = _order(out / "pseudonymous")
    named = ("pseudonymous", "pseudonymous_plan", "named.xlsx", "named_plan.xlsx")
    return {
        "": _order(out / "region"),
        "book": _order(out / "look" / "region"),
        "look": _order(out / "look" / "region"),
        "mine.xlsx": _order(out / "look" / "region"),
    } | dict.fromkeys(named, pseudonymous)


def _order(region: Path) -> dict[str, tuple[str, str]]:
    frame = pl.read_csv(region / "coaches.csv", infer_schema=False).select("coach_id", "unit_id")
    return {coach: (unit, coach) for coach, unit in frame.iter_rows()}


@pytest.fixture(scope="module")
def screens(every_command: Ran) -> list[tuple[str, str]]:
    """The words of each call, and each line of what it printed."""
    return [
        (" ".join(call["words"]), line)
        for call in every_command.calls
        for line in (call["out"] + call["err"]).splitlines()
    ]


@pytest.fixture(scope="module")
def read(every_command: Ran) -> list[Shown]:
    """Every table that there is."""
    return list(tables(every_command.folder))


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
    """Whether values (those that are there) only rise or only fall, with three different ones at least."""
    values = [value for value in values if value is not None]
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
        loads = {h: values for h, values in loads.items() if len(values) - values.count(None) >= LEAST_ROWS}
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
        ((3, 1, 5, 0, 2, 4, 6), (120, 110, None, 101, 99, 95, 80), True),
        ((3, 3, 1, 1, 5, 0, 2), (120, 120, 110, None, 101, 99, 95), True),
    ],
)
def test_a_ranked_list_is_found(coaches: Any, loads: tuple[int | None, ...], ranked: bool) -> None:
    """A table by load, or in no order of ids, is a rank, with empty cells too; one by unit and id is none."""
    told = ("–" if load is None else f"{load} %" for load in loads)
    rows = tuple((f"K{c} Anna", load) for c, load in zip(coaches, told, strict=True))
    assert bool(faults(Shown("x", ("Coach", "Share after"), rows), ORDER)) is ranked


def test_no_table_ranks_coaches(read: list[Shown], orders: dict[str, dict[str, tuple[str, str]]]) -> None:
    """No table, sheet, page, picture or list has coaches in the order of how full they are."""
    found = [(shown, orders.get(re.split("[/ ]", shown.place)[0], orders[""])) for shown in read]
    assert not [fault for shown, order in found for fault in faults(shown, order)]
    of_coaches = {
        Path(shown.place.split(" ")[0])
        for shown, order in found
        if sum(any(cell.split(" ")[0] in order for cell in row) for row in shown.rows) >= len(order) / 2
    }
    assert {".xlsx", ".html", ".csv"} <= {path.suffix for path in of_coaches}
    assert {"plan", "moves", "look", "named_plan.xlsx"} <= {path.parts[0] for path in of_coaches}


def test_no_line_on_the_screen_ranks_coaches(
    screens: list[tuple[str, str]], orders: dict[str, dict[str, tuple[str, str]]]
) -> None:
    """Lines that follow each other and begin with a coach and a load are not in the order of load."""
    assert not [fault for shown in _lines(screens) for fault in faults(shown, orders[""])]
    ranked = [("call", f"  K{n:03d}   {120 - n} %") for n in (3, 1, 5, 2, 7, 9)]
    assert [fault for shown in _lines(ranked) for fault in faults(shown, orders[""])]


def _lines(screens: list[tuple[str, str]]) -> Iterator[Shown]:
    """The lines of each call that tell of something and a share, as a table."""
    for words, printed in groupby(screens, itemgetter(0)):
        lines = [re.split(r"\s{2,}|[│|]", line.strip(" │|")) for _, line in printed]
        rows = tuple((line[0].strip(), *re.findall(r"\d+(?= %)", " ".join(line)))[:2] for line in lines)
        yield Shown(words, ("coach", "full"), tuple(r for r in rows if len(r) == 2))


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
def texts(every_command: Ran) -> list[tuple[str, str]]:
    """Place and text of all that is written."""
    return list(texts_of(every_command.folder))


def test_nothing_claims_an_effect_on_employment(
    screens: list[tuple[str, str]], texts: list[tuple[str, str]]
) -> None:
    """What more coach time does for employment is claimed nowhere, save as a range with its source."""
    read = [*texts, *screens]
    claims = [(place, text) for place, text in read if EFFECTS.search(text)]
    assert not [claim for claim in claims if not RANGE_WITH_SOURCE.search(claim[1])]
    assert len(read) > 1000


def test_names_of_coaches_stand_on_pages_and_in_workbooks_alone(
    every_command: Ran, screens: list[tuple[str, str]], texts: list[tuple[str, str]]
) -> None:
    """Names are in the pages and workbooks of the plans and of `reidentify`, in no other file, on no screen."""
    places = {place for place, text in texts if any(f"{name} " in text for name in NAMES)}
    written = {path for place in places if (path := Path(place.split(" ")[0])).parts[0] not in WITH_NAMES}
    assert {path.suffix for path in written} == {".html", ".xlsx"}
    assert {path.parts[0] for path in written} == PLANS
    assert not [line for line in screens for name in NAMES if name in line[1]]
    others = [
        path
        for path in every_command.folder.rglob("*")
        if path.is_file()
        and path.suffix not in (".html", ".xlsx")
        and path.relative_to(every_command.folder).parts[0] not in WITH_NAMES
    ]
    assert {"log.sqlite", "about.json", "plan.csv"} <= {path.name for path in others}
    assert not [path.name for path in others for name in NAMES if name.encode() in path.read_bytes()]
