"""Migrations that every site can run: complete, and free of our code and of this site's models."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command

from tests.architecture.source import is_migration, is_within, modules

MIGRATIONS = [module for module in modules() if is_migration(module)]


@pytest.mark.django_db
def test_none_is_missing():
    call_command("makemigrations", "wagtail_helpdesk", "wagtail_helpdesk_pages", "testsite", check=True, dry_run=True)


def test_they_are_found():
    assert MIGRATIONS


@pytest.mark.parametrize("migration", MIGRATIONS, ids=lambda module: module.name)
def test_none_imports_our_code(migration):
    assert [name for name in migration.imports() if is_within(name, "wagtail_helpdesk")] == []


@pytest.mark.parametrize("migration", MIGRATIONS, ids=lambda module: module.name)
def test_none_names_a_model_that_a_site_may_swap(migration):
    swappable = re.compile(
        r"(wagtailcore\.page|wagtailimages\.image|wagtaildocs\.document|testsite\.\w+)", re.IGNORECASE
    )
    assert [text for text in migration.keywords_and_strings() if swappable.fullmatch(text)] == []
