"""Saved replies as agents find and use them: each once, in the language of the ticket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from wagtail.models import Locale
from wagtail.rich_text import get_text_for_indexing

from wagtail_helpdesk.automation.matching import score
from wagtail_helpdesk.automation.models import ReplyFolder, SavedReply, SavedReplyFile
from wagtail_helpdesk.automation.variables import fill_html, missing_in, values_for
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.tickets.models import Ticket

#: More saved replies than these are not looked through.
MAX_REPLIES = 2000


@dataclass(frozen=True)
class Found:
    """A saved reply in the one language that fits."""

    reply: SavedReply
    #: The names of the folders that it stands in, from the outermost.
    folder: str
    language: str
    #: Its words, for searching.
    words: str


def replies_for(
    user: Any, *, ticket: Ticket | None = None, mailbox: Mailbox | None = None, language: str = ""
) -> list[Found]:
    """Return what ``user`` may use on ``ticket`` (or a new one of ``mailbox``), by folder and name. Three queries."""
    language = language or (ticket.language if ticket else "") or (mailbox.language if mailbox else "")
    rows = SavedReply.objects.usable_by(user, ticket=ticket, mailbox=mailbox).select_related("locale", "status")
    variants: dict[Any, list[SavedReply]] = defaultdict(list)
    for row in rows.order_by("pk")[:MAX_REPLIES]:
        variants[row.translation_key].append(row)
    paths, default = folder_paths(), Locale.get_default().language_code
    found = [
        Found(
            reply,
            paths.get(reply.folder_id, ""),
            reply.locale.language_code,
            " ".join(get_text_for_indexing(reply.body).split()),
        )
        for reply in (in_language(rows, language, default) for rows in variants.values())
    ]
    return sorted(found, key=lambda one: (one.folder.casefold(), one.reply.name.casefold(), one.reply.pk))


def in_language(variants: Sequence[SavedReply], language: str, default: str) -> SavedReply:
    """Return the variant in ``language``, else in its base language, else in ``default``, else the first."""
    wanted = language.lower()

    def rank(reply: SavedReply) -> int:
        code = reply.locale.language_code.lower()
        if wanted and code == wanted:
            return 0
        if wanted and code.split("-")[0] == wanted.split("-")[0]:
            return 1
        return 2 if code == default.lower() else 3

    return min(variants, key=rank)


def folder_paths() -> dict[int | None, str]:
    """Return the names of each folder and those around it, as one text, by key. One query."""
    folders = {folder.pk: folder for folder in ReplyFolder.objects.all()}
    paths: dict[int | None, str] = {}
    for pk, folder in folders.items():
        names, seen = [folder.name], {pk}
        above = folders.get(folder.parent_id)
        while above is not None and above.pk not in seen:
            seen.add(above.pk)
            names.insert(0, above.name)
            above = folders.get(above.parent_id)
        paths[pk] = " / ".join(names)
    return paths


def search_replies(found: Iterable[Found], query: str) -> list[Found]:
    """Return those that ``query`` may mean, the likeliest first; without words all of them, as they are."""
    if not query.strip():
        return list(found)
    scored = [
        (score(query, [one.reply.name, one.reply.keywords, one.folder, one.words]), place, one)
        for place, one in enumerate(found)
    ]
    return [one for points, _place, one in sorted((row for row in scored if row[0]), key=lambda row: (-row[0], row[1]))]


@dataclass(frozen=True)
class ReadyReply:
    """A saved reply as it is put in."""

    reply: SavedReply
    #: As the editor stores it.
    html: str
    #: Variables that nobody knew a value for.
    missing: list[str]


def make_ready(
    reply: SavedReply,
    user: Any,
    *,
    ticket: Ticket | None = None,
    contact: Contact | None = None,
    mailbox: Mailbox | None = None,
) -> ReadyReply:
    """Return ``reply`` with what is known of the ticket, or of the contact of a new one."""
    values = values_for(user=user, ticket=ticket, contact=contact, mailbox=mailbox, language=reply.locale.language_code)
    html = fill_html(reply.body, values)
    return ReadyReply(reply, html, missing_in(html))


def used_replies(
    user: Any, keys: Iterable[int], *, ticket: Ticket | None, mailbox: Mailbox | None = None
) -> list[SavedReply]:
    """Return the saved replies among ``keys`` that ``user`` may use, with their files, tags and status."""
    wanted = list(keys)
    if not wanted:
        return []
    rows = SavedReply.objects.usable_by(user, ticket=ticket, mailbox=mailbox).filter(pk__in=wanted)
    files = Prefetch("files", SavedReplyFile.objects.order_by("pk"))
    by_key = {row.pk: row for row in rows.select_related("status").prefetch_related(files, "tagged_items__tag")}
    return [by_key[key] for key in dict.fromkeys(wanted) if key in by_key]


def count_uses(replies: Iterable[SavedReply]) -> None:
    """Note that each of ``replies`` was sent once more."""
    keys = [reply.pk for reply in replies]
    if keys:
        SavedReply.objects.filter(pk__in=keys).update_use()
