"""How the admin lists and edits what agents have ready."""

from __future__ import annotations

from typing import Any

import wagtail
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, NumberColumn
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.views import chooser, snippets
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_helpdesk.automation.models import Macro, ReplyFolder, SavedReply, TicketTemplate
from wagtail_helpdesk.automation.permissions import ScopedPermissionPolicy


class RowsMixin:
    """Goes before one of Wagtail's views of a row: it asks for the right on the row, not only on the model.

    A row that is not one's own to change does not exist.
    """

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        """Return the row; Http404 for one that the user may not change."""
        row = super().get_object(*args, **kwargs)  # type: ignore[misc]
        if not _rows(type(row), self.request).filter(pk=row.pk).exists():  # type: ignore[attr-defined]
            raise Http404
        return row


class ScopedIndexView(snippets.IndexView):
    """The list of what one may change."""

    def get_base_queryset(self) -> QuerySet:
        """Return the rows with what the list shows of them."""
        return super().get_base_queryset().filter(pk__in=_rows(self.model, self.request).values("pk"))


class ReplyIndexView(ScopedIndexView):
    """The list of saved replies, with the way to their folders."""

    @property
    def header_more_buttons(self) -> list[Button]:
        """Wagtail's buttons, and the folders for those who may change them."""
        buttons = list(super().header_more_buttons)
        if self.request.user.has_perm("wagtail_helpdesk.change_replyfolder"):
            url = reverse("helpdesk_reply_folders:index")
            buttons.append(Button(_("Folders"), url=url, icon_name="folder-open-inverse", priority=5))
        return buttons


class EditView(RowsMixin, snippets.EditView):
    """Wagtail's, for rows of one's own."""


class CopyView(RowsMixin, snippets.CopyView):
    """Wagtail's, for rows of one's own."""


class DeleteView(RowsMixin, snippets.DeleteView):
    """Wagtail's, for rows of one's own."""


class UsageView(RowsMixin, snippets.UsageView):
    """Wagtail's, for rows of one's own."""


class HistoryView(RowsMixin, snippets.HistoryView):
    """Wagtail's, for rows of one's own."""


class DeleteRows(DeleteBulkAction):
    """Takes the place of Wagtail's own, which lists by name what one may not delete, of whatever keys it is given."""

    models = [SavedReply, Macro, TicketTemplate]

    @cached_property
    def _actionable_objects(self) -> tuple[list[Any], dict[str, list[Any]]]:
        """The rows named by key that the user may delete. One that is not the user's does not exist."""
        keys = self.request.GET.getlist("id")
        rows = ScopedPermissionPolicy(self.model).instances_user_has_permission_for(self.request.user, "delete")
        if "all" not in keys:
            rows = rows.filter(pk__in=[key for key in keys if key.isdecimal() and len(key) < 19])
        found = list(rows)
        if not found:
            raise Http404
        return found, {"items_with_no_access": []}


class _ListMixin:
    def get_object_list(self) -> QuerySet:
        """Return what the user may change."""
        return _rows(self.model_class, self.request)  # type: ignore[attr-defined]


class ChooseView(_ListMixin, chooser.ChooseView):
    """The dialog."""


class ChooseResultsView(_ListMixin, chooser.ChooseResultsView):
    """A page of its results."""


class ChosenView(chooser.SnippetChosenView):
    """One chosen row."""

    def get_object(self, pk: Any) -> Any:
        """Return the row; DoesNotExist (a 404) for one that is not the user's to change."""
        return _rows(self.model_class, self.request).get(pk=pk)


class ChosenMultipleView(chooser.SnippetChosenMultipleView):
    """Several chosen rows."""

    def get_objects(self, pks: list[Any]) -> QuerySet:
        """Return those of them that are the user's to change."""
        return _rows(self.model_class, self.request).filter(pk__in=pks)


class ScopedChooserViewSet(chooser.SnippetChooserViewSet):
    """Wagtail's chooser with our rows."""

    choose_view_class = ChooseView
    choose_results_view_class = ChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView


def _rows(model: Any, request: HttpRequest) -> QuerySet:
    policy = ScopedPermissionPolicy(model)
    return policy.instances_user_has_any_permission_for(request.user, ["change", "delete"])


class ScopedViewSet(SnippetViewSet):
    """What the three have in common. In the group "Helpdesk settings" instead of among all snippets."""

    menu_item_is_registered = True
    index_view_class = ScopedIndexView
    edit_view_class = EditView
    copy_view_class = CopyView
    delete_view_class = DeleteView
    usage_view_class = UsageView
    history_view_class = HistoryView
    chooser_viewset_class = ScopedChooserViewSet
    inspect_view_enabled = False
    add_to_reference_index = False
    # A list of bodies is no place to sort by; names are.
    ordering = ["name", "pk"]
    #: Also when a search backend is set up: these tables are small, and their fields are no index's.
    search_backend_name = None

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the rows with what the list shows of them."""
        return self.model._default_manager.select_related("team", "mailbox", "owner")


def _owner(row: Any) -> str:
    return (row.owner.get_full_name() or row.owner.get_username()) if row.owner else ""


def _columns() -> list[Column]:
    return [
        Column("scope_label", label=_("For whom")),
        Column("owner", label=_("Made by"), accessor=_owner),
        NumberColumn("use_count", label=_("Used"), sort_key="use_count"),
        DateColumn("used_at", label=_("Last used"), sort_key="used_at"),
    ]


class SavedReplyViewSet(ScopedViewSet):
    """Saved replies."""

    model = SavedReply
    icon = "openquote"
    index_view_class = ReplyIndexView
    if wagtail.VERSION < (8, 0):
        permission_policy = ScopedPermissionPolicy(SavedReply)
    list_display = ["name", Column("folder", label=_("Folder")), *_columns()]
    list_filter = ["folder", "scope", "team", "mailbox"]
    list_export = ["name", "keywords", "scope_label", "use_count", "used_at"]
    search_fields = ["name", "keywords", "body"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the rows with their folders."""
        return super().get_queryset(request).select_related("folder")


class MacroViewSet(ScopedViewSet):
    """Macros."""

    model = Macro
    icon = "cogs"
    if wagtail.VERSION < (8, 0):
        permission_policy = ScopedPermissionPolicy(Macro)
    list_display = ["name", "description", *_columns(), BooleanColumn("is_active", label=_("Can be run"))]
    list_filter = ["scope", "team", "mailbox", "is_active"]
    search_fields = ["name", "description"]


class TicketTemplateViewSet(ScopedViewSet):
    """Templates of new tickets."""

    model = TicketTemplate
    icon = "doc-empty"
    if wagtail.VERSION < (8, 0):
        permission_policy = ScopedPermissionPolicy(TicketTemplate)
    list_display = ["name", "subject", *_columns()]
    list_filter = ["scope", "team", "mailbox"]
    search_fields = ["name", "subject"]


class ReplyFolderViewSet(ModelViewSet):
    """Folders of saved replies, for those with the permission on the model."""

    model = ReplyFolder
    name = url_namespace = "helpdesk_reply_folders"
    url_prefix = "helpdesk/reply-folders"
    icon = "folder-open-inverse"
    form_fields = ["name", "parent"]
    list_display = ["name", Column("parent", label=_("Inside"))]
    search_fields = ["name"]
    search_backend_name = None
    inspect_view_enabled = False
    copy_view_enabled = False
    add_to_admin_menu = False
