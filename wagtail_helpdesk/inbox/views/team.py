"""Who is here: the agents of one's teams, what each holds, and who is away until when."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk.desk.absences import FIELD
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.absence_form import AbsenceForm
from wagtail_helpdesk.inbox.media import inbox_media
from wagtail_helpdesk.inbox.people import display_name
from wagtail_helpdesk.inbox.team import MOST_PEOPLE, colleagues_of
from wagtail_helpdesk.inbox.views.base import InboxMixin, inbox_breadcrumb
from wagtail_helpdesk.inbox.views.board import BoardView
from wagtail_helpdesk.tickets.actions.set_absence import SetAbsence, may_set_absence


class TeamView(BoardView):
    """The people, those who are here first."""

    template_name = "wagtail_helpdesk/inbox/team.html"
    page_title = gettext_lazy("Who is here")
    header_icon = "group"
    board = "people"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the people and the menu beside them."""
        people = colleagues_of(self.request.user, self.scopes)
        return super().get_context_data(people=people[:MOST_PEOPLE], is_cut=len(people) > MOST_PEOPLE, **kwargs)


class AbsenceView(InboxMixin, WagtailAdminTemplateMixin):
    """When one agent is away: for that agent, and for those who see all tickets."""

    template_name = "wagtail_helpdesk/inbox/absence.html"
    page_title = gettext_lazy("Out of office")
    header_icon = "date"
    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Find the agent. Http404 for somebody about whom the user has nothing to say."""
        self.person = _agent(kwargs["pk"])
        if self.person is None or not may_set_absence(request.user, self.person):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, Who is here, the agent."""
        above = {"url": reverse("helpdesk_inbox:people"), "label": _("Who is here")}
        return [*self.breadcrumbs_items, inbox_breadcrumb(), above, {"url": "", "label": display_name(self.person)}]

    def get_page_subtitle(self) -> str:
        """Return whom it is about."""
        return display_name(self.person)

    def get(self, request: HttpRequest, pk: str) -> HttpResponse:
        """Show the form."""
        return self._page(AbsenceForm(instance=self.person, actor=request.user))

    def post(self, request: HttpRequest, pk: str) -> HttpResponse:
        """Write it down, or show what is wrong. With "back" the agent is there again."""
        name = display_name(self.person)
        if "back" in request.POST:
            SetAbsence(person=self.person, away=None, actor=Actor.of_user(request.user))()
            messages.success(request, _("%(name)s is there.") % {"name": name})
            return redirect("helpdesk_inbox:people")
        form = AbsenceForm(request.POST, instance=self.person, actor=request.user)
        if not form.is_valid():
            return self._page(form, status=422)
        form.save()
        messages.success(request, _("Saved."))
        return redirect("helpdesk_inbox:people")

    def _page(self, form: AbsenceForm, status: int = 200) -> HttpResponse:
        context = self.get_context_data(
            form=form,
            name=display_name(self.person),
            address=reverse("helpdesk_inbox:absence", args=[self.person.pk]),
            media=inbox_media(styles=("board",)),
        )
        return self.render_to_response(context, status=status)


def _agent(key: str) -> Any:
    """Return the active user with that key as it stands in an address, None where there is none."""
    users = get_user_model()._default_manager.filter(is_active=True).select_related(FIELD, "wagtail_userprofile")
    try:
        return users.filter(pk=key).first()
    except (ValueError, ValidationError, OverflowError):
        return None
