"""Every command run once, one after another, in a process of its own that may not use the network.

Words: a folder to work in. Tells on the last line, as JSON, what each call came to.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

ALONE = ("unshare", "--net")
ALONE_AS_USER = ("unshare", "--net", "--map-root-user")
"""Words before a command that cut the network for all it does, native code included."""
FORBIDDEN = (
    *("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"),
    *("socket.gethostbyname", "socket.gethostbyaddr", "http.client.connect", "urllib.Request"),
    *("ftplib.connect", "smtplib.connect", "webbrowser.open"),
)
"""Events of the interpreter that would be traffic."""
CLIENT = "C000001"
Step = tuple[str, ...] | Callable[[], None]


@dataclass(frozen=True)
class Ran:
    """What running every command came to.

    Attributes
    ----------
    folder : Path
        Where all outputs lie.
    cut : bool
        Whether the system itself had cut the network.
    watched : bool
        Whether the interpreter refused to connect when it was tried.
    calls : list
        Words, exit code, printed text and errors of each call.
    """

    folder: Path
    cut: bool
    watched: bool
    calls: list[dict[str, Any]]


def steps() -> list[Step]:
    """The calls in their order, and between them what people do."""
    w = ("--workspace", "ours")
    return [
        ("demo", "region", "--clients", "280", "--coaches", "10", "--pressure", "1.2"),
        ("policy",),
        ("columns",),
        ("allocate", "region", "--out", "plan"),
        ("check", "region", "plan"),
        ("explain", "region", "plan", CLIENT),
        ("letter", "region", "plan", CLIENT, "--out", "letter.html"),
        ("frontier", "region", "--out", "frontier", "--points", "2"),
        ("contacts", "region", "--out", "contacts", "--weeks", "4"),
        ("handovers", "region", "--out", "handovers"),
        ("cover", "region", "--coach", "K003", "--permanent", "--from", "2023-04-03", "--out", "cover"),
        new_clients,
        ("intake", "region", "new.csv", "--out", "intake"),
        ("rebalance", "region", "--out", "moves", "--max-moves", "20"),
        confirm,
        ("apply", "region", "moves", *w),
        ("log", *w, "--verify", "--csv", "log.csv"),
        ("about", CLIENT, *w, "--out", "about.json"),
        ("month", "region", "--out", "month"),
        look_alike,
        ("look", "mine.xlsx", "--out", "look"),
        with_names,
        ("pseudonymise", "raw", "--key", "office.key", "--out", "pseudonymous"),
        ("reidentify", "pseudonymous", "--key", "office.key", "--to", "names.xlsx"),
        two_years_on,
        ("update", "ours", "export"),
        ("forget", *w),
    ]


def commands() -> list[str]:
    """Names of the commands in `steps`."""
    return [step[0] for step in steps() if isinstance(step, tuple)]


def new_clients() -> None:
    """A batch of one new client."""
    head = "client_id,municipality,birth_year,registered_on,benefit,status\n"
    Path("new.csv").write_text(f"{head}N1,837,1999,2023-03-05,none,unemployed\n", encoding="utf-8")


def confirm() -> None:
    """An official accepts every step of the move list."""
    file = Path("moves/moves.csv")
    said = {"decision": "accepted", "confirmed_by": "E7", "confirmed_at": "2023-03-07"}
    moves = pl.read_csv(file, infer_schema=False)
    moves.with_columns(pl.lit(value).alias(name) for name, value in said.items()).write_csv(file)


def look_alike() -> None:
    """A workbook as a team has it."""
    one_call(("demo", "book", "--clients", "280", "--coaches", "10", "--format", "xlsx"))
    shutil.copy("book/snapshot.xlsx", "mine.xlsx")


def with_names() -> None:
    """An export with names."""
    shutil.copytree("region", "raw")
    clients = pl.read_csv("raw/clients.csv", infer_schema=False)
    clients.with_columns(name=pl.lit("Maija Mallikas")).write_csv("raw/clients.csv")


def two_years_on() -> None:
    """The same export three years later."""
    shutil.copytree("region", "export")
    about = pl.read_csv("export/snapshot.csv", infer_schema=False)
    about.with_columns(date=pl.lit("2026-03-09")).write_csv("export/snapshot.csv")


def one_call(words: tuple[str, ...]) -> dict[str, Any]:
    """Run a command in this process."""
    from optimiser.cli.entry import run

    out, err, code = io.StringIO(), io.StringIO(), 0
    sys.argv = ["optimiser", *words]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            run()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return {"words": words, "code": code, "out": out.getvalue(), "err": err.getvalue()}


def refuse(event: str, given: tuple[Any, ...]) -> None:
    """Stop at whatever would be traffic."""
    if event in FORBIDDEN:
        raise RuntimeError(f"network: {event} {given}")


def watched() -> bool:
    """Whether the interpreter refuses to connect."""
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    except RuntimeError as error:
        return str(error).startswith("network: ")
    except OSError:
        return False
    return False


def main(folder: Path) -> None:
    """Run everything in a folder."""
    sys.addaudithook(refuse)
    os.chdir(folder)
    told: dict[str, Any] = {
        "links": [name for _, name in socket.if_nameindex()],
        "watched": watched(),
        "calls": [],
    }
    for step in steps():
        if callable(step):
            step()
        else:
            told["calls"].append(one_call(step))
    sys.stdout.write(json.dumps(told))


@cache
def cutting() -> tuple[str, ...]:
    """Words that cut the network on this machine; none where it does not allow that."""
    for words in (ALONE, ALONE_AS_USER):
        if (
            shutil.which(words[0])
            and not subprocess.run([*words, "true"], capture_output=True, check=False).returncode
        ):
            return words
    return ()


def run_all(folder: Path) -> Ran:
    """Run every command with the network cut, where the rights of new files are not narrowed beforehand."""
    words = [*cutting(), sys.executable, "-m", "tests.cli.every_command", str(folder)]
    place = str(Path(__file__).parents[2])
    done = subprocess.run(
        words, capture_output=True, text=True, encoding="utf-8", cwd=place, umask=0o022, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    return Ran(folder, told["links"] == ["lo"], told["watched"], told["calls"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
