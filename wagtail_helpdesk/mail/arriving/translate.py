"""Turns a parsed mail into what the single door takes: people, words, verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.addresses import domain_of, is_address, normalise_address
from wagtail_helpdesk.conversations.choices import Flag
from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.words import NewFile, Words
from wagtail_helpdesk.events import Verdict
from wagtail_helpdesk.intake.incoming import Person
from wagtail_helpdesk.mail.arriving.calendar import hide_repeated, read_cards
from wagtail_helpdesk.mail.arriving.inline_images import MAX_IMAGES, embed_images, location_id
from wagtail_helpdesk.mail.identity import split_reply_address
from wagtail_helpdesk.mail.parsing import Address, Classification, ParsedMail
from wagtail_helpdesk.mail.parsing.addresses import parse_addresses
from wagtail_helpdesk.mail.parsing.noise import is_no_reply
from wagtail_helpdesk.mail.parsing.outlook import OUTLOOK_TYPE, is_outlook_file

#: A mail older than this is read, not acknowledged: it was lying somewhere.
MAX_AGE_TO_ACKNOWLEDGE = timedelta(hours=24)
#: A Date header further off than this says nothing.
_EARLIEST = timedelta(days=365 * 40)
_LATEST = timedelta(days=1)

#: Problems of the parser that an agent is told of, and how.
_FLAGS = {
    "encrypted_smime": Flag.ENCRYPTED,
    "encrypted_pgp": Flag.ENCRYPTED,
    "signed": Flag.SIGNED,
    "signed_smime_opaque": Flag.ENCRYPTED,
    "several_from": Flag.SEVERAL_FROM,
    "from_conflict": Flag.FROM_CONFLICT,
}
_TRUNCATED_PREFIXES = ("truncated", "too_", "header_too_long", "header_block_too_long")


@dataclass(frozen=True, slots=True)
class People:
    """Who wrote, where answers go, and who else was written to."""

    sender: Person
    reply_address: str
    copied: tuple[Person, ...]
    reply_to_differs: bool
    #: A form elsewhere wrote in the sender's name.
    by_web_form: bool = False


def read_people(parsed: ParsedMail, own: Mapping[str, int], web_form_senders: Iterable[str] = ()) -> People:
    """Return the people of a mail. From is a claim; Reply-To is an address for answers, never an identity.

    But for ``web_form_senders``: these write in the name of whoever stands in Reply-To.
    """
    sender = _sender(parsed)
    by_form = _writes_for_others(parsed, sender, web_form_senders)
    if by_form:
        sender = Person(parsed.reply_to[0].email, parsed.reply_to[0].name)
    reply_address, differs = ("", False) if by_form else _reply_address(parsed, sender)
    known = set(own)
    if is_address(sender.address):
        known.add(normalise_address(sender.address))
    copied = []
    for person in (*parsed.to, *parsed.cc):
        if not is_address(person.email) or is_no_reply(person.email) or split_reply_address(person.email):
            continue
        normal = normalise_address(person.email)
        if normal not in known:
            known.add(normal)
            copied.append(Person(person.email, person.name))
    if "list-id" in parsed.headers:
        # Whoever reads a mailing list did not ask us anything.
        copied = []
    return People(sender, reply_address, tuple(copied), differs, by_form)


def _writes_for_others(parsed: ParsedMail, sender: Person, web_form_senders: Iterable[str]) -> bool:
    """Tell whether the sender is a form that names who filled it in."""
    if not parsed.reply_to or not is_address(sender.address) or not is_address(parsed.reply_to[0].email):
        return False
    forms = {normalise_address(address) for address in web_form_senders if is_address(address)}
    return normalise_address(sender.address) in forms


def _sender(parsed: ParsedMail) -> Person:
    """From, else Sender. A list that writes in its own name says who wrote in X-Original-From."""
    if "list-id" in parsed.headers:
        original = parse_addresses(parsed.headers.get("x-original-from").encode(), limit=1).addresses
        if original:
            return Person(original[0].email, original[0].name)
    first = parsed.from_addresses[:1] or parsed.sender[:1]
    if not first:
        return Person("", "")
    return Person(first[0].email, first[0].name)


def _reply_address(parsed: ParsedMail, sender: Person) -> tuple[str, bool]:
    """Return the address for answers ("" for the sender's own), and whether Reply-To names another domain."""
    if not parsed.reply_to or not is_address(sender.address) or not is_address(parsed.reply_to[0].email):
        return "", False
    wanted = parsed.reply_to[0].email
    if normalise_address(wanted) == normalise_address(sender.address):
        return "", False
    if domain_of(wanted) == domain_of(sender.address):
        return wanted, False
    return "", True


def read_words(
    parsed: ParsedMail, *, raw: bytes, differs: bool, is_auto_reply: bool, whole_size: int | None = None
) -> Words:
    """Return the words and files of a mail; where it could not be read wholly, the mail itself is among the files.

    ``whole_size``: bytes of the mail of which ``raw`` is the beginning only.
    """
    flags: list[str] = [_FLAGS[problem] for problem in parsed.problems if problem in _FLAGS]
    unreadable = parsed.level != "full"
    truncated = any(problem.startswith(_TRUNCATED_PREFIXES) for problem in parsed.problems)
    if unreadable:
        flags.append(Flag.UNREADABLE)
    elif truncated:
        flags.append(Flag.TRUNCATED)
    if differs:
        flags.append(Flag.REPLY_TO_DIFFERS)
    if is_auto_reply:
        flags.append(Flag.AUTO_REPLY)
    text = (
        html_to_text(parsed.html) if parsed.html and (parsed.text_is_stub or not parsed.text.strip()) else parsed.text
    )
    files = [
        NewFile(
            name=part.file_name,
            content=part.content,
            declared_type=part.declared_type,
            disposition=part.disposition,
            content_id=part.content_id or location_id(part.content_location),
            hidden=part.hidden,
        )
        for part in hide_repeated(parsed.attachments)
    ]
    if unreadable or truncated:
        files.append(source_file("original", raw))
    if whole_size is not None:
        return _beginning_of(parsed.subject, text, whole_size)
    located = [part for part in parsed.attachments if part.content_location and not part.content_id]
    locations = {location_id(part.content_location): part.content_location for part in located[:MAX_IMAGES]}
    html, files = embed_images(parsed.html, files, locations)
    return Words(
        text=text,
        html=html,
        subject=parsed.subject,
        files=tuple(files),
        flags=tuple(flags),
        cards=read_cards(parsed.attachments),
    )


def source_file(name: str, raw: bytes) -> NewFile:
    """Return the source of a mail as a file, under the name that the programs know which can open it."""
    if is_outlook_file(raw):
        return NewFile(name=f"{name}.msg", content=raw, declared_type=OUTLOOK_TYPE)
    return NewFile(name=f"{name}.eml", content=raw, declared_type="message/rfc822")


def _beginning_of(subject: str, text: str, whole_size: int) -> Words:
    """Return what is known of a mail that was too large to be fetched; its files and HTML broke off somewhere."""
    notice = _("This message of %(size)s was too large to be fetched. The whole is on the mail server.") % {
        "size": filesizeformat(whole_size)
    }
    return Words(text=f"{notice}\n\n{text}".rstrip(), subject=subject, flags=(Flag.LEFT_ON_SERVER,))


def sent_at(parsed: ParsedMail, received_at: datetime) -> datetime | None:
    """Return the Date header's time where it can be true; it is shown, and decides nothing."""
    date = parsed.date
    if date is None or not received_at - _EARLIEST <= date <= received_at + _LATEST:
        return None
    return date


def may_acknowledge(
    classification: Classification,
    parsed: ParsedMail,
    *,
    addressed_to_us: bool,
    is_archive: bool,
    received_at: datetime,
) -> Verdict:
    """Return whether an acknowledgement may be sent for this mail (RFC 3834); the ledger has the last word."""
    if is_archive:
        return Verdict(False, "archive")
    if not classification.may_acknowledge:
        return Verdict(False, classification.acknowledge_reason)
    if not addressed_to_us:
        return Verdict(False, "not_addressed_to_us")
    now = timezone.now()
    if now - received_at > MAX_AGE_TO_ACKNOWLEDGE or (parsed.date and now - parsed.date > MAX_AGE_TO_ACKNOWLEDGE):
        return Verdict(False, "too_old")
    return Verdict(True)


def display_recipients(parsed: ParsedMail) -> dict[str, list[dict[str, str]]]:
    """Return To and Cc as the mail says them, for display."""
    return {"to": _entries(parsed.to), "cc": _entries(parsed.cc), "bcc": []}


def _entries(people: Iterable[Address]) -> list[dict[str, str]]:
    return [{"name": person.name, "address": person.email} for person in list(people)[:50]]
