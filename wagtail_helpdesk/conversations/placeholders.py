"""Words that still have to be filled in before a text leaves: [[name]]."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bs4 import BeautifulSoup
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused

_PLACEHOLDER = re.compile(r"\[\[([^\[\]\n]{1,80})\]\]")


def empty_placeholders(html: str) -> list[str]:
    """Return the names of the placeholders in an agent's HTML, in order, each once. What is quoted does not count."""
    if "[[" not in html:
        return []
    soup = BeautifulSoup(html, "html.parser")
    for quote in soup.find_all("blockquote"):
        quote.decompose()
    return list(dict.fromkeys(name.strip() for name in _PLACEHOLDER.findall(soup.get_text())))


def refuse_gaps(names: Sequence[str]) -> None:
    """Raise ActionRefused for placeholders that are still empty."""
    if names:
        raise ActionRefused(_("Fill in %(names)s before you send.") % {"names": ", ".join(map("[[{}]]".format, names))})
