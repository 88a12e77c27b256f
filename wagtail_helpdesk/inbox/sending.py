"""What the composer's buttons do: the action that was chosen, and the end of the draft, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import gettext as _
from wagtail.models import Site

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.contact_forms.uploads import new_files
from wagtail_helpdesk.conversations.actions.add_note import AddNote
from wagtail_helpdesk.conversations.actions.ask_approval import AskApproval
from wagtail_helpdesk.conversations.actions.forward import Forward
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.conversations.actions.write_outgoing import once_key
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.draft_files import stored_files
from wagtail_helpdesk.conversations.draft_moves import end_draft
from wagtail_helpdesk.conversations.drafts import draft_of, refuse_if_changed
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import NewFile, prepare_agent
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.composer import FORWARD, NOTE, TEAM, THEN
from wagtail_helpdesk.inbox.extras import Extras
from wagtail_helpdesk.inbox.models import SendPreference
from wagtail_helpdesk.inbox.rich_text import is_empty, to_message_html
from wagtail_helpdesk.tickets.choices import Visibility
from wagtail_helpdesk.tickets.models import Ticket


class SentBefore(ActionRefused):
    """The same click was taken before, with other words: what was changed since would be lost unseen."""


def send(ticket: Ticket, user: Any, data: dict[str, Any], extras: Extras, *, anyway: bool = False) -> Message:
    """Write what a valid ComposerForm holds (``data``) and end the draft. Returns the message.

    ``extras``: what comes along besides. ``anyway`` is that of ChangeStatus.
    Raises ActionRefused, and of its kinds NewerMessages, DraftChanged and SentBefore; then the draft stays.
    """
    html = html_of(data["body"], ticket.site)
    sent = Message.objects.filter(external_key=once_key(data["mode"], ticket.pk, data["once"])).first()
    if sent is not None:
        # The same click again: the answer to the first one was lost on its way.
        _refuse_other_words(sent, html)
        return sent
    with events.unit_of_work():
        refuse_if_changed(user, ticket, data["version"])
        draft = draft_of(user, ticket)
        files = [*stored_files(draft), *new_files(data["files"]), *(brought := extras.files)]
        message = _action(ticket, user, data, html, files, extras, anyway)()
        extras.settle(message, actor=Actor.of_user(user))
        _note_extras(message, extras, brought)
        end_draft(draft, message)
        return message


def html_of(body: str, site: Site | None) -> str:
    """Return what the editor holds as a message has it; "" for nothing."""
    return "" if is_empty(body) else to_message_html(body, site=site)


def has_same_words(sent: Message, html: str) -> bool:
    """Tell whether ``sent`` says what ``html``, from the editor, says: what is passed on stands below the words."""
    text = prepare_agent(html).text
    is_same = sent.text == text or (sent.visibility == Visibility.INTERNAL and sent.text.startswith(text))
    return is_same or sent.redacted_at is not None


def _refuse_other_words(sent: Message, html: str) -> None:
    if not has_same_words(sent, html):
        raise SentBefore(
            _("This was sent before you changed it. What you see here now goes as a message of its own if you send it.")
        )


def _note_extras(message: Message, extras: Extras, files: Sequence[NewFile]) -> None:
    """Write down what came along with a message that has not left, for the draft that it may become again."""
    if message.state == MessageState.PUBLISHED or not extras.keys:
        return
    sums = {hashlib.sha256(file.content).hexdigest() for file in files}
    brought = message.attachments.filter(sha256__in=sums).values_list("public_id", flat=True) if sums else ()
    message.mailing = {**message.mailing, "carried": extras.keys, "brought": list(brought)}
    message.save(update_fields=["mailing"])


def _action(
    ticket: Ticket, user: Any, data: dict[str, Any], html: str, files: list[Any], extras: Extras, anyway: bool
) -> AddNote | Reply | Forward | AskApproval:
    common = {"ticket": ticket, "html": html, "files": files, "once": data["once"], "actor": Actor.of_user(user)}
    if data["mode"] == NOTE:
        return AddNote(**common)
    category = THEN[data["then"]]
    common |= {
        "status": default_status(category) if category else extras.status_for(user, ticket),
        "anyway": anyway,
        "publish_at": data["publish_at"] if data["later"] or data["approval"] else None,
        "regardless": data["regardless"],
        "last_seen": data["last_seen"],
        "bcc": data["bcc"],
    }
    if data["mode"] == FORWARD:
        chosen = {"messages": map(int, data["forwarded"]), "attachments": map(int, data["attached"])}
        return Forward(**common, **chosen, to=data["to"])
    common |= {"cc": [int(pk) for pk in data["cc"]], "copies": data["copies"], "unquoted": data["unquoted"]}
    if data["approval"]:
        return AskApproval(**common, approver=data["asked"], note=data["approval_note"])
    return Reply(**common)


def preference_of(user: Any) -> SendPreference:
    """Return what the send button does for ``user``, not stored where nothing else was ever chosen."""
    return SendPreference.objects.filter(user=user).first() or SendPreference(user=user)


def remember_choice(user: Any, data: dict[str, Any], *, but: Collection[str] = ()) -> None:
    """The next message is sent as this one was, ``but`` for what was not free to choose.

    Notes have one button only, and say nothing of the status.
    """
    names = {"after"} if data["mode"] == NOTE else {"then", "after"}
    chosen = {name: data[name] for name in names.difference(but)}
    if data["mode"] != NOTE and data["approval"]:
        chosen |= {"then": "approval", "approver": data["approver"] or TEAM}
    now = preference_of(user)
    if any(getattr(now, name) != value for name, value in chosen.items()):
        SendPreference.objects.update_or_create(user=user, defaults=chosen)
