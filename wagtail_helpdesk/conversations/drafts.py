"""Drafts: what an agent has written and not sent. Saved, thrown away and brought back, taken over, sent.

Who may do so is the caller's business (the rights on the ticket); here is what keeps a word from being lost: whoever
saves names the version that he knows, and a version that is not the newest is refused, never written over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.files import delete_files_after_commit
from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.models import Draft
from wagtail_helpdesk.tickets.models import Ticket

#: What of a draft's choices holds addresses as they were typed.
TYPED_ADDRESSES = ("to", "copies", "bcc")
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
        # A page that knows of no draft may save beside a file that is on its way and began one: there are no words yet.
        knows = version is None or version == (living.version if living else 0)
        # What a page saved while it was being left, its next look at the draft did not know yet.
        knows = knows or (living is not None and living.body == body)
        if not knows and not (version == 0 and living and not has_words(living.body)):
            raise DraftChanged(living)
        if not has_words(body) and not (living and living.files.exists()):
            if living:
                drop_draft(living)
            return None
        if row is None:
            return begin_draft(user=user, ticket=ticket, **values)
        if living is None:
            _drop_files(row)
        # The condition decides between two who save at the same time, where the database has no row locks.
        if not Draft.objects.filter(pk=row.pk, version=row.version).update(version=F("version") + 1, **values):
            raise DraftChanged(draft_of(user, ticket))
        row.refresh_from_db()
        return row


def discard_draft(draft: Draft) -> bool:
    """Throw a draft away; for a while :func:`recover_draft` brings it back. Return whether it was there."""
    return bool(Draft.objects.living().filter(pk=draft.pk).update(discarded_at=timezone.now()))


def recover_draft(*, user: Any, pk: int) -> None:
    """Bring back what ``user`` threw away. ActionRefused where something else was begun, or too long ago."""
    thrown = Draft.objects.filter(pk=pk, user=user, discarded_at__isnull=False)
    if not thrown.update(discarded_at=None, version=F("version") + 1):
        raise ActionRefused(_("This draft cannot be brought back any more."))


def begin_draft(**values: Any) -> Draft:
    """Return a new draft. DraftChanged where another tab began one at the same moment."""
    try:
        with transaction.atomic():
            return Draft.objects.create(**values)
    except IntegrityError as error:
        raise DraftChanged(draft_of(values["user"], values["ticket"])) from error


def drop_draft(draft: Draft) -> None:
    """Remove a draft with its files."""
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


def clean_drafts() -> int:
    """Remove what was thrown away longer than KEPT ago, with its files; return how many."""
    old: Iterable[Draft] = Draft.objects.filter(discarded_at__lt=timezone.now() - KEPT)[:500]
    count = 0
    for draft in old:
        with transaction.atomic():
            drop_draft(draft)
        count += 1
    return count
