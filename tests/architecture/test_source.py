"""Rules on the source that no linter knows."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.architecture.source import PACKAGE, PROJECT, Module, is_migration, is_within, modules

CODE = [module for module in modules() if not is_migration(module)]
TEMPLATES = sorted([*PACKAGE.rglob("*.html"), *(PROJECT / "example_site").glob("*/templates/**/*.html")])
# No policy holds in a mail, and mail programs know styles only where they stand on the element.
MAIL_TEMPLATES = PACKAGE / "templates" / "wagtail_helpdesk" / "mail"


@pytest.mark.parametrize(
    ("library", "owner"),
    [
        ("bleach", "wagtail_helpdesk.conversations.linkify"),
        ("nh3", "wagtail_helpdesk.conversations.sanitising"),
    ],
)
def test_one_module_owns_the_library(library, owner):
    users = [module.name for module in CODE if any(is_within(name, library) for name in module.imports())]
    assert users == [owner]


def marks_text_safe(module: Module) -> bool:
    return not {"mark_safe", "SafeString", "SafeText", "SafeData"}.isdisjoint(module.names())


def has_day_lookup(module: Module) -> bool:
    lookup = re.compile(r"\w+__(date|time|hour|minute|second|week|week_day|iso_week_day|quarter)(__\w+)?")
    return any(lookup.fullmatch(text) for text in module.keywords_and_strings())


def cuts_times_in_the_database(module: Module) -> bool:
    return any(re.match(r"(Trunc|Extract)([A-Z]|$)", name) for name in module.names())


def hides_conflicts(module: Module) -> bool:
    return "ignore_conflicts" in module.keywords_and_strings()


@pytest.mark.parametrize(
    ("breaks", "allowed"),
    [
        # Only what nh3 has seen is safe.
        (marks_text_safe, {"wagtail_helpdesk.conversations.sanitising"}),
        # MariaDB answers NULL without its zone tables: day bounds are computed in Python.
        (has_day_lookup, set()),
        (cuts_times_in_the_database, set()),
        # It would also hide a missing foreign key or a value too long.
        (hides_conflicts, set()),
    ],
)
def test_rule(breaks: Callable[[Module], bool], allowed: set[str]):
    assert {module.name for module in CODE if breaks(module)} <= allowed


@pytest.mark.parametrize(
    "forbidden",
    [
        r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']application/(ld\+)?json)",
        r"<style\b",
        r"\sstyle\s*=",
        r"\son[a-z]+\s*=\s*[\"']",
        r"\|\s*safe\b",
        r"\|\s*safeseq\b",
        r"autoescape\s+off",
    ],
)
def test_templates_hold_the_policy(forbidden):
    pages = [path for path in TEMPLATES if "style" not in forbidden or not path.is_relative_to(MAIL_TEMPLATES)]
    offenders = [str(path.relative_to(PROJECT)) for path in pages if re.search(forbidden, path.read_text())]
    assert offenders == []


def test_tests_never_sleep():
    paths = [path for path in (PROJECT / "tests").rglob("*.py") if ".environments" not in path.parts]
    offenders = [
        str(path.relative_to(PROJECT))
        for path in paths
        if re.search(r"\b(time\.sleep|wait_for_timeout)\(", path.read_text())
    ]
    assert offenders == []
