"""What Wagtail's admin finds of us. Wiring only."""

import wagtail
from django.urls import include, path
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.staticfiles import versioned_static
from wagtail.snippets.models import register_snippet
from wagtail_modeladmin.options import modeladmin_register

from wagtail_helpdesk.automation.models import Macro, SavedReply, TicketTemplate
from wagtail_helpdesk.automation.permissions import ScopedPermissionPolicy
from wagtail_helpdesk.automation.viewsets import (
    DeleteRows,
    MacroViewSet,
    ReplyFolderViewSet,
    SavedReplyViewSet,
    TicketTemplateViewSet,
)
from wagtail_helpdesk.configuration.mail_setup.health import add_panel
from wagtail_helpdesk.configuration.mail_setup.health_menu import MailHealthMenuItem
from wagtail_helpdesk.configuration.modeladmins import HelpdeskSettingsGroup
from wagtail_helpdesk.configuration.viewsets import (
    DeliveryProblemsViewSet,
    MailAccountViewSet,
    MailboxMailViewSet,
    MailHealthViewSet,
    MailLogViewSet,
    OutgoingMailViewSet,
)
from wagtail_helpdesk.contact_forms.viewsets import ContactFormViewSet
from wagtail_helpdesk.inbox.absence_form import AbsencePanel
from wagtail_helpdesk.inbox.rich_text import register_features
from wagtail_helpdesk.inbox.ticket_snippet.bulk_actions import TrashTickets
from wagtail_helpdesk.inbox.ticket_snippet.viewset import TicketViewSet
from wagtail_helpdesk.inbox.viewsets import AppViewSet, InboxViewSet, NoticesMenuItem, TicketsViewSet
from wagtail_helpdesk.knowledge_base.viewsets import PromoteViewSet
from wagtail_helpdesk.notifications.panels import NoticeSettingsPanel
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import TicketPermissionPolicy

if wagtail.VERSION >= (8, 0):
    from wagtail.permissions import register_permission_policy

    from wagtail_helpdesk.inbox.ticket_snippet import wagtail_actions

    # Before any viewset: whatever asks first would make Wagtail put in a policy of its own.
    register_permission_policy(Ticket, TicketPermissionPolicy(Ticket))
    for model in (SavedReply, Macro, TicketTemplate):
        register_permission_policy(model, ScopedPermissionPolicy(model))
    hooks.register("register_actions", wagtail_actions.register)

register_snippet(TicketViewSet)
register_snippet(ContactFormViewSet)
register_snippet(SavedReplyViewSet)
register_snippet(MacroViewSet)
register_snippet(TicketTemplateViewSet)
# After Wagtail's own, whose place they take.
hooks.register("register_bulk_action", TrashTickets, order=100)
hooks.register("register_bulk_action", DeleteRows, order=100)

hooks.register("register_admin_viewset", AppViewSet)
hooks.register("register_admin_viewset", InboxViewSet)
hooks.register("register_admin_viewset", TicketsViewSet)
hooks.register("register_admin_viewset", PromoteViewSet)
hooks.register("register_admin_viewset", ReplyFolderViewSet)
hooks.register("register_admin_viewset", MailLogViewSet)
hooks.register("register_admin_viewset", OutgoingMailViewSet)
hooks.register("register_admin_viewset", DeliveryProblemsViewSet)
hooks.register("register_admin_viewset", MailAccountViewSet)
hooks.register("register_admin_viewset", MailboxMailViewSet)
hooks.register("register_admin_viewset", MailHealthViewSet)
hooks.register("construct_homepage_panels", add_panel)
modeladmin_register(HelpdeskSettingsGroup)


@hooks.register("register_admin_urls")
def conversation_urls():
    """Message bodies and files for agents."""
    return [path("helpdesk/", include("wagtail_helpdesk.conversations.admin_urls"))]


@hooks.register("register_admin_menu_item")
def notices_menu_item():
    """What is new, beside the inbox."""
    return NoticesMenuItem()


@hooks.register("register_admin_menu_item")
def mail_health_menu_item():
    """What is wrong, below what is new."""
    return MailHealthMenuItem(order=InboxViewSet.menu_order + 2)


@hooks.register("register_icons")
def icons(names):
    """The bell, the stars and the moon, which Wagtail has not."""
    own = ("bell", "star", "star-full", "moon")
    return [*names, *(f"wagtail_helpdesk/icons/{name}.svg" for name in own)]


@hooks.register("insert_global_admin_css")
def admin_css():
    """The number beside the bell, and the table of notices on the account page."""
    return format_html('<link rel="stylesheet" href="{}">', versioned_static("wagtail_helpdesk/admin.css"))


hooks.register("register_rich_text_features", register_features)
hooks.register("register_account_settings_panel", NoticeSettingsPanel)
hooks.register("register_account_settings_panel", AbsencePanel)
