"""Writes down what became of a mail that was handed to a transport: one transaction, by whoever holds its lease."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F, QuerySet
from django.utils import timezone

from wagtail_helpdesk import conf, events
from wagtail_helpdesk.mail.choices import OutboundState, RecipientState
from wagtail_helpdesk.mail.compose.headers import wire_address
from wagtail_helpdesk.mail.models import MailboxOptions, OutboundMail, OutboundRecipient
from wagtail_helpdesk.mail.outbox.schedule import next_try
from wagtail_helpdesk.mail.reporting.problems import refresh_delivery_flag, tell_problem
from wagtail_helpdesk.mail.transports import DeliveryFailed, DeliveryUncertain, RecipientResult, SendResult

#: Recipients that the next try goes to.
TO_BE_SENT = (RecipientState.PENDING, RecipientState.REFUSED_TEMP)
#: Recipients whose mail server has taken the mail, whatever happened later.
TAKEN = (
    RecipientState.ACCEPTED,
    RecipientState.DELAYED,
    RecipientState.DELIVERED,
    RecipientState.BOUNCED,
    RecipientState.COMPLAINED,
)


def state_after(recipients: Iterable[str], *, try_again: bool) -> OutboundState:
    """Return where a mail stands whose recipients stand thus; ``try_again``: whether there is to be another try."""
    states = set(recipients)
    if try_again and states & set(TO_BE_SENT):
        return OutboundState.RETRY
    if not states & set(TAKEN):
        return OutboundState.FAILED
    return OutboundState.SENT if states <= set(TAKEN) else OutboundState.PARTIAL


def hold(mail: OutboundMail, owner: str, **fields: object) -> bool:
    """Write ``fields`` if ``owner`` still holds the mail; return whether it does."""
    held = OutboundMail.objects.filter(
        pk=mail.pk, lease_owner=owner, state__in=(OutboundState.CLAIMED, OutboundState.TRANSMITTING)
    )
    return held.update(**fields) == 1


def release(mail: OutboundMail, owner: str) -> None:
    """Put back a mail that nothing was tried with: no attempt is counted."""
    hold(mail, owner, state=OutboundState.QUEUED, attempts=F("attempts") - 1, lease_owner="", lease_until=None)


def write_result(mail: OutboundMail, owner: str, result: SendResult) -> None:
    """Write what the transport said of each recipient: sent, sent to some, to be tried again, or failed."""
    refused = [one for one in result.recipients if one.state != RecipientState.ACCEPTED]
    reason = ", ".join(dict.fromkeys(_reason(one) for one in refused))
    _finish(mail, owner, result.recipients, reason=reason, provider_id=result.provider_id)


def write_failure(mail: OutboundMail, owner: str, error: DeliveryFailed) -> None:
    """Write that the mail was refused for everybody it was to go to."""
    state = RecipientState.REFUSED_PERM if error.permanent else RecipientState.REFUSED_TEMP
    results = [
        RecipientResult(wire_address(one.address), state, error.smtp_code, error.status_code, error.diagnostic)
        for one in waiting(mail)
    ]
    _finish(mail, owner, results, reason=str(error))


def write_uncertainty(mail: OutboundMail, owner: str, error: DeliveryUncertain) -> None:
    """Nobody knows whether it was sent: not tried again, unless the site or mailbox prefers one mail too many.

    People are told a while later, by ``lateness``: it may show by itself that it was.
    """
    if not set(_states_after(mail, error.known)) & set(TO_BE_SENT):
        # It has shown already: the report on it was faster.
        _finish(mail, owner, error.known, reason=str(error))
        return
    now = timezone.now()
    again = mail.uncertain_at is None and _retries_uncertain(mail)
    when = next_try(attempts=mail.attempts, created_at=mail.created_at, now=now) if again else None
    with events.unit_of_work():
        held = hold(
            mail,
            owner,
            state=OutboundState.RETRY if when else OutboundState.UNCERTAIN,
            next_try_at=when or mail.next_try_at,
            uncertain_at=now,
            warned_at=None,
            last_error=str(error)[:200],
            lease_owner="",
            lease_until=None,
        )
        if held:
            _write_recipients(mail, error.known, gives_up=False)


def waiting(mail: OutboundMail) -> list[OutboundRecipient]:
    """Return the recipients that a try goes to, in their order."""
    return [one for one in mail.recipients.all() if one.state in TO_BE_SENT]


def _finish(
    mail: OutboundMail, owner: str, results: Sequence[RecipientResult], *, reason: str, provider_id: str = ""
) -> None:
    now = timezone.now()
    after = _states_after(mail, results)
    when = _next_try(mail, after, now)
    state = state_after(after, try_again=when is not None)
    with events.unit_of_work():
        held = hold(
            mail,
            owner,
            state=state,
            next_try_at=when or mail.next_try_at,
            sent_at=mail.sent_at or (now if set(after) & set(TAKEN) else None),
            provider_id=provider_id or mail.provider_id,
            last_error="" if state == OutboundState.SENT else reason[:200],
            lease_owner="",
            lease_until=None,
        )
        if not held:
            return
        _write_recipients(mail, results, gives_up=when is None)
        if state in (OutboundState.FAILED, OutboundState.PARTIAL):
            tell_problem(mail, "failed", reason=reason)
        elif state == OutboundState.SENT:
            refresh_delivery_flag(mail.ticket_id)


def _states_after(mail: OutboundMail, results: Sequence[RecipientResult]) -> list[str]:
    new = {result.address: result.state for result in results}
    return [new.get(wire_address(address), state) for address, state in _fresh(mail).values_list("address", "state")]


def _fresh(mail: OutboundMail) -> QuerySet[OutboundRecipient]:
    return OutboundRecipient.objects.filter(outbound=mail)


def _next_try(mail: OutboundMail, states: Sequence[str], now: datetime) -> datetime | None:
    if not set(states) & set(TO_BE_SENT):
        return None
    return next_try(attempts=mail.attempts, created_at=mail.created_at, now=now)


def _write_recipients(mail: OutboundMail, results: Sequence[RecipientResult], *, gives_up: bool) -> None:
    by_address = {result.address: result for result in results}
    for one in mail.recipients.all():
        result = by_address.get(wire_address(one.address))
        if result is None:
            continue
        state = result.state
        if gives_up and state == RecipientState.REFUSED_TEMP:
            state = RecipientState.REFUSED_PERM
        # A service may tell what became of the mail before we have written down that it left.
        OutboundRecipient.objects.filter(pk=one.pk, state__in=TO_BE_SENT).update(
            state=state,
            smtp_code=result.smtp_code,
            status_code=result.status_code[:12],
            diagnostic=result.diagnostic[:500],
        )


def _retries_uncertain(mail: OutboundMail) -> bool:
    if conf.get("ON_UNCERTAIN") == "retry_once":
        return True
    return MailboxOptions.objects.filter(mailbox=mail.mailbox_id, retry_uncertain=True).exists()


def _reason(result: RecipientResult) -> str:
    return " ".join(filter(None, ["refused", str(result.smtp_code or ""), result.status_code]))
