"""An Outlook file as the source of a mail: header fields and MIME parts, so that it is read as every other mail is.

The original header is in the file where the mail once travelled; what is missing in it is made from the properties.
"""

from __future__ import annotations

import hashlib
import re
import struct
from base64 import encodebytes
from collections.abc import Iterator
from email.utils import format_datetime

from ..charsets import decode, decode_as
from ..rtf import decompress_rtf, read_rtf
from ..scrub import clean_line
from .compound import MAGIC, Storage, open_compound
from .properties import INNER, PART, TABLE, TOP, Properties

OUTLOOK_TYPE = "application/vnd.ms-outlook"
#: Files, people and mails within mails that are read; what a mail may have is decided where it is parsed.
_MAX_FILES, _MAX_PEOPLE, _MAX_DEPTH = 600, 600, 10
_MAX_LINE = 30_000
#: Characters and fields of an original header, and bytes of words: some times what a mail may have.
_MAX_HEADER, _MAX_FIELDS, _MAX_WORDS = 1_000_000, 5_000, 8 * 1024 * 1024

# Properties of a message.
_CLASS, _SUBJECT, _PREFIX, _BARE_SUBJECT, _HEADERS = 0x001A, 0x0037, 0x003D, 0x0E1D, 0x007D
_SENT, _DELIVERED = 0x0039, 0x0E06
_MESSAGE_ID, _IN_REPLY_TO, _REFERENCES = 0x1035, 0x1042, 0x1039
_TEXT, _RTF, _HTML, _HTML_CODEPAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
#: Name, kind of address, address, and the address on the internet: of the one written for, and of the one who wrote.
_FROM, _SENDER = (0x0042, 0x0064, 0x0065, 0x5D02), (0x0C1A, 0x0C1E, 0x0C1F, 0x5D01)
# Of a recipient, and of a file.
_RECIPIENT, _RECIPIENT_KIND = (0x3001, 0x3002, 0x3003, 0x39FE), 0x0C15
_KINDS = {1: "To", 2: "Cc", 3: "Bcc"}
_DATA, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME = 0x3701, 0x3707, 0x3704, 0x3001
_MIME_TYPE, _CONTENT_ID, _LOCATION, _FLAGS, _HIDDEN = 0x370E, 0x3712, 0x3713, 0x3714, 0x7FFE
_IN_THE_WORDS = 4

_FIELD = re.compile(r"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_FOLD = re.compile(r"\n(?=[ \t])")
_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}")
_SPECIAL = re.compile(r"[\"\\]")
#: Fields that say how the mail was packed; here it is packed anew.
_PACKING = ("content-", "mime-version")


def is_outlook_file(data: bytes) -> bool:
    """Tell by its first bytes whether a file may be one of Outlook's; other programs' old files begin alike."""
    return data.startswith(MAGIC)


def as_mail(data: bytes) -> bytes:
    """Return the Outlook file ``data`` as the source of a mail (RFC 5322), always the same for the same bytes.

    Takes time in proportion to the length. ValueError where it holds no message that can be read.
    """
    try:
        root = open_compound(data)
        message = Properties(root, TOP)
        return _Writer(hashlib.sha256(data).hexdigest()[:40]).mail(message, depth=0)
    except (struct.error, LookupError, OverflowError) as error:
        raise ValueError("no readable message") from error


class _Writer:
    """Writes the messages of one file. The boundary is made of all its bytes: nobody can write it into one of them."""

    def __init__(self, boundary: str) -> None:
        self.boundary = boundary
        self.count = 0

    def mail(self, message: Properties, *, depth: int) -> bytes:
        """Return a message with its header."""
        if TABLE not in message.storage:
            raise ValueError("no message")
        head = "".join(f"{name}: {value[:_MAX_LINE]}\r\n" for name, value in _header(message)).encode()
        files = list(_members(message.storage, "__attach_version1.0_", message.codec))[:_MAX_FILES]
        packed = self._signed(message, files)
        return head + b"MIME-Version: 1.0\r\n" + (packed or self._mixed(message, files, depth))

    def _signed(self, message: Properties, files: list[Properties]) -> bytes | None:
        """Return a signed or encrypted message as its one file has it; None for any other."""
        kind = message.text(_CLASS).upper()
        if not kind.startswith("IPM.NOTE.SMIME") or len(files) != 1:
            return None
        content = files[0].binary(_DATA)
        if kind.endswith("MULTIPARTSIGNED") and content[:13].lower() == b"content-type:":
            return content
        return _part('application/pkcs7-mime; name="smime.p7m"', content) if content else None

    def _mixed(self, message: Properties, files: list[Properties], depth: int) -> bytes:
        parts = [self._words(message)]
        for file in files:
            part = self._file(file, depth)
            if part is not None:
                parts.append(part)
        return parts[0] if len(parts) == 1 else self._multipart("mixed", parts)

    def _words(self, message: Properties) -> bytes:
        text, html = _bodies(message)
        parts = [_part("text/plain; charset=utf-8", _encoded(text))] if text or not html else []
        if html:
            parts.append(_part("text/html; charset=utf-8", _encoded(html)))
        return parts[0] if len(parts) == 1 else self._multipart("alternative", parts)

    def _file(self, file: Properties, depth: int) -> bytes | None:
        """Return an attached file as a part; None for an object that is neither a file nor a message."""
        inner = file.object(_DATA)
        if inner is not None and TABLE in inner:
            return None if depth >= _MAX_DEPTH else self._inner_mail(file, inner, depth)
        content = file.binary(_DATA) if inner is None else inner.read("contents")
        if content is None:
            return None
        name = file.text(_LONG_NAME, _SHORT_NAME, _SHOWN_NAME)
        declared = file.text(_MIME_TYPE).strip().lower()
        in_words = file.number(_FLAGS) & _IN_THE_WORDS or file.number(_HIDDEN)
        fields = [f'Content-Disposition: {"inline" if in_words else "attachment"}; filename="{_quoted(name)}"']
        for field, number in (("Content-ID", _CONTENT_ID), ("Content-Location", _LOCATION)):
            value = clean_line(file.text(number))[:900]
            if value:
                fields.append(f"{field}: <{value.strip('<> ')}>" if number == _CONTENT_ID else f"{field}: {value}")
        return _part(declared if _TYPE.fullmatch(declared) else "application/octet-stream", content, *fields)

    def _inner_mail(self, file: Properties, inner: Storage, depth: int) -> bytes:
        mail = self.mail(Properties(inner, INNER), depth=depth + 1)
        name = _quoted(file.text(_LONG_NAME, _SHOWN_NAME) or "message")
        name = name if name.lower().endswith((".eml", ".msg")) else f"{name}.eml"
        disposition = f'Content-Disposition: attachment; filename="{name.removesuffix(".msg")}"'
        return b"Content-Type: message/rfc822\r\n" + disposition.encode() + b"\r\n\r\n" + mail

    def _multipart(self, kind: str, parts: list[bytes]) -> bytes:
        self.count += 1
        boundary = f"{self.boundary}-{self.count}"
        delimiter = f"\r\n--{boundary}".encode()
        head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n'.encode()
        return head + b"".join(delimiter + b"\r\n" + part for part in parts) + delimiter + b"--\r\n"


