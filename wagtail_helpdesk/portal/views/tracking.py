"""The conversation under a tracking link: read it, answer, close it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from wagtail_helpdesk import conf
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.contact_forms.limits import seconds_to_wait
from wagtail_helpdesk.contact_forms.origin import is_same_origin
from wagtail_helpdesk.contact_forms.uploads import cap_uploads
from wagtail_helpdesk.conversations.serving import FRAME_SANDBOX
from wagtail_helpdesk.desk.choices import FINISHED, HIDDEN
from wagtail_helpdesk.portal.answering import answer, close, token_in
from wagtail_helpdesk.portal.entries import conversation
from wagtail_helpdesk.portal.forms import AnswerForm
from wagtail_helpdesk.portal.links import tracking_path
from wagtail_helpdesk.portal.privacy import private_page
from wagtail_helpdesk.portal.visits import Visit, visit_by_token

#: What the page says after it was sent on to itself: ``?done=answered``.
DONE = ("answered", "continued", "passed_on", "closed")


# Without a CSRF token: no cookie tells who comes here, only the link does. See ``contact_forms.origin``.
@method_decorator([csrf_exempt, private_page], name="dispatch")
class TrackingView(View):
    """GET reads and changes nothing: mail scanners and previews follow links. POST answers or closes."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the conversation; a plain 404 for a link that is not, or no longer, good."""
        visit = visit_by_token(token)
        if visit is None:
            return not_found(request)
        with surroundings(visit, request):
            done = request.GET.get("done", "")
            return show(request, visit, AnswerForm(), done=done if done in DONE else "")

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Do what was asked and lead back to the conversation; else show it with the errors and all that was typed."""
        visit = visit_by_token(token)
        if visit is None:
            return not_found(request)
        uploads = cap_uploads(request)
        with surroundings(visit, request):
            form = AnswerForm(request.POST, request.FILES, uploads_exceeded=uploads.exceeded)
            if not is_same_origin(request):
                form.add_error(
                    None, _("We could not tell that this came from our site. Please check it and send it again.")
                )
                return show(request, visit, form, status=403)
            if request.POST.get("action") == "close":
                return self._close(request, visit, form)
            return self._answer(request, visit, form)

    def _answer(self, request: HttpRequest, visit: Visit, form: AnswerForm) -> HttpResponse:
        if not form.is_valid():
            return show(request, visit, form, status=422)
        wait = seconds_to_wait("portal", visit.token.public_id)
        if wait:
            form.add_error(None, _("Too many answers came over this link. Please try again in an hour."))
            response = show(request, visit, form, status=429)
            response["Retry-After"] = str(wait)
            return response
        receipt = answer(visit, form.cleaned_data)
        token = token_in(receipt.ticket_id, visit)
        done = "answered" if token == visit.token else "continued"
        if not visit.may_answer:
            done = "passed_on"
        return HttpResponseRedirect(f"{tracking_path(token)}?done={done}#helpdesk-notice")

    def _close(self, request: HttpRequest, visit: Visit, form: AnswerForm) -> HttpResponse:
        """Close what can be closed. Words that stand in the answer are not thrown away: they have to be sent first."""
        if form.is_valid():
            form.add_error("text", _("Send your answer first, or empty this field to close the request without it."))
            return show(request, visit, form, status=422)
        if not visit.may_close:
            return HttpResponseRedirect(tracking_path(visit.token))
        try:
            close(visit)
        except ActionRefused:
            # That nothing was written is no mistake of somebody who closes. What stands in the way is for agents.
            form.errors.clear()
            form.add_error(
                None, _("This request cannot be closed now. If you need nothing more, tell us in an answer.")
            )
            return show(request, visit, form, status=409)
        return HttpResponseRedirect(f"{tracking_path(visit.token)}?done=closed#helpdesk-notice")


def show(request: HttpRequest, visit: Visit, form: AnswerForm, *, done: str = "", status: int = 200) -> HttpResponse:
    """Return the page of the conversation."""
    ticket = visit.ticket
    context = {
        "helpdesk_base_template": conf.get("BASE_TEMPLATE"),
        "reference": ticket.reference,
        "subject": ticket.display_subject,
        # What we think of a ticket as spam is nothing for its author to read.
        "status": "" if ticket.category in HIDDEN else ticket.status.customer_label(),
        "desk": ticket.mailbox.name,
        "is_finished": ticket.category in FINISHED,
        "may_close": visit.may_close,
        "facts": visit.facts(),
        "may_answer": visit.may_answer,
        "entries": conversation(visit),
        "frame_sandbox": FRAME_SANDBOX,
        "form": form,
        "done": done,
        "action": tracking_path(visit.token),
    }
    response = render(request, "wagtail_helpdesk/portal/conversation.html", context, status=status)
    response["Content-Language"] = translation.get_language()
    return response


def not_found(request: HttpRequest) -> HttpResponse:
    """Return one and the same page for every link that is not good, whatever the reason."""
    context = {"helpdesk_base_template": conf.get("BASE_TEMPLATE")}
    # Where other addresses carry their language, Django speaks the site's here; the browser knows better.
    language = translation.get_language_from_request(request, check_path=True)
    with translation.override(language):
        request.LANGUAGE_CODE = language
        return render(request, "wagtail_helpdesk/portal/not_found.html", context, status=404)


@contextmanager
def surroundings(visit: Visit, request: HttpRequest) -> Iterator[None]:
    """Speak the visitor's language (else the ticket's, else the request's) and keep the visitor's time."""
    language = _language(visit.contact.language) or _language(visit.ticket.language) or translation.get_language()
    zone = _zone(visit.contact.time_zone) or timezone.get_current_timezone()
    with translation.override(language), timezone.override(zone):
        # Sites' own templates read the language from the request.
        request.LANGUAGE_CODE = language
        yield


def _language(code: str) -> str | None:
    try:
        return translation.get_supported_language_variant(code) if code else None
    except LookupError:
        return None


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, OSError, ValueError):
        # No such zone; or a text that is no name of one, but a path.
        return None
