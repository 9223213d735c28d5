"""The municipalities of Finland in 2021: codes, names, centres, neighbours; how people write them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from optimiser.domain.schema import MUNICIPALITIES
from optimiser.tables.headings import plain

FILE = Path(__file__).parent / "municipalities.csv"
"""Codes and names: Statistics Finland; neighbours: boundaries of the National Land Survey."""
_CODE = re.compile(r"(?<![0-9])([0-9]{1,3})(\.0)?(?![0-9])")


@dataclass(frozen=True)
class Places:
    """All municipalities.

    Attributes
    ----------
    frame : polars.DataFrame
        code, name_fi, name_sv, region, lat, lon, neighbours; sorted by code.
    codes : dict
        Plain name, Finnish or Swedish, to code.
    """

    frame: pl.DataFrame
    codes: dict[str, str]

    def code_of(self, text: str) -> str | None:
        """Return the code of what is written: a name, a code with or without its zeros, or both."""
        by_name = self.codes.get(plain(text))
        if by_name:
            return by_name
        digits = _CODE.findall(text)
        code = digits[0][0].zfill(3) if len(digits) == 1 else ""
        if code not in self.names():
            return None
        rest = _CODE.sub("", text).strip(" ()-,;/")
        return code if not rest or self.codes.get(plain(rest)) == code else None

    def names(self) -> dict[str, str]:
        """Return code to Finnish name."""
        return _names()

    def near(self, text: str) -> str:
        """Return the name most like a text that is none; empty where none is like it."""
        found = difflib.get_close_matches(plain(text), self.codes, 1, 0.75)
        return self.names()[self.codes[found[0]]] if found else ""

    def table(self, codes: Iterable[str]) -> pl.DataFrame:
        """Return some municipalities as rows of the table `municipalities`, sorted by code."""
        rows = self.frame.filter(pl.col("code").is_in(sorted(codes)))
        return rows.select(
            municipality="code",
            name="name_fi",
            area="region",
            lat="lat",
            lon="lon",
            neighbours="neighbours",
        ).select([c.name for c in MUNICIPALITIES.columns])


@cache
def places() -> Places:
    """Return all municipalities of Finland."""
    frame = pl.read_csv(FILE, schema_overrides={"code": pl.String, "neighbours": pl.String}).sort("code")
    codes: dict[str, str] = {}
    for column in ("name_fi", "name_sv"):
        for code, name in frame.select("code", column).iter_rows():
            codes.setdefault(plain(name), code)
    return Places(frame, codes)


@cache
def _names() -> dict[str, str]:
    return dict(places().frame.select("code", "name_fi").iter_rows())
