"""Reply to all tickets that are a part of this one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from bs4 import BeautifulSoup
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import escape, linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.automation.models import SavedReply
from wagtail_helpdesk.automation.variables import (
    VARIABLES,
    fill_html,
    has_broken_variable,
    unknown_variables,
    values_for,
)
from wagtail_helpdesk.conversations.draft_files import public_id_of
from wagtail_helpdesk.conversations.sanitising import clean_agent_html
from wagtail_helpdesk.inbox.answers import REFUSED
from wagtail_helpdesk.inbox.bulk.children import REPLY_TO_CHILDREN
from wagtail_helpdesk.inbox.bulk.running import AT_ONCE, run_now, start_job
from wagtail_helpdesk.inbox.children import Children, children_of
from wagtail_helpdesk.inbox.composer import REPLY
from wagtail_helpdesk.inbox.draft_files import keep_files
from wagtail_helpdesk.inbox.extras import extras_of
from wagtail_helpdesk.inbox.marks import newest_message_key
from wagtail_helpdesk.inbox.part_files import PartFile, files_to_offer, refusal_of
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
    files = forms.MultipleChoiceField(
        label=gettext_lazy("Files that go along with each"), required=False, widget=forms.CheckboxSelectMultiple
    )
    #: The same for the same click, and the newest message that there was when the page was made.
    once = forms.CharField(max_length=64, widget=forms.HiddenInput)
    last_seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, site: Any, offered: Sequence[PartFile], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="children-%s", **kwargs)
        self.site, self.offered = site, offered
        chosen = self.fields["files"]
        chosen.choices = [(file.key, file.label) for file in offered if not file.content_id]
        chosen.error_messages["invalid_choice"] = _("A file that was to go along is not there any more.")

    def clean(self) -> dict[str, Any]:
        """Add ``html``, and to ``files`` the images in it. Refuse no words, too many files, and what looks like the
        name of a value and is none.
        """
        data = super().clean()
        data["html"] = html = html_of(data.get("body", ""), data.get("text", ""), self.site, self.offered)
        going = [
            file
            for file in self.offered
            if file.key in data.get("files", ()) or (file.content_id and f"cid:{file.content_id}" in html)
        ]
        data["files"] = [file.key for file in going]
        if why := refusal_of(going):
            self.add_error("files", why)
        if not html and not self.errors:
            self.add_error("text", _("Write something before you send."))
        if unknown := unknown_variables(html):
            self.add_error("text", _("Nobody knows what %(names)s is.") % {"names": ", ".join(unknown)})
        elif has_broken_variable(html):
            self.add_error("text", _("Something in {{ }} cannot be read."))
        return data


def html_of(body: str, text: str, site: Any, offered: Sequence[PartFile]) -> str:
    """Return the words as HTML, "" for none: those of the editor, with such images as are offered, else plain ones."""
    if not is_empty(body):
        soup = BeautifulSoup(to_message_html(body, site=site), "html.parser")
        known = {f"cid:{file.content_id}" for file in offered if file.content_id}
        for image in soup.find_all("img"):
            if image.get("src") not in known:
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

    @cached_property
    def replies(self) -> list[SavedReply]:
        """The saved replies that were put into the words."""
        return extras_of(self.request.POST, self.request.user, ticket=self.ticket).replies

    @cached_property
    def offered(self) -> list[PartFile]:
        """The files that can go along."""
        return files_to_offer(self.request.user, self.ticket, self.replies)

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
            # Without JavaScript they come with the form.
            added = self.request.FILES.getlist("files") if wrote else []
            refused = keep_files(self.request.user, self.ticket, REPLY, added)
            return self._page(self._first_form(body or "", with_files=wrote), refused=refused)
        form = ReplyToChildrenForm(data, site=self.ticket.site, offered=self.offered)
        if not form.is_valid():
            return self._page(form, status=REFUSED)
        if not self.children.chosen:
            form.add_error(None, _("There is nobody to send it to."))
            return self._page(form, status=REFUSED)
        return self._send(form.cleaned_data)

    def _require_right(self) -> None:
        if not may(self.request.user, "reply", self.ticket):
            raise PermissionDenied

    def _first_form(self, body: str, *, with_files: bool = False) -> ReplyToChildrenForm:
        words = "" if is_empty(body) else body
        first = {"body": words, "once": secrets.token_hex(16), "last_seen": newest_message_key()}
        first["files"] = [file.key for file in self.offered if not file.content_id] if with_files else []
        return ReplyToChildrenForm(initial=first, site=self.ticket.site, offered=self.offered)

    def _send(self, data: dict[str, Any]) -> HttpResponse:
        chosen = [(child.pk, "") for child in self.children.chosen]
        kept = {name: data[name] for name in ("html", "resolve", "once", "last_seen", "files")} | {
            "parent": self.ticket.pk
        }
        user = self.request.user
        if len(chosen) > AT_ONCE:
            return job_answer(self.request, start_job(REPLY_TO_CHILDREN, chosen, kept, user))
        outcome, record = run_now(REPLY_TO_CHILDREN, chosen, kept, user)
        return outcome_answer(self.request, outcome, record, then=self.ticket_url)

    def _page(self, form: ReplyToChildrenForm, status: int = 200, refused: Sequence[str] = ()) -> HttpResponse:
        html = html_of(form["body"].value() or "", form["text"].value() or "", self.ticket.site, self.offered)
        context = {
            "standing_view": self.standing_view,
            "ticket": self.ticket,
            "form": form,
            "has_files": any(not file.content_id for file in self.offered),
            "refused": refused,
            "replies": self.replies,
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
        images = {
            file.content_id: reverse("helpdesk_inbox:draft_file", args=[public_id_of(file.content_id)])
            for file in self.offered
            if file.content_id
        }
        return clean_agent_html(fill_html(html, values), inline=images)
