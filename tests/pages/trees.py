"""Help centres for tests."""

from __future__ import annotations

from typing import Any

from wagtail.models import Locale, Page

from wagtail_helpdesk.pages.models import HelpArticlePage, HelpCentrePage, HelpSectionPage


def make_centre(title: str = "Help centre", *, under: Any = None, **fields: Any) -> HelpCentrePage:
    """Return a live help centre below the site's home page."""
    home = under or Page.objects.filter(depth=2).first()
    return home.add_child(instance=HelpCentrePage(title=title, **fields))


def make_section(centre: HelpCentrePage, title: str = "Orders", **fields: Any) -> HelpSectionPage:
    """Return a live section."""
    return centre.add_child(instance=HelpSectionPage(title=title, locale=centre.locale, **fields))


def make_article(
    section: HelpSectionPage, title: str, text: str = "<p>Wait a day.</p>", **fields: Any
) -> HelpArticlePage:
    """Return a live article whose body is one piece of rich text."""
    body = fields.pop("body", [("paragraph", text)])
    return section.add_child(instance=HelpArticlePage(title=title, body=body, locale=section.locale, **fields))


def locale(code: str) -> Locale:
    """Return a language of the site, made when there is none."""
    return Locale.objects.get_or_create(language_code=code)[0]
