"""Reply to all tickets that are a part of this one."""

from __future__ import annotations

import secrets
from typing import Any

from bs4 import BeautifulSoup
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.html import escape, linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.automation.variables import (
    VARIABLES,
    fill_html,
    has_broken_variable,
    unknown_variables,
    values_for,
)
from wagtail_helpdesk.conversations.sanitising import clean_agent_html
from wagtail_helpdesk.inbox.answers import REFUSED
from wagtail_helpdesk.inbox.bulk.children import REPLY_TO_CHILDREN
from wagtail_helpdesk.inbox.bulk.running import AT_ONCE, run_now, start_job
from wagtail_helpdesk.inbox.children import Children, children_of
from wagtail_helpdesk.inbox.composer import REPLY
from wagtail_helpdesk.inbox.marks import newest_message_key
from wagtail_helpdesk.inbox.rich_text import composer_widget, is_empty, to_message_html
from wagtail_helpdesk.inbox.views.bulk import job_answer, outcome_answer
from wagtail_helpdesk.inbox.views.work.base import WorkPage
from wagtail_helpdesk.tickets.permissions import may

MAX_TEXT = 20_000


class ReplyToChildrenForm(forms.Form):
    """The words: plain ones from this page, or the composer's own."""

    text = forms.CharField(
        label=gettext_lazy("Reply to each of them"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    #: As the editor gives it.
    body = forms.CharField(required=False, max_length=5 * MAX_TEXT, widget=forms.HiddenInput)
    resolve = forms.BooleanField(label=gettext_lazy("And resolve them"), required=False)
    #: The same for the same click, and the newest message that there was when the page was made.
    once = forms.CharField(max_length=64, widget=forms.HiddenInput)
    last_seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, site: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="children-%s", **kwargs)
        self.site = site

    def clean(self) -> dict[str, Any]:
        """Add ``html``. Refuse no words, and what looks like the name of a value and is none."""
        data = super().clean()
        data["html"] = html = html_of(data.get("body", ""), data.get("text", ""), self.site)
        if not html and not self.errors:
            self.add_error("text", _("Write something before you send."))
        if unknown := unknown_variables(html):
            self.add_error("text", _("Nobody knows what %(names)s is.") % {"names": ", ".join(unknown)})
        elif has_broken_variable(html):
            self.add_error("text", _("Something in {{ }} cannot be read."))
        return data


def html_of(body: str, text: str, site: Any) -> str:
    """Return the words as HTML, "" for none: those of the editor, else plain ones."""
    if not is_empty(body):
        soup = BeautifulSoup(to_message_html(body, site=site), "html.parser")
        for image in soup.find_all("img"):
            # It waits with the draft of one ticket, and belongs to its answer.
            image.decompose()
        return str(soup)
    return linebreaks(escape(text.strip())) if text.strip() else ""


class ReplyToChildrenView(WorkPage):
    """GET and POST show whom it goes to, with what stands in the composer; POST with ``confirm`` sends."""

    template_name = "wagtail_helpdesk/inbox/reply_children.html"
    page_title = gettext_lazy("Reply to all parts")
    header_icon = "mail"

    @cached_property
    def children(self) -> Children:
        """Whom it goes to."""
        return children_of(self.ticket, self.request.user)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page. PermissionDenied for who may not reply."""
        self._require_right()
        return self._page(self._first_form(""))

    def act(self) -> HttpResponse:
        self._require_right()
        data = self.request.POST
        if "confirm" not in data:
            # Words for colleagues are not taken for an answer to customers.
            wrote = data.get("mode") == REPLY
            body = composer_widget().value_from_datadict(data, {}, "body") if wrote else ""
            return self._page(self._first_form(body or ""))
        form = ReplyToChildrenForm(data, site=self.ticket.site)
        if not form.is_valid():
            return self._page(form, status=REFUSED)
        if not self.children.chosen:
            form.add_error(None, _("There is nobody to send it to."))
            return self._page(form, status=REFUSED)
        return self._send(form.cleaned_data)

    def _require_right(self) -> None:
        if not may(self.request.user, "reply", self.ticket):
            raise PermissionDenied

    def _first_form(self, body: str) -> ReplyToChildrenForm:
        words = "" if is_empty(body) else body
        first = {"body": words, "once": secrets.token_hex(16), "last_seen": newest_message_key()}
        return ReplyToChildrenForm(initial=first, site=self.ticket.site)

    def _send(self, data: dict[str, Any]) -> HttpResponse:
        chosen = [(child.pk, "") for child in self.children.chosen]
        kept = {name: data[name] for name in ("html", "resolve", "once", "last_seen")} | {"parent": self.ticket.pk}
        user = self.request.user
        if len(chosen) > AT_ONCE:
            return job_answer(self.request, start_job(REPLY_TO_CHILDREN, chosen, kept, user))
        outcome, record = run_now(REPLY_TO_CHILDREN, chosen, kept, user)
        return outcome_answer(self.request, outcome, record, then=self.ticket_url)

    def _page(self, form: ReplyToChildrenForm, status: int = 200) -> HttpResponse:
        html = html_of(form["body"].value() or "", form["text"].value() or "", self.ticket.site)
        context = {
            "standing_view": self.standing_view,
            "ticket": self.ticket,
            "form": form,
            "from_composer": bool(form["body"].value()),
            "children": self.children,
            "sample": self._sample(html),
            "variables": [f"{{{{ {name} }}}}" for name in VARIABLES],
            "may_change": may(self.request.user, "change"),
        }
        return self.render_to_response(self.get_context_data(**context), status=status)

    def _sample(self, html: str) -> Any:
        """Return the words as the first of them gets them, "" where there are none."""
        if not html or not self.children.chosen:
            return ""
        child = self.children.chosen[0]
        values = values_for(user=self.request.user, ticket=child, language=child.language)
        return clean_agent_html(fill_html(html, values))
