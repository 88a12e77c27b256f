"""Drafts that become a message, and messages that become a draft again; drafts that change hands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bs4 import BeautifulSoup
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from wagtail_helpdesk.conversations.choices import Direction, DraftMode
from wagtail_helpdesk.conversations.drafts import begin_draft, drop_draft, has_words, preview_of
from wagtail_helpdesk.conversations.files import delete_files_after_commit
from wagtail_helpdesk.conversations.models import Draft, DraftFile, Message
from wagtail_helpdesk.tickets.models import Ticket


def end_draft(draft: Draft | None, message: Message) -> None:
    """A draft became ``message`` and dies; its files are the message's now, what was left of them goes."""
    if draft is None:
        return
    sent = set(message.attachments.values_list("public_id", flat=True))
    delete_files_after_commit([row.storage_key for row in draft.files.all() if row.public_id not in sent])
    draft.delete()


def give_draft(draft: Draft, user: Any) -> Draft:
    """Make somebody's draft that of ``user``, above what ``user`` has written himself; return it."""
    with transaction.atomic():
        own = _held(user, draft.ticket)
        if own is None:
            values = {"user": user, "ticket": draft.ticket_id, "updated_at": timezone.now()}
            Draft.objects.filter(pk=draft.pk).update(version=F("version") + 1, **values)
            draft.refresh_from_db()
            return draft
        draft.files.update(draft=own)
        # A page of either knows neither of them any more.
        Draft.objects.filter(pk=own.pk, version__lt=draft.version).update(version=draft.version)
        _put_above(own, draft.body, mode=draft.mode, choices=draft.choices)
        draft.delete()
        return own


def return_message(message: Message, user: Any) -> Draft:
    """Make the draft of ``user`` of a message that did not leave, above what is written there since; return it."""
    forwarded = message.visibility == "internal" and message.direction == Direction.OUTBOUND
    mode = DraftMode.FORWARD if forwarded else DraftMode.REPLY
    recipients = message.recipients
    choices: dict[str, Any] = {"unquoted": bool(message.mailing.get("unquoted"))}
    if message.mailing.get("later") and message.publish_at:
        # The moment: whoever takes the draft up may live by another clock than whatever gives it back.
        choices["publish_at"] = message.publish_at.isoformat()
        choices["regardless"] = bool(message.mailing.get("regardless"))
    if message.mailing.get("carried"):
        choices["carried"] = message.mailing["carried"]
    if forwarded:
        choices["to"] = ", ".join(one["address"] for one in recipients.get("to", []))
    else:
        rows = recipients.get("cc", [])
        choices["cc"] = [one["participant"] for one in rows if one["participant"] is not None]
        # Who was to be copied in, and was not yet.
        choices["copies"] = ", ".join(_typed(one) for one in rows if one["participant"] is None)
    choices["bcc"] = ", ".join(map(_typed, recipients.get("bcc", [])))
    with transaction.atomic():
        draft = _held(user, message.ticket)
        if draft is None:
            draft = begin_draft(user=user, ticket=message.ticket, mode=mode)
        _put_above(draft, _for_editor(message.html), mode=mode, choices=choices)
        _take_files(draft, message)
        return draft


def _typed(row: Mapping[str, Any]) -> str:
    """Return a recipient as an agent would type one."""
    name = str(row.get("name") or "").replace('"', " ").strip()
    return f'"{name}" <{row["address"]}>' if name else row["address"]


def _held(user: Any, ticket: Ticket) -> Draft | None:
    """Return the living draft, locked; one that was thrown away makes room."""
    draft = Draft.objects.select_for_update().filter(user=user, ticket=ticket).first()
    if draft is not None and draft.discarded_at is not None:
        drop_draft(draft)
        return None
    return draft


def _put_above(draft: Draft, body: str, *, mode: str, choices: Mapping[str, Any]) -> None:
    whole = body + draft.body if has_words(draft.body) else body
    draft.mode, draft.body, draft.preview = mode, whole, preview_of(whole)
    draft.choices = {**draft.choices, **choices, "carried": _both(choices, draft.choices)}
    draft.version, draft.updated_at = F("version") + 1, timezone.now()
    draft.save(update_fields=["mode", "body", "preview", "choices", "version", "updated_at"])
    draft.refresh_from_db()


def _both(above: Mapping[str, Any], below: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return what both texts carry along (``inbox.extras``), each once."""
    first, second = above.get("carried") or {}, below.get("carried") or {}
    names = dict.fromkeys([*first, *second])
    return {name: [*dict.fromkeys([*first.get(name, []), *second.get(name, [])])] for name in names}


def _take_files(draft: Draft, message: Message) -> None:
    """Move the files: they lie where they are, under the same names. What saved replies brought, they bring again."""
    brought = set(message.mailing.get("brought", ()))
    every = list(message.attachments.all())
    rows = [row for row in every if row.public_id not in brought]
    delete_files_after_commit([row.storage_key for row in every if row.public_id in brought])
    message.attachments.all().delete()
    DraftFile.objects.bulk_create(
        DraftFile(
            draft=draft,
            public_id=row.public_id,
            storage_key=row.storage_key,
            sha256=row.sha256,
            display_name=row.display_name,
            declared_type=row.declared_type,
            sniffed_type=row.sniffed_type,
            size=row.size,
            content_id=row.content_id,
            inline=row.hidden,
        )
        for row in rows
    )


def _for_editor(html: str) -> str:
    """Return stored HTML as Wagtail's editor reads it: every tag closed, paragraphs of quotations as quotations."""
    soup = BeautifulSoup(html, "html.parser")
    for quote in soup.find_all("blockquote"):
        paragraphs = quote.find_all("p")
        for paragraph in paragraphs:
            paragraph.name = "blockquote"
        if paragraphs:
            quote.unwrap()
    return str(soup)
