"""Drafts: what an agent has written and not sent. Saved, thrown away and brought back, taken over, sent.

Who may do so is the caller's business (the rights on the ticket); here is what keeps a word from being lost: whoever
saves names the version that he knows, and a version that is not the newest is refused, never written over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from bs4 import BeautifulSoup
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.choices import Direction, DraftMode
from wagtail_helpdesk.conversations.file_names import clean_file_name
from wagtail_helpdesk.conversations.file_types import may_show_inline
from wagtail_helpdesk.conversations.files import delete_files_after_commit, store_file
from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.models import Draft, DraftFile, Message
from wagtail_helpdesk.conversations.words import NewFile, StoredFile
from wagtail_helpdesk.tickets.models import Ticket

#: How long what was thrown away can be brought back.
KEPT = timedelta(hours=1)
PREVIEW_LENGTH = 200


class DraftChanged(ActionRefused):
    """The draft is not what the person saw: saved in another tab or browser, sent, thrown away, taken over.

    ``draft`` is how it stands now, None where there is none any more.
    """

    def __init__(self, draft: Draft | None) -> None:
        if draft is not None:
            said = _("You have written something else here in another tab or browser meanwhile.")
        else:
            said = _("This draft was sent, thrown away or taken over elsewhere meanwhile.")
        super().__init__(said)
        self.draft = draft


def draft_of(user: Any, ticket: Ticket | None) -> Draft | None:
    """Return the living draft of ``user`` on ``ticket``."""
    return Draft.objects.living().filter(user=user, ticket=ticket).first()


def refuse_if_changed(user: Any, ticket: Ticket, version: int | None) -> None:
    """Raise DraftChanged unless ``version`` (0 for "there is none") is the draft's. None asks for no check."""
    if version is None:
        return
    draft = draft_of(user, ticket)
    if (draft.version if draft else 0) != version:
        raise DraftChanged(draft)


def save_draft(
    *, user: Any, ticket: Ticket, mode: str, body: str, choices: Mapping[str, Any], version: int | None
) -> Draft | None:
    """Save what ``user`` has written; return the draft, None where there is nothing to keep.

    ``version`` as for :func:`refuse_if_changed`; None writes over whatever is there. Raises DraftChanged.
    """
    values = {"mode": mode, "body": body, "preview": preview_of(body), "choices": dict(choices)}
    values |= {"updated_at": timezone.now(), "discarded_at": None}
    with transaction.atomic():
        row = Draft.objects.select_for_update().filter(user=user, ticket=ticket).first()
        living = row if row and row.discarded_at is None else None
        if version is not None and (living.version if living else 0) != version:
            raise DraftChanged(living)
        if not has_words(body) and not (living and living.files.exists()):
            if living:
                _drop(living)
            return None
        if row is None:
            return _create(user=user, ticket=ticket, **values)
        if living is None:
            _drop_files(row)
        # The condition decides between two who save at the same time, where the database has no row locks.
        if not Draft.objects.filter(pk=row.pk, version=row.version).update(version=F("version") + 1, **values):
            raise DraftChanged(draft_of(user, ticket))
        row.refresh_from_db()
        return row


def add_draft_file(*, user: Any, ticket: Ticket, mode: str, file: NewFile, inline: bool = False) -> DraftFile:
    """Keep ``file`` with the draft of ``user`` on ``ticket``, which begins with it where there is none.

    ``inline``: the text shows it, if it is an image that can be shown. The draft's words and version stay.
    """
    stored = store_file(file.content, clean_file_name(file.name, fallback="file"), declared_type=file.declared_type)
    inline = inline and may_show_inline(stored.sniffed_type)
    with transaction.atomic():
        draft = draft_of(user, ticket)
        if draft is None:
            Draft.objects.filter(user=user, ticket=ticket).delete()
            draft = _create(user=user, ticket=ticket, mode=mode)
        return DraftFile.objects.create(
            draft=draft,
            public_id=stored.public_id,
            storage_key=stored.storage_key,
            sha256=stored.sha256,
            display_name=stored.name,
            declared_type=stored.declared_type,
            sniffed_type=stored.sniffed_type,
            size=stored.size,
            content_id=content_id_of(stored.public_id) if inline else "",
            inline=inline,
        )


def remove_draft_file(file: DraftFile) -> None:
    """Take a file away from its draft; a draft without words goes with its last file."""
    with transaction.atomic():
        delete_files_after_commit([file.storage_key])
        draft = file.draft
        file.delete()
        if not has_words(draft.body) and not draft.files.exists():
            draft.delete()


