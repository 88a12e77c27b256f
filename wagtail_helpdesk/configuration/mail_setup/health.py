"""Whether mail works: the page, and what Wagtail's dashboard says when it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn, StatusTagColumn, Table, TitleColumn
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk.configuration.visibility import CONFIGURE, RequirePermissionMixin
from wagtail_helpdesk.mail.health.facts import read_facts
from wagtail_helpdesk.mail.health.findings import Facts, Finding, MailboxFacts, Severity, judge
from wagtail_helpdesk.mail.health.words import describe

#: Wagtail's names for how a help block looks.
_LOOKS = {Severity.ERROR: "critical", Severity.WARNING: "warning", Severity.HINT: "info"}


@dataclass(frozen=True, slots=True)
class Said:
    """A finding as it is shown."""

    look: str
    text: str
    mailbox: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class MailboxRow:
    """A mailbox in the table."""

    mailbox: MailboxFacts
    last_ok_at: datetime | None
    backlog: int
    worst: Severity | None

    @property
    def state(self) -> str:
        """In a word how it does."""
        if self.worst == Severity.ERROR:
            return _("Does not work")
        return _("Needs a look") if self.worst == Severity.WARNING else _("Works")

    @property
    def is_well(self) -> bool:
        """Whether nothing worse than a hint was found."""
        return self.worst is None or self.worst == Severity.HINT


class HealthView(RequirePermissionMixin, WagtailAdminTemplateMixin, TemplateView):
    """What is wrong, and a row for each mailbox."""

    required_permission = CONFIGURE
    template_name = "wagtail_helpdesk/configuration/health.html"
    page_title = gettext_lazy("Mail health")
    header_icon = "view"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": _("Mail health")}]

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("name", label=_("Mailbox"), accessor="mailbox.name", get_url=_mailbox_url),
            StatusTagColumn("state", label=_("State"), accessor="state", primary=lambda row: row.is_well),
            DateColumn("last_ok_at", label=_("Last fetched")),
            NumberColumn("backlog", label=_("On the server"), classname="hd-log-minor"),
            NumberColumn("waiting", label=_("To be read"), accessor="mailbox.waiting", classname="hd-log-minor"),
            NumberColumn("due", label=_("To be sent"), accessor="mailbox.due", classname="hd-log-minor"),
            NumberColumn(
                "uncertain",
                label=_("May not have been sent"),
                accessor="mailbox.uncertain",
                classname="hd-log-minor",
            ),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = read_facts()
        findings = judge(facts)
        return super().get_context_data(
            findings=say(facts, findings),
            table=Table(self.columns, _rows(facts, findings)),
            last_beat=facts.last_beat,
            **kwargs,
        )


class HealthPanel(Component):
    """On the dashboard, for those who can do something about it, and only when something is wrong."""

    name = "helpdesk_mail_health"
    template_name = "wagtail_helpdesk/configuration/health_panel.html"
    order = 50

    def render_html(self, parent_context: Mapping[str, Any] | None = None) -> str:
        if not parent_context["request"].user.has_perm(CONFIGURE):
            return ""
        facts = read_facts()
        self.findings = [finding for finding in judge(facts) if finding.severity > Severity.HINT]
        self.said = say(facts, self.findings)
        return super().render_html(parent_context) if self.said else ""

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "findings": self.said,
            "is_critical": any(finding.severity == Severity.ERROR for finding in self.findings),
            "health_url": reverse("helpdesk_mail_health:index"),
        }


def add_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Put the panel on Wagtail's dashboard (hook ``construct_homepage_panels``)."""
    panels.append(HealthPanel())


def say(facts: Facts, findings: Sequence[Finding], *, mailbox_id: int | None = None) -> list[Said]:
    """Return findings as they are shown; with ``mailbox_id`` only those of that mailbox, without naming it."""
    names = {mailbox.pk: mailbox.name for mailbox in facts.mailboxes}
    return [
        Said(
            look=_LOOKS[finding.severity],
            text=describe(finding),
            mailbox="" if mailbox_id else names.get(finding.mailbox_id, ""),
            url=reverse("helpdesk_mailbox_mail:index", args=[finding.mailbox_id]) if finding.mailbox_id else "",
        )
        for finding in findings
        if mailbox_id is None or finding.mailbox_id == mailbox_id
    ]


def _rows(facts: Facts, findings: Sequence[Finding]) -> list[MailboxRow]:
    rows = []
    for mailbox in facts.mailboxes:
        sources = [source for source in facts.sources if source.mailbox_id == mailbox.pk]
        rows.append(
            MailboxRow(
                mailbox=mailbox,
                last_ok_at=min((one.last_ok_at for one in sources if one.last_ok_at), default=None),
                backlog=sum(one.backlog for one in sources),
                worst=max((one.severity for one in findings if one.mailbox_id == mailbox.pk), default=None),
            )
        )
    return rows


def _mailbox_url(row: MailboxRow) -> str:
    return reverse("helpdesk_mailbox_mail:index", args=[row.mailbox.pk])
