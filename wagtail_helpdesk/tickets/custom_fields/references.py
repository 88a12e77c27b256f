"""Fields that point at a page or a snippet of the site: an order, a product, a course.

A value is ``{"pk": "12", "title": "Farol One"}``: the title as it was when it was chosen, so that it can be read when
the thing itself is gone. Whoever may change tickets can look through the titles of what a field points at: which
models those are is an administrator's choice.
"""

from __future__ import annotations

import re
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.models import get_page_models
from wagtail.snippets.models import get_snippet_models

from wagtail_helpdesk.tickets.custom_fields.kinds import ValueRefused

#: So many are offered while one types.
MOST = 10
MAX_TITLE = 200
_LABEL_FIELDS = ("title", "name", "label", "heading", "number")
_OWN_APP = "wagtail_helpdesk"
#: What was offered, as it stands in the input: "Farol One [12]".
_OFFERED = re.compile(r"^(?P<title>.*) \[(?P<pk>[^\[\]]+)\]$", re.DOTALL)


def targets() -> list[tuple[str, str]]:
    """Return (label of the model, its name) of what fields can point at: the site's pages and snippets."""
    models_of_site = [*get_page_models(), *get_snippet_models()]
    found = {model._meta.label_lower: model for model in models_of_site if _can_be_searched(model)}
    return sorted((label, capfirst(str(model._meta.verbose_name_plural))) for label, model in found.items())


def _can_be_searched(model: type[models.Model]) -> bool:
    ours = model._meta.app_label == _OWN_APP
    return not ours and not model._meta.abstract and _label_field(model) is not None


def model_called(target: str) -> type[models.Model] | None:
    """Return the model of a label, None where the site has it no more."""
    try:
        model = apps.get_model(target)
    except (LookupError, ValueError):
        return None
    return model if _label_field(model) else None


def offer(target: str, text: str) -> list[str]:
    """Return what matches ``text`` as the input takes it: "title [key]". One query."""
    model = model_called(target)
    words = " ".join(text.replace("\x00", "").split())[:MAX_TITLE]
    if model is None or not words:
        return []
    field = _label_field(model)
    rows = _rows(model).filter(**{f"{field}__icontains": words}).order_by(field, "pk")[:MOST]
    return [written(_value(row)) for row in rows]


def written(value: dict[str, str]) -> str:
    """Return a value as it stands in the input."""
    return f"{value['title']} [{value['pk']}]"


def clean_reference(target: str, raw: Any, *, kept: Any = None) -> dict[str, str] | None:
    """Return the value for what was typed or stored. ValueRefused where there is no such thing."""
    if isinstance(raw, dict) and raw == kept:
        return raw
    text = written(raw) if isinstance(raw, dict) and {"pk", "title"} <= raw.keys() else raw
    if not isinstance(text, str):
        raise ValueRefused(_("Choose one of those that are offered."))
    text = text.strip()
    if not text:
        return None
    if isinstance(kept, dict) and text == written(kept):
        return kept
    model = model_called(target)
    row = _find(model, text) if model else None
    if row is None:
        raise ValueRefused(_("Nothing is called “%(text)s”: choose one of those that are offered.") % {"text": text})
    return _value(row)


def _find(model: type[models.Model], text: str) -> models.Model | None:
    match = _OFFERED.match(text)
    if match:
        try:
            return _rows(model).filter(pk=model._meta.pk.to_python(match["pk"])).first()
        except (ValidationError, ValueError, OverflowError):
            return None
    found = list(_rows(model).filter(**{f"{_label_field(model)}__iexact": text})[:2])
    return found[0] if len(found) == 1 else None


def _rows(model: type[models.Model]) -> models.QuerySet:
    rows = model._default_manager.all()
    # A page that nobody can see yet is nobody's business.
    return rows.filter(live=True) if any(field.name == "live" for field in model._meta.fields) else rows


def _value(row: models.Model) -> dict[str, str]:
    title = str(getattr(row, _label_field(type(row)) or "pk"))
    return {"pk": str(row.pk), "title": " ".join(title.split())[:MAX_TITLE]}


def _label_field(model: type[models.Model]) -> str | None:
    for name in _LABEL_FIELDS:
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if isinstance(field, models.CharField | models.TextField):
            return name
    return None
