"""Reads on notices. Whether one may be shown is asked when it is read, not when it was made."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef

from wagtail_helpdesk.desk.choices import HIDDEN
from wagtail_helpdesk.notifications.choices import NoticeMail, NoticePush
from wagtail_helpdesk.tickets.models import Ticket


class NoticeQuerySet(models.QuerySet):
    """Notices by who reads them and by what is to be done."""

    def shown_to(self, user: Any) -> NoticeQuerySet:
        """Return the notices in the app of ``user``, of tickets that the user may see now."""
        tickets = Ticket.objects.visible_to(user).current().exclude(category__in=HIDDEN)
        return self.filter(Exists(tickets.filter(pk=OuterRef("ticket"))), user=user, in_app=True)

    def unread(self) -> NoticeQuerySet:
        """Return what was not read."""
        return self.filter(read_at__isnull=True)

    def to_push(self) -> NoticeQuerySet:
        """Return what has to go to devices."""
        return self.filter(push_state=NoticePush.WAITING)

    def to_mail(self) -> NoticeQuerySet:
        """Return what has to leave by mail, alone or in a digest."""
        return self.filter(mail_state__in=(NoticeMail.WAITING, NoticeMail.DIGEST))
