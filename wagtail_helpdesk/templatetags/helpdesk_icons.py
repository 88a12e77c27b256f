"""Wagtail's icons in lists: its own tag runs a template for each of them, and a list has a hundred."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from wagtail.admin.templatetags.wagtailadmin_tags import icon as wagtails_icon

register = template.Library()


@register.simple_tag
def icon(name: str = "", classname: str | None = None, title: Any = None) -> str:
    """Return what Wagtail's tag of the same name draws. Load this library after Wagtail's."""
    return _drawn(str(name), classname, str(title) if title else None)


@lru_cache(maxsize=2000)
def _drawn(name: str, classname: str | None, title: str | None) -> str:
    return render_to_string("wagtailadmin/shared/icon.html", wagtails_icon(name, classname=classname, title=title))