def _header(message: Properties) -> Iterator[tuple[str, str]]:
    """Yield the fields of the original header, and those that it lacks."""
    names = set()
    for name, value in _original_header(message.text(_HEADERS)):
        names.add(name.lower())
        yield name, value
    for name, value in _made_header(message):
        if value and name.lower() not in names:
            yield name, value


def _original_header(block: str) -> Iterator[tuple[str, str]]:
    lines = block[:_MAX_HEADER].replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    for line in _FOLD.sub("", _BLANK_LINE.split(lines, maxsplit=1)[0]).split("\n")[:_MAX_FIELDS]:
        field = _FIELD.fullmatch(line)
        if field and not field[1].lower().startswith(_PACKING):
            yield field[1], clean_line(field[2]).strip()


def _made_header(message: Properties) -> Iterator[tuple[str, str]]:
    author, writer = _person(message, _FROM), _person(message, _SENDER)
    yield "From", author or writer
    if author and writer and author != writer:
        yield "Sender", writer
    people: dict[str, list[str]] = {}
    for member in _members(message.storage, "__recip_version1.0_", message.codec):
        kind = _KINDS.get(member.number(_RECIPIENT_KIND) & 0xF)
        found = _person(member, _RECIPIENT)
        if kind and found:
            people.setdefault(kind, []).append(found)
    for kind, found in people.items():
        yield kind, ", ".join(found)
    subject = message.text(_SUBJECT) or message.text(_PREFIX) + message.text(_BARE_SUBJECT)
    yield "Subject", clean_line(subject)
    sent = message.time(_SENT, _DELIVERED)
    yield "Date", format_datetime(sent) if sent else ""
    for name, number in (("Message-ID", _MESSAGE_ID), ("In-Reply-To", _IN_REPLY_TO), ("References", _REFERENCES)):
        yield name, clean_line(message.text(number)).strip()


def _person(properties: Properties, numbers: tuple[int, int, int, int]) -> str:
    """Return name and address as a header has them, "" without an address on the internet."""
    name, kind, address, internet = numbers
    found = properties.text(internet)
    if not found and properties.text(kind).upper() in ("SMTP", ""):
        found = properties.text(address)
    found = clean_line(found).strip("<> ")
    if "@" not in found or any(sign in found for sign in "<>,; \t"):
        return ""
    shown = _quoted(properties.text(name))
    return f'"{shown}" <{found}>' if shown and shown != found else f"<{found}>"


def _bodies(message: Properties) -> tuple[str, str]:
    """Return the words as text and as HTML. Rich text counts only where there is nothing else."""
    text = message.text(_TEXT)
    packed = message.binary(_HTML)[:_MAX_WORDS]
    if packed:
        codec = message.codepage(_HTML_CODEPAGE)
        html = (decode_as(packed, codec) if codec else decode(packed, "", html=True)).text
    else:
        html = message.text(_HTML)
    if not html.strip():
        html = ""
        try:
            rich, html = read_rtf(decompress_rtf(message.binary(_RTF)))
        except ValueError:
            rich = ""
        text = text or rich
    return text, html


def _members(storage: Storage, prefix: str, codec: str) -> Iterator[Properties]:
    """Yield the recipients or the files of a message, in their order."""
    names = sorted(name for name in storage.storages if name.startswith(prefix))
    for name in names[:_MAX_PEOPLE]:
        yield Properties(storage.storages[name], PART, codec=codec)


def _part(kind: str, content: bytes, *fields: str) -> bytes:
    lines = (f"Content-Type: {kind}", "Content-Transfer-Encoding: base64", *fields)
    return "\r\n".join((*lines, "", "")).encode() + encodebytes(content).replace(b"\n", b"\r\n")


def _encoded(words: str) -> bytes:
    return words[:_MAX_WORDS].encode("utf-8", "replace")


def _quoted(value: str) -> str:
    return _SPECIAL.sub("", clean_line(value)).strip()[:300]
