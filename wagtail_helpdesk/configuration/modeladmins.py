"""The administrator's group in the menu: teams, mailboxes, accounts, statuses, priorities, and the logs of mail."""

from __future__ import annotations

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, NumberColumn, StatusTagColumn, TitleColumn
from wagtail_modeladmin.options import ModelAdmin, ModelAdminGroup

from wagtail_helpdesk.automation.models import Macro, SavedReply, TicketTemplate
from wagtail_helpdesk.configuration import forms, ticket_fields, views
from wagtail_helpdesk.configuration.mail_setup import accounts, mailbox_views, texts
from wagtail_helpdesk.configuration.mail_setup.account_forms import MailAccountForm
from wagtail_helpdesk.configuration.mailbox_form import MailboxForm
from wagtail_helpdesk.configuration.viewsets import log_menu_items
from wagtail_helpdesk.contact_forms.models import ContactForm
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, Team, TicketType
from wagtail_helpdesk.mail.models import MailAccount, MailTemplate
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.models import ChecklistTemplate


class SettingsAdmin(ModelAdmin):
    """What they have in common. Subclasses name the model, the form and the columns after the first."""

    form_class: type
    columns: list[Column] = []
    inspect_view_enabled = False
    #: Wagtail's site history has it all; modeladmin's own page of it does not fit into today's admin.
    history_view_enabled = False
    index_view_class = views.SettingsIndexView
    create_view_class = views.SettingsCreateView
    edit_view_class = views.SettingsEditView
    delete_view_class = views.SettingsDeleteView
    index_template_name = "wagtail_helpdesk/configuration/index.html"
    create_template_name = "wagtailadmin/generic/form.html"
    edit_template_name = "wagtail_helpdesk/configuration/edit.html"
    delete_template_name = "wagtail_helpdesk/configuration/delete.html"


class TeamAdmin(SettingsAdmin):
    """Teams."""

    model = Team
    form_class = forms.TeamForm
    base_url_path = "helpdesk/settings/teams"
    menu_icon = "group"
    columns = [NumberColumn("member_count", label=_("Members")), BooleanColumn("is_default", label=_("Default"))]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        """Return the teams with the number of their members."""
        return Team.objects.annotate(member_count=Count("members")).order_by("name", "pk")


class MailboxAdmin(SettingsAdmin):
    """Mailboxes."""

    model = Mailbox
    form_class = MailboxForm
    base_url_path = "helpdesk/settings/mailboxes"
    menu_icon = "mail"
    create_view_class = mailbox_views.MailboxCreateView
    edit_view_class = mailbox_views.MailboxEditView
    create_template_name = edit_template_name = "wagtail_helpdesk/configuration/mailbox_form.html"
    columns = [
        Column("team", label=_("Team")),
        TitleColumn("mail", label=_("Mail"), accessor=mailbox_views.mail_words, get_url=mailbox_views.get_mail_url),
        BooleanColumn("is_default", label=_("Default")),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mailbox]:
        """Return the mailboxes with their teams, and the number of their sources."""
        return Mailbox.objects.select_related("team").annotate(source_count=Count("sources")).order_by("name", "pk")


class MailAccountAdmin(SettingsAdmin):
    """Accounts with Google and Microsoft."""

    model = MailAccount
    form_class = MailAccountForm
    base_url_path = "helpdesk/settings/mail-accounts"
    menu_icon = "key"
    create_view_class = accounts.AccountCreateView
    create_template_name = "wagtail_helpdesk/configuration/account_form.html"
    edit_view_class = accounts.AccountEditView
    edit_template_name = "wagtail_helpdesk/configuration/account_form.html"
    columns = [
        Column("provider", label=_("Provider"), accessor="get_provider_display"),
        StatusTagColumn("state", label=_("State"), accessor=accounts.state_of, primary=accounts.is_well),
        DateColumn("secret_expires_at", label=_("Client secret expires on")),
    ]


