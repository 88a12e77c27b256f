"""The log of what leaves: our mails, where each stands, and what to do about one that may not have arrived."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.configuration.columns import RecipientsColumn, TicketColumn
from wagtail_helpdesk.configuration.logs import LogEntryView, LogFilterSet, LogListView, choices_filter
from wagtail_helpdesk.configuration.visibility import VIEW_OUTGOING, visible_outgoing
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.deliveries import decisions_with_labels
from wagtail_helpdesk.mail.actions.settle_mail import ACTIONS
from wagtail_helpdesk.mail.arriving.decisions import decision_named
from wagtail_helpdesk.mail.choices import Audience, MailKind, OutboundState
from wagtail_helpdesk.mail.models import DeliveryEvent, OutboundMail
from wagtail_helpdesk.mail.reporting.problems import FOR_OUTSIDERS
from wagtail_helpdesk.mail.transports.words import explain_pause
from wagtail_helpdesk.tickets.permissions import may

#: What needs somebody: each is a method of the mails' queryset.
_ATTENTION = (
    ("failed", gettext_lazy("Not sent")),
    ("uncertain", gettext_lazy("May not have been sent")),
    ("late", gettext_lazy("Waits for more than a quarter of an hour")),
    ("came_back", gettext_lazy("Came back")),
)
_LOG_TITLE = gettext_lazy("Outgoing mail")


class OutgoingMailFilterSet(LogFilterSet):
    """By what is wrong, state, kind, audience and mailbox."""

    attention = choices_filter(gettext_lazy("Needs attention"), _ATTENTION, method="filter_attention")
    state = choices_filter(gettext_lazy("State"), OutboundState.choices)
    kind = choices_filter(gettext_lazy("Kind"), MailKind.choices)
    audience = choices_filter(gettext_lazy("For"), Audience.choices)

    class Meta:
        model = OutboundMail
        fields = ("attention", "state", "kind", "audience", "mailbox")

    def filter_attention(self, mails: QuerySet[OutboundMail], name: str, values: list[str]) -> QuerySet[OutboundMail]:
        """Return the mails that have any of these troubles."""
        return mails.in_trouble(timezone.now(), values) if values else mails


class OutgoingMailListView(LogListView):
    """All our mails, newest first."""

    log = "helpdesk_outgoing_mail"
    required_permission = VIEW_OUTGOING
    model = OutboundMail
    page_title = _LOG_TITLE
    header_icon = "upload"
    filterset_class = OutgoingMailFilterSet
    search_fields = ("message_id_header", "subject", "recipients__address")
    default_ordering = ("-created_at", "-pk")

    def title_of(self, mail: OutboundMail) -> str:
        return title(mail)

    @cached_property
    def columns(self) -> list[Column]:
        return [
            self.title_column(_("Subject")),
            RecipientsColumn("to", label=_("To"), accessor="pk", classname="hd-log-address"),
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


class OutgoingMailView(LogEntryView):
    """One mail of ours; POST carries out a decision on it."""

    log, log_title = "helpdesk_outgoing_mail", _LOG_TITLE
    required_permission = VIEW_OUTGOING
    template_name = "wagtail_helpdesk/configuration/outgoing_mail.html"
    header_icon = "upload"

    def title_of(self, mail: OutboundMail) -> str:
        return title(mail)

    @cached_property
    def mail(self) -> OutboundMail:
        """The mail; Http404 for one that the user may not see."""
        doubtful = DeliveryEvent.objects.filter(outbound=OuterRef("pk"), verified=False)
        mails = visible_outgoing(self.request.user).annotate(doubtful_reports=Exists(doubtful))
        mails = mails.select_related("ticket", "mailbox__mail_transport")
        mails = mails.prefetch_related("recipients", "delivery_events__recipient")
        return get_object_or_404(mails, pk=self.kwargs["pk"])

    @property
    def may_decide(self) -> bool:
        """Whether the user may decide on this mail. One of the desk's own is nobody's to decide on."""
        mail = self.mail
        if mail.ticket is None or mail.audience not in FOR_OUTSIDERS:
            return False
        return may(self.request.user, "reply", mail.ticket)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        transport = getattr(self.mail.mailbox, "mail_transport", None)
        is_paused = transport is not None and transport.paused_at is not None
        waits = self.mail.state in (OutboundState.QUEUED, OutboundState.RETRY)
        return super().get_context_data(
            mail=self.mail,
            decisions=decisions_with_labels(self.mail) if self.may_decide else (),
            pause=explain_pause(transport.pause_reason) if is_paused and waits else "",
            **kwargs,
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Carry out the decision; say why not when it makes no sense by now."""
        decision = decision_named(request.POST.get("decision", ""))
        if decision is None:
            raise Http404
        if not self.may_decide:
            raise PermissionDenied
        try:
            ACTIONS[decision](mail=self.mail, actor=Actor.of_user(request.user))()
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Done: %(state)s.") % {"state": self.mail.get_state_display()})
        return redirect(self.url_of(self.mail))


def title(mail: OutboundMail) -> str:
    """Return the subject, or the mail's own number where it was erased."""
    return mail.subject or f"#{mail.pk}"


def _is_sent(mail: OutboundMail) -> bool:
    return mail.state == OutboundState.SENT
