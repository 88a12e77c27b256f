"""Which database the tests run on: from an address to Django's settings, with the standard library alone.

tests/run.py needs the addresses before anything is installed, tests/settings.py the rest.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

ENGINES = {
    "sqlite": "django.db.backends.sqlite3",
    "postgres": "django.db.backends.postgresql",
    "mariadb": "django.db.backends.mysql",
}
SCHEMES = {
    "sqlite": "sqlite",
    "postgres": "postgres",
    "postgresql": "postgres",
    "mariadb": "mariadb",
    "mysql": "mariadb",
}


def local_address(kind: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the address of this machine's own server of ``kind``, as its clients' usual variables have it."""
    if kind == "sqlite":
        return "sqlite:///"
    if kind == "postgres":
        user, password = environ.get("PGUSER", "postgres"), environ.get("PGPASSWORD", "")
        host, port = environ.get("PGHOST", "127.0.0.1"), environ.get("PGPORT", "5432")
    else:
        user, password = environ.get("MYSQL_USER", "root"), environ.get("MYSQL_PWD", "")
        host, port = environ.get("MYSQL_HOST", "127.0.0.1"), environ.get("MYSQL_TCP_PORT", "3306")
    return f"{kind}://{quote(user, safe='')}:{quote(password, safe='')}@{quote(host, safe='')}:{port}/helpdesk"


def kind_of(address: str) -> str:
    """Return sqlite, postgres or mariadb. ValueError for the address of anything else."""
    scheme = urlsplit(address).scheme
    if scheme not in SCHEMES:
        raise ValueError(f"DATABASE_URL has the scheme {scheme!r}; the tests know {', '.join(SCHEMES)}")
    return SCHEMES[scheme]


def django_settings(address: str, folder: Path) -> dict[str, Any]:
    """Return Django's settings for ``address``; the tests' own database is made beside it, named test_<name>.

    SQLite keeps its file in ``folder``, whatever the address says: the live server and killed processes need one.
    """
    kind = kind_of(address)
    if kind == "sqlite":
        return sqlite_settings(folder)
    parts = urlsplit(address)
    name = unquote(parts.path.strip("/")) or "helpdesk"
    # A test's data may be lost with the server's machine.
    options = {"options": "-c synchronous_commit=off"} if kind == "postgres" else {}
    return {
        "ENGINE": ENGINES[kind],
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        "OPTIONS": options,
        "TEST": {"NAME": f"test_{name}"},
    }


def sqlite_settings(folder: Path) -> dict[str, Any]:
    """Return the settings that a site on SQLite should have too, but for synchronous: a test's data may be lost."""
    return {
        "ENGINE": ENGINES["sqlite"],
        "NAME": folder / "helpdesk.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;",
        },
        "TEST": {"NAME": folder / "test_helpdesk.sqlite3"},
    }
