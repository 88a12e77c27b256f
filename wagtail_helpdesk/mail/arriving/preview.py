"""A mail as it would be shown, read for one look and not stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.conversations.words import Prepared, prepare
from wagtail_helpdesk.mail.arriving.caps import configured_caps
from wagtail_helpdesk.mail.arriving.raw_store import RawMissing, load_raw
from wagtail_helpdesk.mail.arriving.translate import read_words
from wagtail_helpdesk.mail.models import InboundMail
from wagtail_helpdesk.mail.parsing import Address, parse
from wagtail_helpdesk.mail.parsing.outlook import as_mail, is_outlook_file

#: The character sets that a reader can choose from: by region, as mails are met in them.
CHARSETS: dict[str, str | Promise] = {
    "utf-8": _("Unicode (UTF-8)"),
    "windows-1252": _("Western European (Windows-1252)"),
    "iso-8859-15": _("Western European (ISO-8859-15)"),
    "macintosh": _("Western European (Macintosh)"),
    "cp850": _("Western European (DOS 850)"),
    "windows-1250": _("Central European (Windows-1250)"),
    "iso-8859-2": _("Central European (ISO-8859-2)"),
    "windows-1251": _("Cyrillic (Windows-1251)"),
    "koi8-r": _("Cyrillic (KOI8-R)"),
    "koi8-u": _("Cyrillic (KOI8-U)"),
    "iso-8859-5": _("Cyrillic (ISO-8859-5)"),
    "cp866": _("Cyrillic (DOS 866)"),
    "windows-1253": _("Greek (Windows-1253)"),
    "windows-1254": _("Turkish (Windows-1254)"),
    "windows-1255": _("Hebrew (Windows-1255)"),
    "windows-1256": _("Arabic (Windows-1256)"),
    "windows-1257": _("Baltic (Windows-1257)"),
    "windows-1258": _("Vietnamese (Windows-1258)"),
    "windows-874": _("Thai (Windows-874)"),
    "gb18030": _("Chinese, simplified (GB18030)"),
    "big5": _("Chinese, traditional (Big5)"),
    "shift_jis": _("Japanese (Shift_JIS)"),
    "euc-jp": _("Japanese (EUC-JP)"),
    "iso-2022-jp": _("Japanese (ISO-2022-JP)"),
    "euc-kr": _("Korean (EUC-KR)"),
    "utf-7": _("Unicode (UTF-7)"),
    "utf-16": _("Unicode (UTF-16)"),
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What a mail says: the people and times of its header, and its words and files made harmless."""

    subject: str
    senders: str
    to: str
    cc: str
    date: datetime | None
    prepared: Prepared


def preview(raw: bytes, *, charset: str = "") -> Preview:
    """Return the mail ``raw`` as it would be shown; its bodies read by ``charset`` where one is given. Never raises."""
    parsed = parse(raw, configured_caps(), charset=charset)
    words = read_words(parsed, raw=raw, differs=False, is_auto_reply=False)
    return Preview(
        subject=parsed.subject,
        senders=_names(parsed.from_addresses or parsed.sender),
        to=_names(parsed.to),
        cc=_names(parsed.cc),
        date=parsed.date,
        prepared=prepare(words),
    )


def source_of(message_id: int) -> bytes:
    """Return the source of the mail that a message came in, byte for byte. Raises RawMissing where there is none."""
    mail = InboundMail.objects.filter(message=message_id).exclude(raw_ref="").order_by("pk").first()
    if mail is None:
        raise RawMissing
    return load_raw(mail)


def readable_source(raw: bytes) -> bytes:
    """Return the source of a mail as people can read it: a file of Outlook's as the mail that was made of it."""
    if not is_outlook_file(raw):
        return raw
    try:
        return as_mail(raw)
    except ValueError:
        return b""


def _names(people: tuple[Address, ...]) -> str:
    return ", ".join(f"{person.name} <{person.email}>" if person.name else person.email for person in people[:50])
