"""Findings for the terminal and for monitoring."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from wagtail_helpdesk.mail.health.findings import Facts, Finding, is_sick
from wagtail_helpdesk.mail.health.words import describe


def report_text(facts: Facts, findings: Sequence[Finding]) -> str:
    """Return one line for each finding: how bad, which mailbox, what."""
    names = {mailbox.pk: mailbox.name for mailbox in facts.mailboxes}
    lines = []
    for finding in findings:
        place = f"{names[finding.mailbox_id]}: " if finding.mailbox_id in names else ""
        lines.append(f"{finding.severity.name.lower()}: {place}{describe(finding)}")
    return "\n".join(lines) or _("Everything works.")


def report_json(facts: Facts, findings: Sequence[Finding]) -> str:
    """Return {"ok", "at", "findings": [{"code", "severity", "mailbox" (its key or null), "values", "text"}]}."""
    return json.dumps(
        {
            "ok": not is_sick(findings),
            "at": facts.now,
            "findings": [
                {
                    "code": finding.code,
                    "severity": finding.severity.name.lower(),
                    "mailbox": finding.mailbox_id,
                    "values": finding.values,
                    "text": describe(finding),
                }
                for finding in findings
            ],
        },
        cls=DjangoJSONEncoder,
    )
