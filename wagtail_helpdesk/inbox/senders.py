"""What an agent is told of a sender's claim to be who "From" says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.intake.incoming import SenderAuth
from wagtail_helpdesk.mail.choices import AuthReason

_LABELS: dict[str, tuple[str, Promise]] = {
    SenderAuth.PASS: ("check", _("Sender verified")),
    SenderAuth.FAIL: ("warning", _("Sender may be forged")),
    SenderAuth.UNKNOWN: ("help", _("Sender not verified")),
}


@dataclass(frozen=True)
class SenderBadge:
    """One word on a sender, and why."""

    result: str
    icon: str
    label: Promise
    reason: str


def sender_badge(result: str, auth: Mapping[str, Any]) -> SenderBadge | None:
    """Return the badge for a message's ``sender_auth``; None for "" (nobody asked)."""
    if result not in _LABELS:
        return None
    icon, label = _LABELS[result]
    # The mail's own sender may be another than the message's: a form, or an agent who passed it on.
    reason = auth.get("reason", "") if auth.get("result") == result else ""
    return SenderBadge(result, icon, label, str(AuthReason(reason).label) if reason in AuthReason.values else "")
