"""The walls inside the package: a line of setup.cfg's contract imports from, and points at, lines below it only."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Field, Model

from tests.architecture.source import PROJECT, is_within, modules


def layers() -> dict[str, int]:
    """Return the height of each package by its name, the lowest line being 0."""
    config = configparser.ConfigParser()
    config.read(PROJECT / "setup.cfg")
    lines = config["importlinter:contract:layers"]["layers"].split("\n")
    return {
        package.strip(): height
        for height, line in enumerate(reversed([line for line in lines if line.strip()]))
        for package in line.split("|")
    }


def relations() -> list[tuple[type[Model], Field]]:
    """Return the foreign keys and many-to-many fields of our models that lead to our models."""
    labels = {"wagtail_helpdesk", "wagtail_helpdesk_pages"}
    return [
        (model, field)
        for label in sorted(labels)
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if field.related_model and field.related_model._meta.app_label in labels
    ]


def package_of(model: type[Model]) -> str:
    """Return the package that a model stands in; a table that Django made for a relation stands with its owner."""
    owner = model._meta.auto_created or model
    return owner.__module__.split(".")[1]


def test_imports_go_down_only():
    command = [Path(sys.executable).with_name("lint-imports"), "--config", "setup.cfg", "--no-cache"]
    linter = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert linter.returncode == 0, linter.stdout + linter.stderr


def test_relations_are_found():
    assert relations()


def test_relations_go_down_only():
    height = layers()
    upward = [
        f"{model.__name__}.{field.name} -> {field.related_model.__name__}"
        for model, field in relations()
        if package_of(model) != package_of(field.related_model)
        and height[package_of(model)] <= height[package_of(field.related_model)]
    ]
    assert upward == []


def test_nobody_imports_the_optional_pages():
    pages = "wagtail_helpdesk.pages"
    offenders = [
        module.name
        for module in modules()
        if not is_within(module.name, pages) and any(is_within(name, pages) for name in module.imports())
    ]
    assert offenders == []


@pytest.mark.parametrize("wiring", ["apps", "checks", "pipeline", "urls", "wagtail_hooks"])
def test_wiring_is_imported_by_wiring_only(wiring):
    importers = {
        module.name
        for module in modules()
        if any(is_within(name, f"wagtail_helpdesk.{wiring}") for name in module.imports())
    }
    assert {name for name in importers if not name.startswith("wagtail_helpdesk.management.")} <= {
        "wagtail_helpdesk.apps"
    }
