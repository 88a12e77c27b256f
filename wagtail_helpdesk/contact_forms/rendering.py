"""The templates of a form, and what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from wagtail_helpdesk import conf

if TYPE_CHECKING:
    from wagtail_helpdesk.contact_forms.forms import SubmissionForm

#: The fields and the button alone, as they are put in place by JavaScript.
FORM_TEMPLATE = "wagtail_helpdesk/contact_forms/form.html"
#: The form as a page of the site.
PAGE_TEMPLATE = "wagtail_helpdesk/contact_forms/form_page.html"


def form_context(form: SubmissionForm) -> dict[str, Any]:
    """Return the context of a form's templates. A form that an editor is only making has no address yet."""
    contact_form = form.contact_form
    action = reverse("wagtail_helpdesk:contact_form", args=[contact_form.pk]) if contact_form.pk else ""
    return {"form": form, "contact_form": contact_form, "action": action}


def page_context(form: SubmissionForm) -> dict[str, Any]:
    """Return the context of a form's page."""
    return {"helpdesk_base_template": conf.get("BASE_TEMPLATE"), **form_context(form)}
