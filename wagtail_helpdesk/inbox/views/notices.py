"""What an agent was told, by ticket."""

from __future__ import annotations

from typing import Any

from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from wagtail_helpdesk.inbox.media import inbox_media
from wagtail_helpdesk.inbox.views.base import InboxMixin, inbox_breadcrumb
from wagtail_helpdesk.notifications.actions.mark_read import mark_read
from wagtail_helpdesk.notifications.reading import notices_page


class NoticesView(InboxMixin, WagtailAdminTemplateMixin):
    """The new notices, or with ``?show=all`` those that were read too."""

    template_name = "wagtail_helpdesk/inbox/notices.html"
    page_title = _("Notices")
    header_icon = "helpdesk-bell"
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page."""
        return self.render_to_response(self.get_context_data())

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        """The way to what one is told of."""
        address = reverse("wagtailadmin_account") + "#tab-notifications"
        return [HeaderButton(_("Choose notices"), url=address, icon_name="cog")]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, Notices."""
        return [*self.breadcrumbs_items, inbox_breadcrumb(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows."""
        show_all = self.request.GET.get("show") == "all"
        page = notices_page(self.request.user, unread_only=not show_all, before=_key(self.request.GET.get("before")))
        style = Media(css={"all": [versioned_static("wagtail_helpdesk/inbox/notices.css")]})
        return super().get_context_data(page=page, show_all=show_all, media=inbox_media() + style, **kwargs)


class ReadNoticesView(InboxMixin):
    """POST marks the notices of ``ticket``, or all, as read: those up to ``until``, which the page showed."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Go back to where the button stood."""
        until = _key(request.POST.get("until"))
        if until is not None:
            mark_read(request.user, ticket_id=_key(request.POST.get("ticket")), until=until)
        return redirect(get_valid_next_url_from_request(request) or reverse("helpdesk_inbox:notices"))


def _key(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
