"""The screen on which a ticket's answer becomes a draft article."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.knowledge_base.actions.draft_article import DraftArticle
from wagtail_helpdesk.knowledge_base.forms import PromoteForm
from wagtail_helpdesk.knowledge_base.prefill import default_choice, prefill
from wagtail_helpdesk.knowledge_base.sections import open_sections, section_for
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may


class PromoteView(WagtailAdminTemplateMixin, FormView):
    """GET ``?message=1&message=2`` fills the form from these messages; POST makes the draft."""

    template_name = "wagtail_helpdesk/knowledge_base/promote.html"
    form_class = PromoteForm
    page_title = gettext_lazy("Promote to FAQ")
    header_icon = "help"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """404 for a ticket that the user may not see, PermissionDenied for one that may not be promoted."""
        tickets = Ticket.objects.visible_to(request.user).current()
        self.ticket = get_object_or_404(tickets, pk=kwargs["pk"])
        if not may(request.user, "promote", self.ticket):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def messages(self) -> list[Message]:
        """What may be chosen: the public, published messages."""
        return list(Message.objects.public().filter(ticket=self.ticket).in_order().defer("html", "text"))

    @cached_property
    def chosen(self) -> list[Message]:
        """The messages that the request names, else those that most likely make the article."""
        data = self.request.POST if self.request.method == "POST" else self.request.GET
        keys = set(data.getlist("message"))
        named = [message for message in self.messages if str(message.pk) in keys]
        return named or ([] if self.request.method == "POST" else default_choice(self.messages))

    @cached_property
    def sections(self) -> list[Any]:
        """The sections that take articles."""
        return open_sections()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        ticket_url = reverse("helpdesk_tickets:ticket", args=[self.ticket.pk])
        return [
            *self.breadcrumbs_items,
            {"url": ticket_url, "label": self.ticket.reference},
            {"url": "", "label": self.page_title},
        ]

    def get_initial(self) -> dict[str, Any]:
        filled = prefill(self.ticket.subject, self.chosen)
        return {
            "question": filled.question,
            "answer": filled.answer,
            "section": section_for(self.sections, self.ticket.language),
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "sections": self.sections}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        chosen = {message.pk for message in self.chosen}
        context["ticket"] = self.ticket
        context["choices"] = [(message, message.pk in chosen) for message in self.messages]
        context["chosen"] = self.chosen
        context["sections"] = self.sections
        context["media"] = context["form"].media
        return context

    def form_valid(self, form: PromoteForm) -> HttpResponse:
        """Make the draft and go back to the ticket; what is refused is said above the form, which keeps its words."""
        try:
            page = DraftArticle(
                ticket=self.ticket,
                actor=Actor.of_user(self.request.user),
                section=form.cleaned_data["section"],
                question=form.cleaned_data["question"],
                answer=form.cleaned_data["answer"],
                tags=form.cleaned_data.get("tags", ()),
                messages=[message.pk for message in self.chosen],
            )()
        except ActionRefused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
            return self.form_invalid(form)
        messages.success(self.request, self._words_for(page), buttons=self._buttons_for(page))
        return redirect("helpdesk_tickets:ticket", self.ticket.pk)

    def _words_for(self, page: Any) -> str:
        if page.current_workflow_state is not None:
            return _("“%(title)s” was written as a draft and sent to review.") % {"title": page.title}
        return _("“%(title)s” was written as a draft. An editor can publish it.") % {"title": page.title}

    def _buttons_for(self, page: Any) -> list[Any]:
        if not page.permissions_for_user(self.request.user).can_edit():
            return []
        return [messages.button(reverse("wagtailadmin_pages:edit", args=[page.pk]), _("Edit the article"))]
