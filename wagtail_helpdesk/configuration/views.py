"""wagtail-modeladmin's views in today's look of Wagtail's admin: its header, tables, forms and guards."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import quote
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import Table, TitleColumn
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton
from wagtail_modeladmin import views

from wagtail_helpdesk.configuration.usage import users_of


class Furniture:
    """The header that Wagtail's own views have: breadcrumbs, title, icon, buttons. Goes before a modeladmin view."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the view with what Wagtail's templates ask for."""
        plural = capfirst(self.opts.verbose_name_plural)
        crumbs = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": self.index_url, "label": plural}]
        here = self.get_here()
        if here:
            crumbs.append({"url": "", "label": here})
        context = {
            "page_title": here or plural,
            "header_title": f"{plural}: {here}" if here else plural,
            "header_icon": self.header_icon,
            "breadcrumbs_items": crumbs,
            "header_buttons": self.get_header_buttons(),
        }
        return super().get_context_data(**{**context, **kwargs})

    def get_here(self) -> str:
        """Return what stands last in the breadcrumbs, "" on the list."""
        return ""

    def get_header_buttons(self) -> list[HeaderButton]:
        """Return the buttons beside the breadcrumbs."""
        return []


class SettingsIndexView(Furniture, views.IndexView):
    """The list of one kind of row."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        title = TitleColumn("title", label=capfirst(self.opts.verbose_name), accessor=str, get_url=self.get_row_url)
        context["table"] = Table([title, *self.model_admin.columns], context["object_list"])
        return context

    def get_row_url(self, row: Any) -> str | None:
        """Return where a row leads to: its form, for those who may edit it."""
        if not self.permission_helper.user_can_edit_obj(self.request.user, row):
            return None
        return self.url_helper.get_action_url("edit", quote(row.pk))

    def get_header_buttons(self) -> list[HeaderButton]:
        if not self.permission_helper.user_can_create(self.request.user):
            return []
        label = _("Add %(what)s") % {"what": self.opts.verbose_name}
        return [HeaderButton(label, url=self.create_url, icon_name="plus")]


class _FormView(Furniture):
    """What adding and editing have in common: a plain form instead of panels."""

    def get_edit_handler(self) -> ObjectList:
        """Return no panels: the form is shown field by field."""
        return ObjectList([]).bind_to_model(self.model)

    def get_form_class(self) -> type:
        return self.model_admin.form_class

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "action_url": self.request.path,
            "submit_button_label": _("Save"),
            "submit_button_active_label": _("Saving…"),
            "has_unsaved_changes": self.request.method == "POST",
        }
        return super().get_context_data(**{**context, **kwargs})


class SettingsCreateView(_FormView, views.CreateView):
    """A new row."""

    def get_here(self) -> str:
        return _("New: %(what)s") % {"what": capfirst(self.opts.verbose_name)}


class SettingsEditView(_FormView, views.EditView):
    """An existing row."""

    def get_here(self) -> str:
        return self.instance.name


class SettingsDeleteView(Furniture, views.DeleteView):
    """Asks, then deletes; says what stands in the way without naming it."""

    def get_here(self) -> str:
        return _("Delete: %(what)s") % {"what": self.instance.name}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"users": users_of(self.instance), **kwargs})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Delete the row; show the page again when something needs it."""
        if users_of(self.instance):
            return self.render_to_response(self.get_context_data())
        return super().post(request, *args, **kwargs)
