"""The address that forms are sent to, and the page that says thank you."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic import View

from wagtail_helpdesk import conf
from wagtail_helpdesk.contact_forms.forms import SubmissionForm, posted_language, posted_place
from wagtail_helpdesk.contact_forms.limits import client_address, seconds_to_wait
from wagtail_helpdesk.contact_forms.models import ContactForm
from wagtail_helpdesk.contact_forms.origin import is_same_origin
from wagtail_helpdesk.contact_forms.receipts import sent_url, ticket_of
from wagtail_helpdesk.contact_forms.rendering import FORM_TEMPLATE, PAGE_TEMPLATE, page_context
from wagtail_helpdesk.contact_forms.submission import submit
from wagtail_helpdesk.contact_forms.uploads import cap_uploads
from wagtail_helpdesk.tickets.choices import TokenPurpose
from wagtail_helpdesk.tickets.models import Ticket, TicketToken

#: Sent by the block's JavaScript: it wants what goes in the form's place, and no page around it.
FRAGMENT_HEADER = "Helpdesk-Fragment"
SENT_TEMPLATE = "wagtail_helpdesk/contact_forms/sent.html"
SENT_PAGE_TEMPLATE = "wagtail_helpdesk/contact_forms/sent_page.html"


# Without a CSRF token, since the pages that hold forms may be cached for everyone: see ``origin``.
@method_decorator([csrf_exempt, never_cache], name="dispatch")
class ContactFormView(View):
    """One form as a page of the site, and the address that its block posts to."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the empty form."""
        contact_form = get_form(pk)
        with translation.override(_language(contact_form)):
            return answer(request, SubmissionForm(contact_form=contact_form))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a submission in and lead on to "thank you"; else show the form with its errors and all that was typed.

        422 for errors, 403 for a post from elsewhere, 429 over the limit.
        """
        uploads = cap_uploads(request)
        contact_form = get_form(pk)
        language = posted_language(request.POST.get("language", ""))
        with translation.override(language or _language(contact_form)):
            form = SubmissionForm(
                request.POST,
                request.FILES,
                contact_form=contact_form,
                place=posted_place(request.POST.get("place", "")),
                uploads_exceeded=uploads.exceeded,
            )
            return self._take_in(request, form)

    def _take_in(self, request: HttpRequest, form: SubmissionForm) -> HttpResponse:
        if not is_same_origin(request):
            form.add_error(
                None, _("We could not tell that this came from our site. Please check it and send it again.")
            )
            return answer(request, form, status=403)
        if not form.is_valid():
            return answer(request, form, status=422)
        wait = seconds_to_wait("form", client_address(request))
        if wait:
            form.add_error(None, _("Too much was sent from your connection. Please try again in an hour."))
            response = answer(request, form, status=429)
            response["Retry-After"] = str(wait)
            return response
        receipt = submit(form, request)
        return HttpResponseRedirect(sent_url(form.contact_form.pk, receipt.ticket_id))


@require_safe
@never_cache
def sent(request: HttpRequest, pk: int, receipt: str) -> HttpResponse:
    """Say thank you, with the reference, and that a mail is on its way if one is. 404 for a receipt not ours."""
    ticket_id = ticket_of(pk, receipt)
    ticket = Ticket.objects.filter(pk=ticket_id).select_related("requester").first() if ticket_id else None
    if ticket is None:
        raise Http404
    contact_form = get_form(pk)
    with translation.override(_supported(ticket.language) or _language(contact_form)):
        context = {
            "helpdesk_base_template": conf.get("BASE_TEMPLATE"),
            "contact_form": contact_form,
            "reference": ticket.reference,
            # Whoever makes a tracking link sends it; nobody does for spam or where acknowledgements are off.
            "link_was_sent": TicketToken.objects.filter(ticket=ticket, purpose=TokenPurpose.PORTAL).exists(),
        }
        return _render(request, SENT_TEMPLATE, SENT_PAGE_TEMPLATE, context, status=200)


def get_form(pk: int) -> ContactForm:
    """Return the form with all that its page and its tickets need. Http404 for none."""
    return get_object_or_404(ContactForm.objects.select_related("locale", "team", "mailbox__team"), pk=pk)


def answer(request: HttpRequest, form: SubmissionForm, *, status: int = 200) -> HttpResponse:
    """Return the form, as a page or as what JavaScript puts in place."""
    return _render(request, FORM_TEMPLATE, PAGE_TEMPLATE, page_context(form), status=status)


def _render(request: HttpRequest, fragment: str, page: str, context: dict[str, Any], *, status: int) -> HttpResponse:
    alone = FRAGMENT_HEADER in request.headers
    response = render(request, fragment if alone else page, {**context, "is_fragment": alone}, status=status)
    patch_vary_headers(response, [FRAGMENT_HEADER])
    response["Content-Language"] = translation.get_language()
    return response


def _language(contact_form: ContactForm) -> str:
    return _supported(contact_form.locale.language_code) or translation.get_language()


def _supported(language: str) -> str | None:
    try:
        return translation.get_supported_language_variant(language) if language else None
    except LookupError:
        return None
