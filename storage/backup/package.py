"""A backup as one file: a zip that holds the copy of the database and a manifest that says what it must be.

It can be opened by hand with any unzip. A file that is cut short, changed or something else is known before a byte of
it is used.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO

from storage.engine.errors import StorageError, StorageFull

PRODUCT, FORMAT = "learning space bot backup", 1
MANIFEST = "manifest.json"
INSIDE = {"sqlite": "council.db", "postgresql": "council.pgdump"}
"""The copy's name inside, by the kind of database it was made of."""
PIECE = 1 << 20
LARGEST_MANIFEST = 64 * 1024
FULL = (28, 122)  # ENOSPC, EDQUOT


class BadBackup(StorageError):
    """This is not a backup that can be put back. Nothing was changed."""


class BackupRefused(StorageError):
    """No backup was made."""


class RestoreRefused(StorageError):
    """Nothing was put back, and nothing was changed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    database: str
    """'sqlite' or 'postgresql'."""
    schema: str
    """The schema revision."""
    made_at: datetime
    council: str
    """The name of the council in the framework file, so that a person sees whose it is."""
    history_rows: int
    history_head: str
    """The number and the hash of the newest history row."""
    size: int = 0
    sha256: str = ""
    """Of the copy."""


def pack(copy: Path, manifest: Manifest, to: Path) -> Manifest:
    """Write a backup beside its place, have it on the disk, read it back, and only then give it its name.

    Raises BackupRefused when there is a file of that name, StorageFull when there is no room; then nothing is left.
    """
    refuse_taken(to)
    aside = to.with_name(f".{to.name}.part")
    whole = replace(manifest, size=copy.stat().st_size, sha256=_sum(copy))
    with _leaving_nothing(aside):
        with _private(aside) as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(copy, INSIDE[manifest.database])
            said = {"product": PRODUCT, "format": FORMAT, **asdict(whole), "made_at": whole.made_at.isoformat()}
            archive.writestr(MANIFEST, json.dumps(said, indent=1, sort_keys=True) + "\n")
        read(aside)
        refuse_taken(to)
        aside.rename(to)
        sync_folder(to.parent)
    return whole


def read(backup: Path) -> Manifest:
    """Check a whole backup and return what it says of itself. Raises BadBackup in words."""
    with _opened(backup) as (archive, manifest):
        _walk(archive, manifest, None)
    return manifest


def unpack(backup: Path, to: Path) -> Manifest:
    """Take the copy out of a backup into a new file, checked byte by byte and on the disk. Raises BadBackup."""
    with _leaving_nothing(to, only_after_trouble=True), _opened(backup) as (archive, manifest), _private(to) as out:
        _walk(archive, manifest, out)
    return manifest


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refuse_taken(to: Path) -> None:
    """A backup never takes the place of another file. Raises BackupRefused."""
    if to.exists():
        raise BackupRefused(f"(There is a file {to} already: name another, or move that one away.)")
    if not to.parent.is_dir():
        raise BackupRefused(f"(There is no folder {to.parent}.)")


@contextmanager
def no_room_in_words() -> Iterator[None]:
    """A disk that fills, said as such."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull("(The disk filled up on the way; what was begun is removed.)") from error
        raise


@contextmanager
def _leaving_nothing(aside: Path, *, only_after_trouble: bool = False) -> Iterator[None]:
    try:
        with no_room_in_words():
            yield
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise
    if not only_after_trouble:
        with suppress(OSError):
            aside.unlink()


@contextmanager
def _private(file: Path) -> Iterator[IO[bytes]]:
    """A new file only we can read, on the disk when it is closed."""
    with suppress(FileNotFoundError):
        file.unlink()  # left by one that was killed
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(handle, "w+b") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _opened(backup: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    if not backup.is_file():
        raise BadBackup(f"(There is no file {backup}.)")
    try:
        with zipfile.ZipFile(backup) as archive:
            yield archive, _manifest(archive)
    except zipfile.BadZipFile as error:
        raise BadBackup(f"({backup} is cut short, damaged, or something else altogether: {error}.)") from error
    except (EOFError, ValueError, KeyError, TypeError, NotImplementedError, RuntimeError) as error:
        raise BadBackup(f"({backup} is damaged or something else altogether: {type(error).__name__}.)") from error


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    if MANIFEST not in archive.namelist() or archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise BadBackup("(It is a zip file, but not one that `python -m bot backup` made.)")
    said = json.loads(archive.read(MANIFEST))
    if said.pop("product") != PRODUCT:
        raise BadBackup("(It is a zip file, but not one that `python -m bot backup` made.)")
    if said.pop("format") != FORMAT:
        raise BadBackup("(A newer version of the bot made it. Restore it with that version.)")
    return Manifest(**{**said, "made_at": datetime.fromisoformat(said["made_at"])})


def _walk(archive: zipfile.ZipFile, manifest: Manifest, out: IO[bytes] | None) -> None:
    """Read the copy from end to end, to `out` if there is one. BadBackup when it is not what the manifest says."""
    seen, digest = 0, hashlib.sha256()
    try:
        with archive.open(INSIDE[manifest.database]) as inside:
            while piece := inside.read(PIECE):
                seen += len(piece)
                if seen > manifest.size:
                    break
                digest.update(piece)
                if out is not None:
                    out.write(piece)
    except (zipfile.BadZipFile, EOFError, KeyError) as error:
        raise BadBackup(f"(It is damaged inside: {error}.)") from error
    except Exception as error:
        if type(error).__module__ == "zlib":
            raise BadBackup("(It is damaged inside.)") from error
        raise
    if (seen, digest.hexdigest()) != (manifest.size, manifest.sha256):
        raise BadBackup("(The copy inside is not the one its manifest was written for.)")


def _sum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
