"""Whether push messages leave, for the page of the mail's health: a reader of facts, and what it finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from wagtail_helpdesk.mail.health.findings import PATIENCE, Finding, Severity
from wagtail_helpdesk.notifications.push.devices import is_on
from wagtail_helpdesk.notifications.push.models import PushSubscription

#: A device that was last tried longer ago is its owner's business.
RECENT = timedelta(days=7)

SENTENCES = {
    "push_failing": ngettext_lazy(
        "%(count)s device gets no push messages since %(since)s (%(error)s)",
        "%(count)s devices get no push messages, the first since %(since)s (%(error)s)",
        "count",
    ),
    "push_key_lost": _(
        "Push messages cannot be sent: what they are sealed with was changed. Bring the old key back to "
        "ENCRYPTION_KEYS, or run manage.py helpdesk_push --new-keys."
    ),
}


def push_findings(now: datetime) -> Iterator[Finding]:
    """Return what is wrong with push messages. One query."""
    if not is_on():
        return
    failing = PushSubscription.objects.filter(
        failing_since__lt=now - PATIENCE, rests_until__gt=now - RECENT, signed_in_until__gt=now
    )
    rows = failing.values("last_error").annotate(count=Count("pk"), since=Min("failing_since"))
    for row in rows.order_by("last_error"):
        if row["last_error"] == "SealBroken":
            yield Finding("push_key_lost", Severity.ERROR)
        else:
            values = {"count": row["count"], "since": row["since"], "error": row["last_error"]}
            yield Finding("push_failing", Severity.WARNING, values=values)
