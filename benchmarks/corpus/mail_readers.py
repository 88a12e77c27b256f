"""One function for each reader of mails: from bytes to an answer in the same words. Imports what it needs when called.

An answer: ``subject``; ``from`` and ``to`` as lists of [name, address]; ``date`` in ISO form or None; ``texts`` and
``htmls``, each a list of what could be meant (the body alone, all such parts together); ``files`` as lists of
[type, name, size, sha256].
"""

from __future__ import annotations

import email
import email.policy
import hashlib
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

Answer = dict[str, Any]


def ours(raw: bytes) -> Answer:
    """``mail.parsing``; mails attached are read too, since the others take them for parts."""
    from wagtail_helpdesk.mail.parsing import ParsedMail, parse

    def with_attached(mail: ParsedMail) -> Iterator[ParsedMail]:
        yield mail
        for file in mail.attachments:
            if file.declared_type == "message/rfc822":
                yield from with_attached(parse(file.content))

    mail = parse(raw)
    everything = list(with_attached(mail))
    return {
        "subject": mail.subject,
        "from": [[one.name, one.email] for one in mail.from_addresses],
        "to": [[one.name, one.email] for one in mail.to],
        "date": mail.date.isoformat() if mail.date else None,
        "texts": [mail.text, "".join(one.text for one in everything)],
        "htmls": [mail.html, "".join(one.html for one in everything)],
        "files": [
            _file(file.declared_type, file.file_name, file.content) for one in everything for file in one.attachments
        ],
    }


def standard_library(raw: bytes) -> Answer:
    """``email`` with its modern policy, used as its documentation shows."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    return {
        "subject": str(mail["subject"] or ""),
        "from": _header_addresses(mail, "from"),
        "to": _header_addresses(mail, "to"),
        "date": mail["date"].datetime.isoformat() if mail["date"] and mail["date"].datetime else None,
        "texts": _contents(mail, "plain"),
        "htmls": _contents(mail, "html"),
        "files": [
            _file(part.get_content_type(), part.get_filename(), part.get_payload(decode=True) or b"")
            for part in mail.walk()
            if not part.is_multipart() and (part.get_filename() or part.get_content_maintype() != "text")
        ],
    }


def imap_tools(raw: bytes) -> Answer:
    """``imap_tools.MailMessage``."""
    from imap_tools import MailMessage

    mail = MailMessage.from_bytes(raw)
    return {
        "subject": mail.subject,
        "from": [[mail.from_values.name, mail.from_values.email]] if mail.from_values else [],
        "to": [[one.name, one.email] for one in mail.to_values],
        "date": mail.date.isoformat(),
        "texts": [mail.text],
        "htmls": [mail.html],
        "files": [_file(file.content_type, file.filename, file.payload) for file in mail.attachments],
    }


def mail_parser(raw: bytes) -> Answer:
    """``mailparser``."""
    import base64

    import mailparser

    mail = mailparser.parse_from_bytes(raw)
    files = []
    for file in mail.attachments:
        payload = file["payload"]
        content = base64.b64decode(payload) if file["binary"] else payload.encode("utf-8", "surrogateescape")
        files.append(_file(file["mail_content_type"], file["filename"], content))
    return {
        "subject": mail.subject or "",
        "from": [list(one) for one in mail.from_],
        "to": [list(one) for one in mail.to],
        "date": mail.date.isoformat() if mail.date else None,
        "texts": [*mail.text_plain[:1], "".join(mail.text_plain)],
        "htmls": [*mail.text_html[:1], "".join(mail.text_html)],
        "files": files,
    }


def _header_addresses(mail: EmailMessage, name: str) -> list[list[str]]:
    return [[one.display_name, one.addr_spec] for one in mail[name].addresses] if mail[name] else []


def _contents(mail: EmailMessage, subtype: str) -> list[str]:
    body = mail.get_body((subtype,))
    every = [part for part in mail.walk() if part.get_content_type() == f"text/{subtype}" and not part.get_filename()]
    return [body.get_content() if body else "", "".join(part.get_content() for part in every)]


def _file(content_type: str, name: str | None, content: bytes) -> list[Any]:
    return [content_type.lower(), name or "", len(content), hashlib.sha256(content).hexdigest()]


READERS: dict[str, Callable[[bytes], Answer]] = {
    "wagtail_helpdesk": ours,
    "standard library": standard_library,
    "imap-tools": imap_tools,
    "mail-parser": mail_parser,
}
