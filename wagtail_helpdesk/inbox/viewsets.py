"""The inbox's screens, with their addresses under the site's admin and their place in its menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.admin.viewsets.base import ViewSet

from wagtail_helpdesk.inbox.views.ahead import AheadView
from wagtail_helpdesk.inbox.views.app import ManifestView, OfflineView, WorkerView
from wagtail_helpdesk.inbox.views.approvals import ApprovalView
from wagtail_helpdesk.inbox.views.attached_mails import (
    AttachedMailBodyView,
    AttachedMailFileView,
    AttachedMailView,
)
from wagtail_helpdesk.inbox.views.bulk import BulkCountView, BulkJobView, BulkView
from wagtail_helpdesk.inbox.views.card import CardView
from wagtail_helpdesk.inbox.views.conversation import ConversationView
from wagtail_helpdesk.inbox.views.customer import CustomerView
from wagtail_helpdesk.inbox.views.deliveries import DeliveryView
from wagtail_helpdesk.inbox.views.draft_files import DraftFileView, UploadView
from wagtail_helpdesk.inbox.views.drafts import ComposerPartView, DiscardDraftView, DraftView, TakeOverDraftView
from wagtail_helpdesk.inbox.views.focus import EndFocusView, FocusView, StartFocusView
from wagtail_helpdesk.inbox.views.held import HeldMailView
from wagtail_helpdesk.inbox.views.images import ImagesView
from wagtail_helpdesk.inbox.views.index import IndexView, OrganisationsView, TagsView
from wagtail_helpdesk.inbox.views.listing import ListingView
from wagtail_helpdesk.inbox.views.my_day import MyDayView
from wagtail_helpdesk.inbox.views.notices import NoticesView, ReadNoticesView
from wagtail_helpdesk.inbox.views.older import OlderView
from wagtail_helpdesk.inbox.views.originals import (
    KeepCharsetView,
    OriginalBodyView,
    OriginalSourceView,
    OriginalView,
)
from wagtail_helpdesk.inbox.views.palette import PaletteView
from wagtail_helpdesk.inbox.views.people import ParticipantView, RequesterView, SenderView
from wagtail_helpdesk.inbox.views.preview import PreviewView
from wagtail_helpdesk.inbox.views.printing import PrintView
from wagtail_helpdesk.inbox.views.properties import PropertiesView
from wagtail_helpdesk.inbox.views.pulse import PulseView
from wagtail_helpdesk.inbox.views.push import PushView, RemoveDeviceView, SeenDeviceView, TestDeviceView
from wagtail_helpdesk.inbox.views.recipients import RecipientsView
from wagtail_helpdesk.inbox.views.saved_views import (
    ArrangeView,
    DeleteSavedViewView,
    EditSavedViewView,
    SavedViewsView,
)
from wagtail_helpdesk.inbox.views.team import AbsenceView, TeamView
from wagtail_helpdesk.inbox.views.ticket_pulse import LeaveView, TicketPulseView
from wagtail_helpdesk.inbox.views.undo import MessageView, SendNowView, UndoView
from wagtail_helpdesk.inbox.views.undo_change import UndoChangeView
from wagtail_helpdesk.inbox.views.uploads import UploadMailView
from wagtail_helpdesk.inbox.views.write import WriteView
from wagtail_helpdesk.inbox.work_urls import WORK_URLS
from wagtail_helpdesk.inbox.writing_urls import WRITING_URLS
from wagtail_helpdesk.notifications.reading import unread_text
from wagtail_helpdesk.tickets.permissions import may


class InboxMenuItem(MenuItem):
    """For those who may view tickets."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Tell whether the item stands in the menu."""
        return may(request.user, "view")


class NoticesMenuItem(InboxMenuItem):
    """With the number of new notices, which style sheet and script show as Wagtail shows such numbers."""

    def __init__(self) -> None:
        super().__init__(
            _("Notices"),
            reverse_lazy("helpdesk_inbox:notices"),
            name="helpdesk-notices",
            icon_name="helpdesk-bell",
            # After the inbox.
            order=InboxViewSet.menu_order + 1,
        )

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        """Return the item for one user: Wagtail keeps ``self`` for everybody."""
        attrs = {"data-helpdesk-unread": unread_text(request.user)}
        return LinkMenuItem(self.name, self.label, self.url, icon_name=self.icon_name, attrs=attrs)


