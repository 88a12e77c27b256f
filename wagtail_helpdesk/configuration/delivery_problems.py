"""Delivery problems: whom our mails did not reach, and reports that nobody could tie to a mail of ours."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.widgets.button import HeaderButton

from wagtail_helpdesk.configuration.arrived_mail import ArrivedMailListView
from wagtail_helpdesk.configuration.columns import ReportColumn, TicketColumn
from wagtail_helpdesk.configuration.logs import LogListView, choices_filter
from wagtail_helpdesk.configuration.visibility import VIEW_ARRIVED, VIEW_OUTGOING, visible_arrived, visible_outgoing
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.choices import MailOutcome, OutboundState, RecipientState
from wagtail_helpdesk.mail.models import DeliveryEvent, InboundMail, OutboundRecipient

UNVERIFIED = "unverified"
#: What can be wrong, by the name it has in the filter: (label, which rows).
PROBLEMS = {
    "bounced": (RecipientState.BOUNCED.label, Q(state=RecipientState.BOUNCED)),
    "complained": (RecipientState.COMPLAINED.label, Q(state=RecipientState.COMPLAINED)),
    "refused": (RecipientState.REFUSED_PERM.label, Q(state=RecipientState.REFUSED_PERM)),
    "failed": (OutboundState.FAILED.label, Q(outbound__state=OutboundState.FAILED)),
    "uncertain": (OutboundState.UNCERTAIN.label, Q(outbound__state=OutboundState.UNCERTAIN)),
    UNVERIFIED: (gettext_lazy("Unverified report"), Q(has_doubtful_report=True)),
}


class DeliveryProblemFilterSet(WagtailFilterSet):
    """By problem, mailbox, and whether somebody is done with it."""

    problem = choices_filter(
        gettext_lazy("Problem"),
        [(name, label) for name, (label, _rows) in PROBLEMS.items()],
        method="filter_problem",
    )
    done = django_filters.ChoiceFilter(
        label=gettext_lazy("Done with"),
        empty_label=gettext_lazy("Nobody is done with it"),
        choices=[("done", gettext_lazy("Somebody is done with it")), ("all", gettext_lazy("Both"))],
        widget=forms.RadioSelect,
        method="filter_done",
    )
    outbound__mailbox = django_filters.ModelMultipleChoiceFilter(
        label=gettext_lazy("Mailbox"),
        queryset=lambda request: Mailbox.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = OutboundRecipient
        fields = ("problem", "done", "outbound__mailbox")

    def filter_problem(self, queryset: QuerySet, name: str, value: list[str]) -> QuerySet:
        """Keep the rows that have one of the chosen problems."""
        wanted = Q()
        for problem in value:
            wanted |= PROBLEMS[problem][1]
        return queryset.filter(wanted)

    def filter_done(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Keep what somebody is done with, or everything."""
        return queryset.filter(outbound__settled_at__isnull=False) if value == "done" else queryset

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Filter; without a choice, what somebody is done with is left out."""
        if not self.form.cleaned_data.get("done"):
            queryset = queryset.filter(outbound__settled_at__isnull=True)
        return super().filter_queryset(queryset)


class DeliveryProblemListView(LogListView):
    """Each recipient whom a mail of ours did not reach for certain, newest mail first."""

    log = "helpdesk_delivery_problems"
    required_permission = VIEW_OUTGOING
    model = OutboundRecipient
    page_title = gettext_lazy("Delivery problems")
    header_icon = "warning"
    filterset_class = DeliveryProblemFilterSet
    search_fields = ("address", "outbound__subject", "diagnostic")
    default_ordering = ("-outbound__created_at", "-pk")
    verbose_name_plural = gettext_lazy("delivery problems")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("address", label=_("Recipient"), accessor=_address, get_url=_mail_url, width="25%"),
            StatusTagColumn("problem", label=_("Problem"), accessor=problem_of, primary=_is_open),
            Column("said", label=_("What was said"), accessor=_said, classname="hd-log-said"),
            ReportColumn("report", label=_("Report"), accessor="pk", classname="hd-log-minor"),
            TicketColumn("ticket", label=_("Ticket"), accessor="outbound.ticket"),
            Column("mailbox", label=_("Mailbox"), accessor="outbound.mailbox.address", classname="hd-log-minor"),
            DateColumn("created_at", label=_("Created"), accessor="outbound.created_at", width="12%"),
        ]

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.request.user.has_perm(VIEW_ARRIVED):
            return []
        url = reverse("helpdesk_delivery_problems:unknown")
        return [HeaderButton(_("Unknown reports"), url=url, icon_name="mail")]

    def get_base_queryset(self) -> QuerySet[OutboundRecipient]:
        doubtful = DeliveryEvent.objects.filter(outbound=OuterRef("outbound"), verified=False)
        rows = OutboundRecipient.objects.annotate(has_doubtful_report=Exists(doubtful))
        any_problem = Q()
        for _label, wanted in PROBLEMS.values():
            any_problem |= wanted
        events = DeliveryEvent.objects.filter(inbound__isnull=False).only("inbound", "outbound")
        return (
            rows.filter(any_problem, outbound__in=visible_outgoing(self.request.user))
            .exclude(outbound__state=OutboundState.CANCELLED)
            .select_related("outbound__ticket", "outbound__mailbox")
            .defer("outbound__text", "outbound__html", "outbound__headers")
            .prefetch_related(Prefetch("outbound__delivery_events", events))
        )


class UnknownReportListView(ArrivedMailListView):
    """Reports that name no mail of ours: other people's, forged ones, or about mails that are long gone."""

    page_title = gettext_lazy("Reports about no mail of ours")
    index_url_name = "helpdesk_delivery_problems:unknown"
    index_results_url_name = "helpdesk_delivery_problems:unknown_results"

    def get_base_queryset(self) -> QuerySet[InboundMail]:
        reports = visible_arrived(self.request.user).filter(outcome=MailOutcome.REPORT, ticket__isnull=True)
        return reports.select_related("ticket", "mailbox")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        above = {"url": reverse("helpdesk_delivery_problems:index"), "label": _("Delivery problems")}
        items = super().get_breadcrumbs_items()
        return [*items[:-1], above, *items[-1:]]


def problem_of(row: OutboundRecipient) -> str:
    """Return what is wrong, in words: what is known of the recipient before what is known of the mail."""
    if row.state in (RecipientState.BOUNCED, RecipientState.COMPLAINED, RecipientState.REFUSED_PERM):
        return str(row.get_state_display())
    if row.outbound.state in (OutboundState.FAILED, OutboundState.UNCERTAIN):
        return str(row.outbound.get_state_display())
    return str(PROBLEMS[UNVERIFIED][0])


def _address(row: OutboundRecipient) -> str:
    return row.address or f"#{row.outbound_id}"


def _said(row: OutboundRecipient) -> str:
    return " ".join(filter(None, (row.status_code, row.diagnostic or row.outbound.last_error)))


def _mail_url(row: OutboundRecipient) -> str:
    return reverse("helpdesk_outgoing_mail:mail", args=[row.outbound_id])


def _is_open(row: OutboundRecipient) -> bool:
    return row.outbound.settled_at is None
