"""Reword the subject where it stands."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.inbox.views.work.base import WorkView
from wagtail_helpdesk.tickets.actions.change_subject import ChangeSubject


class SubjectView(WorkView):
    """POST ``subject``, and ``seen``, the one that the person saw."""

    def act(self) -> HttpResponse:
        post, old = self.request.POST, self.ticket.subject
        seen = post.get("seen", old)
        ticket = ChangeSubject(ticket=self.ticket, subject=post.get("subject", ""), seen=seen, actor=self.actor)()
        if ticket.subject == old:
            return self.done()
        step = {"kind": "field", "ticket": ticket.pk, "field": "subject", "old": old, "new": ticket.subject}
        return self.done(_("The subject was changed."), undo=[step])
