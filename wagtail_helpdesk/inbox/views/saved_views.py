"""The screens on which agents make and arrange views."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from wagtail_helpdesk.inbox.answers import answer, is_fetched
from wagtail_helpdesk.inbox.choices import choices_for
from wagtail_helpdesk.inbox.counts import CAP, count_text
from wagtail_helpdesk.inbox.grouping.groups import groups_of
from wagtail_helpdesk.inbox.grouping.kinds import grouping_called
from wagtail_helpdesk.inbox.grouping.sections import group_counts
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.media import inbox_media
from wagtail_helpdesk.inbox.ordering import ORDERINGS, WAITING
from wagtail_helpdesk.inbox.places import Place, find_view
from wagtail_helpdesk.inbox.saved.builder import Rows, rows_of_conditions, rows_of_data
from wagtail_helpdesk.inbox.saved.forms import SavedViewForm
from wagtail_helpdesk.inbox.saved.from_place import conditions_of_place
from wagtail_helpdesk.inbox.saved.lists import (
    MAX_PINNED,
    SavedList,
    matching_tickets,
    may_edit,
    preference_of,
    saved_views_for,
)
from wagtail_helpdesk.inbox.saved.models import SavedView
from wagtail_helpdesk.inbox.standing_views import VIEWS
from wagtail_helpdesk.inbox.views.base import InboxMixin, inbox_breadcrumb
from wagtail_helpdesk.tickets.conditions.language import Conditions, ConditionsRefused, parse_conditions

#: So many groups the builder names.
MAX_GROUPS = 8


class SavedViewsMixin(InboxMixin, WagtailAdminTemplateMixin):
    """A screen below that of all saved views."""

    header_icon = "sliders"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, Saved views, this."""
        above = {"url": reverse("helpdesk_inbox:saved_views"), "label": _("Saved views")}
        return [*self.breadcrumbs_items, inbox_breadcrumb(), above, {"url": "", "label": self.get_page_title()}]

    def find(self) -> SavedView:
        """Return the view that the address names. Http404 for one that the user may not open."""
        return get_object_or_404(saved_views_for(self.request.user), pk=self.kwargs["pk"])

    def find_to_edit(self) -> SavedView:
        """Return it. PermissionDenied for somebody else's."""
        saved = self.find()
        if not may_edit(self.request.user, saved):
            raise PermissionDenied
        return saved


class SavedViewsView(SavedViewsMixin):
    """All views that one may open: to pin, put in order, change and remove."""

    template_name = "wagtail_helpdesk/inbox/saved_views.html"
    page_title = gettext_lazy("Saved views")
    http_method_names = ["get", "head", "options"]

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        """The way to a new one."""
        return [HeaderButton(_("New view"), url=reverse("helpdesk_inbox:new_saved_view"), icon_name="plus")]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, this."""
        return [*self.breadcrumbs_items, inbox_breadcrumb(), {"url": "", "label": self.page_title}]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page."""
        user, preference = request.user, preference_of(request.user)
        views = list(saved_views_for(user).select_related("owner", "team", "role"))
        place = {key: number for number, key in enumerate(preference.pinned)}
        views.sort(key=lambda view: (place.get(view.pk, len(place)), view.name.casefold()))
        rows = [
            {
                "view": view,
                "url": view_url(SavedList(view)),
                "pinned": view.pk in place,
                "may_edit": may_edit(user, view),
            }
            for view in views
        ]
        choices = [*VIEWS, *(SavedList(view) for view in views)]
        context = self.get_context_data(
            rows=rows, choices=choices, opens_with=preference.opens_with, media=inbox_media(styles=("lists",))
        )
        return self.render_to_response(context)


