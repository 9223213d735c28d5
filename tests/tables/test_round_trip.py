"""What is written reads back exactly, in every format."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.domain.columns import Column
from optimiser.domain.schema import LEVELS, TABLES
from optimiser.tables.read import read_snapshot
from optimiser.tables.write import write_snapshot, write_table
from tests.tables.region import write_region

FORMATS: list[tuple[Literal["csv", "xlsx", "parquet"], bool]] = [
    ("csv", False),
    ("csv", True),
    ("xlsx", False),
    ("xlsx", True),
    ("parquet", False),
    ("parquet", True),
]
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), min_size=1).map(
    str.strip
)
SIGNS = st.sampled_from(["=1+1", "'=x", "''@y", "+358", "-", "@a;b", 'say "hi", twice', "'", "a;b"])
CODE = st.from_regex(r"[A-Za-zÅÄÖåäö+=@'.-][A-Za-z0-9-]{0,5}[0-9-]", fullmatch=True)
LANGUAGE = st.sampled_from(["fi", "sv", "ar", "fse", "xx"])
DAY = st.dates(datetime.date(2000, 1, 1), datetime.date(2024, 1, 1))


def cells(column: Column) -> st.SearchStrategy[Any]:
    """Values of a column as a snapshot holds them."""
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "text": (TEXT | SIGNS).filter(bool),
        "id": st.from_regex(r"[0-9._-][0-9._-]{0,8}", fullmatch=True),
        "code": LANGUAGE
        if column.name == "language"
        else st.sampled_from(column.choices or ("a",))
        if column.choices
        else CODE,
        "codes": st.sets(CODE, min_size=1).map(lambda s: " ".join(sorted(s))),
        "levels": st.dictionaries(LANGUAGE, st.sampled_from(LEVELS), min_size=1).map(
            lambda d: " ".join(sorted(f"{k}:{v}" for k, v in d.items()))
        ),
        "integer": st.integers(int(column.low or 0), int(column.high or 1000)),
        "number": st.integers(int(column.low or 0) * 100, int(column.high or 50) * 100).map(
            lambda n: n / 100
        ),
        "date": DAY,
        "flag": st.booleans(),
    }
    values = kinds[column.kind]
    return values if column.required or column.default is not None else st.none() | values


SKIPPED = ("client_id", "municipality", "coach_id", "protected_address", "first_meeting", "birth_year")


@st.composite
def clients(draw: st.DrawFn) -> pl.DataFrame:
    """A few clients of the tiny region with any values in the free columns."""
    count = draw(st.integers(1, 4))
    table = TABLES["clients"]
    columns: dict[str, list[Any]] = {
        c.name: [draw(cells(c)) if c.name not in SKIPPED else None for _ in range(count)]
        for c in table.columns
    }
    columns["client_id"] = sorted(
        draw(st.sets(cells(table.by_name["client_id"]), min_size=count, max_size=count))
    )
    columns["municipality"] = [draw(st.sampled_from(["020", "837"])) for _ in range(count)]
    columns["coach_id"] = [draw(st.sampled_from(["v1", "v2", None])) for _ in range(count)]
    columns["birth_year"] = [draw(st.integers(1940, 2008)) for _ in range(count)]
    columns["protected_address"] = [False] * count
    return pl.DataFrame(columns, schema={k: v for k, v in table.schema().items() if k != "line"})


@pytest.mark.parametrize(("form", "finnish"), FORMATS)
@settings(max_examples=6, deadline=None)
@given(frame=clients(), names=st.lists((TEXT | SIGNS).filter(bool), min_size=2, max_size=2))
def test_every_format_reads_back_the_same(
    form: Literal["csv", "xlsx", "parquet"], finnish: bool, frame: pl.DataFrame, names: list[str]
) -> None:
    """CSV, Finnish CSV, workbooks and Parquet keep every cell, also text that looks like a formula."""
    with tempfile.TemporaryDirectory() as place:
        tiny = read_snapshot(write_region(Path(place) / "tiny", pins=None, exclusions=None))
        units = tiny.units.with_columns(name=pl.Series(names))
        frames = tiny.frames() | {"clients": frame, "units": units, "snapshot": _about()}
        folder = Path(place) / "again"
        folder.mkdir()
        write_snapshot(frames, folder, format=form, finnish=finnish)
        again = read_snapshot(folder)
        assert again.clients.drop("line").equals(frame)
        assert again.units["name"].to_list() == names
        assert again.coaches.drop("line").equals(tiny.coaches.drop("line"))


def _about() -> pl.DataFrame:
    day = datetime.date(2024, 3, 4)
    return pl.DataFrame(
        {"date": [day], "region": ["Pikkala"], "source": [None]}, schema_overrides={"source": pl.String}
    )


@pytest.mark.parametrize(("form", "finnish"), FORMATS)
def test_same_facts_same_bytes(
    tmp_path: Path, form: Literal["csv", "xlsx", "parquet"], finnish: bool
) -> None:
    """Writing twice gives the same bytes, whatever other codes were seen between."""
    snapshot = read_snapshot(write_region(tmp_path / "tiny"))
    written: list[dict[str, bytes]] = []
    for word in ("zz", "aa"):
        pl.Series([word, word + "x"]).cast(pl.Categorical)
        folder = tmp_path / word
        folder.mkdir()
        write_snapshot(snapshot.frames(), folder, format=form, finnish=finnish)
        written.append({p.name: p.read_bytes() for p in folder.iterdir()})
    assert written[0] == written[1]


def test_finnish_csv_as_spreadsheets_want_it(tmp_path: Path) -> None:
    """Byte order mark, semicolons, decimal commas, Finnish headings; signs are guarded."""
    frame = TABLES["units"].empty().clear()
    frame = pl.DataFrame(
        {"unit_id": ["u1"], "name": ["=SUM(A1)"], "employer": [None], "integration": [True]},
        schema={k: v for k, v in frame.schema.items() if k != "line"},
    )
    write_table(frame, TABLES["units"], tmp_path / "units.csv", finnish=True)
    assert (tmp_path / "units.csv").read_bytes() == (
        b"\xef\xbb\xbf" + "yksikkö;nimi;kotoutumisyksikkö\nu1;'=SUM(A1);kyllä\n".encode()
    )
    write_table(
        pl.DataFrame({"coach_id": ["v1"], "fte": [0.5]}), TABLES["coaches"], tmp_path / "c.csv", finnish=True
    )
    assert "0,5" in (tmp_path / "c.csv").read_text()
