"""Where a promoted answer may go."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from wagtail.models import Locale

from wagtail_helpdesk.knowledge_base.mixins import HelpSectionMixin
from wagtail_helpdesk.knowledge_base.querysets import models_with, page_model


def open_sections() -> list[Any]:
    """Return the live sections that take articles, in tree order; each has ``locale`` at hand."""
    found = [
        section
        for model in models_with(HelpSectionMixin)
        if model.article_model() is not None
        for section in model.objects.live().select_related("locale")
    ]
    return sorted(found, key=lambda section: section.path)


def choices_by_language(sections: list[Any]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return the choices of a select: sections under their language's name, each named with what stands above it."""
    above = dict(
        page_model().objects.filter(path__in={_path_above(one) for one in sections}).values_list("path", "title")
    )
    groups: dict[Locale, list[tuple[int, str]]] = defaultdict(list)
    for section in sections:
        groups[section.locale].append((section.pk, f"{above.get(_path_above(section), '')} > {section.title}"))
    return [(locale.get_display_name(), choices) for locale, choices in groups.items()]


def section_for(sections: list[Any], language: str) -> int | None:
    """Return the key of the first section in ``language``, else in its base language; None where there is none."""
    wanted = language.lower()
    for code in dict.fromkeys((wanted, wanted.split("-")[0])):
        for section in sections:
            if code and section.locale.language_code.lower() == code:
                return section.pk
    for section in sections:
        if wanted and section.locale.language_code.lower().split("-")[0] == wanted.split("-")[0]:
            return section.pk
    return None


def _path_above(section: Any) -> str:
    return section.path[: -section.steplen]
