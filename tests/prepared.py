"""An empty SQLite database with all migrations, kept beside the packages: Wagtail's migrations take half a minute.

The copy is named after everything that migrations depend on, so that it is never out of date.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from importlib import metadata
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
#: Besides migrations: what is written into the tables right after them.
FIRST_ROWS = ("defaults.py", "groups.py", "apps.py", "models.py")


def place() -> Path:
    """Return where the prepared database of this environment and state of the code lies, or will lie."""
    digest = hashlib.sha256()
    for name in sorted({f"{package.name} {package.version}" for package in metadata.distributions()}):
        digest.update(name.encode())
    for path in sorted([*(PROJECT / "wagtail_helpdesk").rglob("*.py"), *(PROJECT / "tests/testsite").rglob("*.py")]):
        if "migrations" in path.parts or path.name in FIRST_ROWS:
            digest.update(path.read_bytes())
    return Path(sys.prefix) / f"prepared-{digest.hexdigest()[:16]}.sqlite3"


def fetch(target: Path) -> bool:
    """Copy the prepared database to ``target``; False where there is none."""
    if not place().exists():
        return False
    shutil.copyfile(place(), target)
    return True


def keep(source: Path) -> None:
    """Keep a copy of the database at ``source``, in place of those of earlier states of the code."""
    half_made = place().with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(half_made)) as copy:
        database.backup(copy)
    half_made.replace(place())
