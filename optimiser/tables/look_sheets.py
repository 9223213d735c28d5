"""Which sheet holds the clients and which the coaches, and in which row their headings stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from optimiser.domain.errors import Complaint
from optimiser.domain.texts import Message, said, several
from optimiser.tables.faults import masked
from optimiser.tables.look_grid import Grid, Merge
from optimiser.tables.look_words import CLIENT_WORDS, COACH_WORDS, LISTS, SIX, Words, bare

SEARCHED = 30
"""Rows from the top among which the headings stand."""
TOTAL = r"(?i)^(kaikki )?(yhteensä|yht|summa|totals?|totalt|sum|summary)\b"
"""What a cell of a row of sums begins with; such a row is no client and no coach."""
ENOUGH = 4
"""Of the six columns of clients, by which a sheet is taken for the list of clients."""
SHARED = 0.5
"""Share of the ids of a sheet that stand in others, from which it lists the same clients at another time."""
SHEET_LINES = 1 << 21
"""Lines by which the sheets of clients that are joined are apart; more than a sheet can have."""


@dataclass(frozen=True)
class Headed:
    """A sheet whose headings are understood.

    Attributes
    ----------
    grid : Grid
        Its cells; cells merged downwards are filled.
    body : int
        First row below the headings.
    at : dict
        Our column to its position.
    headings : dict
        Position to heading, for those that have one.
    filled : int
        Cells that took the value of the cell that they are merged with.
    complaints : tuple of Complaint
        Merged cells that cannot be understood, a column that stands twice.
    totals : frozenset
        Rows of sums, which are no rows of the table.
    offset : int
        What is added to its lines, so that those of several sheets are told apart.
    """

    grid: Grid
    body: int
    at: dict[str, int]
    headings: dict[int, str]
    filled: int = 0
    complaints: tuple[Complaint, ...] = ()
    totals: frozenset[int] = frozenset()
    offset: int = 0

    @property
    def unread(self) -> tuple[str, ...]:
        """Headings of the columns that are not used, those that may be personal data masked."""
        used = set(self.at.values())
        return tuple(masked(h) or "…" for i, h in self.headings.items() if i not in used)

    def cells(self) -> pl.DataFrame:
        """Return the body under its positions, blank rows and sums left out, `line` (Int32) last."""
        rows = pl.Series("line", range(self.grid.cells.height), dtype=pl.Int32)
        body = self.grid.cells.with_columns(rows).slice(self.body)
        some = pl.any_horizontal(pl.all().exclude("line").is_not_null())
        body = body.filter(some & ~pl.col("line").is_in(sorted(self.totals)))
        return body.with_columns(pl.col("line") + 1 + self.offset)

    def unseen(self) -> tuple[int, int]:
        """Return how many of its rows, and of the columns that are read, are hidden in the workbook."""
        lines = self.cells()["line"] - 1 - self.offset
        rows = lines.is_in(sorted(self.grid.hidden_rows)).sum()
        return int(rows), len(self.grid.hidden_columns & set(self.at.values()))


@dataclass(frozen=True)
class Chosen:
    """The sheets that are read.

    Attributes
    ----------
    clients : tuple of Headed
        Several where their headings mean the same; none where no sheet looks like a list of clients.
    coaches : Headed or None
    notices : tuple of Message
        What was left unread.
    """

    clients: tuple[Headed, ...]
    coaches: Headed | None
    notices: tuple[Message, ...]


def chosen_sheets(grids: tuple[Grid, ...]) -> Chosen:
    """Find the list of clients and the list of coaches; a hidden sheet only where there is no other."""
    shown = [g for g in grids if not g.hidden] or list(grids)
    best = _best_clients(shown) or _best_clients(list(grids))
    clients = _joined(shown, *best) if best else []
    coaches = _best_coaches([g for g in shown if all(g is not mine for mine, _ in clients)])
    used = [grid for grid, _ in clients] + ([coaches[0]] if coaches else [])
    told = _unread(grids, used)
    if len(clients) > 1:
        names = ", ".join(grid.shown for grid, _ in clients)
        told.insert(
            0, said("{count} sheets of clients were joined: {sheets}.", count=len(clients), sheets=names)
        )
    return Chosen(
        tuple(replace(_settled(h), offset=i * SHEET_LINES) for i, (_, h) in enumerate(clients)),
        coaches and _settled(coaches[1]),
        tuple(told),
    )


def placed(found: Iterable[Complaint], clients: tuple[Headed, ...]) -> tuple[Complaint, ...]:
    """Return complaints with the sheet and line that they are of, where several sheets were joined."""
    files = [headed.grid.file for headed in clients]
    return tuple(
        replace(c, file=files[c.line // SHEET_LINES], line=c.line % SHEET_LINES)
        if c.line >= SHEET_LINES and c.file == files[0]
        else c
        for c in found
    )


def _joined(grids: list[Grid], best: Grid, headed: Headed) -> list[tuple[Grid, Headed]]:
    """The sheets of clients whose headings mean the same as the best one's, and which are of other clients."""
    found = {best.name: headed}
    six = set(SIX) & set(headed.at)
    ids = _ids(headed)
    for grid in grids:
        other = None if grid is best or bare(grid.name) in LISTS else _headed(grid, CLIENT_WORDS)
        if other is None or set(SIX) & set(other.at) != six or "client_id" not in six:
            continue
        theirs = _ids(other)
        if theirs and len(theirs & ids) < SHARED * len(theirs):
            found[grid.name] = other
            ids |= theirs
    order = grids if any(grid is best for grid in grids) else [best]
    return [(grid, found[grid.name]) for grid in order if grid.name in found]


