"""Protected addresses appear nowhere, and text never becomes a formula."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from tests.cli.calls import call, files_of
from tests.tables.region import TABLES, changed, write_region


def texts_of(folder: Path) -> dict[str, str]:
    """Every output file as text, the parts of workbooks one by one."""
    found = {}
    for name, content in files_of(folder).items():
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(folder / name) as book:
                found |= {
                    f"{name}/{part}": book.read(part).decode(errors="replace") for part in book.namelist()
                }
        else:
            found[name] = content.decode(errors="replace")
    return found


def protect(region: Path, share: int) -> list[str]:
    """Every `share`-th client of a region gets a protected address; return all who have one."""
    clients = pl.read_csv(region / "clients.csv", infer_schema=False)
    chosen = pl.int_range(pl.len()) % share == 0
    clients = clients.with_columns(
        protected_address=pl.when(chosen).then(pl.lit("yes")).otherwise(pl.col("protected_address"))
    )
    clients.write_csv(region / "clients.csv")
    return clients.filter(pl.col("protected_address") == "yes")["client_id"].to_list()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A demo region with many protected addresses, some of them on bad rows, pinned and excluded."""
    region = tmp_path_factory.mktemp("guarded") / "region"
    assert call("demo", region, "--clients", 280, "--coaches", 10, "--pressure", 1.1).code == 0
    ids = protect(region, 13)
    coaches = pl.read_csv(region / "coaches.csv", infer_schema=False)["coach_id"]
    pins = "client_id,coach_id\n" + "".join(f"{client},{coaches[0]}\n" for client in ids[:3])
    (region / "pins.csv").write_text(pins)
    (region / "exclusions.csv").write_text(pins.replace(coaches[0], coaches[1]))
    text = (region / "clients.csv").read_text().replace(f"{ids[1]},", f"{ids[1]},9", 1)
    (region / "clients.csv").write_text(text)
    return region, ids


@pytest.mark.parametrize("words", [(), ("--set-aside",), ("--finnish",)])
def test_protected_ids_are_in_no_output(
    guarded: tuple[Path, list[str]], tmp_path: Path, words: tuple[str, ...]
) -> None:
    """No file and no line on the screen names a client with a protected address."""
    region, ids = guarded
    called = call("allocate", region, "--out", tmp_path / "plan", *words)
    assert called.code == 0, called
    texts = texts_of(tmp_path / "plan") | {"screen": called.out + called.err}
    checked = call("check", region, tmp_path / "plan", *words[:1] if "--set-aside" in words else ())
    texts["check"] = checked.out + checked.err
    assert len(texts) > 10
    assert [(name, client) for name, text in texts.items() for client in ids if client in text] == []


def test_explain_does_not_know_protected_clients(guarded: tuple[Path, list[str]], tmp_path: Path) -> None:
    """Asked for such a client, explain answers as for an unknown id, and suggests none of them."""
    region, ids = guarded
    assert call("allocate", region, "--out", tmp_path / "plan", "--no-report").code == 0
    for client in ids[:4]:
        called = call("explain", region, tmp_path / "plan", client)
        unknown = call("explain", region, tmp_path / "plan", "C777777")
        assert called.code == unknown.code == 2
        said = called.err.replace(client, "")
        assert not any(other in said for other in ids)
        assert "protected" not in said


def test_complaints_do_not_name_protected_clients(tmp_path: Path) -> None:
    """A bad row of a client with a protected address is not shown when another row is refused."""
    rows = (
        TABLES["clients"]
        .replace("k2,020,2001,ar", "k2,999,2001,q8")
        .replace("2024-01-15,no,0.5", "2024-01-15,yes,0.5")
    )
    region = write_region(tmp_path / "in", clients=rows.replace("k4,837", "k4,998"))
    called = call("allocate", region, "--out", tmp_path / "plan")
    assert called.code == 2
    assert "998" in called.err
    assert "999" not in called.err
    assert "k2" not in called.err
    assert "line 3" not in called.err


def test_few_protected_addresses_are_not_counted_aloud(tmp_path: Path) -> None:
    """Below five, with or without one the outputs differ in nothing that tells (the load apart)."""
    region = write_region(tmp_path / "in", **changed("coaches", "1.0,2,2020", "1.0,0,2020"))
    one = TABLES["clients"] + "k5,837,1985,fi,,2024-03-01,,2,phone,,,yes,0\n"
    more = write_region(tmp_path / "more", clients=one, **changed("coaches", "1.0,2,2020", "1.0,0,2020"))
    plans = []
    for place in (region, more):
        out = tmp_path / f"plan-{place.name}"
        assert call("allocate", place, "--out", out).code == 0
        plans.append(texts_of(out))
    for name in ("plan.csv", "certificate.json", "policy_in_force.yaml"):
        assert plans[0][name] == plans[1][name]


def test_text_like_a_formula_stays_text(tmp_path: Path) -> None:
    """Names that begin like a formula are text in the workbook and harmless in CSV files."""
    faults = changed("municipalities", "Akaa", "'=HYPERLINK(1)") | changed("units", "Centre", "'@SUM(A1)")
    region = write_region(tmp_path / "in", **faults, **changed("snapshot", "Pikkala", "'+1+2"))
    called = call("allocate", region, "--out", tmp_path / "plan")
    assert called.code == 0, called
    book = openpyxl.load_workbook(tmp_path / "plan" / "plan.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) > 50
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert any("HYPERLINK" in str(cell.value) for cell in cells)
    assert "<f>" not in "".join(text for name, text in texts_of(tmp_path / "plan").items() if "sheet" in name)


def test_ids_like_a_formula_are_refused_or_guarded(tmp_path: Path) -> None:
    """An id that begins like a formula never stands so in `plan.csv`."""
    for sign in "=+-@":
        text = {name: table.replace("k4,", f"{sign}k4,") for name, table in TABLES.items()}
        called = call(
            "allocate", write_region(tmp_path / "in", **text), "--out", tmp_path / "plan", "--no-report"
        )
        assert called.code in (0, 2)
        written = (tmp_path / "plan" / "plan.csv").read_text() if called.code == 0 else ""
        assert f"\n{sign}k4" not in written
