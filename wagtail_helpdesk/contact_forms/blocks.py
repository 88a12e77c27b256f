"""The block that an editor puts into any StreamField."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import StructBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from wagtail_helpdesk.contact_forms.forms import MAX_PLACE, SubmissionForm
from wagtail_helpdesk.contact_forms.rendering import form_context


class ContactFormBlock(StructBlock):
    """A contact form in the site's own page. It holds nothing of the visitor: neither a token nor a cookie."""

    form = SnippetChooserBlock("wagtail_helpdesk.ContactForm", label=_("Form"))

    class Meta:
        icon = "mail"
        label = _("Contact form")
        template = "wagtail_helpdesk/contact_forms/block.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the block's context: the form in the language of the page, empty where its form was deleted."""
        context = super().get_context(value, parent_context=parent_context)
        chosen = value.get("form")
        if chosen is None:
            return context
        # Inside this template "page" is the site's own variable: where a site sets none, the form has no source page.
        page_id = getattr(context.get("page"), "pk", None)
        form = SubmissionForm(contact_form=chosen.localized, place=_next_place(context.get("request")), page_id=page_id)
        return {**context, **form_context(form)}


def _next_place(request: HttpRequest | None) -> int:
    """Return the number of a form on the page that is being made."""
    if request is None:
        return 1
    place = getattr(request, "helpdesk_forms_shown", 0) % MAX_PLACE + 1
    request.helpdesk_forms_shown = place
    return place
