"""Languages to choose from."""

from __future__ import annotations

from django.utils.translation import get_language_info
from wagtail.coreutils import get_content_languages


def site_languages() -> dict[str, str]:
    """Return the languages that the site speaks to its visitors, by code."""
    return {code: str(name) for code, name in get_content_languages().items()}


def named_languages(codes: list[str]) -> dict[str, str]:
    """Return further language codes with their names; a code that nobody knows is its own name."""
    named = {}
    for code in filter(None, codes):
        try:
            named[code] = site_languages().get(code) or get_language_info(code)["name_translated"]
        except KeyError:
            named[code] = code
    return named
