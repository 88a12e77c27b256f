"""The Mail log: what arrived, what became of it, and why."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn
from wagtail.admin.widgets.button import HeaderButton

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.configuration.columns import TicketColumn
from wagtail_helpdesk.configuration.logs import LogEntryView, LogFilterSet, LogListView, choices_filter
from wagtail_helpdesk.configuration.visibility import (
    READ_AGAIN,
    VIEW_ARRIVED,
    RequirePermissionMixin,
    visible_arrived,
)
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.senders import sender_badge
from wagtail_helpdesk.mail.actions.read_again import ReadMailAgain
from wagtail_helpdesk.mail.arriving.process import process
from wagtail_helpdesk.mail.arriving.raw_store import RawMissing, load_raw
from wagtail_helpdesk.mail.arriving.translate import source_file
from wagtail_helpdesk.mail.choices import Fidelity, InboundState, MailOutcome
from wagtail_helpdesk.mail.models import InboundMail
from wagtail_helpdesk.mail.trace_words import explain, label, origin
from wagtail_helpdesk.tickets.permissions import may

_LOG_TITLE = gettext_lazy("Mail log")


class ArrivedMailFilterSet(LogFilterSet):
    """By outcome, state and mailbox."""

    outcome = choices_filter(gettext_lazy("Outcome"), MailOutcome.choices)
    state = choices_filter(gettext_lazy("State"), InboundState.choices)

    class Meta:
        model = InboundMail
        fields = ("outcome", "state", "mailbox")


class ArrivedMailListView(LogListView):
    """All arrived mails, newest first."""

    log = "helpdesk_mail_log"
    required_permission = VIEW_ARRIVED
    model = InboundMail
    page_title = _LOG_TITLE
    header_icon = "mail"
    filterset_class = ArrivedMailFilterSet
    search_fields = ("message_id_header", "from_header", "subject")
    default_ordering = ("-received_at", "-pk")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            self.title_column(_("Subject")),
            Column("from_header", label=_("From"), accessor=_sender, classname="hd-log-address"),
            StatusTagColumn("outcome", label=_("Outcome"), accessor=_outcome, primary=_has_ticket),
            Column("reason", label=_("Reason"), accessor=_reason, classname="hd-log-minor", width="16%"),
            TicketColumn("ticket", label=_("Ticket")),
            Column("mailbox", label=_("Mailbox"), accessor="mailbox.address", classname="hd-log-minor"),
            DateColumn("received_at", label=_("Received"), width="12%"),
        ]

    def get_base_queryset(self) -> QuerySet[InboundMail]:
        return visible_arrived(self.request.user).select_related("ticket", "mailbox")


class ArrivedMailView(LogEntryView):
    """One arrived mail: what was made of it, and how that was decided."""

    log, log_title = "helpdesk_mail_log", _LOG_TITLE
    required_permission = VIEW_ARRIVED
    template_name = "wagtail_helpdesk/configuration/arrived_mail.html"
    header_icon = "mail"

    @cached_property
    def mail(self) -> InboundMail:
        """The mail; Http404 for one that the user may not see."""
        mails = visible_arrived(self.request.user).select_related("ticket", "mailbox")
        return get_object_or_404(mails, pk=self.kwargs["pk"])

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.mail.raw_ref:
            return []
        url = reverse("helpdesk_mail_log:source", args=[self.mail.pk])
        return [HeaderButton(_("Download source"), url=url, icon_name="download")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        failed = self.mail.state == InboundState.FAILED
        return super().get_context_data(
            mail=self.mail,
            outcome=_outcome(self.mail),
            reason=explain(self.mail.reason),
            trace=[explain(step) for step in self.mail.trace],
            labels=[label(name) for name in self.mail.classification],
            origin=origin(self.mail.origin),
            fidelity=_fidelity(self.mail),
            sender=sender_badge(self.mail.auth.get("result", ""), self.mail.auth),
            deliveries=[
                {"at": one.at, "origin": origin(one.origin), "mailbox": one.mailbox}
                for one in self.mail.deliveries.select_related("mailbox").order_by("at", "pk")
            ],
            held_url=self._held_url(),
            may_read_again=failed and self.request.user.has_perm(READ_AGAIN),
            **kwargs,
        )

    def _held_url(self) -> str:
        """Where the mail is decided on; "" for one that is not held, or whose ticket the user may not see."""
        mail = self.mail
        if mail.outcome != MailOutcome.HELD or mail.ticket is None or not may(self.request.user, "view", mail.ticket):
            return ""
        return reverse("helpdesk_tickets:held", args=[mail.ticket_id, mail.pk])


class SourceView(ArrivedMailView):
    """The raw source, byte for byte as it arrived, to download; never shown in the browser."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the file; back to the mail when the source is gone."""
        try:
            raw = load_raw(self.mail)
        except RawMissing:
            messages.warning(request, _("The source of this mail is gone."))
            return redirect(_detail_url(self.mail))
        file = source_file(f"mail-{self.mail.pk}", raw)
        response = HttpResponse(raw, content_type=file.declared_type)
        response["Content-Disposition"] = f'attachment; filename="{file.name}"'
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response


class ReadAgainView(RequirePermissionMixin, View):
    """POST reads a failed mail once more."""

    required_permission = READ_AGAIN
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Read it now and say what became of it."""
        mail = get_object_or_404(visible_arrived(request.user), pk=pk)
        try:
            ReadMailAgain(mail=mail, actor=Actor.of_user(request.user))()
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
            return redirect(_detail_url(mail))
        mail = process(mail.pk, may_defer=False)
        if mail.state == InboundState.DONE:
            messages.success(request, _("The mail was read: %(outcome)s.") % {"outcome": _outcome(mail)})
        else:
            messages.error(request, _("The mail could not be read this time either."))
        return redirect(_detail_url(mail))


def _detail_url(mail: InboundMail) -> str:
    return reverse("helpdesk_mail_log:mail", args=[mail.pk])


def _outcome(mail: InboundMail) -> str:
    """Return what became of the mail; where it stands while nothing has."""
    return str(mail.get_outcome_display() if mail.outcome else mail.get_state_display())


def _fidelity(mail: InboundMail) -> str:
    """Say so where the source is not what the sender wrote."""
    value = mail.envelope.get("fidelity", "")
    return str(Fidelity(value).label) if value in (Fidelity.REWRITTEN, Fidelity.RECONSTRUCTED) else ""


def _has_ticket(mail: InboundMail) -> bool:
    return mail.ticket_id is not None


def _sender(mail: InboundMail) -> str:
    return Truncator(mail.from_header).chars(80)


def _reason(mail: InboundMail) -> str:
    return explain(mail.reason)
