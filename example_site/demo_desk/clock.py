"""Lets the demo desk's past happen in the past: the actions themselves know no time but now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest import mock

from django.apps import apps
from django.db.models import DateTimeField
from django.utils import timezone


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Make Django's clock stand at ``moment``, for code and for the defaults of fields."""
    real = timezone.now

    def now() -> datetime:
        return moment

    fields = [
        field
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, DateTimeField) and field.default is real
    ]
    with mock.patch.object(timezone, "now", now):
        for field in fields:
            field.__dict__["_get_default"] = now  # where Django keeps what it has looked up
        try:
            yield
        finally:
            for field in fields:
                del field.__dict__["_get_default"]
