"""What the page shows around the composer's form: the draft, those of others, the signature, what the button does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk import conf
from wagtail_helpdesk.conversations.actions.addressing import Addressed
from wagtail_helpdesk.conversations.actions.forward import MOST, forwardable
from wagtail_helpdesk.conversations.approving import approvers_of
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Draft, Message
from wagtail_helpdesk.inbox.address_warnings import typed_warnings, warnings_for
from wagtail_helpdesk.inbox.addresses import readable_addresses
from wagtail_helpdesk.inbox.choices import choices_for
from wagtail_helpdesk.inbox.composer import (
    AFTER,
    FORWARD,
    MOMENT,
    REPLY,
    THEN,
    ComposerForm,
    copied_by_default,
    first_values,
    may_write,
    values_of,
)
from wagtail_helpdesk.inbox.extras import carried
from wagtail_helpdesk.inbox.models import SendPreference
from wagtail_helpdesk.inbox.sending import preference_of
from wagtail_helpdesk.mail.choices import QuoteHistory
from wagtail_helpdesk.mail.models import MailboxOptions
from wagtail_helpdesk.mail.outbox.enqueue import signature_of
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant
from wagtail_helpdesk.tickets.permissions import may

_SENDS: dict[str, Promise] = {
    "": _("Send"),
    "pending": _("Send and set pending"),
    "resolve": _("Send and resolve"),
}
_QUOTES: dict[str, Promise] = {
    QuoteHistory.LAST: _("The last message is quoted below."),
    QuoteHistory.ALL: _("The conversation is quoted below."),
}


@dataclass(frozen=True)
class SendButton:
    """One way to send: its value and its words, the name of its field and the modes that it is for."""

    value: str
    label: Promise
    name: str = "then"
    modes: str = f"{REPLY} {FORWARD}"
    icon: str = "mail"


#: The way that only replies have.
APPROVAL = SendButton("1", _("Send for approval"), name="approval", modes=str(REPLY), icon="check")


@dataclass(frozen=True)
class Preset:
    """A time to send later at: what the native input takes, and its words."""

    value: str
    label: Promise
    at: datetime


def forwardable_messages(ticket: Ticket) -> QuerySet[Message]:
    """Return the newest messages that can be passed on, with their files. Two queries."""
    columns = ("pk", "ticket_id", "direction", "author_name", "from_address", "created_at", "reply_text")
    messages = forwardable(ticket).only(*columns).prefetch_related("attachments")
    return messages.order_by("-created_at", "-pk")[:MOST]


def composer_context(
    ticket: Ticket,
    user: Any,
    *,
    people: Sequence[TicketParticipant],
    last_seen: int,
    form: ComposerForm | None = None,
    passed_on: str = "",
) -> dict[str, Any]:
    """Return what ``composer.html`` needs. ``form``: one that was refused, with what was typed into it.

    ``passed_on``: the key of a message that is to be forwarded, as an address names it.
    """
    may_ask = may_write(user, REPLY, ticket)
    approvers = approvers_of(ticket, user) if may_ask else []
    may_reply, may_change = may(user, "reply", ticket), may(user, "change", ticket)
    drafts = list(Draft.objects.living().filter(ticket=ticket).select_related("user").prefetch_related("files"))
    draft = next((one for one in drafts if one.user_id == user.pk), None)
    messages = list(forwardable_messages(ticket)) if may_reply else []
    wrote = may_reply and Message.objects.public().filter(ticket=ticket, direction=Direction.INBOUND).exists()
    begun = draft is not None and form is None and not passed_on
    if form is None:
        values = first_values(ticket, people=people, last_seen=last_seen, may_reply=may_reply, customer_wrote=wrote)
        values |= _forward_values(messages, passed_on) if passed_on else values_of(draft) if draft else {}
        form = ComposerForm(
            ticket=ticket, user=user, people=people, forwardable=messages, approvers=approvers, initial=values
        )
        form.initial["version"] = draft.version if draft else 0
    preference = preference_of(user)
    choices = {str(key): str(label) for key, label in form.fields["approver"].widget.choices}
    if preference.approver in choices:
        form.initial.setdefault("approver", preference.approver)
    ways = {one.value for one in send_buttons(ticket, user)} if may_change else {""}
    then = form.fields["approval_then"]
    then.choices = [pair for pair in then.choices if pair[0] in ways]
    options = getattr(ticket.mailbox, "mail_options", None) or MailboxOptions(mailbox=ticket.mailbox)
    return {
        "ticket": ticket,
        "people": people,
        "composer": form,
        "carried": carried(draft.choices.get("carried", {}), user, ticket=ticket) if begun else [],
        "may_reply": may_reply,
        "may_ask": may_ask and bool(approvers),
        "may_write_reply": may_ask,
        "may_change": may_change,
        "draft": draft,
        "draft_files": list(draft.files.all()) if draft else [],
        "other_drafts": [one for one in drafts if one.user_id != user.pk],
        "signature": signature_of(ticket.mailbox, user.get_full_name() or user.get_username()),
        "quotes": _QUOTES.get(options.quote_history) if wrote else "",
        "forwardable": messages,
        **sends_context(ticket, user, may_ask=may_ask and bool(approvers), preference=preference),
        "asked": choices.get(str(form["approver"].value() or ""), next(iter(choices.values()), "")),
        "after": preference.after,
        "afters": AFTER,
        "presets": presets(timezone.localtime()),
        "everybody": sorted(copied_by_default(people)),
        "address_warnings": warnings_for(people) if may_reply else [],
        "typed_warnings": typed_warnings(_typed_in(form)) if may_reply else [],
        "max_files": conf.get("MAX_UPLOAD_FILES"),
    }


def sends_context(
    ticket: Ticket, user: Any, *, may_ask: bool, preference: SendPreference | None = None
) -> dict[str, Any]:
    """Return the context of ``composer_sends.html``: the button as it was used last, and the other ways to send."""
    preference = preference or preference_of(user)
    sends = send_buttons(ticket, user) if may(user, "change", ticket) else [SendButton("", _SENDS[""])]
    ways = [*sends, *([APPROVAL] if may_ask else [])]
    chosen = (one for one in ways if preference.then == ("approval" if one is APPROVAL else one.value))
    default = next(chosen, sends[0])
    return {
        "default_send": default,
        "forward_send": sends[0] if default is APPROVAL else None,
        "other_sends": [one for one in ways if one is not default],
    }


def sends_part(ticket: Ticket, user: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the part of the page with the ways to send, for a ticket whose status changed; none for who may not."""
    if not may(user, "reply", ticket):
        return {}
    context = sends_context(ticket, user, may_ask=bool(approvers_of(ticket, user)))
    return {"composer-sends": ("wagtail_helpdesk/inbox/composer_sends.html", context)}


