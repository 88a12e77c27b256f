"""The groups of a page as its templates and its scripts want them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from wagtail_helpdesk.inbox.counts import count_text
from wagtail_helpdesk.inbox.grouping.groups import Group
from wagtail_helpdesk.inbox.grouping.paging import GroupedPage, Section
from wagtail_helpdesk.inbox.rows import Row


@dataclass(frozen=True)
class Heading:
    """One group on a page: its heading, and its rows."""

    group: Group
    #: "12", "1000+".
    count: str
    rows: list[Row]
    continues: bool = False
    goes_on: bool = False


def headings_of(page: GroupedPage, rows: Mapping[int, Row]) -> list[Heading]:
    """Return the groups of ``page`` with their rows, which stand under the key of the ticket."""
    return [_heading(section, [rows[ticket.pk] for ticket in section.rows]) for section in page.sections]


def groups_as_data(page: GroupedPage) -> dict[str, dict[str, Any]]:
    """Return, for each group on ``page``, its count in words, and its heading without rows for pages that lack it."""
    return {
        section.group.key: {
            "count": count_text(section.group.count),
            "html": render_to_string("wagtail_helpdesk/inbox/group.html", {"heading": _heading(section, [])}),
        }
        for section in page.sections
    }


def group_counts(groups: list[Group], most: int) -> tuple[list[tuple[str, str]], int]:
    """Return label and count in words of the first ``most`` groups, and how many more there are."""
    return [(group.label, count_text(group.count)) for group in groups[:most]], max(0, len(groups) - most)


def _heading(section: Section, rows: list[Row]) -> Heading:
    return Heading(section.group, count_text(section.group.count), rows, section.continues, section.goes_on)