def _ids(headed: Headed) -> set[str]:
    if "client_id" not in headed.at:
        return set()
    return set(headed.grid.cells.slice(headed.body)[str(headed.at["client_id"])].drop_nulls())


def _best_clients(grids: list[Grid]) -> tuple[Grid, Headed] | None:
    found = [(g, h) for g in grids if (h := _headed(g, CLIENT_WORDS))]
    six = [(len(set(SIX) & set(h.at)), bare(g.name) not in LISTS, g.cells.height) for g, h in found]
    if not six or max(six)[0] < ENOUGH:
        return None
    return found[six.index(max(six))]


def _best_coaches(grids: list[Grid]) -> tuple[Grid, Headed] | None:
    """The sheet that says most of coaches; one with names alone where its own name says so."""
    found = [(g, h) for g in grids if not _of_clients(g) and (h := _headed(g, COACH_WORDS))]
    named = {"coach_id", "name", "family_name"}
    likely = [
        (g, h)
        for g, h in found
        if named & set(h.at) and (bare(g.name) in LISTS or (len(h.at) > 1 and "coach_id" in h.at))
    ]
    weights = [(bare(g.name) in LISTS, len(h.at)) for g, h in likely]
    return likely[weights.index(max(weights))] if likely else None


def _of_clients(grid: Grid) -> bool:
    """Whether a sheet is another list of clients, of an earlier month perhaps."""
    headed = _headed(grid, CLIENT_WORDS)
    if headed is None or bare(grid.name) in LISTS:
        return False
    six = set(SIX) & set(headed.at)
    return len(six) > ENOUGH or (len(six) == ENOUGH and "birth_year" in six)


def _unread(grids: tuple[Grid, ...], used: list[Grid]) -> list[Message]:
    told = [
        said("The sheet {sheet} is hidden; it was read, for no other sheet has these columns.", sheet=g.shown)
        for g in used
        if g.hidden
    ]
    hidden = [g.shown for g in grids if g.hidden and g not in used]
    if hidden:
        told.append(
            several(
                "{count} hidden sheet was not read: {sheets}. Show it if it matters.",
                "{count} hidden sheets were not read: {sheets}. Show them if they matter.",
                len(hidden),
                sheets=", ".join(hidden),
            )
        )
    left = [g.shown for g in grids if not g.hidden and g not in used and g.cells.height]
    if left:
        told.append(
            several(
                "{count} further sheet was not read: {sheets}.",
                "{count} further sheets were not read: {sheets}.",
                len(left),
                sheets=", ".join(left),
            )
        )
    return told


def _headed(grid: Grid, words: Words) -> Headed | None:
    """The headings where most are recognised: in one row, or in two below each other."""
    rows = [grid.cells.row(i) for i in range(min(SEARCHED, grid.cells.height))]
    best: tuple[int, int, dict[int, str]] | None = None
    for top, upper in enumerate(rows):
        lower = rows[top + 1] if top + 1 < len(rows) else ()
        for bottom, labels in ((top, upper), (top + 1, _two_rows(upper, lower, words))):
            meant = {found[0] for label in labels if (found := words.meaning(label))}
            if meant and (best is None or len(meant) > best[0]):
                best = (len(meant), bottom, {i: str(x) for i, x in enumerate(labels) if x})
    if best is None:
        return None
    _, bottom, headings = best
    body = max([bottom, *(m.bottom for m in grid.merges if m.top <= bottom <= m.bottom)]) + 1
    at, twice = _positions(grid, headings, words)
    return Headed(grid, body, at, headings, 0, tuple(twice))


