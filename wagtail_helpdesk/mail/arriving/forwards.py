"""A mail that somebody passed on: what stands in it, and what was written above."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

import quotequail

from wagtail_helpdesk.conversations.quoting.languages import HEADERS
from wagtail_helpdesk.conversations.words import Words
from wagtail_helpdesk.intake.incoming import Person
from wagtail_helpdesk.intake.subjects import is_answer, without_prefixes
from wagtail_helpdesk.mail.arriving import translate
from wagtail_helpdesk.mail.arriving.accept import hash_message_id
from wagtail_helpdesk.mail.parsing import ParsedAttachment, ParsedMail, parse
from wagtail_helpdesk.mail.parsing.addresses import parse_addresses
from wagtail_helpdesk.mail.parsing.dates import parse_date
from wagtail_helpdesk.mail.parsing.outlook import is_outlook_file

#: A longer text is not searched for what it passes on.
MAX_TEXT = 200_000

_FROM_LINE = re.compile(r"^[>\s*_]{0,10}([^\W\d_][^:\n<@]{0,30}?)\s{0,3}\*?:\*?[^\n]{0,200}@", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The mail that was passed on: who wrote it, as the one who passed it on says, and its words."""

    sender: Person
    words: Words
    sent_at: datetime | None = None
    #: What was written above it.
    above: str = field(default="", repr=False)
    #: The Message-IDs that it is and names, as hashes.
    ids: tuple[str, ...] = ()
    #: The mail itself, where it came as a file.
    parsed: ParsedMail | None = field(default=None, repr=False)


def may_be_forward(parsed: ParsedMail, text: str) -> bool:
    """Tell whether a closer look is worth it: a mail as a file, or a line in the text that names a sender."""
    if _inner_mail(parsed) is not None:
        return True
    if len(text) > MAX_TEXT or is_answer(parsed.subject):
        return False
    return any(HEADERS.get(match[1].strip().casefold()) == "from" for match in _FROM_LINE.finditer(text))


def unwrap(parsed: ParsedMail, words: Words) -> Forwarded | None:
    """Return what a mail passes on: the one mail in it, else what its text repeats; None where no sender is named.

    The forms of Gmail, Outlook, Apple Mail and Thunderbird, in the languages they come in.
    """
    inner = _inner_mail(parsed)
    if inner is not None:
        return _unwrap_file(inner, parsed, words)
    if len(words.text) > MAX_TEXT or is_answer(parsed.subject):
        return None
    return _unwrap_text(parsed, words)


def _inner_mail(parsed: ParsedMail) -> ParsedAttachment | None:
    mails = [part for part in parsed.attachments if part.declared_type == "message/rfc822" or _is_outlook_mail(part)]
    return mails[0] if len(mails) == 1 else None


def _is_outlook_mail(part: ParsedAttachment) -> bool:
    return part.file_name.lower().endswith(".msg") and is_outlook_file(part.content)


def _unwrap_file(inner: ParsedAttachment, parsed: ParsedMail, words: Words) -> Forwarded | None:
    found = parse(inner.content)
    if not found.from_addresses:
        return None
    author = found.from_addresses[0]
    read = translate.read_words(found, raw=inner.content, differs=False, is_auto_reply=False)
    others = tuple(file for file in words.files if file.content is not inner.content)
    named = (found.message_id, *reversed(found.in_reply_to), *reversed(found.references))
    return Forwarded(
        sender=Person(author.email, author.name),
        words=replace(read, subject=found.subject or without_prefixes(parsed.subject), files=(*read.files, *others)),
        sent_at=found.date,
        above=words.text,
        ids=tuple(hash_message_id(one) for one in dict.fromkeys(named) if one),
        parsed=found,
    )


def _unwrap_text(parsed: ParsedMail, words: Words) -> Forwarded | None:
    try:
        found = quotequail.unwrap(words.text)
    except Exception:  # noqa: BLE001 - what it cannot read was not passed on in a form that anybody knows
        return None
    if not found or found.get("type") != "forward" or not found.get("from"):
        return None
    authors = parse_addresses(found["from"].encode("utf-8", "replace"), limit=1).addresses
    if not authors:
        return None
    subject = found.get("subject") or without_prefixes(parsed.subject)
    return Forwarded(
        sender=Person(authors[0].email, authors[0].name),
        words=Words(text=found.get("text") or "", subject=subject, files=words.files, flags=words.flags),
        sent_at=parse_date(found.get("date") or ""),
        above=found.get("text_top") or "",
    )
