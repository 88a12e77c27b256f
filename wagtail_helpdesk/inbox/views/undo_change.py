"""Take back what one did with the last clicks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.inbox.answers import answer
from wagtail_helpdesk.inbox.bulk.registry import action_called
from wagtail_helpdesk.inbox.bulk.running import AT_ONCE, start_job
from wagtail_helpdesk.inbox.focus.sessions import bring_back
from wagtail_helpdesk.inbox.links import ticket_url, view_url
from wagtail_helpdesk.inbox.models import UndoRecord
from wagtail_helpdesk.inbox.standing_views import DEFAULT, visible_tickets
from wagtail_helpdesk.inbox.undoing import Step, claim, steps_by_ticket, taken_back_words, undo
from wagtail_helpdesk.inbox.views.base import InboxMixin
from wagtail_helpdesk.inbox.views.bulk import job_answer


class UndoChangeView(InboxMixin, WagtailAdminTemplateMixin):
    """POST takes back one's own change; GET asks first, for pages without our JavaScript."""

    template_name = "wagtail_helpdesk/inbox/undo_change.html"
    header_icon = "undo"
    page_title = gettext_lazy("Undo")
    http_method_names = ["get", "head", "post", "options"]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the record among one's own: Http404 for anybody else's."""
        super().setup(request, *args, **kwargs)
        user = request.user
        mine = UndoRecord.objects.filter(user=user) if user.is_authenticated else UndoRecord.objects.none()
        self.record = get_object_or_404(mine, pk=kwargs["record"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask."""
        tickets = visible_tickets(request.user).filter(pk__in={step["ticket"] for step in self.record.steps})
        return self.render_to_response(self.get_context_data(tickets=tickets.order_by("pk"), then=self._then()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take it back, and say for each ticket that could not be why not."""
        then = self._then()
        by_ticket = steps_by_ticket(self.record)
        if len(by_ticket) > AT_ONCE:
            return self._begin(by_ticket)
        try:
            results = undo(self.record)
        except ActionRefused as error:
            return answer(request, then=then, said=str(error), level="warning")
        done = [pk for pk, why in results.items() if not why]
        bring_back(request.user, done)
        known = visible_tickets(request.user).in_bulk(results)
        refused = [
            _("%(ticket)s: %(why)s") % {"ticket": known[pk].reference, "why": why}
            for pk, why in results.items()
            if why and pk in known
        ]
        if unseen := sum(bool(why) and pk not in known for pk, why in results.items()):
            words = ngettext(
                "%(count)s ticket that you do not see any more is not as it was.",
                "%(count)s tickets that you do not see any more are not as they were.",
                unseen,
            )
            refused.append(words % {"count": unseen})
        kinds = {step["kind"] for step in self.record.steps}
        messages = [step["message"] for step in self.record.steps if step["kind"] == "message"]
        taken_back = (
            taken_back_words(Message.objects.filter(pk__in=messages), request.user) if messages and done else ""
        )
        if taken_back and kinds == {"message"}:
            return answer(request, then=then, said=taken_back, details=refused, tickets=list(results), drafts=True)
        said = ngettext("%(count)s ticket is as it was.", "%(count)s tickets are as they were.", len(done))
        level = "warning" if refused else "success"
        return answer(
            request,
            then=then,
            said=said % {"count": len(done)},
            level=level,
            details=[*([taken_back] if taken_back else []), *refused],
            tickets=list(results),
            drafts=bool(kinds & {"draft", "message"}),
            undone=True,
        )

    def _begin(self, by_ticket: dict[int, list[Step]]) -> HttpResponse:
        """Take back in the background what took its time."""
        try:
            claim(self.record)
        except ActionRefused as error:
            return answer(self.request, then=self._then(), said=str(error), level="warning")
        chosen = [(pk, "") for pk in by_ticket]
        job = start_job(action_called("undo"), chosen, {"steps": by_ticket}, self.request.user)
        return job_answer(self.request, job)

    def _then(self) -> str:
        written = {step["ticket"] for step in self.record.steps if step["kind"] in ("message", "draft")}
        if len(written) == 1:
            # Where the text is again.
            return f"{ticket_url(written.pop())}#composer"
        return get_valid_next_url_from_request(self.request) or view_url(DEFAULT)