def _two_rows(upper: tuple[str | None, ...], lower: tuple[str | None, ...], words: Words) -> list[str | None]:
    """The lower headings where they are understood, the upper ones elsewhere."""
    return [b if words.meaning(b) else a or b for a, b in zip(upper, lower, strict=True)] if lower else []


def _positions(grid: Grid, headings: dict[int, str], words: Words) -> tuple[dict[str, int], list[Complaint]]:
    """Position of each column, by its most telling heading; complaints where two are as telling."""
    places: dict[str, list[tuple[int, int]]] = {}
    for position, heading in headings.items():
        if found := words.meaning(heading):
            places.setdefault(found[0], []).append((found[1], position))
    at = {name: min(found)[1] for name, found in places.items()}
    advice = said("Keep one of the columns, or give the other another heading.")
    twice = [
        Complaint(grid.file, 0, masked(headings[at[name]]), "", said("the column occurs twice"), advice)
        for name, found in places.items()
        if sum(rank == min(found)[0] for rank, _ in found) > 1
    ]
    return at, twice


def _settled(headed: Headed) -> Headed:
    """The sheet with its merged cells taken apart, complaints about those that cannot be."""
    merges = headed.grid.merges
    at, wrong = dict(headed.at), list(headed.complaints)
    for merge in (m for m in merges if m.top < headed.body and m.right > m.left):
        name = next((n for n, i in headed.at.items() if i == merge.left), None)
        held = _held(headed, merge)
        if name is not None and len(held) > 1:
            problem = said("the heading is merged over several columns that hold values")
            wrong.append(_unmerge(headed, merge, problem))
        elif name is not None and held:
            at[name] = held[0]
    body = [m for m in merges if m.bottom >= headed.body]
    wide = [m for m in body if m.right > m.left and set(at.values()) & set(range(m.left, m.right + 1))]
    wrong += [_unmerge(headed, m, said("cells are merged across columns")) for m in wide]
    headed = replace(headed, at=at, complaints=tuple(wrong))
    cells, filled = _filled(headed, [m for m in body if m not in wide])
    headed = replace(headed, grid=replace(headed.grid, cells=cells), filled=filled)
    return replace(headed, totals=_totals(headed))


def _totals(headed: Headed) -> frozenset[int]:
    """Rows of sums: they begin with a word for it, or have one somewhere and little else."""
    body = headed.grid.cells.slice(headed.body)
    if not body.width:
        return frozenset()
    first = pl.coalesce(pl.all()).str.strip_chars_end(" :.")
    alone = first.str.replace(TOTAL, "") == ""
    read = pl.sum_horizontal(pl.col(str(i)).is_null() for i in headed.at.values())
    some = pl.any_horizontal(pl.all().str.contains(TOTAL)) & (2 * read >= len(headed.at))
    found = body.select((alone | some).fill_null(False).alias("total")).to_series()
    return frozenset(row + headed.body for row in found.arg_true())


def _held(headed: Headed, merge: Merge) -> list[int]:
    """Columns under a merged heading that hold values and have no heading of their own."""
    below = [i for i in range(merge.left, merge.right + 1) if str(i) in headed.grid.cells.columns]
    free = [i for i in below if i == merge.left or i not in headed.headings]
    body = headed.grid.cells.slice(headed.body)
    return [i for i in free if body[str(i)].null_count() < body.height]


def _unmerge(headed: Headed, merge: Merge, problem: Message) -> Complaint:
    advice = said("Unmerge the cells {cells}, and give each column its own.", cells=merge.name)
    heading = masked(headed.headings.get(merge.left, ""))
    return Complaint(headed.grid.file, merge.top + 1, heading, "", problem, advice)


def _filled(headed: Headed, merges: list[Merge]) -> tuple[pl.DataFrame, int]:
    """The cells with what is merged downwards in the columns that are read."""
    cells, filled = headed.grid.cells, 0
    for column in sorted({m.left for m in merges} & set(headed.at.values())):
        values = cells[str(column)]
        for m in (m for m in merges if m.left == column):
            below = range(max(m.top + 1, headed.body), min(m.bottom, cells.height - 1) + 1)
            if below and values[m.top] is not None:
                values = values.scatter(list(below), values[m.top])
                filled += len(below)
        cells = cells.with_columns(values.alias(str(column)))
    return cells, filled
