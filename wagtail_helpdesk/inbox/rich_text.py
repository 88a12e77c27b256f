"""What the editor gives, as the HTML that actions take: plain, with absolute addresses."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from django.utils.translation import gettext_lazy as _
from wagtail.admin.rich_text import get_rich_text_editor_widget
from wagtail.models import Site
from wagtail.rich_text import expand_db_html, get_text_for_indexing

#: What a mail can carry, and an agent needs.
FEATURES = ["bold", "italic", "link", "ol", "ul"]


def composer_widget() -> object:
    """Return the editor that messages are written in."""
    widget = get_rich_text_editor_widget("default", features=FEATURES)
    widget.attrs.update({"aria-label": _("Message")})
    return widget


def is_empty(html: str) -> bool:
    """Tell whether nothing was written; an untouched editor gives an empty paragraph."""
    return not get_text_for_indexing(html or "").strip()


def to_message_html(html: str, *, site: Site | None) -> str:
    """Return the editor's database HTML with links to pages written out from the root of ``site`` (or the default).

    A link that leads nowhere (a page that is gone, an anchor) becomes its words.
    """
    soup = BeautifulSoup(expand_db_html(html), "html.parser")
    root = _root_url(site)
    for link in soup.find_all("a"):
        address = link.get("href", "")
        if not address or address.startswith("#"):
            link.unwrap()
        elif not urlsplit(address).scheme:
            link["href"] = urljoin(root, address)
    return str(soup)


def _root_url(site: Site | None) -> str:
    site = site or Site.objects.filter(is_default_site=True).first()
    return f"{site.root_url}/" if site else ""
