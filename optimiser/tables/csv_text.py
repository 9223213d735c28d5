"""From the bytes of a CSV file to its cells: encoding, separator, quotes, row lengths, blank rows."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from optimiser.domain.errors import Complaint
from optimiser.domain.texts import said, several
from optimiser.tables.faults import SHOWN
from optimiser.tables.raw import Sheet, blank_rows, unreadable

SEPARATORS = (",", ";", "\t")
NEWLINE, QUOTE = 10, 34
BOM = b"\xef\xbb\xbf"
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_UTF8_AS_CP1252 = re.compile("Ã[¤¶¥„–…]")
_SAVE = said("Save the file again as CSV UTF-8.")


@dataclass(frozen=True)
class Records:
    """Where the records of a CSV text stand; R records.

    Attributes
    ----------
    text : numpy.ndarray
        The bytes, the last a newline.
    starts, ends : numpy.ndarray
        Shape (R,): first byte of each record and its newline.
    lines : numpy.ndarray
        Shape (R,): line of the file on which each begins, from 1.
    cells : numpy.ndarray
        Shape (R,): number of cells.
    filled : numpy.ndarray
        Shape (R,): True where some cell holds something.
    """

    text: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    lines: NDArray[np.int64]
    cells: NDArray[np.int64]
    filled: NDArray[np.bool_]


def read_csv(content: bytes, file: str) -> Sheet:
    """Return the cells of a CSV file, all as text.

    Parameters
    ----------
    content : bytes
        The whole file.
    file : str
        As the user knows it.
    """
    if not content:
        return unreadable(file, said("the file is empty (0 bytes)"), said("Export the table again."))
    text = _utf8(content)
    if text is None:
        return unreadable(file, said("the text cannot be decoded: broken encoding"), _SAVE)
    array = np.frombuffer(text if text.endswith(b"\n") else text + b"\n", dtype=np.uint8)
    inside = _inside_quotes(array)
    if inside is not None and (stray := _stray_quotes(array, inside, file)):
        return Sheet(file, complaints=stray, whole=False)
    separator = _separator(array, inside)
    return _sheet(_records(array, inside, ord(separator)), separator, inside is not None, file)


def _utf8(content: bytes) -> bytes | None:
    """The text as UTF-8 with plain newlines; None where it is neither UTF-8 nor cp1252."""
    content = content.removeprefix(BOM)
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if _CONTROL.search(content):
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _from_cp1252(content)
    return content


def _from_cp1252(content: bytes) -> bytes | None:
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return None if _UTF8_AS_CP1252.search(text) else text.encode()


def _inside_quotes(array: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    """True from an opening quotation mark to just before the closing one; None without any."""
    quotes = array == QUOTE
    return np.logical_xor.accumulate(quotes) if quotes.any() else None


def _stray_quotes(array: NDArray[np.uint8], inside: NDArray[np.bool_], file: str) -> tuple[Complaint, ...]:
    """Complaints about quotation marks in the middle of a cell (the first few), or one never closed."""
    quotes = array == QUOTE
    opened, closed = np.flatnonzero(quotes & inside), np.flatnonzero(quotes & ~inside)
    edges = np.frombuffer(b',;\t\n"', dtype=np.uint8)
    inner = opened[~np.isin(array[opened - 1], edges) & (opened > 0)]
    followed = closed[~np.isin(array[closed + 1], edges)]
    stray = np.sort(np.concatenate([inner, followed]))[:SHOWN]
    problem = said("a quotation mark in the middle of a cell")
    if not stray.size and inside[-1]:
        stray, problem = opened[-1:], said("a quotation mark is opened and never closed")
    advice = said("Put the whole cell in quotation marks and double those inside it.")
    lines = [int(np.count_nonzero(array[:i] == NEWLINE)) + 1 for i in stray]
    return tuple(Complaint(file, line, "", "", problem, advice) for line in lines)


def _separator(array: NDArray[np.uint8], inside: NDArray[np.bool_] | None) -> str:
    """The separator that the first filled line has most of."""
    breaks = array == NEWLINE if inside is None else (array == NEWLINE) & ~inside
    solid = np.flatnonzero((array > 32) & (array != ord(",")) & (array != ord(";")))
    begin = int(solid[0]) if solid.size else 0
    end = begin + int(np.argmax(breaks[begin:]))
    heading = array[:end] if inside is None else array[:end][~inside[:end]]
    return max(SEPARATORS, key=lambda s: int(np.count_nonzero(heading == ord(s))))


def _records(array: NDArray[np.uint8], inside: NDArray[np.bool_] | None, separator: int) -> Records:
    newlines = array == NEWLINE
    splits = array == separator
    filled = (array > 32) & ~splits & (array != QUOTE)
    if inside is not None:
        filled |= inside & (array > 32) & (array != QUOTE)
        raw = np.flatnonzero(newlines)
        newlines, splits = newlines & ~inside, splits & ~inside
    ends = np.flatnonzero(newlines)
    starts = np.concatenate([[0], ends[:-1] + 1])
    lines = np.arange(1, ends.size + 1) if inside is None else np.searchsorted(raw, starts) + 1
    cells = np.diff(np.searchsorted(np.flatnonzero(splits), np.concatenate([[0], ends]))) + 1
    return Records(array, starts, ends, lines, cells, np.logical_or.reduceat(filled, starts))


def _sheet(records: Records, separator: str, quoted: bool, file: str) -> Sheet:
    solid = np.flatnonzero(records.filled)
    if not solid.size:
        advice = said("Export the table again with its headings.")
        return unreadable(file, said("the file holds no headings"), advice)
    first = int(solid[0])
    width = int(records.cells[first])
    start, end = int(records.starts[first]), int(records.ends[first])
    heading = records.text[start:end].tobytes().decode()
    headings = next(csv.reader(io.StringIO(heading, newline=""), delimiter=separator))
    right = records.filled & (records.cells == width)
    right[: first + 1] = False
    blanks = int(np.count_nonzero(~records.filled))
    blank_complaints, notices = blank_rows(file, blanks)
    ragged = _ragged(records, width, file)
    cells = _cells(records, right, separator, quoted, width)
    return Sheet(
        file,
        tuple(h.strip() for h in headings),
        cells,
        ragged + blank_complaints,
        notices,
        whole=not ragged,
        plain=True,
    )


def _ragged(records: Records, width: int, file: str) -> tuple[Complaint, ...]:
    wrong = np.flatnonzero(records.filled & (records.cells != width))
    advice = said(
        "Give every row as many cells as the heading; put text with a separator in quotation marks."
    )
    out: list[Complaint] = []
    for i in wrong[:SHOWN]:
        problem = said(
            "{cells} cells where the heading has {width}", cells=int(records.cells[i]), width=width
        )
        if wrong.size > SHOWN and len(out) == SHOWN - 1:
            problem = several(
                "{problem} (and {count:,} more row of a wrong length)",
                "{problem} (and {count:,} more rows of a wrong length)",
                wrong.size - SHOWN,
                problem=problem,
            )
        out.append(Complaint(file, int(records.lines[i]), "", "", problem, advice))
    return tuple(out)


def _cells(
    records: Records, right: NDArray[np.bool_], separator: str, quoted: bool, width: int
) -> pl.DataFrame:
    """Cells of the records that are right, by polars."""
    names = [str(i) for i in range(width)]
    if not right.any():
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String()) | {"line": pl.Int32()})
    mask = np.repeat(right, records.ends - records.starts + 1)
    frame = pl.read_csv(
        records.text[mask].tobytes(),
        has_header=False,
        new_columns=names,
        infer_schema=False,
        separator=separator,
        quote_char='"' if quoted else None,
    )
    return frame.with_columns(line=pl.Series(records.lines[right].astype(np.int32)))
