"""What holds for every test."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.utils import timezone, translation

from tests import network, prepared, restoring, skips

hypothesis.settings.register_profile("dev", deadline=None)
# In CI the same examples each time: a change never fails for what somebody else's change should have found.
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")

pytest_plugins = ["tests.personas"]

MARKED_FOLDERS = {"browser": pytest.mark.browser, "faults": pytest.mark.fault, "example_site": pytest.mark.demo}
TESTS = Path(__file__).resolve().parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--forbid-skips", action="store_true", help="fail when a test is skipped for any reason but a missing corpus"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--forbid-skips") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(skips.SkipGuard())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    from django.db import connection

    items[:] = [
        item for item in items if all(connection.vendor in marker.args for marker in item.iter_markers("only_on"))
    ]
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in MARKED_FOLDERS:
            item.add_marker(MARKED_FOLDERS[folder])
        if not uses_database(item):
            item.add_marker(pytest.mark.pure)
        if connection.vendor == "mysql" and asks_full_text(item):
            item.add_marker(pytest.mark.django_db(transaction=True))


def pytest_collection_finish() -> None:
    """Look for garbage less often: what was loaded by now stays, and is a million objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def asks_full_text(item: pytest.Item) -> bool:
    """Return whether the test needs rows to be in the database's full text; MariaDB's has those that are committed."""
    return item.get_closest_marker("full_text") is not None or "full_text_only" in getattr(item, "fixturenames", ())


def uses_database(item: pytest.Item) -> bool:
    """Return whether the test may touch the database; what does not is the same on all of them."""
    return item.get_closest_marker("django_db") is not None or "db" in getattr(item, "fixturenames", ("db",))


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """On SQLite the tests begin with a copy of the prepared database, where there is one."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return bool(request.config.getvalue("reuse_db"))
    return prepared.fetch(Path(connection.settings_dict["TEST"]["NAME"]))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_keepdb: bool, django_db_blocker: Any) -> None:
    """Keep what was just made: the database for the next run, its rows for the tests that commit."""
    from django.db import connection

    with django_db_blocker.unblock():
        if connection.vendor == "sqlite" and not django_db_keepdb:
            connection.close()
            prepared.keep(Path(connection.settings_dict["NAME"]))
        restoring.keep()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test reaches another machine, but for the database it was pointed at."""
    from django.conf import settings

    tried = network.block(monkeypatch, allowed=frozenset({settings.DATABASES["default"].get("HOST", "")}))
    yield
    assert not tried, f"this test tried to reach {', '.join(tried)}"


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Language and time zone of what one test asked for last are not those of the next."""
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(autouse=True)
def empty_caches() -> Iterator[None]:
    """What one test cached (limits, site roots) is gone for the next."""
    from django.core.cache import caches

    yield
    for cache in caches.all(initialized_only=True):
        cache.clear()
