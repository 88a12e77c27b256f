"""Rules that every table keeps, so that the three databases behave alike."""

from __future__ import annotations

from django.apps import apps
from django.db import models


def our_models() -> list[type[models.Model]]:
    """Return the models of our two apps."""
    return [
        model
        for label in ("wagtail_helpdesk", "wagtail_helpdesk_pages")
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]


def test_no_promise_rests_on_a_condition():
    conditional = [
        f"{model.__name__}: {rule.name}"
        for model in our_models()
        for rule in [*model._meta.constraints, *model._meta.indexes]
        if isinstance(rule, models.UniqueConstraint | models.Index) and rule.condition is not None
    ]
    assert conditional == [], "MariaDB has no partial indexes and no conditional constraints"


def test_keys_are_big():
    small = [
        model.__name__
        for model in our_models()
        if isinstance(model._meta.pk, models.AutoField) and not isinstance(model._meta.pk, models.BigAutoField)
    ]
    assert small == []


def test_unique_text_is_short_enough_for_every_database():
    too_long = [
        f"{model.__name__}.{field.name}"
        for model in our_models()
        for field in model._meta.local_fields
        if field.unique and isinstance(field, models.TextField)
    ]
    assert too_long == []
