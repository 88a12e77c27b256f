"""The addresses of the logs, and their items in the menu."""

from __future__ import annotations

from django.db.transaction import non_atomic_requests
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from wagtail_helpdesk.configuration import arrived_mail, delivery_problems, outgoing_mail
from wagtail_helpdesk.configuration.mail_setup import accounts, health, mailbox, sources
from wagtail_helpdesk.configuration.visibility import CONFIGURE, VIEW_ARRIVED, VIEW_OUTGOING


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


class DeliveryProblemsViewSet(ViewSet):
    """What did not get through."""

    name = "helpdesk_delivery_problems"
    url_prefix = "helpdesk/delivery-problems"
    add_to_admin_menu = False

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        problems, unknown = delivery_problems.DeliveryProblemListView, delivery_problems.UnknownReportListView
        return [
            path("", problems.as_view(), name="index"),
            path("results/", problems.as_view(results_only=True), name="results"),
            path("unknown/", unknown.as_view(), name="unknown"),
            path("unknown/results/", unknown.as_view(results_only=True), name="unknown_results"),
        ]


# Where a provider is asked for a token, nothing may take back a refresh token that it has changed: not even with
# ATOMIC_REQUESTS is there a transaction around these views.
class MailAccountViewSet(ViewSet):
    """The way to a provider and back."""

    name = "helpdesk_mail_accounts"
    url_prefix = "helpdesk/mail-accounts"
    add_to_admin_menu = False

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        return [
            path("<int:pk>/connect/", accounts.ConnectView.as_view(), name="connect"),
            path("<int:pk>/token/", non_atomic_requests(accounts.TokenView.as_view()), name="token"),
            path("back/", non_atomic_requests(accounts.BackView.as_view()), name="back"),
        ]


class MailboxMailViewSet(ViewSet):
    """The mail of one mailbox: its sources, its transport, its tests."""

    name = "helpdesk_mailbox_mail"
    url_prefix = "helpdesk/mailbox-mail"
    add_to_admin_menu = False

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        source = "<int:mailbox_pk>/sources/<int:pk>/"
        return [
            path("<int:mailbox_pk>/", sources.MailboxOverview.as_view(), name="index"),
            path("<int:mailbox_pk>/sending/", mailbox.TransportView.as_view(), name="transport"),
            path(
                "<int:mailbox_pk>/sending/test/",
                non_atomic_requests(sources.TransportTestView.as_view()),
                name="transport_test",
            ),
            path("<int:mailbox_pk>/probe/", mailbox.ProbeView.as_view(), name="probe"),
            path("<int:mailbox_pk>/trust/", mailbox.TrustView.as_view(), name="trust"),
            path("<int:mailbox_pk>/sources/add/<str:kind>/", sources.SourceAddView.as_view(), name="source_add"),
            path(source, sources.SourceView.as_view(), name="source"),
            path(f"{source}folders/", non_atomic_requests(sources.FoldersView.as_view()), name="folders"),
            path(f"{source}test/", non_atomic_requests(sources.SourceTestView.as_view()), name="source_test"),
            path(f"{source}warnings/", sources.SourceReadView.as_view(), name="source_read"),
            path(f"{source}delete/", sources.SourceDeleteView.as_view(), name="source_delete"),
        ]


class MailHealthViewSet(ViewSet):
    """Whether mail works."""

    name = "helpdesk_mail_health"
    url_prefix = "helpdesk/mail-health"
    add_to_admin_menu = False

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the address."""
        return [path("", health.HealthView.as_view(), name="index")]


class LogMenuItem(MenuItem):
    """An item for those with one permission."""

    def __init__(self, *args, permission: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.permission = permission

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether the item stands in the menu."""
        return request.user.has_perm(self.permission)


def log_menu_items() -> list[MenuItem]:
    """Return the items, after the settings."""
    return [
        LogMenuItem(
            _("Mail health"),
            reverse_lazy("helpdesk_mail_health:index"),
            name="helpdesk-mail-health",
            icon_name="view",
            order=90,
            permission=CONFIGURE,
        ),
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
        LogMenuItem(
            _("Delivery problems"),
            reverse_lazy("helpdesk_delivery_problems:index"),
            name="helpdesk-delivery-problems",
            icon_name="warning",
            order=120,
            permission=VIEW_OUTGOING,
        ),
    ]
