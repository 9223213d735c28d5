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
import tempfile
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
MAKING = ("open", "os.mkdir", "tempfile.mkstemp", "tempfile.mkdtemp")
"""Events of the interpreter by which files and folders come to be; the path comes first."""
CLIENT, COACH, OTHER_COACH = "C000001", "K003", "K006"
NAMES = ("Aamu", "Beda", "Clas", "Daga")
"""First names of the coaches, none of which is a word."""
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
    strays : list of str
        What was made in the system's folder for passing files.
    calls : list
        Words, exit code, printed text and errors of each call.
    """

    folder: Path
    cut: bool
    watched: bool
    strays: list[str]
    calls: list[dict[str, Any]]


def steps() -> list[Step]:
    """The calls in their order, and between them what people do."""
    w, names = ("--workspace", "ours"), ("--coach-names", "names.csv")
    away = ("--from", "2023-04-03")
    return [
        ("demo", "region", "--clients", "600", "--coaches", "20", "--pressure", "1.2"),
        ("demo", "later", "--after", "region"),
        ("policy",),
        ("columns",),
        coach_names,
        ("allocate", "region", "--out", "plan", *names),
        ("check", "region", "plan"),
        ("explain", "region", "plan", CLIENT),
        ("explain", "region", "plan", CLIENT, "--why-not", OTHER_COACH),
        ("letter", "region", "plan", CLIENT),
        ("letter", "region", "plan", CLIENT, "--out", "letter.html"),
        ("frontier", "region", "--out", "frontier", "--points", "2"),
        ("contacts", "region", "--out", "contacts", "--weeks", "4"),
        ("handovers", "region", "--out", "handovers", *names),
        ("cover", "region", "--coach", COACH, "--permanent", *away, "--out", "cover", *names),
        (
            "cover",
            "region",
            "--coach",
            COACH,
            "--temporary",
            *away,
            "--to",
            "2023-04-21",
            "--out",
            "away",
            *names,
        ),
        new_clients,
        ("intake", "region", "new.csv", "--out", "intake", *names),
        ("rebalance", "region", "--out", "moves", "--max-moves", "20", *names),
        confirm,
        ("apply", "region", "moves", *w),
        ("log", *w, "--verify", "--csv", "log.csv"),
        ("about", CLIENT, *w, "--out", "about.json"),
        answers,
        ("month", "region", "later", "--survey", "answers.csv", "--out", "month"),
        ("month", "region", "later", "--sample", "--out", "month"),
        ("update", "region", "later", "--out", "followed"),
        look_alike,
        ("look", "mine.xlsx", "--out", "look"),
        with_names,
        ("pseudonymise", "raw", "--key", "office.key", "--out", "pseudonymous"),
        ("reidentify", "pseudonymous", "--key", "office.key", "--to", "named.xlsx"),
        ("allocate", "pseudonymous", "--out", "pseudonymous_plan"),
        ("reidentify", "pseudonymous_plan", "--key", "office.key", "--to", "named_plan.xlsx"),
        two_years_on,
        ("update", "ours", "export"),
        ("forget", *w),
    ]


def commands() -> list[str]:
    """Names of the commands in `steps`."""
    return [step[0] for step in steps() if isinstance(step, tuple)]


def called(coach: str) -> str:
    """A name for a coach."""
    return f"{NAMES[sum(coach.encode()) % len(NAMES)]} {coach[::-1].title()}son"


def coach_names() -> None:
    """What the coaches are called."""
    coaches = pl.read_csv("region/coaches.csv", infer_schema=False).select("coach_id")
    coaches.with_columns(name=pl.col("coach_id").map_elements(called, pl.String)).write_csv("names.csv")


def new_clients() -> None:
    """A batch of forty new clients."""
    clients = pl.read_csv("region/clients.csv", infer_schema=False).head(40)
    nobody = dict.fromkeys(("coach_id", "coach_since", "household"))
    clients.with_columns(("N" + pl.col("client_id")).alias("client_id"), **nobody).write_csv("new.csv")


def answers() -> None:
    """Answers of a survey: enough of one area, too few of the others."""
    areas = pl.read_csv("region/municipalities.csv", infer_schema=False)["area"].unique().sort()
    rows = [
        (area, "2023-04", "helped", 1 + n % 5) for i, area in enumerate(areas) for n in range(60 // (i + 1))
    ]
    pl.DataFrame(rows, ["area", "month", "question", "answer"], orient="row").write_csv("answers.csv")


def confirm() -> None:
    """An official accepts every step of the move list."""
    file = Path("moves/moves.csv")
    said = {"decision": "accepted", "confirmed_by": "E7", "confirmed_at": "2023-03-07"}
    moves = pl.read_csv(file, infer_schema=False)
    moves.with_columns(pl.lit(value).alias(name) for name, value in said.items()).write_csv(file)


def look_alike() -> None:
    """A workbook as a team has it."""
    one_call(("demo", "book", "--clients", "400", "--coaches", "12", "--format", "xlsx"))
    shutil.copy("book/snapshot.xlsx", "mine.xlsx")


def with_names() -> None:
    """An export with names."""
    shutil.copytree("region", "raw")
    clients = pl.read_csv("raw/clients.csv", infer_schema=False)
    clients.with_columns(name=pl.lit("Maija Mallikas")).write_csv("raw/clients.csv")
    coaches = pl.read_csv("raw/coaches.csv", infer_schema=False)
    named = pl.col("coach_id").map_elements(called, pl.String).alias("name")
    coaches.with_columns(named).write_csv("raw/coaches.csv")


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
    strays: list[str] = []
    passing = tempfile.gettempdir()

    def watch(event: str, given: tuple[Any, ...]) -> None:
        if event in MAKING and isinstance(given[0], str) and given[0].startswith(passing):
            strays.append(given[0])

    sys.addaudithook(refuse)
    sys.addaudithook(watch)
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
    sys.stdout.write(json.dumps(told | {"strays": strays + [path.name for path in Path(passing).iterdir()]}))


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
    passing = folder.with_name(f"{folder.name}-passing")
    passing.mkdir()
    surroundings = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(passing))
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=place,
        umask=0o022,
        env=surroundings,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    return Ran(folder, told["links"] == ["lo"], told["watched"], told["strays"], told["calls"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