def discard_draft(draft: Draft) -> bool:
    """Throw a draft away; for a while :func:`recover_draft` brings it back. Return whether it was there."""
    return bool(Draft.objects.living().filter(pk=draft.pk).update(discarded_at=timezone.now()))


def recover_draft(*, user: Any, pk: int) -> None:
    """Bring back what ``user`` threw away. ActionRefused where something else was begun, or too long ago."""
    thrown = Draft.objects.filter(pk=pk, user=user, discarded_at__isnull=False)
    if not thrown.update(discarded_at=None, version=F("version") + 1):
        raise ActionRefused(_("This draft cannot be brought back any more."))


def stored_files(draft: Draft | None) -> list[StoredFile]:
    """Return the files of a draft as an action takes them."""
    rows = draft.files.all() if draft else ()
    return [
        StoredFile(
            name=row.display_name,
            public_id=row.public_id,
            storage_key=row.storage_key,
            sha256=row.sha256,
            sniffed_type=row.sniffed_type,
            size=row.size,
            declared_type=row.declared_type,
            content_id=row.content_id,
            inline=row.inline,
        )
        for row in rows
    ]


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
        choices["publish_at"] = f"{timezone.localtime(message.publish_at):%Y-%m-%dT%H:%M}"
        choices["regardless"] = bool(message.mailing.get("regardless"))
    if forwarded:
        choices["to"] = ", ".join(one["address"] for one in recipients.get("to", []))
    else:
        choices["cc"] = [one["participant"] for one in recipients.get("cc", [])]
    with transaction.atomic():
        draft = _held(user, message.ticket)
        if draft is None:
            draft = _create(user=user, ticket=message.ticket, mode=mode)
        _put_above(draft, _for_editor(message.html), mode=mode, choices=choices)
        _take_files(draft, message)
        return draft


def _held(user: Any, ticket: Ticket) -> Draft | None:
    """Return the living draft, locked; one that was thrown away makes room."""
    draft = Draft.objects.select_for_update().filter(user=user, ticket=ticket).first()
    if draft is not None and draft.discarded_at is not None:
        _drop(draft)
        return None
    return draft


def _put_above(draft: Draft, body: str, *, mode: str, choices: Mapping[str, Any]) -> None:
    whole = body + draft.body if has_words(draft.body) else body
    draft.mode, draft.body, draft.preview = mode, whole, preview_of(whole)
    draft.choices = {**draft.choices, **choices}
    draft.version, draft.updated_at = F("version") + 1, timezone.now()
    draft.save(update_fields=["mode", "body", "preview", "choices", "version", "updated_at"])
    draft.refresh_from_db()


def _take_files(draft: Draft, message: Message) -> None:
    """Move the files: they lie where they are, under the same names."""
    rows = list(message.attachments.all())
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


def _create(**values: Any) -> Draft:
    try:
        with transaction.atomic():
            return Draft.objects.create(**values)
    except IntegrityError as error:
        # Another tab began one at the same moment.
        raise DraftChanged(draft_of(values["user"], values["ticket"])) from error


def _drop(draft: Draft) -> None:
    _drop_files(draft)
    draft.delete()


def _drop_files(draft: Draft) -> None:
    delete_files_after_commit(list(draft.files.values_list("storage_key", flat=True)))
    draft.files.all().delete()


def has_words(body: str) -> bool:
    """Tell whether an editor's content says anything; an untouched editor gives an empty paragraph."""
    return "<img" in body or bool(html_to_text(body).strip())


def preview_of(body: str) -> str:
    """Return the first words, for lists."""
    return " ".join(html_to_text(body).split())[:PREVIEW_LENGTH]


def content_id_of(public_id: str) -> str:
    """Return the content id of an image in the text: the same in the draft, the message and the mail."""
    return f"{public_id}@helpdesk"


def public_id_of(content_id: str) -> str:
    """Return the public id in a content id of ours, "" for any other."""
    public_id, _at, place = content_id.partition("@")
    return public_id if place == "helpdesk" else ""


def clean_drafts() -> int:
    """Remove what was thrown away longer than KEPT ago, with its files; return how many."""
    old: Iterable[Draft] = Draft.objects.filter(discarded_at__lt=timezone.now() - KEPT)[:500]
    count = 0
    for draft in old:
        with transaction.atomic():
            _drop(draft)
        count += 1
    return count