def send_buttons(ticket: Ticket, user: Any) -> list[SendButton]:
    """Return the ways to send, for one who may change the ticket: those whose status may follow the ticket's."""
    known = choices_for(user)
    next_ones = {status.pk for status in known.statuses_after(ticket.status)}
    after = {value: known.default_of(category) if category else None for value, category in THEN.items()}
    return [
        SendButton(value, label)
        for value, label in _SENDS.items()
        if after[value] is None or after[value].pk in next_ones
    ]


def presets(now: datetime) -> list[Preset]:
    """Return times that people often mean, after ``now`` (in the agent's time zone)."""
    morning, afternoon = time(9), time(14)
    tomorrow = now.date() + timedelta(days=1)
    monday = now.date() + timedelta(days=7 - now.weekday())
    found = [(_("In an hour"), now + timedelta(hours=1))]
    if now.time() < afternoon:
        found.append((_("This afternoon"), _at(now, now.date(), afternoon)))
    found.append((_("Tomorrow morning"), _at(now, tomorrow, morning)))
    if monday != tomorrow:
        found.append((_("Monday morning"), _at(now, monday, morning)))
    return [Preset(f"{at:{MOMENT}}", label, at) for label, at in found]


def _typed_in(form: ComposerForm) -> list[Addressed]:
    """Return the people whose addresses stand in the form, as far as they can be read."""
    values = (form[name].value() for name in ("copies", "to", "bcc"))
    return [person for value in values if isinstance(value, str) for person in readable_addresses(value)]


def _at(now: datetime, day: Any, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour), now.tzinfo)


def _forward_values(messages: Sequence[Message], key: str) -> dict[str, Any]:
    """Return what the form begins with when one message is to be passed on: its words and its files."""
    message = next((one for one in messages if str(one.pk) == key), None)
    if message is None:
        return {}
    files = [file.pk for file in message.attachments.all() if not file.hidden and not file.is_locked]
    return {"mode": FORWARD, "forwarded": [message.pk], "attached": files}
