"""Words that still have to be filled in before a text leaves: [[name]]."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup

_PLACEHOLDER = re.compile(r"\[\[([^\[\]\n]{1,80})\]\]")


def empty_placeholders(html: str) -> list[str]:
    """Return the names of the placeholders in an agent's HTML, in order, each once. What is quoted does not count."""
    if "[[" not in html:
        return []
    soup = BeautifulSoup(html, "html.parser")
    for quote in soup.find_all("blockquote"):
        quote.decompose()
    return list(dict.fromkeys(name.strip() for name in _PLACEHOLDER.findall(soup.get_text())))
