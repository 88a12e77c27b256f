"""The editor's database HTML as the HTML that actions take: plain, with absolute addresses."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from wagtail.models import Site
from wagtail.rich_text import expand_db_html


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
