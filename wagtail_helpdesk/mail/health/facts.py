"""Reads what the health of the mail is judged by, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, QuerySet, Sum
from django.utils import timezone

from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.choices import InboundState, OutboundState
from wagtail_helpdesk.mail.health.findings import (
    PATIENCE,
    AccountFacts,
    Facts,
    Finding,
    MailboxFacts,
    SourceFacts,
    TransportFacts,
)
from wagtail_helpdesk.mail.health.words import SENTENCES
from wagtail_helpdesk.mail.models import (
    InboundMail,
    MailAccount,
    MailboxOptions,
    MailSource,
    MailTransport,
    OutboundMail,
    WorkerBeat,
)
from wagtail_helpdesk.mail.outbox.canary import overdue_canaries
from wagtail_helpdesk.mail.outbox.probe import mailboxes_with_tested_plus
from wagtail_helpdesk.mail.sources import kinds

#: A mail that could not be read is counted so long; in the log it stays.
FAILED_FOR = timedelta(days=7)


#: What higher packages look after, see :func:`install`.
_finders: list[Callable[[datetime], Iterable[Finding]]] = []

#: By mailbox: how many, and since when the oldest.
_Counts = dict[int | None, tuple[int, datetime | None]]


def install(finder: Callable[[datetime], Iterable[Finding]], sentences: Mapping[str, Any]) -> None:
    """Let a higher package say what is wrong, and in which words. Called once, from ``pipeline.install``."""
    if finder not in _finders:
        _finders.append(finder)
    SENTENCES.update(sentences)


def read_facts() -> Facts:
    """Return the facts as they are now."""
    now = timezone.now()
    waiting = _by_mailbox(
        InboundMail.objects.filter(state__in=(InboundState.RECEIVED, InboundState.PROCESSING)), "accepted_at"
    )
    return Facts(
        now=now,
        last_beat=WorkerBeat.objects.aggregate(last=Max("at"))["last"],
        mailboxes=_mailboxes(now, waiting),
        sources=[_source(row) for row in MailSource.objects.annotate(backlog=Sum("folders__backlog"))],
        paused=[
            TransportFacts(row.mailbox_id, row.paused_at, row.pause_reason)
            for row in MailTransport.objects.filter(paused_at__isnull=False)
        ],
        accounts=[
            AccountFacts(row.pk, row.name, row.needs_consent, row.last_error, row.secret_expires_at)
            for row in MailAccount.objects.all()
        ],
        oldest_unaddressed=waiting.get(None, (0, None))[1],
        others=[finding for finder in _finders for finding in finder(now)],
    )


def _mailboxes(now: datetime, waiting: _Counts) -> list[MailboxFacts]:
    failed = _by_mailbox(
        InboundMail.objects.filter(state=InboundState.FAILED, accepted_at__gt=now - FAILED_FOR), "accepted_at"
    )
    due = _by_mailbox(OutboundMail.objects.due(now), "next_try_at")
    uncertain = _by_mailbox(OutboundMail.objects.filter(state=OutboundState.UNCERTAIN), "created_at")
    options = {row.mailbox_id: row for row in MailboxOptions.objects.all()}
    tested, lost = mailboxes_with_tested_plus(), overdue_canaries(now, PATIENCE)
    found = []
    for mailbox in Mailbox.objects.order_by("name", "pk"):
        chosen, nothing = options.get(mailbox.pk) or MailboxOptions(), (0, None)
        found.append(
            MailboxFacts(
                pk=mailbox.pk,
                name=mailbox.name,
                trusts_somebody=bool(chosen.trusted_authserv_ids) or chosen.trusts_microsoft,
                plus_addressing=chosen.plus_addressing,
                plus_tested=mailbox.pk in tested,
                waiting=waiting.get(mailbox.pk, nothing)[0],
                oldest_waiting=waiting.get(mailbox.pk, nothing)[1],
                failed=failed.get(mailbox.pk, nothing)[0],
                due=due.get(mailbox.pk, nothing)[0],
                oldest_due=due.get(mailbox.pk, nothing)[1],
                uncertain=uncertain.get(mailbox.pk, nothing)[0],
                canary_lost_at=lost.get(mailbox.pk),
            )
        )
    return found


def _by_mailbox(mails: QuerySet, time: str) -> _Counts:
    rows = mails.order_by().values_list("mailbox").annotate(count=Count("pk"), oldest=Min(time))
    return {mailbox_id: (count, oldest) for mailbox_id, count, oldest in rows}


def _source(row: MailSource) -> SourceFacts:
    kind = kinds().get(row.kind)
    return SourceFacts(
        pk=row.pk,
        mailbox_id=row.mailbox_id,
        label=f"{kind.label if kind else row.kind} {row.host}".strip(),
        state=row.state,
        next_fetch_at=row.next_fetch_at,
        last_ok_at=row.last_ok_at,
        failures=row.failures,
        last_error=row.last_error,
        warnings=tuple(row.warnings),
        backlog=row.backlog or 0,
    )
