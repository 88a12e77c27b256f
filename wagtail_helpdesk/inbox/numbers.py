"""Ticket numbers as people type them."""

from __future__ import annotations

from wagtail_helpdesk import conf
from wagtail_helpdesk.search import language


def ticket_number(words: str) -> int | None:
    """Return the number in "HD-12", "#12" or "12"; None for anything else."""
    return language.ticket_number(words, conf.get("REFERENCE_PREFIX"))[0]
