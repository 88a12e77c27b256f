"""The addresses of the logs, and their items in the menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from wagtail_helpdesk.configuration import arrived_mail, outgoing_mail
from wagtail_helpdesk.configuration.mail_setup import accounts
from wagtail_helpdesk.configuration.visibility import VIEW_ARRIVED, VIEW_OUTGOING


class MailLogViewSet(ViewSet):
    """What arrived."""

    name = "helpdesk_mail_log"
    url_prefix = "helpdesk/mail-log"
    add_to_admin_menu = False

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        return [
            path("", arrived_mail.ArrivedMailListView.as_view(), name="index"),
            path("results/", arrived_mail.ArrivedMailListView.as_view(results_only=True), name="results"),
            path("<int:pk>/", arrived_mail.ArrivedMailView.as_view(), name="mail"),
            path("<int:pk>/source/", arrived_mail.SourceView.as_view(), name="source"),
            path("<int:pk>/read-again/", arrived_mail.ReadAgainView.as_view(), name="read_again"),
        ]


class OutgoingMailViewSet(ViewSet):
    """What leaves."""

    name = "helpdesk_outgoing_mail"
    url_prefix = "helpdesk/outgoing-mail"
    add_to_admin_menu = False

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        return [
            path("", outgoing_mail.OutgoingMailListView.as_view(), name="index"),
            path("results/", outgoing_mail.OutgoingMailListView.as_view(results_only=True), name="results"),
            path("<int:pk>/", outgoing_mail.OutgoingMailView.as_view(), name="mail"),
        ]


class MailAccountViewSet(ViewSet):
    """The way to a provider and back."""

    name = "helpdesk_mail_accounts"
    url_prefix = "helpdesk/mail-accounts"
    add_to_admin_menu = False

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        return [
            path("<int:pk>/connect/", accounts.ConnectView.as_view(), name="connect"),
            path("back/", accounts.BackView.as_view(), name="back"),
        ]


class LogMenuItem(MenuItem):
    """An item for those with one permission."""

    def __init__(self, *args, permission: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.permission = permission

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether the item stands in the menu."""
        return request.user.has_perm(self.permission)


def log_menu_items() -> list[MenuItem]:
    """Return the two items, after the settings."""
    return [
        LogMenuItem(
            _("Mail log"),
            reverse_lazy("helpdesk_mail_log:index"),
            name="helpdesk-mail-log",
            icon_name="mail",
            order=100,
            permission=VIEW_ARRIVED,
        ),
        LogMenuItem(
            _("Outgoing mail"),
            reverse_lazy("helpdesk_outgoing_mail:index"),
            name="helpdesk-outgoing-mail",
            icon_name="upload",
            order=110,
            permission=VIEW_OUTGOING,
        ),
    ]
