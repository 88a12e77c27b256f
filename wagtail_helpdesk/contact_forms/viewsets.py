"""How the admin lists and edits contact forms."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_helpdesk.contact_forms.models import ContactForm


class ContactFormViewSet(SnippetViewSet):
    """Contact forms, under Wagtail's ordinary permissions on the model."""

    model = ContactForm
    icon = "mail"
    # In the group "Helpdesk settings", which ``configuration`` makes, instead of among all snippets.
    menu_item_is_registered = True
    list_display = ["title", Column("team", label=_("Team")), Column("mailbox", label=_("Mailbox"))]
    list_filter = ["team", "mailbox"]
    search_fields = ["title", "heading"]
    ordering = ["title"]
