"""Lists of choices, drawn at once: Django draws each option with a template of its own, and a list has hundreds.

The markup is that of Django's widgets of the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join


class Select(forms.Select):
    """A list of choices of which one is taken."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> str:
        """Return the HTML."""
        widget = self.get_context(name, value, attrs)["widget"]
        groups = format_html_join("", "{}", ((_options(*group[:2]),) for group in widget["optgroups"]))
        return format_html('<select name="{}"{}>{}</select>', widget["name"], flatatt(widget["attrs"]), groups)


class CheckboxSelectMultiple(forms.CheckboxSelectMultiple):
    """Boxes of which any are ticked."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> str:
        """Return the HTML."""
        widget = self.get_context(name, value, attrs)["widget"]
        options = (option for _label, group, _index in widget["optgroups"] for option in group)
        boxes = format_html_join("", "{}", ((_box(option),) for option in options))
        own = {key: widget["attrs"][key] for key in ("id", "class") if widget["attrs"].get(key)}
        return format_html("<div{}>{}</div>", flatatt(own), boxes)


def _options(label: Any, options: Iterable[Mapping[str, Any]]) -> str:
    rows = ((option["value"], flatatt(option["attrs"]), option["label"]) for option in options)
    drawn = format_html_join("", '<option value="{}"{}>{}</option>', rows)
    return format_html('<optgroup label="{}">{}</optgroup>', label, drawn) if label else drawn


def _box(option: Mapping[str, Any]) -> str:
    return format_html(
        '<div><label{}><input type="checkbox" name="{}" value="{}"{}> {}</label></div>',
        flatatt({"for": option["attrs"]["id"]} if option["attrs"].get("id") else {}),
        option["name"],
        option["value"],
        flatatt(option["attrs"]),
        option["label"],
    )
