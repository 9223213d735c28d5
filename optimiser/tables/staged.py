"""Write beside, then rename: a folder is replaced whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import said
from optimiser.tables.disk import full
from optimiser.tables.lock import OWNERS_FILE, held

OWNERS_FOLDER = 0o700
"""Rights of folders that are written here: the owner's alone."""


@contextmanager
def staged_file(file: Path, is_ours: Callable[[Path], bool]) -> Iterator[Path]:
    """Yield a file beside `file` that takes its place once it is written; only the owner can read it.

    Parameters
    ----------
    file : Path
        To be written, in a folder that is there.
    is_ours : callable
        Whether a file that stands there already is an earlier output, which may be replaced.

    Yields
    ------
    Path
        The file to write into; it is there, and empty.

    Raises
    ------
    InputError
        Where a folder or somebody else's file stands there, the folder above is missing or cannot be
        written, somebody else is writing it now, or the disk is full.
    """
    file = file.absolute()
    if file.is_dir() or not file.parent.is_dir():
        advice = said("Name a file in a folder that is there.")
        raise InputError([_complaint(file, said("the file cannot be written here"), advice)])
    try:
        with _alone(file), _beside(file, is_ours) as beside:
            yield beside
    except BaseException as error:
        _say_full_disk(file, error)
        raise


@contextmanager
def _beside(file: Path, is_ours: Callable[[Path], bool]) -> Iterator[Path]:
    beside = _stage_of(file)
    try:
        with _told(file):
            if file.exists() and not is_ours(file):
                problem = said("another file stands here, which is no earlier output of this command")
                advice = said("Choose another name, or take that file away.")
                raise InputError([_complaint(file, problem, advice)])
            # What lies there is of a run that was killed: this one holds the lock.
            beside.unlink(missing_ok=True)
            beside.touch(OWNERS_FILE, exist_ok=False)
        yield beside
        with _told(file):
            beside.replace(file)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def owners_alone(folder: Path) -> None:
    """Take the rights of all others away from a folder and everything in it; links are left alone."""
    for path in (folder, *folder.rglob("*")):
        # A file system without rights (a memory stick) refuses; there, who mounted it has decided. What goes
        # meanwhile, as the journal of a log that somebody reads, needs no rights.
        with suppress(PermissionError, FileNotFoundError):
            if path.is_symlink() or not stat.S_IMODE(path.stat().st_mode) & ~OWNERS_FOLDER:
                continue
            path.chmod(OWNERS_FOLDER if path.is_dir() else OWNERS_FILE)


@contextmanager
def staged(out: Path, replaced: Collection[str] = ()) -> Iterator[Path]:
    """Yield an empty folder whose files take the place of those in `out` once all are written.

    Files of `out` that are not written anew are carried over, but those named in `replaced` go: they
    belong together, and one of an earlier run would contradict the new ones. A folder that holds
    files but none of these is not an earlier output and is left alone. Links are carried over as
    links. On any exception, an interrupt included, `out` stays as it was. The folder and all in it can be
    read by their owner alone, whatever the process grants to others.

    Parameters
    ----------
    out : Path
        Folder to be written; may exist, and so may folders above it or not.
    replaced : collection of str
        Files of an earlier run that are not carried over; without any, every folder will do.

    Yields
    ------
    Path
        The folder to write into.

    Raises
    ------
    InputError
        Where `out` is a file, the working directory, a folder above it or somebody else's folder,
        cannot be written, somebody else is writing it now, or the disk is full.
    """
    with _told(out):
        out = out.resolve()
        _refuse(out, replaced)
        made = _parents(out)
    try:
        with _alone(out), _stage(out, replaced) as stage:
            yield stage
    except BaseException as error:
        _take_away(made)
        _say_full_disk(out, error)
        raise


@contextmanager
def _stage(out: Path, replaced: Collection[str]) -> Iterator[Path]:
    stage, old = _stage_of(out), out.with_name(f".{out.name}.old")
    try:
        with _told(out):
            _clear(out, stage, old)
            stage.mkdir(OWNERS_FOLDER)
        yield stage
        with _told(out):
            _carry_over(out, stage, replaced)
            owners_alone(stage)
            _swap(out, stage, old)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise


