"""The log of what leaves: our mails, where each stands, and what to do about one that may not have arrived."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView, WagtailAdminTemplateMixin

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.configuration.columns import RecipientsColumn, TicketColumn
from wagtail_helpdesk.configuration.visibility import VIEW_OUTGOING, RequirePermissionMixin, visible_outgoing
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.actions.settle_mail import CancelMail, MarkDelivered, RetryMail
from wagtail_helpdesk.mail.choices import OutboundState
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.tickets.permissions import may

#: What a person can do with a mail, by the state that it is in: (name, action, label).
_RETRY = ("retry", RetryMail, gettext_lazy("Send again"))
_CONFIRM = ("confirm", MarkDelivered, gettext_lazy("It arrived"))
_CANCEL = ("cancel", CancelMail, gettext_lazy("Do not send"))
DECISIONS = {
    OutboundState.FAILED: (_RETRY, _CONFIRM),
    OutboundState.UNCERTAIN: (_RETRY, _CONFIRM),
    OutboundState.RETRY: (_RETRY, _CANCEL),
    OutboundState.QUEUED: (_CANCEL,),
}


class OutgoingMailFilterSet(WagtailFilterSet):
    """By state and mailbox."""

    state = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("State"), choices=OutboundState.choices, widget=forms.CheckboxSelectMultiple
    )
    mailbox = django_filters.ModelMultipleChoiceFilter(
        label=gettext_lazy("Mailbox"),
        queryset=lambda request: Mailbox.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = OutboundMail
        fields = ("state", "mailbox")


class OutgoingMailListView(RequirePermissionMixin, BaseListingView):
    """All our mails, newest first."""

    required_permission = VIEW_OUTGOING
    template_name = "wagtail_helpdesk/configuration/log_listing.html"
    model = OutboundMail
    page_title = gettext_lazy("Outgoing mail")
    header_icon = "upload"
    index_url_name = "helpdesk_outgoing_mail:index"
    index_results_url_name = "helpdesk_outgoing_mail:results"
    filterset_class = OutgoingMailFilterSet
    is_searchable = True
    search_fields = ("message_id_header", "subject", "recipients__address")
    default_ordering = ("-created_at", "-pk")
    paginate_by = 50
    verbose_name_plural = gettext_lazy("mails")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("subject", label=_("Subject"), accessor=_short_title, get_url=_detail_url),
            RecipientsColumn("to", label=_("To"), accessor="pk"),
            StatusTagColumn("state", label=_("State"), accessor="get_state_display", primary=_is_sent),
            Column("kind", label=_("Kind"), accessor="get_kind_display", classname="hd-log-minor"),
            TicketColumn("ticket", label=_("Ticket")),
            DateColumn("created_at", label=_("Created"), width="12%"),
        ]

    def get_base_queryset(self) -> QuerySet[OutboundMail]:
        mails = visible_outgoing(self.request.user)
        return mails.select_related("ticket").prefetch_related("recipients")

    def search_queryset(self, queryset: QuerySet[OutboundMail]) -> QuerySet[OutboundMail]:
        # A mail with two recipients that match is one mail.
        return super().search_queryset(queryset).distinct()


class OutgoingMailView(RequirePermissionMixin, WagtailAdminTemplateMixin, TemplateView):
    """One mail of ours; POST carries out a decision on it."""

    required_permission = VIEW_OUTGOING
    template_name = "wagtail_helpdesk/configuration/outgoing_mail.html"
    header_icon = "upload"

    @cached_property
    def mail(self) -> OutboundMail:
        """The mail; Http404 for one that the user may not see."""
        mails = visible_outgoing(self.request.user).select_related("ticket", "mailbox")
        mails = mails.prefetch_related("recipients", "delivery_events__recipient")
        return get_object_or_404(mails, pk=self.kwargs["pk"])

    def get_page_title(self) -> str:
        return title(self.mail)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        log = {"url": reverse("helpdesk_outgoing_mail:index"), "label": _("Outgoing mail")}
        return [*self.breadcrumbs_items, log, {"url": "", "label": title(self.mail)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        decisions = DECISIONS.get(self.mail.state, ()) if may(self.request.user, "reply", self.mail.ticket) else ()
        return super().get_context_data(mail=self.mail, decisions=decisions, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Carry out the decision; say why not when it makes no sense by now."""
        wanted = {name: action for decisions in DECISIONS.values() for name, action, _label in decisions}
        action = wanted.get(request.POST.get("decision", ""))
        if action is None:
            raise Http404
        if not may(request.user, "reply", self.mail.ticket):
            raise PermissionDenied
        try:
            action(mail=self.mail, actor=Actor.of_user(request.user))()
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Done: %(state)s.") % {"state": self.mail.get_state_display()})
        return redirect(_detail_url(self.mail))


def title(mail: OutboundMail) -> str:
    """Return the subject, or the mail's own number where it was erased."""
    return mail.subject or f"#{mail.pk}"


def _short_title(mail: OutboundMail) -> str:
    return Truncator(title(mail)).chars(80)


def _detail_url(mail: OutboundMail) -> str:
    return reverse("helpdesk_outgoing_mail:mail", args=[mail.pk])


def _is_sent(mail: OutboundMail) -> bool:
    return mail.state == OutboundState.SENT
