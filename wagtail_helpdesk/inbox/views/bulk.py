"""Change several tickets at once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.inbox.answers import REFUSED, answer
from wagtail_helpdesk.inbox.bulk.models import BulkJob
from wagtail_helpdesk.inbox.bulk.registry import BulkAction, action_called
from wagtail_helpdesk.inbox.bulk.running import (
    AT_ONCE,
    MOST,
    Chosen,
    Outcome,
    chosen_of_place,
    known_references,
    outcome_of,
    run_now,
    start_job,
    take_turn,
)
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.media import inbox_media
from wagtail_helpdesk.inbox.models import UndoRecord
from wagtail_helpdesk.inbox.places import Place
from wagtail_helpdesk.inbox.seen import parse_seen
from wagtail_helpdesk.inbox.standing_views import DEFAULT, visible_tickets
from wagtail_helpdesk.inbox.views.base import InboxMixin, inbox_breadcrumb
from wagtail_helpdesk.tickets.permissions import may

#: So many refusals are named in a message; a job's page has all.
MOST_NAMED = 20
JOB_TEMPLATE = "wagtail_helpdesk/inbox/bulk_job.html"


class BulkView(InboxMixin):
    """POST changes each chosen ticket wholly or not at all, and says for each what became of it.

    ``action`` names what to do, its fields stand under its name. ``ticket`` are the chosen rows as the page showed
    them; ``everything`` with ``place`` means all that the list holds now. ``one`` ("star:12") is an action on one row.
    """

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it at once, or begin a job. Http404 for an unknown action."""
        name, _colon, key = request.POST.get("one", "").partition(":")
        called, _colon, quick = request.POST.get("action", "").partition(":")
        action = action_called(name or called)
        if action is None or action.has_own_screen:
            raise Http404
        if not may(request.user, action.verb):
            raise PermissionDenied
        form = action.form(request.POST, user=request.user, name=action.name, quick=quick)
        if not form.is_valid():
            return self._refuse(" ".join(error for errors in form.errors.values() for error in errors))
        chosen = [(int(key), "")] if key.isascii() and key.isdigit() else self._chosen()
        if not chosen:
            return self._refuse(_("Choose at least one ticket."), level="warning")
        if action.most is not None and len(chosen) > action.most:
            return self._refuse(_("Choose no more than %(most)d tickets for this.") % {"most": action.most})
        last_seen = request.POST.get("last_seen", "")
        data = form.plain() | {
            "last_seen": int(last_seen) if last_seen.isdigit() else None,
            "once": request.POST.get("once", "")[:64],
        }
        try:
            data = action.prepare(self._visible(chosen), data)
        except ActionRefused as error:
            return self._refuse(str(error))
        return self._run(action, chosen, data)

    def _run(self, action: BulkAction, chosen: Chosen, data: dict[str, Any]) -> HttpResponse:
        user = self.request.user
        if len(chosen) > AT_ONCE:
            return job_answer(self.request, start_job(action, chosen, data, user))
        outcome, record = run_now(action, chosen, data, user)
        return outcome_answer(self.request, outcome, record, then=self._back())

    def _chosen(self) -> Chosen:
        data, user = self.request.POST, self.request.user
        if data.get("everything"):
            place = Place.parse(data.get("place", ""), user)
            if place is None:
                raise Http404
            return chosen_of_place(place, user)
        rows = {row.ticket: text for text in data.getlist("ticket")[:MOST] if (row := parse_seen(text))}
        return list(rows.items())

    def _visible(self, chosen: Chosen) -> list[int]:
        keys = [pk for pk, _seen in chosen]
        return list(visible_tickets(self.request.user).filter(pk__in=keys[:AT_ONCE]).values_list("pk", flat=True))

    def _refuse(self, said: str, level: str = "error") -> HttpResponse:
        return answer(self.request, then=self._back(), said=said, level=level, status=REFUSED)

    def _back(self) -> str:
        return get_valid_next_url_from_request(self.request) or view_url(DEFAULT)


class BulkCountView(InboxMixin):
    """How many "all that match" are."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return {"count", "text"} for ``?place=``."""
        place = Place.parse(request.GET.get("place", ""), request.user)
        if place is None:
            raise Http404
        count = min(place.tickets_for(request.user).order_by()[: MOST + 1].count(), MOST)
        text = ngettext("%(count)s ticket matches", "all %(count)s that match", count)
        return JsonResponse({"count": count, "text": text % {"count": number_format(count, force_grouping=True)}})


class BulkJobView(InboxMixin, WagtailAdminTemplateMixin):
    """How far a job is; POST takes it further. Everybody has only their own."""

    template_name = "wagtail_helpdesk/inbox/bulk_job_page.html"
    header_icon = "list-ul"
    page_title = gettext_lazy("Change to many tickets")
    http_method_names = ["get", "head", "post", "options"]

    @cached_property
    def job(self) -> BulkJob:
        """The job. Http404 for somebody else's."""
        return get_object_or_404(BulkJob, pk=self.kwargs["job"], user=self.request.user)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, this."""
        return [*self.breadcrumbs_items, inbox_breadcrumb(), {"url": "", "label": self.page_title}]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page; without our JavaScript it loads itself again until all is done."""
        response = self.render_to_response(self.get_context_data(media=inbox_media("job"), **job_context(self.job)))
        if self.job.finished_at is None:
            response["Refresh"] = "3"
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take a turn, and say how far it is; in the end what became of it."""
        job = take_turn(self.job)
        if job.finished_at is None:
            return job_answer(request, job)
        then = reverse("helpdesk_inbox:bulk_job", args=[job.pk])
        return outcome_answer(request, outcome_of(job), job.undo, then=then, job=job)


def job_answer(request: HttpRequest, job: BulkJob) -> HttpResponse:
    """Answer with a job's progress."""
    then = reverse("helpdesk_inbox:bulk_job", args=[job.pk])
    return answer(request, then=then, parts={"helpdesk-job": (JOB_TEMPLATE, job_context(job))}, selection="over")


def job_context(job: BulkJob) -> dict[str, Any]:
    """Return what shows a job."""
    outcome = outcome_of(job) if job.finished_at else Outcome()
    known = known_references(outcome.refused, job.user)
    return {
        "job": job,
        "action": action_called(job.action),
        "total": len(job.chosen),
        "done": outcome.done,
        "refused": [(known[pk], why) for pk, why in outcome.refused.items() if pk in known],
    }


def outcome_answer(
    request: HttpRequest, outcome: Outcome, record: UndoRecord | None, *, then: str, job: BulkJob | None = None
) -> HttpResponse:
    """Answer with what became of each ticket."""
    known = known_references(list(outcome.refused)[:MOST_NAMED], request.user)
    details = [
        _("%(ticket)s: %(why)s") % {"ticket": known[pk].reference, "why": why}
        for pk, why in outcome.refused.items()
        if pk in known
    ]
    if len(outcome.refused) > MOST_NAMED:
        details.append(_("… and %(count)d more.") % {"count": len(outcome.refused) - MOST_NAMED})
    count = len(outcome.done)
    said = ngettext("%(count)s ticket changed.", "%(count)s tickets changed.", count) % {"count": number_format(count)}
    return answer(
        request,
        then=then,
        said=said,
        level="warning" if details else "success",
        details=details,
        undo=record,
        parts={"helpdesk-job": (JOB_TEMPLATE, job_context(job))} if job else None,
        tickets=[*outcome.done, *outcome.refused][:AT_ONCE],
        selection="over",
    )
