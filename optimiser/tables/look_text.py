"""The cells of the sheets that are read, in forms that the readers of the declared tables know."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.schema import CLIENTS, COACHES
from optimiser.tables.look_sheets import Headed
from optimiser.tables.look_values import Understood, understood
from optimiser.tables.look_words import CAPACITY, NAMES, PROTECTED, bare
from optimiser.tables.raw import TableText


def sheet_text(headed: Headed, table: Table) -> tuple[TableText, tuple[Understood, ...]]:
    """Return the columns of a sheet that are read, and what was understood on the way.

    Parameters
    ----------
    headed : Headed
        The sheet.
    table : Table
        Clients or coaches.
    """
    cells, epoch = headed.cells(), headed.grid.epoch
    found = {
        name: understood(cells[str(i)], cells["line"], table.name, table.by_name[name], epoch)
        for name, i in headed.at.items()
        if name in table.by_name
    }
    headings = {name: headed.headings.get(i, "") for name, i in headed.at.items()}
    frame = pl.DataFrame([*(c.values.alias(name) for name, c in found.items()), cells["line"]])
    if table is CLIENTS and "municipality" in headed.at:
        frame = _protected(frame, cells[str(headed.at["municipality"])])
    return TableText(table, headed.grid.file, frame, headings), tuple(found.values())


def _protected(frame: pl.DataFrame, municipality: pl.Series) -> pl.DataFrame:
    """The clients with a protected address where a word for it stands in the place of the municipality."""
    words = [text for text in municipality.drop_nulls().unique() if bare(text) in PROTECTED]
    if not words:
        return frame
    given = pl.col("protected_address") if "protected_address" in frame.columns else pl.lit(None, pl.String)
    protected = pl.when(municipality.is_in(words).fill_null(False)).then(pl.lit("yes")).otherwise(given)
    return frame.with_columns(protected_address=protected).select(pl.all().exclude("line"), "line")


def clients_text(clients: tuple[Headed, ...]) -> tuple[TableText, tuple[Understood, ...]]:
    """Return the clients of all sheets below each other, and what was understood on the way."""
    texts = [sheet_text(headed, CLIENTS) for headed in clients]
    first = texts[0][0]
    frame = pl.concat([text.frame for text, _ in texts], how="diagonal")
    headings = {name: heading for text, _ in reversed(texts) for name, heading in text.headings.items()}
    columns = [pl.all().exclude("line"), pl.col("line")]
    read = tuple(column for _, columns_of in texts for column in columns_of)
    return replace(first, frame=frame.select(columns), headings=headings), read


def coaches_text(headed: Headed | None) -> tuple[pl.DataFrame, tuple[Understood, ...]]:
    """Return the listed coaches under our names, with coach_id, name and line, and what was understood."""
    if headed is None:
        return pl.DataFrame(schema={"coach_id": pl.String, "name": pl.String, "line": pl.Int32}), ()
    text, read = sheet_text(headed, COACHES)
    frame, cells = text.frame, headed.cells()
    parts = [cells[str(headed.at[n])].alias(n) for n in NAMES if n in headed.at]
    name = (
        pl.DataFrame(parts)
        .select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True).replace("", None).alias("name"))
        .to_series()
        if parts
        else pl.Series("name", [None], dtype=pl.String).new_from_index(0, frame.height)
    )
    if "coach_id" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.String).alias("coach_id"))
    frame = frame.with_columns(name)
    if CAPACITY in headed.at and "full_time_minutes" not in frame.columns:
        frame = _with_capacity(frame, cells[str(headed.at[CAPACITY])])
    return frame.filter(pl.col("coach_id").is_not_null() | pl.col("name").is_not_null()), read


def _with_capacity(frame: pl.DataFrame, minutes: pl.Series) -> pl.DataFrame:
    """The coaches with the minutes of a full-time post that give the minutes of their own."""
    posts = frame["fte"] if "fte" in frame.columns else pl.Series([None], dtype=pl.String)
    share = posts.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False).fill_null(1.0)
    own = minutes.str.replace_all(" ", "", literal=True).str.replace(",", ".", literal=True)
    whole = own.cast(pl.Float64, strict=False) / share
    told = whole.is_finite().fill_null(False)
    return frame.with_columns(full_time_minutes=whole.cast(pl.String).zip_with(told, minutes))