def _stage_of(place: Path) -> Path:
    """Where what takes a place is written; one name, so that what a killed run leaves is found again."""
    return place.with_name(f".{place.name}.new")


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Let nobody else write the same; the system forgets who is killed."""
    problem = said("somebody else is writing here")
    advice = said("Wait until that run has ended, or choose another name.")
    stage = _stage_of(place)
    with ExitStack() as stack:
        with _told(place):
            taken = InputError([_complaint(place, problem, advice)])
            # Where a file system gives no locks nothing but two runs at once goes unnoticed: outputs are made anew.
            lock = stage.with_name(f"{stage.name}.lock")
            stack.enter_context(held(lock, taken, needed=False))
        yield


def _say_full_disk(place: Path, error: BaseException) -> None:
    if full(error):
        advice = said("Make room, then try again.")
        raise InputError([_complaint(place, said("the disk is full"), advice)]) from error


def _complaint(out: Path, problem: str, advice: str) -> Complaint:
    return Complaint(str(out), 0, "", "", problem, advice)


@contextmanager
def _told(out: Path) -> Iterator[None]:
    """Turn what the system refuses into a complaint."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        problem = said("the folder cannot be written: {reason}", reason=reason)
        advice = said("Choose another folder, or close what has this one open and check your rights.")
        raise InputError([_complaint(out, problem, advice)]) from error


def _refuse(out: Path, replaced: Collection[str]) -> None:
    """Raise where something that is not an earlier output would be replaced."""
    advice = said("Choose a new or empty folder.")
    if Path.cwd().resolve().is_relative_to(out):
        problem = said("this is the folder you work in, or one above it")
        raise InputError([_complaint(out, problem, advice)])
    if out.exists() and not out.is_dir():
        problem = said("a file stands where the folder should")
        raise InputError([_complaint(out, problem, said("Choose another folder."))])
    if not replaced or not out.exists():
        return
    held = {path.name for path in out.iterdir()}
    if held and held.isdisjoint(replaced):
        problem = said("the folder holds other files and no earlier output")
        raise InputError([_complaint(out, problem, advice)])


def _parents(out: Path) -> list[Path]:
    """Make the folders above `out`; return those made, the lowest first."""
    missing = [folder for folder in out.parents if not folder.exists()]
    ground = missing[-1].parent if missing else out.parent
    if not ground.is_dir() or not os.access(ground, os.W_OK | os.X_OK):
        problem = said("nothing can be written in {folder}", folder=str(ground))
        raise InputError([_complaint(out, problem, said("Choose a folder you may write in."))])
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        _take_away(missing)
        raise
    return missing


def _take_away(made: list[Path]) -> None:
    for folder in made:
        # Somebody else may have begun to write there.
        with suppress(OSError):
            folder.rmdir()


def _clear(out: Path, stage: Path, old: Path) -> None:
    """Tidy up after a run that was killed; between its two renames `old` is the last good folder."""
    if stage.exists():
        shutil.rmtree(stage)
    if old.exists() and not out.exists():
        old.rename(out)
    elif old.exists():
        shutil.rmtree(old)


def _carry_over(out: Path, stage: Path, replaced: Collection[str]) -> None:
    for path in sorted(out.rglob("*")) if out.exists() else []:
        target = stage / path.relative_to(out)
        gone = target.exists() or str(path.relative_to(out)) in replaced
        if path.is_symlink():
            if not gone:
                target.symlink_to(path.readlink(), target_is_directory=path.is_dir())
        elif path.is_dir():
            target.mkdir(exist_ok=True)
        elif not gone:
            shutil.copy2(path, target)


def _swap(out: Path, stage: Path, old: Path) -> None:
    try:
        if out.exists():
            out.rename(old)
        stage.rename(out)
    except BaseException:
        if old.exists() and not out.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