class InboxViewSet(ViewSet):
    """The lists."""

    name = "helpdesk_inbox"
    url_prefix = "helpdesk/inbox"
    icon = "mail"
    menu_label = _("Inbox")
    menu_name = "helpdesk-inbox"
    #: Above the pages: agents live here.
    menu_order = 90
    add_to_admin_menu = True
    menu_item_class = InboxMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses; fixed words come before names of views."""
        return [
            path("", IndexView.as_view(), name="index"),
            path("ahead/", AheadView.as_view(), name="ahead"),
            path("pulse/", PulseView.as_view(), name="pulse"),
            path("organisations/", OrganisationsView.as_view(), name="organisations"),
            path("tags/", TagsView.as_view(), name="tags"),
            path("palette/", PaletteView.as_view(), name="palette"),
            path("bulk/", BulkView.as_view(), name="bulk"),
            path("bulk/count/", BulkCountView.as_view(), name="bulk_count"),
            path("bulk/<int:job>/", BulkJobView.as_view(), name="bulk_job"),
            path("views/", SavedViewsView.as_view(), name="saved_views"),
            path("views/new/", EditSavedViewView.as_view(), name="new_saved_view"),
            path("views/arrange/", ArrangeView.as_view(), name="arrange"),
            path("views/<int:pk>/", EditSavedViewView.as_view(), name="saved_view"),
            path("views/<int:pk>/delete/", DeleteSavedViewView.as_view(), name="delete_saved_view"),
            path("my-day/", MyDayView.as_view(), name="my_day"),
            path("people/", TeamView.as_view(), name="people"),
            path("people/<str:pk>/absence/", AbsenceView.as_view(), name="absence"),
            path("focus/", FocusView.as_view(), name="focus"),
            path("focus/start/", StartFocusView.as_view(), name="start_focus"),
            path("focus/end/", EndFocusView.as_view(), name="end_focus"),
            path("notices/", NoticesView.as_view(), name="notices"),
            path("notices/read/", ReadNoticesView.as_view(), name="read_notices"),
            path("drafts/files/<str:public_id>/", DraftFileView.as_view(), name="draft_file"),
            path("undo/<int:record>/", UndoChangeView.as_view(), name="undo"),
            path("<str:view>/", ListingView.as_view(), name="view"),
            path("<slug:view>/results/", ListingView.as_view(results_only=True), name="results"),
        ]


class TicketsViewSet(ViewSet):
    """One ticket, and what is done to it."""

    name = "helpdesk_tickets"
    url_prefix = "helpdesk/tickets"
    add_to_admin_menu = False

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        return [
            *WRITING_URLS,
            path("<int:pk>/", ConversationView.as_view(), name="ticket"),
            path("<int:pk>/write/", WriteView.as_view(), name="write"),
            path("<int:pk>/customer/", CustomerView.as_view(), name="customer"),
            path("<int:pk>/card/", CardView.as_view(), name="card"),
            path("<int:pk>/pulse/", TicketPulseView.as_view(), name="pulse"),
            path("<int:pk>/leave/", LeaveView.as_view(), name="leave"),
            path("<int:pk>/older/", OlderView.as_view(), name="older"),
            path("<int:pk>/composer/", ComposerPartView.as_view(), name="composer"),
            path("<int:pk>/draft/", DraftView.as_view(), name="draft"),
            path("<int:pk>/draft/discard/", DiscardDraftView.as_view(), name="discard_draft"),
            path("<int:pk>/draft/files/", UploadView.as_view(), name="upload"),
            path("<int:pk>/drafts/<int:draft>/take/", TakeOverDraftView.as_view(), name="take_draft"),
            path("<int:pk>/preview/", PreviewView.as_view(), name="preview"),
            path("<int:pk>/recipients/", RecipientsView.as_view(), name="recipients"),
            path("<int:pk>/properties/", PropertiesView.as_view(), name="properties"),
            path("<int:pk>/requester/", RequesterView.as_view(), name="requester"),
            path("<int:pk>/people/<int:participant>/", ParticipantView.as_view(), name="participant"),
            path("<int:pk>/messages/<int:message>/sender/", SenderView.as_view(), name="sender"),
            path("<int:pk>/held/<int:mail>/", HeldMailView.as_view(), name="held"),
            path("<int:pk>/messages/<int:message>/", MessageView.as_view(), name="message"),
            path("<int:pk>/messages/<int:message>/undo/", UndoView.as_view(), name="undo"),
            path("<int:pk>/messages/<int:message>/send/", SendNowView.as_view(), name="send_now"),
            path("<int:pk>/messages/<int:message>/approval/<slug:decision>/", ApprovalView.as_view(), name="approval"),
            path("<int:pk>/mails/upload/", UploadMailView.as_view(), name="upload_mail"),
            path("<int:pk>/print/", PrintView.as_view(), name="print"),
            path("<int:pk>/messages/<int:message>/original/", OriginalView.as_view(), name="original"),
            path(
                "<int:pk>/messages/<int:message>/original/source/", OriginalSourceView.as_view(), name="original_source"
            ),
            path("<int:pk>/messages/<int:message>/original/body/", OriginalBodyView.as_view(), name="original_body"),
            path("<int:pk>/messages/<int:message>/original/keep/", KeepCharsetView.as_view(), name="keep_charset"),
            path("<int:pk>/files/<str:public_id>/mail/", AttachedMailView.as_view(), name="attached_mail"),
            path(
                "<int:pk>/files/<str:public_id>/mail/body/", AttachedMailBodyView.as_view(), name="attached_mail_body"
            ),
            path(
                "<int:pk>/files/<str:public_id>/mail/files/<int:number>/",
                AttachedMailFileView.as_view(),
                name="attached_mail_file",
            ),
            path("<int:pk>/messages/<int:message>/images/", ImagesView.as_view(), name="images"),
            path("<int:pk>/mails/<int:mail>/<slug:decision>/", DeliveryView.as_view(), name="decide"),
            *WORK_URLS,
        ]


class AppViewSet(ViewSet):
    """What makes the inbox an app. It stands above the lists and the tickets, since its worker serves both."""

    name = "helpdesk_app"
    url_prefix = "helpdesk"
    add_to_admin_menu = False

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        return [
            path("app.webmanifest", ManifestView.as_view(), name="manifest"),
            path("worker.js", WorkerView.as_view(), name="worker"),
            path("offline/", OfflineView.as_view(), name="offline"),
            path("push/", PushView.as_view(), name="push"),
            path("push/seen/", SeenDeviceView.as_view(), name="seen_device"),
            path("push/<int:pk>/test/", TestDeviceView.as_view(), name="test_device"),
            path("push/<int:pk>/remove/", RemoveDeviceView.as_view(), name="remove_device"),
        ]
