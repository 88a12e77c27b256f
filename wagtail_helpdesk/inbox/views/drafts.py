"""Drafts of one ticket: save, throw away, take over; the composer as it stands."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.take_over_draft import TakeOverDraft
from wagtail_helpdesk.conversations.draft_files import remove_draft_file
from wagtail_helpdesk.conversations.drafts import DraftChanged, discard_draft, draft_of, save_draft
from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.models import Draft, DraftFile
from wagtail_helpdesk.inbox.answers import answer, is_fetched
from wagtail_helpdesk.inbox.composer import VERBS, ComposerForm, DraftForm, may_write
from wagtail_helpdesk.inbox.composer_page import forwardable_messages
from wagtail_helpdesk.inbox.draft_files import keep_files
from wagtail_helpdesk.inbox.thread import last_event_of
from wagtail_helpdesk.inbox.undoing import remember
from wagtail_helpdesk.inbox.views.conversation import ConversationView

#: The answer to a draft that is not the newest.
CHANGED = 409


def keep_words(view: ConversationView, *, above: bool = False) -> list[str]:
    """Save what ``view`` was posted as the user's draft on its ticket; return why files of it were not taken.

    ``above``: where another draft stands there, above its words. Raises PermissionDenied for who may not write what it
    is to become, and DraftChanged.
    """
    request, ticket, user = view.request, view.ticket, view.request.user
    mode = request.POST.get("mode", "")
    if not may_write(user, mode if mode in VERBS else "note", ticket):
        raise PermissionDenied
    passable = list(forwardable_messages(ticket)) if mode == "forward" else []
    form = DraftForm(request.POST, request.FILES, ticket=ticket, user=user, people=view.people, forwardable=passable)
    form.is_valid()
    data, refused = form.cleaned_data, [*form.errors.get("files", [])]
    mode = data.get("mode") or "note"
    words = {"user": user, "ticket": ticket, "mode": mode, "choices": data["choices"]}
    body = data.get("body", "")
    version = None if request.POST.get("force") else data.get("version") or 0
    try:
        save_draft(**words, body=body, version=version)
    except DraftChanged as error:
        if not above:
            raise
        there = error.draft.body if error.draft else ""
        # What was saved before the merge is among what was joined by it.
        known = html_to_text(body).strip() in html_to_text(there)
        save_draft(**words, body=there if known else body + there, version=None)
    return refused + keep_files(user, ticket, mode, data.get("files") or [])


class ComposerPartView(ConversationView):
    """GET returns the composer with the draft as it stands now."""

    goes_along = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the part of the page; ``seen`` names the newest message there, ``seen_event`` what happened last."""
        return answer(request, then=self.ticket_url, parts=self.composer_part())

    def composer_part(self) -> dict[str, Any]:
        """Return the part as ``answer`` takes it."""
        seen = self.request.GET.get("seen") or self.request.POST.get("last_seen") or ""
        known = int(seen[:18]) if seen.isdigit() else 0
        event = self.request.GET.get("seen_event") or self.request.POST.get("seen_event") or ""
        happened = int(event[:18]) if event.isdigit() else last_event_of(self.ticket)
        return {"composer": ("wagtail_helpdesk/inbox/composer.html", self._composer_context(known, happened))}


class DraftView(ConversationView):
    """POST saves what was written: our script every few seconds, a plain form when its button is pressed."""

    http_method_names = ["post", "options"]
    goes_along = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save the draft. PermissionDenied for who may not write what it is to become."""
        try:
            refused = keep_words(self)
        except DraftChanged as error:
            return self._changed(error)
        self._remove(request.POST.getlist("remove"))
        return self._saved(draft_of(request.user, self.ticket), refused)

    def _remove(self, public_ids: list[str]) -> None:
        if not public_ids:
            return
        mine = DraftFile.objects.filter(draft__user=self.request.user, draft__ticket=self.ticket)
        for file in mine.select_related("draft").filter(public_id__in=public_ids):
            remove_draft_file(file)

    def _saved(self, draft: Draft | None, refused: list[str]) -> HttpResponse:
        if is_fetched(self.request):
            at = time_format(timezone.localtime(), "TIME_FORMAT")
            said = _("Draft saved at %(time)s.") % {"time": at} if draft else ""
            return JsonResponse({"version": draft.version if draft else 0, "said": said, "refused": refused})
        for why in refused:
            messages.error(self.request, why)
        messages.success(self.request, _("The draft was saved.") if draft else _("There is nothing to save."))
        return redirect(f"{self.ticket_url}#composer")

    def _changed(self, error: DraftChanged) -> HttpResponse:
        version = error.draft.version if error.draft else 0
        if is_fetched(self.request):
            return JsonResponse({"changed": str(error), "version": version}, status=CHANGED)
        data = self.request.POST.copy()
        data["version"] = version
        passable = list(forwardable_messages(self.ticket)) if data.get("mode") == "forward" else []
        form = ComposerForm(data, ticket=self.ticket, user=self.request.user, people=self.people, forwardable=passable)
        self.refusal = f"{error} " + _("Send or save again to keep what stands here instead.")
        self.composer = form
        return self.render_to_response(self.get_context_data(), status=CHANGED)


class DiscardDraftView(ComposerPartView):
    """POST throws one's own draft away, with a way back."""

    http_method_names = ["post", "options"]
    goes_along = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Throw it away; nothing happens where there is none."""
        draft = draft_of(request.user, self.ticket)
        steps = []
        if draft is not None and discard_draft(draft):
            steps = [{"kind": "draft", "ticket": self.ticket.pk, "draft": draft.pk}]
        return answer(
            request,
            then=f"{self.ticket_url}#composer",
            said=_("The draft was thrown away."),
            undo=remember(request.user, steps),
            parts=self.composer_part(),
            drafts=True,
        )


class TakeOverDraftView(ComposerPartView):
    """POST makes a colleague's draft one's own."""

    http_method_names = ["post", "options"]
    goes_along = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take it over. PermissionDenied for who may not write what it is to become."""
        draft = get_object_or_404(Draft.objects.select_related("ticket"), pk=kwargs["draft"], ticket=self.ticket)
        said, level = _("The draft is yours now."), "success"
        try:
            TakeOverDraft(draft=draft, actor=self.actor)()
        except ActionRefused as error:
            said, level = str(error), "warning"
        return answer(
            request, then=f"{self.ticket_url}#composer", said=said, level=level, parts=self.composer_part(), drafts=True
        )
