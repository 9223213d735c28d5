"""Exports with names and identity codes, made of a tiny region or of a demo region; everything is made up."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.tables.region import TABLES, write_region

CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
SIGNS = {18: "+", 19: "-", 20: "A"}
GIVEN = ("Aino", "Pekka", "Liisa", "Matti", "Kaisa", "Juhani", "Eeva")
FAMILY = ("Korhonen", "Virtanen", "Nieminen", "Laine", "Heikkinen")


def identity_code(year: int, number: int, sign: str = "") -> str:
    """A made-up identity code with the right check character; `number` tells persons of one year apart."""
    born = f"{number % 28 + 1:02d}{number // 28 % 12 + 1:02d}{year % 100:02d}"
    own = f"{2 + number // 336 % 898:03d}"
    return born + (sign or SIGNS[year // 100]) + own + CHECK[int(born + own) % 31]


PERSONS = {
    "k1": ("Aino Korhonen", identity_code(1990, 1)),
    "k2": ("Pekka Virtanen", identity_code(2001, 2)),
    "k3": ("Liisa Nieminen", identity_code(1975, 3)),
    "k4": ("Matti Laine", identity_code(1985, 4)),
}
"""Clients of the tiny region."""
COACHES = {
    "v1": ("Kaisa Heikkinen", "kaisa.heikkinen@kunta.example"),
    "v2": ("Juhani Mäkelä", "juhani.makela@kunta.example"),
    "v3": ("Eeva Salo", "eeva.salo@kunta.example"),
}


def with_columns(table: str, **columns: dict[str, str]) -> str:
    """A table of the tiny region with further columns, by the id that stands first in each row."""
    heading, *rows = TABLES[table].splitlines()
    lines = [",".join([heading, *columns])]
    lines += [",".join([row, *(of.get(row.split(",")[0], "") for of in columns.values())]) for row in rows]
    return "\n".join(lines) + "\n"


def raw_clients() -> str:
    """The clients of the tiny region with identity code, name and telephone."""
    return with_columns(
        "clients",
        Henkilötunnus={i: code for i, (_, code) in PERSONS.items()},
        nimi={i: name for i, (name, _) in PERSONS.items()},
        puhelin=dict.fromkeys(PERSONS, "040 1234567"),
        lapsia=dict.fromkeys(PERSONS, "2"),
    )


def raw_coaches() -> str:
    """The coaches of the tiny region with name and address."""
    return with_columns(
        "coaches",
        nimi={i: name for i, (name, _) in COACHES.items()},
        email={i: address for i, (_, address) in COACHES.items()},
    )


def tiny_export(folder: Path, **tables: str | bytes | None) -> Path:
    """Write the tiny region as an export with persons, some tables replaced or left out."""
    return write_region(folder, **({"clients": raw_clients(), "coaches": raw_coaches()} | tables))


def demo_export(region: Path, folder: Path) -> tuple[Path, list[str]]:
    """Write a demo region as an export with persons; also return every secret text in it."""
    folder.mkdir()
    secrets: list[str] = []
    for file in sorted(region.glob("*.csv")):
        table = pl.read_csv(file, infer_schema=False)
        numbers = range(table.height)
        names = [f"{GIVEN[i % 7]} {FAMILY[i // 7 % 5]}-{FAMILY[i % 5]}" for i in numbers]
        if file.stem == "clients":
            codes = [identity_code(int(y), i) for i, y in enumerate(table["birth_year"])]
            table = table.drop("birth_year").with_columns(hetu=pl.Series(codes), nimi=pl.Series(names))
            secrets += [*codes, *names, *table["client_id"]]
        if file.stem == "coaches":
            addresses = [f"valmentaja{i}@kunta.example" for i in numbers]
            table = table.with_columns(nimi=pl.Series(names), email=pl.Series(addresses))
            secrets += [*addresses, *names, *table["coach_id"]]
        table.write_csv(folder / file.name)
    return folder, secrets
