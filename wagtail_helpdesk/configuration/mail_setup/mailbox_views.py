"""The form of a mailbox within the settings, and the way from there to its mail."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.widgets.button import HeaderButton

from wagtail_helpdesk.configuration import views
from wagtail_helpdesk.desk.models import Mailbox


def get_mail_url(mailbox: Mailbox) -> str:
    """Return the address of the page of its mail."""
    return reverse("helpdesk_mailbox_mail:index", args=[mailbox.pk])


def mail_words(mailbox: Mailbox) -> str:
    """Return how many sources the mailbox has (``source_count`` is annotated)."""
    count = mailbox.source_count
    return ngettext("%(count)s source", "%(count)s sources", count) % {"count": count}


class MailboxCreateView(views.SettingsCreateView):
    """A new mailbox; saving leads to its mail."""

    def get_success_url(self) -> str:
        return get_mail_url(self.instance)


class MailboxEditView(views.SettingsEditView):
    """A mailbox and its options."""

    def get_header_buttons(self) -> list[HeaderButton]:
        return [HeaderButton(_("Sources and sending"), url=get_mail_url(self.instance), icon_name="mail")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(mailbox=self.instance, **kwargs)
