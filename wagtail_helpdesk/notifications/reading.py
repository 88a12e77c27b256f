"""What an agent finds in the admin: the notices by ticket, and how many are new."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connections
from django.db.models import QuerySet
from django.utils.formats import number_format

from wagtail_helpdesk.desk.querysets import stands_in_for, team_ids_of
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.notifications.words import ICONS, sentence
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.prepared import statement
from wagtail_helpdesk.tickets.querysets import VIEW_ALL_PERMISSION, VIEW_PERMISSION

#: Notices on one page, and the most that are counted.
PAGE = 100
CAP = 99


@dataclass(frozen=True, slots=True)
class Line:
    """One notice as it is shown."""

    notice: Notice
    words: str
    icon: str


@dataclass(frozen=True)
class TicketNotices:
    """What is known of one ticket, the newest first."""

    ticket: Ticket
    lines: list[Line] = field(default_factory=list)

    @property
    def is_unread(self) -> bool:
        """Whether anything of it is new."""
        return any(line.notice.read_at is None for line in self.lines)

    @property
    def at(self) -> datetime:
        """When the newest came."""
        return self.lines[0].notice.created_at


@dataclass(frozen=True, slots=True)
class Page:
    """A page of notices; ``newest`` and ``oldest`` are keys of notices, ``oldest`` 0 where the next page is none."""

    tickets: list[TicketNotices]
    newest: int
    oldest: int


def count_unread(user: Any) -> int:
    """Return how many notices are new to ``user``, at most CAP + 1. One query, and that of the user's teams."""

    def build() -> QuerySet:
        return Notice.objects.shown_to(user).unread().order_by().values_list("pk")[: CAP + 1]

    if not user.has_perm(VIEW_PERMISSION):
        return 0
    sees_all = user.has_perm(VIEW_ALL_PERMISSION)
    scope = "all" if sees_all else (tuple(team_ids_of(user)), tuple(stands_in_for(user)))
    key = ("unread", CAP, user.pk, scope)
    with connections[Notice.objects.db].cursor() as cursor:
        cursor.execute(*statement(key, build))
        return len(cursor.fetchall())


def unread_text(user: Any) -> str:
    """Return that number in words, "" for none."""
    count = count_unread(user)
    return f"{number_format(CAP)}+" if count > CAP else number_format(count) if count else ""


def notices_page(user: Any, *, unread_only: bool, before: int | None = None) -> Page:
    """Return a page of what ``user`` was told, by ticket; ``before`` is the key that the page before ended with."""
    notices = Notice.objects.shown_to(user).select_related("ticket").order_by("-pk")
    if unread_only:
        notices = notices.unread()
    if before is not None:
        notices = notices.filter(pk__lt=before)
    rows = list(notices[: PAGE + 1])
    by_ticket: dict[int, TicketNotices] = {}
    for notice in rows[:PAGE]:
        group = by_ticket.setdefault(notice.ticket_id, TicketNotices(notice.ticket))
        group.lines.append(Line(notice, sentence(notice), ICONS[notice.kind]))
    newest = rows[0].pk if rows else 0
    return Page(list(by_ticket.values()), newest, rows[PAGE - 1].pk if len(rows) > PAGE else 0)