class EditSavedViewView(SavedViewsMixin):
    """Makes a view, or changes one. Works without JavaScript: "Update" and "Add" are buttons of the form."""

    template_name = "wagtail_helpdesk/inbox/saved_view_form.html"
    http_method_names = ["get", "head", "post", "options"]
    saved: SavedView | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Know what the choices are."""
        super().setup(request, *args, **kwargs)
        self.choices = choices_for(request.user)

    def get_page_title(self) -> str:
        """Return the view's name."""
        return self.saved.name if self.saved else _("New view")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form: of the view, of what a list shows (``?from=``), or an empty one."""
        self.saved = self.find_to_edit() if "pk" in kwargs else None
        initial, conditions = {}, Conditions()
        if self.saved:
            conditions = SavedList(self.saved).conditions or conditions
        elif place := Place.parse(request.GET.get("from", ""), request.user):
            conditions = conditions_of_place(place)
            initial = {"ordering": place.ordering.name if place.ordering.name in ORDERINGS else WAITING.name}
            initial["grouping"] = place.grouping.name if place.grouping else ""
        form = SavedViewForm(user=request.user, instance=self.saved, initial=initial)
        return self._show(form, rows_of_conditions(conditions, self.choices))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save; or show the form again with another row, without one, or as the fields are now."""
        self.saved = self.find_to_edit() if "pk" in kwargs else None
        data = request.POST
        rows = rows_of_data(data, self.choices)
        form = SavedViewForm(data, user=request.user, instance=self.saved)
        if {"build", "add", "remove"} & set(data):
            rows = rows.with_another(data.get("add", "")) if "add" in data else rows.without(data.get("remove", ""))
            return self._rebuilt(form, rows)
        rows = rows.checked()
        if not form.is_valid() or any(row.error for row in rows.rows):
            return self._show(form, rows)
        return self._save(form, rows.conditions())

    def _save(self, form: SavedViewForm, conditions: Conditions) -> HttpResponse:
        saved, user = form.save(commit=False), self.request.user
        is_new = saved.pk is None
        if is_new:
            saved.owner = user
        saved.conditions = parse_conditions(conditions.to_data()).to_data()
        saved.save()
        if is_new:
            preference = preference_of(user)
            if len(preference.pinned) < MAX_PINNED:
                preference.pinned = [*preference.pinned, saved.pk]
                preference.save()
        messages.success(self.request, _("The view was saved."))
        return redirect(view_url(SavedList(saved)))

    def _rebuilt(self, form: SavedViewForm, rows: Rows) -> HttpResponse:
        if not is_fetched(self.request):
            # What is not finished yet is no mistake.
            form.errors.clear()
            return self._show(form, rows)
        context = {"rows": rows, "matches": self._matches(rows, form)}
        parts = {"view-conditions": ("wagtail_helpdesk/inbox/saved_view_conditions.html", context)}
        return answer(self.request, then=self.request.path, parts=parts)

    def _show(self, form: SavedViewForm, rows: Rows) -> HttpResponse:
        context = self.get_context_data(
            form=form, rows=rows, matches=self._matches(rows, form), saved=self.saved,
            media=inbox_media("builder", styles=("lists",)),
        )  # fmt: skip
        return self.render_to_response(context)

    def _matches(self, rows: Rows, form: SavedViewForm) -> Matches:
        """What the conditions find for who builds them; nothing while something is missing."""
        try:
            conditions = rows.conditions()
        except ConditionsRefused:
            return Matches()
        ordering = ORDERINGS.get(form["ordering"].value() or "", WAITING)
        grouping = grouping_called(form["grouping"].value() or "")
        tickets = matching_tickets(conditions, ordering, self.request.user)
        if grouping is None:
            return Matches(_matching(tickets.order_by()[: CAP + 1].count()))
        groups = groups_of(tickets, grouping)
        return Matches(_matching(sum(group.count for group in groups)), *group_counts(groups, MAX_GROUPS))


@dataclass(frozen=True)
class Matches:
    """What conditions find: how much in words, and the first groups with how many tickets each has."""

    words: str = ""
    groups: list[tuple[str, str]] = field(default_factory=list)
    #: Groups that are not named.
    more: int = 0


def _matching(found: int) -> str:
    return ngettext("%(count)s ticket matches.", "%(count)s tickets match.", found) % {"count": count_text(found)}


class DeleteSavedViewView(SavedViewsMixin):
    """Asks, then removes a view."""

    template_name = "wagtail_helpdesk/inbox/saved_view_delete.html"
    page_title = gettext_lazy("Delete view")
    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask."""
        return self.render_to_response(self.get_context_data(saved=self.find_to_edit()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Remove it."""
        self.find_to_edit().delete()
        messages.success(request, _("The view was deleted."))
        return redirect("helpdesk_inbox:saved_views")


class ArrangeView(InboxMixin):
    """POST pins or unpins a view, moves it up or down, or says what the inbox opens with. One's own arrangement."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do one of "pin", "unpin", "up", "down" (with a key), or "opens_with" (a name)."""
        preference = preference_of(request.user)
        if "opens_with" in request.POST:
            view = find_view(request.POST["opens_with"], request.user)
            preference.opens_with = view.slug if view else ""
        else:
            self._move(preference)
        preference.save()
        return redirect("helpdesk_inbox:saved_views")

    def _move(self, preference: Any) -> None:
        verb, _colon, key = self.request.POST.get("do", "").partition(":")
        if not (key.isascii() and key.isdigit()) or not saved_views_for(self.request.user).filter(pk=key).exists():
            raise Http404
        pk, pinned = int(key), list(preference.pinned)
        if verb == "pin" and pk not in pinned and len(pinned) < MAX_PINNED:
            pinned.append(pk)
        elif verb == "unpin" and pk in pinned:
            pinned.remove(pk)
        elif verb in ("up", "down") and pk in pinned:
            here = pinned.index(pk)
            there = max(0, min(len(pinned) - 1, here + (1 if verb == "down" else -1)))
            pinned.insert(there, pinned.pop(here))
        preference.pinned = pinned
