"""Findings in words for administrators."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from wagtail_helpdesk.mail.health.findings import Finding
from wagtail_helpdesk.mail.sources.problems import describe_problem, describe_warning

SENTENCES: dict[str, Any] = {
    "worker_never": _("No worker has run yet, so nothing is fetched or sent. Start manage.py helpdesk_work."),
    "worker_stopped": _("No worker has been seen since %(since)s: start manage.py helpdesk_work."),
    "unread": _("Mail that arrived has been waiting to be read since %(since)s"),
    "unsent": ngettext_lazy(
        "%(count)s mail should have left; it waits since %(since)s",
        "%(count)s mails should have left; the oldest since %(since)s",
        "count",
    ),
    "unreadable": ngettext_lazy(
        "%(count)s mail of the last 7 days could not be read. See the mail log.",
        "%(count)s mails of the last 7 days could not be read. See the mail log.",
        "count",
    ),
    "uncertain": ngettext_lazy(
        "%(count)s mail may or may not have been sent. See the outgoing mail.",
        "%(count)s mails may or may not have been sent. See the outgoing mail.",
        "count",
    ),
    "account_consent": _("The account “%(account)s” has to be connected again (%(error)s)."),
    "account_error": _("The account “%(account)s” gets no new token for now (%(error)s)."),
    "secret_expired": _("The client secret of the account “%(account)s” expired on %(on)s."),
    "secret_expires": _("The client secret of the account “%(account)s” expires on %(on)s."),
    "source_consent": _("%(source)s waits until its account is connected again."),
    "source_paused": _("%(source)s is paused: no mail is fetched from it."),
    "source_failing": _("%(source)s cannot be read. %(error)s Last success: %(since)s"),
    "source_silent": _("%(source)s has not been read since %(since)s"),
    "source_warning": _("%(source)s: %(warning)s"),
    "transport_paused": _("Sending has been paused since %(since)s (%(error)s). It is tried again by itself."),
    "canary_lost": _("The hourly test sent at %(at)s has not come back: mail does not leave or does not arrive."),
    "trusts_nobody": _("No authentication server is trusted, so agents cannot answer by mail."),
    "plus_untested": _("Plus addressing is on, but no probe has come back over it yet."),
}


def describe(finding: Finding) -> str:
    """Return the sentence of a finding, in the active language and the current time zone."""
    values = {name: _readable(value) for name, value in finding.values.items()}
    if finding.code in ("source_failing", "source_silent"):
        values["error"] = describe_problem(values["error"])
    if finding.code == "source_warning":
        values["warning"] = describe_warning(finding.values["warning"])
    return str(SENTENCES[finding.code] % values)


def _readable(value: Any) -> str | int:
    if isinstance(value, int):
        return value
    if value is None or value == "":
        return "—"
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    return str(value)