class StatusAdmin(SettingsAdmin):
    """Statuses."""

    model = Status
    form_class = forms.StatusForm
    base_url_path = "helpdesk/settings/statuses"
    menu_icon = "list-ul"
    columns = [
        Column("category", label=_("Category"), accessor="get_category_display"),
        BooleanColumn("is_default", label=_("Default of its category")),
    ]


class PriorityAdmin(SettingsAdmin):
    """Priorities."""

    model = Priority
    form_class = forms.PriorityForm
    base_url_path = "helpdesk/settings/priorities"
    menu_icon = "order-up"
    columns = [NumberColumn("level", label=_("Level")), BooleanColumn("is_default", label=_("Default"))]


class TicketTypeAdmin(SettingsAdmin):
    """Types of tickets."""

    model = TicketType
    form_class = ticket_fields.TicketTypeForm
    base_url_path = "helpdesk/settings/ticket-types"
    menu_icon = "tag"
    columns = [NumberColumn("sort_order", label=_("Order"))]


class TicketFieldAdmin(SettingsAdmin):
    """Further fields of tickets."""

    model = TicketField
    form_class = ticket_fields.TicketFieldForm
    base_url_path = "helpdesk/settings/ticket-fields"
    menu_icon = "form"
    columns = [
        Column("key", label=_("Key")),
        Column("kind", label=_("Kind"), accessor="get_kind_display"),
        BooleanColumn("is_staff_only", label=_("For agents only")),
        BooleanColumn("is_active", label=_("In use")),
    ]


class ChecklistTemplateAdmin(SettingsAdmin):
    """Checklists that can be put on tickets."""

    model = ChecklistTemplate
    form_class = forms.ChecklistTemplateForm
    base_url_path = "helpdesk/settings/checklists"
    menu_icon = "tasks"
    columns = [
        Column("team", label=_("Team")),
        NumberColumn("item_count", label=_("Things to do"), accessor=lambda template: len(template.lines)),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChecklistTemplate]:
        """Return the checklists with their teams."""
        return ChecklistTemplate.objects.select_related("team").order_by("name", "pk")


class MailTemplateAdmin(SettingsAdmin):
    """Texts of our mails in an administrator's own words."""

    model = MailTemplate
    form_class = texts.MailTemplateForm
    base_url_path = "helpdesk/settings/mail-texts"
    menu_icon = "doc-full-inverse"
    create_view_class = texts.TextCreateView
    edit_view_class = texts.TextEditView
    delete_view_class = texts.TextDeleteView
    create_template_name = edit_template_name = "wagtail_helpdesk/configuration/text_form.html"
    columns = [
        Column("language", label=_("Language"), accessor=texts.language_of),
        Column("mailbox", label=_("Mailbox"), accessor=texts.mailbox_of),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MailTemplate]:
        """Return the texts with their mailboxes."""
        return MailTemplate.objects.select_related("mailbox").order_by("kind", "language", "pk")


class HelpdeskSettingsGroup(ModelAdminGroup):
    """The menu "Helpdesk settings"."""

    menu_label = _("Helpdesk settings")
    #: Wagtail marks each item whose name the current one begins with: one with "help" in front would mark Help too.
    menu_item_name = "desk-settings"
    menu_icon = "cogs"
    menu_order = 8900
    items = (
        TeamAdmin,
        MailboxAdmin,
        MailAccountAdmin,
        MailTemplateAdmin,
        StatusAdmin,
        PriorityAdmin,
        TicketTypeAdmin,
        TicketFieldAdmin,
        ChecklistTemplateAdmin,
    )

    def get_submenu_items(self) -> list[MenuItem]:
        """Return the items of these, what is a snippet and the logs after them."""
        snippets = (ContactForm, SavedReply, Macro, TicketTemplate)
        items = [model.snippet_viewset.get_menu_item(order=50 + n) for n, model in enumerate(snippets)]
        return [*super().get_submenu_items(), *items, *log_menu_items()]
